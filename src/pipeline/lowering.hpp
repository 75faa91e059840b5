#pragma once

#include <optional>
#include <vector>

#include "glimpse/box_adjustment.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/report.hpp"
#include "system/failure.hpp"

namespace glimpse {

/// A glimpse of an opened image: the one record of it from its lowering to its report.
struct LoweredGlimpse {
    const Glimpse* glimpse;  ///< in the job's document
    Lowered lowered;
    std::optional<Lowered> shrunk;  ///< for the image as it is decoded, where that is smaller
    GlimpsePaths paths;
    GlimpseReport* report;  ///< its own: no other glimpse's steps change it

    /// What is read out of what was decoded.
    [[nodiscard]] const Lowered& decoded() const { return shrunk ? *shrunk : lowered; }
};

/// Runs a step of one glimpse, whose failure is not that of the others: its report says it.
template <typename Step>
void guarded(GlimpseReport& report, Step&& step) {
    try {
        step();
    } catch (...) {
        report.error = current_message();
    }
}

/// The glimpse lowered for an image of `image` pixels: its box adjusted, its attention file read where that
/// was not done yet. Throws as `lower` and `supply_attention_file` do.
Lowered lowered(Glimpse glimpse, const BoxAdjustment& adjustment, Size image);

/// Lowers the glimpses of a job for its image. `reports` becomes one for each, in their order, followed by
/// those that are unusable; what cannot be lowered is found there alone. Theirs are pointers into `reports`.
std::vector<LoweredGlimpse> lower_glimpses(const ImageJob& job, const OutputPaths& paths,
                                           const BoxAdjustment& adjustment, const ImageInfo& image,
                                           std::vector<GlimpseReport>& reports);

}  // namespace glimpse
