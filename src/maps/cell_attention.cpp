#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <optional>

#include "glimpse/lowered.hpp"
#include "maps/banded_product.hpp"
#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "maps/polygon_areas.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

/// A kernel whose standard deviation is at least this share of a cell leaves no pattern: a Gaussian's comb
/// varies by 2 exp(-2π² · 0.45²), 4 %.
constexpr double wide = 0.45;

bool is_wide(double variance, double cell) {
    return std::sqrt(variance) >= wide * std::abs(cell);
}

/// The mean over the rows of the variance of their weights, in pixels².
double mean_variance(const BandedMatrix& matrix) {
    double variances = 0;
    int count = 0;
    for (int i = 0; i < matrix.rows(); ++i) {
        double mass = 0;
        double moment = 0;
        double square = 0;
        double k = 0;
        for (const float weight : matrix.row(i).weights) {
            mass += weight;
            moment += weight * k;
            square += weight * k * k;
            ++k;
        }
        if (mass == 0) continue;
        const double mean = moment / mass;
        variances += std::max(0.0, square / mass - mean * mean);
        ++count;
    }
    return count == 0 ? 0 : variances / count;
}

/// Values of neighbouring blocks along an axis.
struct Profile {
    int first = 0;
    std::vector<double> values;

    [[nodiscard]] Interval blocks() const { return {first, first + static_cast<int>(values.size())}; }
};

/// Adds the length that [from, to) has of each block of n pixels, times `density`.
void spread(Profile& profile, double from, double to, double density, int n) {
    for (int k = std::max(profile.first, static_cast<int>(std::floor(from / n)));
         k < profile.blocks().end && double(k) * n < to; ++k) {
        const double length = std::min(to, (k + 1.0) * n) - std::max(from, double(k) * n);
        profile.values[static_cast<std::size_t>(k - profile.first)] += std::max(0.0, length) * density / n;
    }
}

/// The mean over each block of n columns of the matrix's column sums.
Profile exact_profile(const BandedMatrix& matrix, int n) {
    const Interval support = matrix.support();
    Profile profile{support.begin / n, {}};
    if (support.empty()) return profile;
    profile.values.resize(static_cast<std::size_t>((support.end - 1) / n - profile.first) + 1);
    int column = support.begin;
    for (const double sum : matrix.column_sums()) {
        profile.values[static_cast<std::size_t>(column++ / n - profile.first)] += sum / n;
    }
    return profile;
}

/// Likewise, the sum of row i spread over the cell from `start + (i - ½) step` to `start + (i + ½) step`,
/// centre coordinates.
Profile cell_profile(const BandedMatrix& matrix, double step, double start, int n) {
    if (step == 0 || is_wide(mean_variance(matrix), step)) return exact_profile(matrix, n);
    const double size = matrix.columns();
    const double ends[2] = {start + 0.5 - step / 2, start + 0.5 + (matrix.rows() - 0.5) * step};
    const double low = std::clamp(std::min(ends[0], ends[1]), 0.0, size);
    const double high = std::clamp(std::max(ends[0], ends[1]), 0.0, size);
    Profile profile{static_cast<int>(std::floor(low / n)), {}};
    if (low >= high) return profile;
    profile.values.resize(static_cast<std::size_t>(std::ceil(high / n)) -
                          static_cast<std::size_t>(profile.first));
    const std::vector<double> sums = matrix.row_sums();
    for (int i = 0; i < matrix.rows(); ++i) {
        const double middle = start + 0.5 + i * step;
        const double half = std::abs(step) / 2;
        spread(profile, std::clamp(middle - half, 0.0, size), std::clamp(middle + half, 0.0, size),
               sums[static_cast<std::size_t>(i)] / std::abs(step), n);
    }
    return profile;
}

ImageRegion cell_attention(const Separable& separable, const Affine& matrix, int n) {
    const Profile rows = cell_profile(separable.rows, matrix.m[1][1], matrix.m[1][2], n);
    const Profile columns = cell_profile(separable.columns, matrix.m[0][0], matrix.m[0][2], n);
    const Rectangle region = rectangle(columns.blocks(), rows.blocks());
    if (region.empty()) return {region, cv::Mat()};
    return {region, outer_product(rows.values, columns.values)};
}

