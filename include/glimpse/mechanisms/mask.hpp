#pragma once

#include <concepts>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// The forms that the parameters of `Mask` come in.
namespace mask_form {

/// A matrix that is not changed, and that copies share; few bytes, since most glimpses are no masks.
class Values {
  public:
    Values() = default;
    template <std::convertible_to<cv::Mat> Matrix>
    requires(!std::same_as<std::remove_cvref_t<Matrix>, Values>)
        Values(const Matrix& values)  // NOLINT(google-explicit-constructor): it is a matrix
        : values_(std::make_shared<const cv::Mat>(values)) {}

    [[nodiscard]] std::size_t total() const { return values_ ? values_->total() : 0; }
    [[nodiscard]] bool empty() const { return total() == 0; }
    operator const cv::Mat&() const {  // NOLINT(google-explicit-constructor)
        static const cv::Mat none;
        return values_ ? *values_ : none;
    }

  private:
    std::shared_ptr<const cv::Mat> values_;
};

/// A path that copies share, likewise.
class SharedPath {
  public:
    SharedPath() = default;
    template <std::convertible_to<std::filesystem::path> Path>
    requires(!std::same_as<std::remove_cvref_t<Path>, SharedPath>)
        SharedPath(const Path& path)  // NOLINT(google-explicit-constructor): it is a path
        : path_(std::make_shared<const std::filesystem::path>(path)) {}

    operator const std::filesystem::path&() const {  // NOLINT(google-explicit-constructor)
        static const std::filesystem::path none;
        return path_ ? *path_ : none;
    }

  private:
    std::shared_ptr<const std::filesystem::path> path_;
};

/// Where the map of a document's "grid" or "tokens" lies in a file of arrays, out of which it is read when it
/// is needed.
class ArraySource {
  public:
    virtual ~ArraySource() = default;
    /// The key of the document that names it: "/grid".
    [[nodiscard]] virtual std::string_view field() const = 0;
    /// Of the map.
    [[nodiscard]] virtual Size size() const = 0;
    /// How many numbers are held, besides the map's own, while it is read.
    [[nodiscard]] virtual std::int64_t working() const { return 0; }
    /// Whether the map was made of attention matrices, or of rows of them.
    [[nodiscard]] virtual bool is_of_tokens() const { return false; }
    /// From 1 to the next of its numbers, where these are of 16 bits; 0 of any other.
    [[nodiscard]] virtual double coarse_step() const { return 0; }
    /// Whether the map depends on where it lies on an image.
    [[nodiscard]] virtual bool needs_region() const { return false; }
    /// The map, CV_64F; `region` is where it lies on the image, pixels, edge coordinates, and may be null
    /// unless it is needed. Throws `Error` without the path where it cannot be read any more.
    [[nodiscard]] virtual cv::Mat values(const Box* region) const = 0;
    /// Closes its file, and all others of its document: what is read again is opened again.
    virtual void close() const = 0;
};

/// What a model was shown of an image: it was resized, and its centre cropped, as torchvision's `Resize` and
/// `CenterCrop` do. Lengths ≥ 1, pixels.
struct View {
    /// Not at all; the shorter side to this length, and the longer one in proportion, rounded down; or both.
    std::variant<std::monostate, int, Size> resize{};
    /// About the centre of what was resized; where that is smaller, with zeros around it. None: all of it.
    std::optional<Size> crop{};
};

/// Where on the image a map lies: in a box, in pixels, edge coordinates, which may reach beyond the image, or
/// on what a model was shown. Elsewhere the weights are 0.
using Placement = std::variant<Box, View>;

/// How a map becomes weights, where a document says more than a word of it.
struct MapOptions {
    double temperature = 1;  ///< T > 0 of sigmoid and softmax
    double sigma = 1.25;     ///< > 0, of gaussian, in cells of the grid, which may not be squares
    std::optional<Placement> placement{};  ///< none: it lies on all of the image
};

/// A grey picture (8-bit divided by 255, 16-bit by 65535) or an array, H×W or upsampled to that. `values`
/// (CV_64F) are supplied by whoever reads files, before the mask is lowered.
struct FileForm {
    SharedPath path;
    Values values;
    std::shared_ptr<const ArraySource> array{};  ///< null: the file's picture, or all of a .npy
};

/// A grid of numbers of any size, CV_64F, upsampled to H×W.
struct GridForm {
    Values values;
};

/// a = a_y a_xᵀ; x has W numbers and y has H.
struct VectorForm {
    std::vector<double> x;
    std::vector<double> y;
};

/// a_y[k] = exp(-½ ((k - u)/s)²), the same for x, a = a_y a_xᵀ; u in pixels, centre coordinates; s > 0
/// pixels.
struct GaussianForm {
    struct Axis {
        double u = 0;  ///< centre, pixels, centre coordinates
        double s = 1;  ///< standard deviation, pixels; s > 0
    };
    enum class Normalise { peak, sum };  ///< the peak is 1, or each vector sums to 1
    Axis x;
    Axis y;
    Normalise normalise = Normalise::peak;
};

/// 1 where the pixel lies in the rounded box (as `Crop` rounds it), 0 elsewhere.
/// Its `angle` is 0.
using BoxForm = OrientedBox;

}  // namespace mask_form

/// Soft (or hard) attention: g = a ⊙ I with a ∈ R^{H×W}, applied to every channel (Xu et al. 2015, "Show,
/// Attend and Tell"). The weights are made in this order: source, activation, upsampling, normalising,
/// threshold.
struct Mask {
    static constexpr std::string_view name = "mask";  ///< in documents

