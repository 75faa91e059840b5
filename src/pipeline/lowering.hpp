#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/report.hpp"
#include "glimpse/run.hpp"
#include "pipeline/drawing.hpp"
#include "system/failure.hpp"

namespace glimpse {

/// A glimpse of an opened image: the one record of it from its lowering to its report.
struct LoweredGlimpse {
    const Glimpse* glimpse;  ///< in the job's document
    Lowered lowered;
    std::unique_ptr<const Lowered> shrunk;  ///< for the image as it is decoded, where it is decoded smaller
    const GlimpsePaths* paths;
    GlimpseReport* report;  ///< not shared with other glimpses

    /// For the image as it is decoded.
    [[nodiscard]] const Lowered& decoded() const { return shrunk ? *shrunk : lowered; }
};

/// The place of a glimpse in its document, from 0: the same whichever others fail.
inline std::size_t place_in(std::span<const Glimpse> document, const Glimpse& glimpse) {
    return static_cast<std::size_t>(&glimpse - document.data());
}

/// Of a glimpse of that document, for `glimpse_colour`.
inline std::size_t colour_of(const Glimpse& glimpse, std::span<const Glimpse> document) {
    return glimpse.colour(place_in(document, glimpse));
}

/// Runs a step of one glimpse; a failure goes to its report, and does not fail the others. `ReaderGone` and
/// `WaitEnded` pass.
template <typename Step>
void guarded(GlimpseReport& report, Step&& step) {
    try {
        step();
    } catch (const ReaderGone&) {
        throw;
    } catch (const WaitEnded&) {
        throw;
    } catch (...) {
        report.error = current_message();
    }
}

/// Throws `WaitEnded` where the run is interrupted: an image may have thousands of glimpses to go.
void require_running(const RunOptions& options);

/// The glimpse lowered for an image of that size: its attention file read unless it has been, its box
/// adjusted. Throws as `lower` and `supply_attention_file`.
Lowered lowered(Glimpse glimpse, const RunOptions& options, Size image);

/// Runs a step on the parameters at `place`. An `Error` gets that place, an `InvalidParameter` that of its
/// field.
template <typename Step>
auto with_place(const Place& place, Step&& step) {
    try {
        return step();
    } catch (const InvalidParameter& error) {
        throw Error(place.of(error.field()), error.what());
    } catch (const Error& error) {
        throw Error(place.of({}), error.what());
    }
}

/// The bytes that lowering these glimpses for an image of that size holds at most, and what of it is kept
/// until they are read: of masks, whose weights are as large as the image, and 0 without any.
std::int64_t lowering_memory(std::span<const Glimpse> glimpses, const OpenOptions& open, Size image);

/// The bytes of the weights that glimpses keep, of separable maps: others are counted before they are
/// lowered. Of few it is 0, no more than what any image takes.
std::int64_t kept_memory(std::span<const LoweredGlimpse> glimpses);

/// Lowers the glimpses of a job for its image. `reports` gets one for each in order, then one for each
/// unusable glimpse; a glimpse that cannot be lowered appears only there. The result points into `reports`
/// and `paths`. `draws` are those of the job's glimpses, or none. Throws `Error` where more weights would be
/// kept than memory may be held.
std::vector<LoweredGlimpse> lower_glimpses(const ImageJob& job, const OutputPaths& paths,
                                           const RunOptions& options, const ImageInfo& image,
                                           std::vector<GlimpseReport>& reports,
                                           std::span<const Draw> draws = {});

}  // namespace glimpse
