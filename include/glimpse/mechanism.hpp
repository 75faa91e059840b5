#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/mechanisms/crop.hpp"
#include "glimpse/mechanisms/filter.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "glimpse/mechanisms/points.hpp"
#include "glimpse/mechanisms/retina.hpp"
#include "glimpse/mechanisms/spatial_transformer.hpp"
#include "glimpse/rare.hpp"
#include "glimpse/score.hpp"

namespace glimpse {

/// The attention mechanisms: a closed set, chosen by name in a document.
using Mechanism = std::variant<Crop, Mask, Gaussian, SpatialTransformer, Retina, Filter, DeformablePoints>;

/// "crop", "mask", "gaussian", "stn", "retina", "filter", "points": in the order of `Mechanism`.
GLIMPSE_EXPORT std::span<const std::string_view> mechanism_names();

/// Those of them that a box alone can be the parameters of, having a `BoxForm`; likewise in order.
GLIMPSE_EXPORT std::span<const std::string_view> box_mechanism_names();

/// One of `mechanism_names`.
GLIMPSE_EXPORT std::string_view name(const Mechanism& mechanism);

/// The mechanisms of the glimpses that one stands for: the windows of a retina; none of one that is a single
/// glimpse's itself.
GLIMPSE_EXPORT std::vector<Mechanism> parts(const Mechanism& mechanism);

/// The glimpse size that the parameters ask for; none where the box, the image or the indices give it.
GLIMPSE_EXPORT std::optional<Size> requested_size(const Mechanism& mechanism);

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image.
GLIMPSE_EXPORT void validate(const Mechanism& mechanism);

/// The linear map for an image of size `image`. Throws as the mechanism's own `lower` does.
GLIMPSE_EXPORT Lowered lower(const Mechanism& mechanism, Size image);

/// What `lower` takes: of a mask, whose weights are as large as the image, of a warp, which lists its points,
/// of filters and of points as their own `lowering_memory` says; nothing that counts of any other.
GLIMPSE_EXPORT LoweringMemory lowering_memory(const Mechanism& mechanism, Size image, std::int64_t to_read);

/// The mechanism whose map's adjoint is the model's write operation: itself, but for DRAW's γ.
GLIMPSE_EXPORT Mechanism for_writing(const Mechanism& mechanism);

/// The file whose values the mechanism needs before it can be lowered; none where it needs none.
GLIMPSE_EXPORT std::optional<std::filesystem::path> attention_file(const Mechanism& mechanism);

/// Where in that file the values lie; null where they are all of it.
GLIMPSE_EXPORT std::shared_ptr<const mask_form::ArraySource> attention_array(const Mechanism& mechanism);

/// Where on the image the values lie, as the mask's own function; none where it is no mask.
GLIMPSE_EXPORT std::optional<Box> map_region(const Mechanism& mechanism, Size image);

/// Whether the values of `attention_file` are still to be supplied.
GLIMPSE_EXPORT bool lacks_values(const Mechanism& mechanism);

/// Whether files are still to be read for it: the values of `attention_file`, by `lower` the field of a warp,
/// or by whoever applies them the filters of each pixel.
GLIMPSE_EXPORT bool reads_files_later(const Mechanism& mechanism);

/// Where the values of `attention_file` came from.
struct OriginOfValues {
    bool is_picture = false;  ///< they are in [0, 1]
    double coarse_step = 0;   ///< from 1 to the next number of their type, where that has 16 bits; else 0
};

/// Supplies the values of `attention_file`, which the mechanism must have: H×W, CV_64F. Of a soft mask those
/// that are one `coarse_step` above 1, which is rounding, become 1.
GLIMPSE_EXPORT void supply(Mechanism& mechanism, const cv::Mat& values, const OriginOfValues& origin = {});

/// Whether the glimpse is a list of N pixels rather than a picture: an N×C array, as a picture N rows of one
/// column.
GLIMPSE_EXPORT bool is_list(const Mechanism& mechanism);

/// What the places of a file's entries or boxes have in common.
struct CommonPlace {
    std::string before{};  ///< their numbers: "FILE: /glimpses/", or "FILE:" of lines
    std::string behind{};  ///< "/bbox", or nothing
    bool is_box = false;   ///< a place names the box itself, and other fields follow it
};

/// Where a glimpse's parameters stand, for messages. A document may have millions.
struct Place {
    std::shared_ptr<const CommonPlace> common = std::make_shared<const CommonPlace>();  ///< never null
    std::optional<std::uint32_t> number{};  ///< of the entry, from 0, or of the box's line, from 1

    /// Of an entry, "FILE: /glimpses/3", or of a box, "FILE:12".
    [[nodiscard]] std::string text() const {
        return common->before + (number ? std::to_string(*number) : std::string()) + common->behind;
    }
    /// The place of a field, a JSON Pointer; of all of them for an empty one.
    [[nodiscard]] std::string of(const std::string& field) const {
        const std::string place = text();
        if (common->is_box) return field.empty() || field == "/box" ? place : place + ": " + field;
        // A document that is one entry is "FILE", without a pointer.
        if (field.empty() && place.ends_with(": ")) return place.substr(0, place.size() - 2);
        return place + field;
    }
};

/// What some glimpses of a run have in common: the class of annotated boxes, say.
struct GlimpseCategory {
    std::string name{};      ///< or else its number
    std::size_t number = 0;  ///< from 0, in the order in which a run comes to them; for `glimpse_colour`
    bool is_shown = true;    ///< in figures: its name is no mere number
};

/// A mechanism with the name that its outputs carry.
struct Glimpse {
    std::string id;
    Mechanism mechanism;
    Place place{};
    Rare<std::string> label{};                          ///< what figures call it; none: its id
    std::shared_ptr<const GlimpseCategory> category{};  ///< null: none
    Score score{};
    Rare<Transition> transition{};

    /// What figures call it: the label, or without one the id, after the name of its category and before its
    /// score, each in its place whichever way it is read (`isolated`).
    [[nodiscard]] GLIMPSE_EXPORT std::string shown_as() const;
    /// Which of the colours of `glimpse_colour` it has in all figures: its category's, or else that of its
    /// place in its document, from 0.
    [[nodiscard]] std::size_t colour(std::size_t k) const { return category ? category->number : k; }
};

}  // namespace glimpse