    using FileForm = mask_form::FileForm;
    using GridForm = mask_form::GridForm;
    using VectorForm = mask_form::VectorForm;
    using GaussianForm = mask_form::GaussianForm;
    using BoxForm = mask_form::BoxForm;

    /// From a grid of another size to H×W: half-pixel centres, borders clamped. gaussian: bilinear, and then
    /// a Gaussian filter of the standard deviation `sigma`, also of a grid that is H×W: the smooth maps of
    /// "Show, Attend and Tell", scikit-image's `pyramid_expand`.
    enum class Upsample : std::uint8_t { nearest, bilinear, bicubic, gaussian };
    /// Of the numbers v of a grid, T the temperature, before they are upsampled. sigmoid: 1 / (1 + e^(-v/T)).
    /// softmax: e^(v/T) / Σ e^(v/T), over the whole grid. relu: max(v, 0), as of Grad-CAM (Selvaraju et al.
    /// 2017).
    enum class Activation : std::uint8_t { none, sigmoid, softmax, relu };
    /// What all H×W weights are divided by. max: their greatest magnitude, so that the greatest is 1; weights
    /// that are all 0 stay so. sum: their sum, which is > 0.
    enum class Normalise : std::uint8_t { none, max, sum };
    /// soft: 0 ≤ a ≤ 1; hard: a ∈ {0, 1}; free: any finite weights.
    enum class Kind : std::uint8_t { soft, hard, free };
    /// weights: a ⊙ I. pixels: z[a], the N×C list of the pixels where a = 1, in row order. box: the mask's
    /// bounding box, alpha 0 where a = 0.
    enum class Select : std::uint8_t { none, pixels, box };
    /// none: a ⊙ I. sum: the context vector Σ_y Σ_x a[y, x] I[y, x], a glimpse of one pixel (Bahdanau et al.
    /// 2015, "Neural Machine Translation by Jointly Learning to Align and Translate"; "Show, Attend and
    /// Tell").
    enum class Reduce : std::uint8_t { none, sum };

    std::variant<FileForm, GridForm, VectorForm, GaussianForm, BoxForm> form;
    Upsample upsample = Upsample::bilinear;
    Activation activation = Activation::none;
    Normalise normalise = Normalise::none;
    Kind kind = Kind::soft;
    Select select = Select::none;       ///< hard only
    Reduce reduce = Reduce::none;       ///< not with a selection
    bool is_picture = false;            ///< of a file: its values were supplied out of a picture
    std::optional<double> threshold{};  ///< hard only: a ≥ threshold becomes 1, the rest 0
    /// Of a file or a grid; null: what they are by default. Beside the mask, since few of many have any.
    std::shared_ptr<const mask_form::MapOptions> map_options{};

    [[nodiscard]] const mask_form::MapOptions& map() const {
        static const mask_form::MapOptions by_default;
        return map_options ? *map_options : by_default;
    }
};

/// Throws `InvalidParameter` for a parameter that is wrong whatever the image: also for given weights that
/// are not of the mask's kind, or are all 0 and to be divided by their sum, where no activation changes them.
GLIMPSE_EXPORT void validate(const Mask& mask);

/// Where on an image of size `image` the map of the mask lies: pixels, edge coordinates; the whole image
/// without a placement. Throws `Error` where that is wholly outside the image.
GLIMPSE_EXPORT Box map_region(const Mask& mask, Size image);

/// The mask's map where its aspect is another than that of the image, or of what its view shows, by more than
/// rounding each side to whole cells explains. None where a box says where the map lies, and for masks whose
/// values are not known, or that have none.
GLIMPSE_EXPORT std::optional<StretchedMap> stretched_map(const Mask& mask, Size image);

/// The tokens of the attention matrix that the mask's map may be, by its size: n×n numbers, n a square of at
/// least 7×7 cells and the 1, 2 or 5 tokens before them that models have. None for a map that was made of
/// tokens, a picture, numbers that are all 0 or 1 or the same in each row, and n×n of n×n pixels.
GLIMPSE_EXPORT std::optional<TokenCounts> tokens_of_map(const Mask& mask, Size image);

/// a, the H×W weights (CV_32F) for an image of size `image`, after activation, upsampling, normalising and
/// threshold. A soft mask is clipped to [0, 1]: bicubic upsampling overshoots, which is clipped at 0 before
/// the weights are normalised, and given weights may leave the range by 1e-6, float32's rounding. Throws
/// `InvalidParameter` as `validate`, and `Error` when the weights are not of the mask's kind or size, have no
/// sum > 0 to be divided by, the box lies wholly outside the image, or a map that is to be smoothed lies on
/// far more pixels than the image has.
GLIMPSE_EXPORT cv::Mat weights(const Mask& mask, Size image);

/// The map for an image of size `image`; `Select::box` gives it a on the mask's bounding box as its alpha.
/// Throws as `weights` does, and `Error` when a selection is empty.
GLIMPSE_EXPORT Lowered lower(const Mask& mask, Size image);

/// What `lower` takes; where the values of its file are still to be supplied, they with them, `to_read` ≥ 0
/// in number.
GLIMPSE_EXPORT LoweringMemory lowering_memory(const Mask& mask, Size image, std::int64_t to_read);

}  // namespace glimpse
