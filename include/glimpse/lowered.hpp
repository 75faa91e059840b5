#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/inverse_warp.hpp"
#include "glimpse/linear_map.hpp"
#include "glimpse/rare.hpp"
#include "glimpse/transition.hpp"

// What a mechanism is lowered to for an image: the linear map, and beside it what filling and showing the
// glimpse takes.

namespace glimpse {

/// From here on numbers are infinite in float32.
constexpr double beyond_float32 = 0x1.ffffffp127;

/// Numbers that copies share, and no larger than a pointer to them: a document may have millions of entries,
/// of which few have any.
class SharedNumbers {
  public:
    SharedNumbers() = default;
    SharedNumbers(std::vector<double> numbers)  // NOLINT(google-explicit-constructor): it is these
        : numbers_(std::make_shared<const std::vector<double>>(std::move(numbers))) {}
    SharedNumbers(std::initializer_list<double> numbers) : SharedNumbers(std::vector<double>(numbers)) {}

    [[nodiscard]] const std::vector<double>& get() const {
        static const std::vector<double> none;
        return numbers_ ? *numbers_ : none;
    }

  private:
    std::shared_ptr<const std::vector<double>> numbers_;
};

/// The fill of what lies outside the image: g = A(I - c) + c, c being one number for all channels, or one for
/// each.
struct Constant {
    /// One, or as many as the image has channels, in the image's units; |value| < `beyond_float32`.
    SharedNumbers values{};
};
/// c is the mean of each channel of the whole image. With an alpha channel, the mean of that, and of each
/// colour the mean of colour · alpha, divided by the mean alpha: 0 where that is 0.
struct MeanOfImage {
    /// Of 8 and 16 bits without alpha, cut to whole numbers, as pysot's `avg_chans` are.
    bool is_truncated = false;
};
/// Zeros, or what takes their place.
using Fill = std::variant<std::monostate, Constant, MeanOfImage>;

/// Places that figures mark of a glimpse without a border: what looks, and where it looks.
struct MarkedPoints {
    struct Dot {
        Point at;       ///< edge coordinates of the image
        double weight;  ///< by which it is shaded, between 0 and the greatest magnitude of all
    };
    std::optional<Point> reference{};  ///< edge coordinates
    std::vector<Dot> dots{};
};

/// A map whose cells are no squares on what it was made of.
struct StretchedMap {
    Size map;   ///< cells
    Size seen;  ///< what it was made of, as far as that is known: the image, or what a view shows; pixels
    bool by_view = false;  ///< the latter
};

/// The tokens that an attention matrix of an image has.
struct TokenCounts {
    int prefix = 0;  ///< ≥ 0: the class token, a distillation token, registers
    int side = 0;    ///< ≥ 1: of the square of cells behind them

