#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/sampling.hpp"

// Hard attention as a choice: where to look is drawn at random, and learnt by the score-function estimator
// ∇ E f(l) = E[(f(l) - b) ∇ log p(l)] (Williams 1992, "Simple Statistical Gradient-Following Algorithms for
// Connectionist Reinforcement Learning"; Mnih et al. 2014, "Recurrent Models of Visual Attention"; Xu et al.
// 2015, "Show, Attend and Tell").

namespace glimpse {

/// How locations are chosen from an attention map, and what is cut out there.
struct LocationPolicy {
    /// categorical: a cell of the map, with the probability p = w / Σ w, independently each time. top_k: the
    /// `count` cells of the greatest weights, the greatest first, equal ones by rows; nothing is drawn.
    /// normal: l ~ N(μ, σ² I).
    enum class Kind : std::uint8_t { categorical, normal, top_k };
    /// map: those of the numbers that a mask was given, after their activation; of anything that was given
    /// none, pixels. pixels: the image's, w = Aᵀ 1, of a mask its weights.
    enum class Cells : std::uint8_t { map, pixels };
    /// Of `mean` and `sigma`; positions are in edge coordinates. normalised: the image is [-1, 1] along
    /// either side, x in pixels being (x + 1)/2 · W, and σ σ/2 · W.
    enum class Units : std::uint8_t { pixels, fraction, normalised };

    Kind kind = Kind::categorical;
    int count = 1;           ///< K, 1 ≤ count ≤ `most_draws`: locations from each map
    std::uint64_t seed = 0;  ///< of what is drawn
    Cells cells = Cells::map;
    std::optional<Point> mean{};  ///< μ of normal; none: the map's centre of mass, Σ w c / Σ w
    double sigma = 0;             ///< σ of normal, > 0
    Units units = Units::pixels;
    Size size{};                       ///< of the crops about the locations, w×h
    Padding padding = Padding::zeros;  ///< of what of them lies outside the image
    bool has_gradients = true;         ///< whether the gradient of log p is wanted
};

/// The most locations that are drawn from one map.
inline constexpr int most_draws = 1 << 20;

/// "categorical", "normal", "top-k": in the order of `LocationPolicy::Kind`.
GLIMPSE_EXPORT std::string_view name(LocationPolicy::Kind kind);

/// Throws `InvalidOption` for a policy that is wrong whatever the map.
GLIMPSE_EXPORT void validate(const LocationPolicy& policy);

/// The weights of an attention map, and where on the image it lies.
struct CellMap {
    cv::Mat weights;  ///< CV_64F, rows×columns, finite, ≥ 0, not all 0
    Box region;       ///< pixels, edge coordinates; each cell is region.width/columns × region.height/rows
};

/// The cells of a mechanism's attention on an image of size `image`; the values of its file were supplied.
/// Throws `Error`, or `InvalidParameter`, for weights that are negative or all 0, and for a mask whose cells
/// are those of its map, and that has a threshold or an upsampling which act on pixels.
GLIMPSE_EXPORT CellMap cell_map(const Mechanism& mechanism, Size image, LocationPolicy::Cells cells);

/// What `cell_map` and drawing take, in bytes, beside what lowering the mechanism does.
GLIMPSE_EXPORT std::int64_t cell_map_memory(const Mechanism& mechanism, Size image, std::int64_t to_read);

/// Where a policy looks, and what the estimator needs of it.
struct DrawnLocation {
    struct Cell {
        int row = 0;
        int column = 0;
    };
    /// l as it was drawn, in the policy's units, and its density's gradients.
    struct Normal {
        Point mean;                    ///< μ
        double sigma = 0;              ///< σ
        Point gradient_by_mean;        ///< ∇_μ log p = (l - μ)/σ²
        double gradient_by_log_sigma;  ///< ∂ log p / ∂ log σ = ‖l - μ‖²/σ² - 2
    };

    Point location;                    ///< pixels, edge coordinates
    std::optional<Cell> cell{};        ///< none of normal
    std::optional<double> log_prob{};  ///< none of top_k. normal: log N(l; μ, σ² I) in the policy's units
    /// p of categorical, CV_64F, rows×columns, which all draws of a map share; null of others, and where no
    /// gradients are wanted.
    std::shared_ptr<const cv::Mat> probabilities{};
    std::optional<Normal> normal{};  ///< of normal
};

/// ∇_z log p, onehot - p, rows×columns, CV_64F, z being the map's logits, p = softmax(z): z = v/T where the
/// activation is softmax, and log w otherwise. Empty where there are no probabilities.
GLIMPSE_EXPORT cv::Mat gradient_by_logits(const DrawnLocation& drawn);

/// Which random numbers a map's draws are made of: what is drawn does not depend on anything else.
struct DrawKey {
    std::uint64_t image = 0;  ///< a hash of its name
    std::uint32_t map = 0;    ///< the place of the map among the image's, from 0
};

/// `policy.count` locations on an image of size `image`. Draw k takes the words of Philox4x32-10 with the
/// counter (k, map, the image's hash, its low word first) and the key `seed`. Throws `Error` where top_k
/// wants more cells than weigh more than 0.
GLIMPSE_EXPORT std::vector<DrawnLocation> draw(const CellMap& map, const LocationPolicy& policy, Size image,
                                               const DrawKey& key);

/// The same of normal whose mean is given.
GLIMPSE_EXPORT std::vector<DrawnLocation> draw(const LocationPolicy& policy, Size image, const DrawKey& key);

/// The crop about a location: w×h pixels from column ⌊x - w/2 + ½⌋ and row ⌊y - h/2 + ½⌋ on.
GLIMPSE_EXPORT Crop crop_about(const Point& location, const LocationPolicy& policy);

}  // namespace glimpse