constexpr double variance_of_bilinear = 1.0 / 6;  // bicubic's differs little

/// The longer side of the cells.
double longer_side(const Affine& matrix) {
    return std::max(std::hypot(matrix.m[0][0], matrix.m[1][0]), std::hypot(matrix.m[0][1], matrix.m[1][1]));
}

/// Whether turned samples leave a pattern where the matrix spreads them: their kernel is not wide along the
/// longer side of the cells.
bool leaves_a_pattern(const Samples& samples, const Affine& matrix) {
    return samples.points.affine() != nullptr && (samples.interpolation == Interpolation::nearest ||
                                                  !is_wide(variance_of_bilinear, longer_side(matrix)));
}

bool leaves_a_pattern(const Footprints& footprints, const Affine& matrix) {
    const double side = longer_side(matrix);
    double variance = variance_of_bilinear * std::max(1.0, side * side);
    if (const auto& gaussians = footprints.gaussians) {
        const double deviation = std::min(gaussians->s.x, gaussians->s.y) * side;
        variance = deviation * deviation;
    } else if (const auto& means = footprints.means) {
        // Of k points that are side/k apart, and of their kernels.
        const double k = std::min(means->across, means->down);
        variance = variance_of_bilinear + side * side / 12 * (1 - 1 / (k * k));
    }
    return footprints.points.affine() != nullptr && !is_wide(variance, side);
}

bool leaves_a_pattern(const auto& /*kind*/, const Affine& /*matrix*/) {
    return false;
}

/// The mean of A 1 over points of a block of the image, those outside the glimpse and the image counting 0.
class BlockMeans {
  public:
    BlockMeans(const LinearMap& map, const Affine& matrix, int n)
        : image_(map.image), to_glimpse_(inverse(matrix)), n_(n), sums_(row_sums(map)) {}

    [[nodiscard]] double at(int column, int row) const {
        double sum = 0;
        for (int v = 0; v < points; ++v) {
            for (int u = 0; u < points; ++u) sum += at_point(coordinate(column, u), coordinate(row, v));
        }
        return sum / (points * points);
    }

  private:
    static constexpr int points = 4;  ///< along a side

    /// Edge coordinate of a point of a block.
    [[nodiscard]] double coordinate(int block, int point) const {
        return (block + (point + 0.5) / points) * n_;
    }

    [[nodiscard]] double at_point(double x, double y) const {
        if (x >= image_.width || y >= image_.height) return 0;
        const Point pixel = to_glimpse_(x - 0.5, y - 0.5);
        const double j = std::floor(pixel.x + 0.5);
        const double i = std::floor(pixel.y + 0.5);
        if (!(j >= 0 && i >= 0 && j < sums_.cols && i < sums_.rows)) return 0;
        return sums_.at<float>(static_cast<int>(i), static_cast<int>(j));
    }

    Size image_;
    Affine to_glimpse_;
    int n_;
    cv::Mat sums_;
};

/// The blocks that an interval of the image touches.
Interval blocks_of(double low, double high, int size, int n) {
    return {static_cast<int>(std::floor(std::clamp(low, 0.0, double(size)) / n)),
            static_cast<int>(std::ceil(std::clamp(high, 0.0, double(size)) / n))};
}

ImageRegion cell_attention(const LinearMap& map, const Affine& matrix, int n) {
    const auto [left, top, right, bottom] = extent(border_in_image(matrix, map.glimpse));
    const Rectangle region =
        rectangle(blocks_of(left, right, map.image.width, n), blocks_of(top, bottom, map.image.height, n));
    if (region.empty()) return {region, cv::Mat()};
    const BlockMeans means(map, matrix, n);
    const double area = std::abs(matrix.determinant());
    cv::Mat attention(region.height, region.width, CV_32F);
    for (int y = 0; y < region.height; ++y) {
        auto* row = attention.ptr<float>(y);
        for (int x = 0; x < region.width; ++x) {
            row[x] = static_cast<float>(means.at(region.x + x, region.y + y) / area);
        }
    }
    return {region, attention};
}