    [[nodiscard]] int count() const { return prefix + side * side; }
};

/// A mechanism for an image of one size: the operator, and what fills, shows and places its glimpse.
struct Lowered {
    LinearMap map;
    /// The sum of a glimpse pixel's weights where its whole footprint lies inside the image; 0 where it is
    /// another for each pixel.
    double full_weight = 1;
    /// Whether what a pixel's weights lack of `full_weight` is lost by definition, as to a Gaussian's 1e-8,
    /// and none of it lies outside the image.
    bool fades = false;
    Fill fill{};
    /// Added to the values of each channel but alpha: none, one for all of them or one for each, in the
    /// image's units; |value| < `beyond_float32`.
    SharedNumbers bias{};
    /// From glimpse pixel to image pixel, centre coordinates, where the map has such a form.
    std::optional<Affine> matrix{};
    /// From glimpse pixel to image pixel in homogeneous coordinates, both centre coordinates, where the map
    /// is projective and has no such matrix; d > 0 of all that the glimpse sees. Null where there is none.
    std::shared_ptr<const Homography> homography{};
    /// The way back of a warp that has no such matrix; null where it has no closed form.
    std::shared_ptr<const InverseWarp> inverse{};
    /// h×w CV_32F, 0 to 1, by which the glimpse's alpha is multiplied where it is shown; none: it is not.
    Rare<cv::Mat> alpha{};
    /// The share of the glimpse inside the image, where the sums of its weights do not tell it.
    std::optional<double> inside{};
    /// Null where there are none.
    std::shared_ptr<const MarkedPoints> marks{};
    /// Of weights whose map was made of something else than it is laid on, as far as can be seen.
    Rare<StretchedMap> stretched{};
    /// Of weights whose map has the size of an attention matrix of so many tokens, and may be one.
    Rare<TokenCounts> tokens{};
    /// How the map takes the image, which is then not linear; none where the glimpse is the map's alone.
    Rare<Transition> transition{};
    /// Of a glimpse that is not linear, the attention map of its linearisation at an image, on its region
    /// (`linearised_attention`); null where it is the map's own.
    std::shared_ptr<const ImageRegion> linearised{};
};

/// The bytes that making a `Lowered` takes beside what it is made of, as far as they depend on the image.
struct LoweringMemory {
    std::int64_t kept = 0;     ///< by the result, at most
    std::int64_t working = 0;  ///< beside that while it is made, at most
};

/// Pointers to the maps alone, as a backend takes them.
GLIMPSE_EXPORT std::vector<const LinearMap*> maps_of(std::span<const Lowered> lowered);
GLIMPSE_EXPORT std::vector<const LinearMap*> maps_of(std::span<const Lowered* const> lowered);

/// The smallest rectangle outside which no pixel changes the glimpse, but for a mean that fills: the map's,
/// or all of an image that weights are combined with by a transition.
GLIMPSE_EXPORT Rectangle support(const Lowered& lowered);

/// The pixels that must be decoded to read the glimpse: the support, or the whole image where its mean is
/// asked for.
GLIMPSE_EXPORT Rectangle needed(const Lowered& lowered);

/// The attention map: that of the map, or of what is `linearised`.
GLIMPSE_EXPORT ImageRegion attention_map(const Lowered& lowered);

/// The means of that over blocks, as those of a map.
GLIMPSE_EXPORT ImageRegion block_attention(const Lowered& lowered, int n);

/// The share of the glimpse inside the image, 0 ≤ share ≤ 1: the mean over its pixels of A 1 / full_weight,
/// cut to 0…1 along each axis, and exactly 1 where only float32's rounding of the weights is missing.
/// `Weights`, their sums and `Filters` have the image's own pixels: 1.
GLIMPSE_EXPORT double inside(const Lowered& lowered);

/// The weights of what lies outside the image, h×w CV_64F: `full_weight` - A 1, and of `Filters` the sum of
/// those of each pixel's own kernel. All 0 where a padding shows the image there.
GLIMPSE_EXPORT cv::Mat weights_outside(const Lowered& lowered);

/// Whether the glimpse shows a part of the image with a border: all but `Weights` and their sum, whose
/// outline is one of their weights, and `Filters`, which show all of it.
GLIMPSE_EXPORT bool has_border(const Lowered& lowered);

/// Whether some of the weights are negative as they were given: of `Weights`, their sum and `Filters`. Of the
/// other kinds attention is negative only where a bicubic or Lanczos kernel overshoots.
GLIMPSE_EXPORT bool is_signed(const Lowered& lowered);

/// The glimpse's border in the image, a polygon in edge coordinates: carried through `matrix`, or, where the
/// map lists its points in several rows and columns, through these; without either, the border of the
/// support. Of `Weights`, which are as large as the image, and of their sum, the smallest rectangle around
/// the weights of at least half the greatest.
GLIMPSE_EXPORT std::vector<Point> outline(const Lowered& lowered);

/// The attention map at the glimpse's resolution, as means over blocks as `block_attention` has them: the sum
/// of each glimpse pixel's weights, spread over the cell that the pixel is in the image,
///
///   Σ_ij (A 1)_ij |p ∩ C_ij| / |C_ij|,   C_ij = `matrix` of [j-½, j+½] × [i-½, i+½],
///
/// |p ∩ C| being the area of what a pixel p has of a cell. So it shows no pattern of points that are far
/// between. It is the attention map itself where there is no matrix or no area, of `Window`, weights and
/// filters, and along an axis – of turned `Samples`, along both – where kernels are wide: where their
/// standard deviation is at least 0.45 cells. Cells of turned samples are summed over 4×4 points of each
/// block. What of a cell lies outside the image is left out, whatever the padding shows there.
GLIMPSE_EXPORT ImageRegion cell_attention(const Lowered& lowered, int n);

/// The least distance between the sampling points of neighbouring glimpse pixels, in image pixels, over both
/// axes and all pixels. 1 without matrix and points as in `outline`, for `Window`, `Weights` and `Filters`,
/// which show the image's own pixels, and for a sum, which shows none.
GLIMPSE_EXPORT double pitch(const Lowered& lowered);

/// The map for the image shrunk n times, n ≥ 1, to ⌈W/n⌉×⌈H/n⌉ pixels: A U, U repeating each pixel n×n times.
/// It is exact for an image that is constant on each n×n block, and close for others. `Separable` sums the
/// weights of each n columns; `Samples` samples the shrunk image at the same places, which is A U
/// approximately. Throws `std::logic_error` for the other kinds.
GLIMPSE_EXPORT Lowered shrunk(const Lowered& lowered, int n);

}  // namespace glimpse
