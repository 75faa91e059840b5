#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/mechanisms/crop.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "parameters/description.hpp"

// Conventions in which other systems write the same numbers. They are read, and what is made of them is
// written as this program has it.

namespace glimpse::parameters {

/// The order of a box's four numbers, edge coordinates: [x, y, width, height]; [x0, y0, x1, y1], as
/// torchvision, Pillow and Detectron have them; [y0, x0, y1, x1], as TensorFlow; the centre first, as YOLO
/// and DETR; [y, x, height, width]. Of pysot and SiamFC [x, y, width, height], of which a box is the window
/// that they cut out.
enum class BoxOrder : std::uint8_t { xywh, xyxy, yxyx, cxcywh, yxhw, pysot, siamfc };

inline constexpr std::array<std::pair<std::string_view, BoxOrder>, 4> box_orders{
    {{"xywh", BoxOrder::xywh},
     {"xyxy", BoxOrder::xyxy},
     {"yxyx", BoxOrder::yxyx},
     {"cxcywh", BoxOrder::cxcywh}}};

/// Those of mechanisms that may be filled with the image's mean, as trackers' windows are.
inline constexpr std::array<std::pair<std::string_view, BoxOrder>, 6> filled_box_orders{
    {box_orders[0],
     box_orders[1],
     box_orders[2],
     box_orders[3],
     {"pysot", BoxOrder::pysot},
     {"siamfc", BoxOrder::siamfc}}};

/// Their windows are in pixels.
inline constexpr const char* tracker_rule =
    R"({"if": {"required": ["convention"], "properties": {"convention": {"enum": ["pysot", "siamfc"]}}}, )"
    R"("then": {"properties": {"units": false}}})";

constexpr bool is_tracker_window(BoxOrder order) {
    return order == BoxOrder::pysot || order == BoxOrder::siamfc;
}

/// How a spatial transformer's theta is written: of `affine_grid` and `grid_sample` with `align_corners`
/// false or true; of Sonnet's `AffineWarpConstraints` and `AffineGridWarper`, whose corners are aligned, four
/// numbers being (scale_x, shift_x, scale_y, shift_y), and whose single sample lies at -1 rather than 0.
enum class ThetaConvention : std::uint8_t { torch, torch_corners, sonnet };

inline constexpr std::array<std::pair<std::string_view, ThetaConvention>, 3> theta_conventions{
    {{"torch", ThetaConvention::torch},
     {"torch-corners", ThetaConvention::torch_corners},
     {"sonnet", ThetaConvention::sonnet}}};

/// Which way a matrix of pixels leads: from the glimpse to the image; or from the image to the glimpse, as
/// `kornia.geometry.warp_affine` and `cv::warpAffine` take it.
enum class MatrixConvention : std::uint8_t { to_image, to_glimpse };

inline constexpr std::array<std::pair<std::string_view, MatrixConvention>, 2> matrix_conventions{
    {{"kornia-warp", MatrixConvention::to_glimpse}, {"opencv-warp", MatrixConvention::to_glimpse}}};

/// Where a matrix that leads to the glimpse is to be inverted.
inline constexpr std::string_view rule_of_inverse =
    "a matrix from image to glimpse is inverted, and this one has no inverse";

/// The order of six numbers of Gaussian attention in a list: the essay's (uy, sy, dy, ux, sx, dx), or that of
/// HART's code, (uy, ux, sy, sx, dy, dx).
enum class AxesOrder : std::uint8_t { named, post, hart };

inline constexpr std::array<std::pair<std::string_view, AxesOrder>, 2> axes_orders{
    {{"post", AxesOrder::post}, {"hart", AxesOrder::hart}}};

/// Whose code DRAW's five numbers are for. Their order in a list is that of the code: gx, gy, log_sigma2,
/// log_delta, log_gamma; or gy, gx, log_delta, log_sigma2, log_gamma.
inline constexpr std::array<std::pair<std::string_view, Gaussian::Code>, 2> draw_codes{
    {{"draw-ericjang", Gaussian::Code::ericjang}, {"draw-jbornschein", Gaussian::Code::jbornschein}}};

/// The orders of the box of Gaussian attention: HART's, of which its code makes Gaussians of its own, too.
inline constexpr std::array<std::pair<std::string_view, BoxOrder>, 5> gaussian_box_orders{
    {box_orders[0], box_orders[1], box_orders[2], box_orders[3], {"hart", BoxOrder::yxhw}}};

/// How a crop's box is sampled: TensorFlow's is [y1, x1, y2, x2] in fractions of the sides less one, the
/// others [x0, y0, x1, y1] in pixels.
inline constexpr std::array<std::pair<std::string_view, crop_form::SamplingRule>, 3> sampling_rules{
    {{"tf-crop-and-resize", crop_form::SamplingRule::crop_and_resize},
     {"roi-align", crop_form::SamplingRule::roi_align},
     {"roi-align-unaligned", crop_form::SamplingRule::roi_align_unaligned}}};

/// Whose turned boxes they are, [x, y, width, height, angle] with the centre first, counter-clockwise on the
/// screen: detectron2's `ROIAlignRotated` in degrees; mmcv's `RoIAlignRotated` in radians, which may be
/// `clockwise`.
enum class TurnedBox : std::uint8_t { detectron, mmcv };

inline constexpr std::array<std::pair<std::string_view, TurnedBox>, 2> turned_boxes{
    {{"roi-align-rotated", TurnedBox::detectron}, {"roi-align-rotated-mmcv", TurnedBox::mmcv}}};

/// The versions of TensorFlow's `extract_glimpse`.
inline constexpr std::array<std::pair<std::string_view, int>, 2> offset_versions{
    {{"tf-glimpse-1", 1}, {"tf-glimpse-2", 2}}};

/// The box of four numbers in that order. Throws `Error` where the second corner lies before the first.
Box box_in_order(const std::array<double, 4>& numbers, BoxOrder order);

/// The order of the caller's convention for boxes of four numbers; none of a convention of one mechanism's
/// boxes, which are read as its entries are. Throws `InvalidOption` where there are no such boxes of it.
std::optional<BoxOrder> default_box_order(const ParameterDefaults& defaults);

/// Whether the convention's boxes are sampled, and need a size.
bool is_sampled(std::string_view convention);

/// "convention", whose words are those of these lists; `meaning` says which forms take which.
Key convention_key(std::vector<std::string_view> forms, std::vector<std::string_view> words,
                   std::string_view meaning);

/// The JSON Schema of the rule that of that form an entry's own convention is one of these.
std::string convention_rule(std::string_view form, std::span<const std::string_view> words);

/// Definitions of the schema: "sized_box", that the box of an entry whose convention has sides, as the entry
/// itself says, has sides > 0; and "sized_boxes", that those of a document have.
std::vector<std::string> sized_box_definitions();

/// The word of "convention": the entry's own, or else the first of the document's default and the caller's
/// that is one of `words`, since other entries may be of other forms; empty without any. Throws `UsageError`
/// where the entry's own is none of them.
std::string_view take_convention(Entry& entry, std::span<const std::string_view> words,
                                 const ReadingContext& context);

/// Its meaning; `otherwise` without any.
template <typename T>
T read_convention(Entry& entry, std::type_identity_t<std::span<const std::pair<std::string_view, T>>> words,
                  T otherwise, const ReadingContext& context) {
    std::vector<std::string_view> known;
    for (const auto& [word, meaning] : words) known.push_back(word);
    const std::string_view taken = take_convention(entry, known, context);
    for (const auto& [word, meaning] : words) {
        if (word == taken) return meaning;
    }
    return otherwise;
}

inline MatrixConvention read_matrix_convention(Entry& entry, const ReadingContext& context) {
    return read_convention<MatrixConvention>(entry, matrix_conventions, MatrixConvention::to_image, context);
}

/// The words of several lists, one behind the other.
template <typename... List>
std::vector<std::string_view> words_of(const List&... lists) {
    std::vector<std::string_view> words;
    const auto append = [&](const auto& list) {
        for (const auto& [word, meaning] : list) words.push_back(word);
    };
    (append(lists), ...);
    return words;
}

}  // namespace glimpse::parameters