using Quadrilateral = std::array<Point, 4>;

bool is_finite(const Point& point) {
    return std::isfinite(point.x) && std::isfinite(point.y);
}

/// Whether it turns to the same side at each corner.
bool is_convex(const Quadrilateral& corners) {
    const auto turn = [&](std::size_t k) {
        const Point& a = corners[k];
        const Point& b = corners[(k + 1) % 4];
        const Point& c = corners[(k + 2) % 4];
        return (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
    };
    const auto all = [&](double sign) {
        return sign * turn(0) > 0 && sign * turn(1) > 0 && sign * turn(2) > 0 && sign * turn(3) > 0;
    };
    return all(1) || all(-1);
}

/// What a glimpse pixel is in the image by the Jacobian at its point: a parallelogram.
struct Cell {
    Point middle;  ///< edge coordinates
    Point across;
    Point down;

    Cell(const Point& centre, const SamplingPoints::Jacobian& jacobian)
        : middle{edge_from_centre(centre.x), edge_from_centre(centre.y)},
          across{jacobian[0][0], jacobian[1][0]},
          down{jacobian[0][1], jacobian[1][1]} {}

    [[nodiscard]] bool is_finite() const {
        return glimpse::is_finite(middle) && glimpse::is_finite(across) && glimpse::is_finite(down);
    }
    [[nodiscard]] double shorter_side() const { return std::min(length(across), length(down)); }
    [[nodiscard]] double longer_side() const { return std::max({length(across), length(down), 1.0}); }

    /// Where (s, t) of [-½, ½]² is.
    [[nodiscard]] Point at(double s, double t) const {
        return {middle.x + s * across.x + t * down.x, middle.y + s * across.y + t * down.y};
    }

    /// The parallelogram, with sides at least a pixel long.
    [[nodiscard]] Quadrilateral of_a_pixel_at_least() const {
        Cell cell = *this;
        cell.across = at_least_a_pixel(across, {1, 0});
        cell.down = at_least_a_pixel(down, {0, 1});
        return {cell.at(-0.5, -0.5), cell.at(0.5, -0.5), cell.at(0.5, 0.5), cell.at(-0.5, 0.5)};
    }

  private:
    static double length(const Point& side) { return std::hypot(side.x, side.y); }

    static Point at_least_a_pixel(const Point& side, const Point& none) {
        if (length(side) == 0) return none;
        const double longer = std::max(1.0, length(side)) / length(side);
        return {side.x * longer, side.y * longer};
    }
};

Quadrilateral in_blocks(Quadrilateral corners, int n) {
    for (Point& corner : corners) corner = {corner.x / n, corner.y / n};
    return corners;
}

/// The cells of listed points, and where they meet.
class Cells {
  public:
    Cells(const SamplingPoints& points, Size glimpse)
        : points_(points), glimpse_(glimpse), is_round_(is_round()) {}

    [[nodiscard]] Cell at(int j, int i) const {
        SamplingPoints::Jacobian jacobian = points_.jacobian(j, i);
        if (is_round_ && (j == 0 || j == glimpse_.width - 1)) {  // where it is of one side
            const Point before = points_.at((j + glimpse_.width - 1) % glimpse_.width, i);
            const Point behind = points_.at((j + 1) % glimpse_.width, i);
            jacobian[0][0] = (behind.x - before.x) / 2;
            jacobian[1][0] = (behind.y - before.y) / 2;
        }
        return {points_.at(j, i), jacobian};
    }

    /// Neighbours share their sides, so that there are no gaps between them: but where these are shorter than
    /// a pixel, or where the warp folds.
    [[nodiscard]] Quadrilateral outline(const Cell& cell, int j, int i) const {
        const Quadrilateral shared{meeting(j, i), meeting(j + 1, i), meeting(j + 1, i + 1),
                                   meeting(j, i + 1)};
        return cell.shorter_side() >= 1 && is_convex(shared) ? shared : cell.of_a_pixel_at_least();
    }

  private:
    [[nodiscard]] double distance(int j, int k, int i) const {
        const Point a = points_.at(j, i);
        const Point b = points_.at(k, i);
        return std::hypot(b.x - a.x, b.y - a.y);
    }

    /// Whether the first column is the next after the last, as of a whole turn.
    [[nodiscard]] bool is_round() const {
        const int last = glimpse_.width - 1;
        if (last < 2) return false;
        for (int i = 0; i < glimpse_.height; ++i) {
            const double step = std::min(distance(0, 1, i), distance(last - 1, last, i));
            if (!(distance(last, 0, i) < 1.5 * step)) return false;
        }
        return true;
    }

    /// Between columns j - 1 and j and rows i - 1 and i: the mean of where the cells there are said to have
    /// their corners.
    [[nodiscard]] Point meeting(int j, int i) const {
        Point sum{0, 0};
        int count = 0;
        for (const int row : {i - 1, i}) {
            for (const int side : {j - 1, j}) {
                const int column = is_round_ ? (side + glimpse_.width) % glimpse_.width : side;
                if (row < 0 || column < 0 || row >= glimpse_.height || column >= glimpse_.width) continue;
                const Point corner = at(column, row).at(side < j ? 0.5 : -0.5, row < i ? 0.5 : -0.5);
                if (!is_finite(corner)) continue;
                sum = {sum.x + corner.x, sum.y + corner.y};
                ++count;
            }
        }
        return {sum.x / count, sum.y / count};
    }

    const SamplingPoints& points_;
    Size glimpse_;
    bool is_round_;
};

/// Of listed points; none where the kernels of all of them are wide.
std::optional<ImageRegion> cell_attention(const SamplingPoints& points, const LinearMap& map, int n) {
    const Size blocks = shrunk(map.image, n);
    cv::Mat sums = cv::Mat::zeros(blocks.height, blocks.width, CV_64F);
    const cv::Mat weights = row_sums(map);
    const Cells cells(points, map.glimpse);
    bool leaves_pattern = false;
    for (int i = 0; i < map.glimpse.height; ++i) {
        for (int j = 0; j < map.glimpse.width; ++j) {
            const Cell cell = cells.at(j, i);
            if (!cell.is_finite()) continue;
            leaves_pattern = leaves_pattern || !is_wide(variance_of_bilinear, cell.longer_side());
            const double sum = weights.at<float>(i, j);
            if (spread_over(in_blocks(cells.outline(cell, j, i), n), sum, sums)) continue;
            spread_over(in_blocks(Cell(points.at(j, i), {}).of_a_pixel_at_least(), n), sum, sums);
        }
    }
    if (!leaves_pattern) return std::nullopt;
    ImageRegion attention{whole(blocks), cv::Mat()};
    sums.convertTo(attention.pixels, CV_32F, 1.0 / n / n);
    return attention;
}

}  // namespace

ImageRegion cell_attention(const Lowered& lowered, int n) {
    const LinearMap& map = lowered.map;
    if (lowered.linearised) return block_attention(lowered, n);
    if (const SamplingPoints* const points = listed_area(map)) {
        const auto attention = cell_attention(*points, map, n);
        return attention ? *attention : block_attention(lowered, n);
    }
    if (!lowered.matrix) return block_attention(lowered, n);
    const Affine& matrix = *lowered.matrix;
    if (const auto* separable = std::get_if<Separable>(&map.kind)) {
        return cell_attention(*separable, matrix, n);
    }
    const bool is_spread =
        matrix.determinant() != 0 &&
        std::visit([&](const auto& kind) { return leaves_a_pattern(kind, matrix); }, map.kind);
    return is_spread ? cell_attention(map, matrix, n) : block_attention(map, n);
}

}  // namespace glimpse
