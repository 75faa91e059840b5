#include "mechanisms/upsampling.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "maps/image_region.hpp"
#include "maps/taps.hpp"
#include "mechanisms/averages.hpp"

namespace glimpse {

namespace {

/// One axis of the upsampling: the cells lie from `begin` on, edge coordinates, over `length` pixels, of
/// which `count` are wanted from `first` on.
struct UpsampledAxis {
    int cells;
    double begin;
    double length;
    int first;
    int count;

    /// Where the centre of pixel i, counted from `first` on, lies among the cells, edge coordinates.
    [[nodiscard]] double edge(double i) const {
        return (edge_from_centre(first + i) - begin) * cells / length;
    }
};

/// Many times what rounding makes of an edge coordinate, and far less than a pixel is of a cell.
constexpr double edge_rounding = 1e-9;

/// Half-pixel centres, borders clamped.
BandedMatrix sampling_axis(const UpsampledAxis& axis, Mask::Upsample upsample) {
    BandedMatrix matrix(axis.cells);
    RowBuilder row(matrix);
    for (int i = 0; i < axis.count; ++i) {
        // Rounded to whole pixels, a region's outer ones may have their centres beyond it.
        const double edge = std::clamp(axis.edge(i), 0.0, static_cast<double>(axis.cells));
        if (upsample == Mask::Upsample::nearest) {
            row.add(nearest_cell(edge, axis.cells), 1.0);
        } else {
            const bool is_bicubic = upsample == Mask::Upsample::bicubic;
            const Interpolation interpolation = is_bicubic ? Interpolation::bicubic : Interpolation::bilinear;
            row.add(axis_taps({axis.cells, interpolation, Padding::border}, centre_from_edge(edge)));
        }
        row.finish_row();
    }
    return matrix;
}

/// The kernel is cut off at so many standard deviations, as SciPy's and scikit-image's is.
constexpr double kernel_reach = 4;

/// Of a standard deviation of twice the axis's length, a Gaussian that is mirrored at both ends is flat to
/// exp(-½ (2π)²), 3e-9: wider ones give the same.
constexpr double widest_in_lengths = 2;

/// g(k) = exp(-½ (k/s)²) / Σ for |k| ≤ r = ⌊4 s + ½⌋, so that Σ g = 1; as sums, with which a stretch of
/// pixels on which the samples are linear takes as long as one pixel.
class Kernel {
  public:
    explicit Kernel(double s) : radius_(static_cast<std::int64_t>(std::floor(kernel_reach * s + 0.5))) {
        const auto length = static_cast<std::size_t>(2 * radius_ + 2);
        sums_.reserve(length);
        moments_.reserve(length);
        double sum = 0;
        double moment = 0;
        for (std::int64_t k = -radius_; k <= radius_ + 1; ++k) {
            const auto distance = static_cast<double>(k);
            sums_.push_back(sum);
            moments_.push_back(moment);
            const double g = k == 0 ? 1 : gaussian_form::weight(distance / s);
            sum += g;
            moment += distance * g;
        }
        const double mass = sums_.back();
        for (double& one : sums_) one /= mass;
        for (double& one : moments_) one /= mass;
    }

    [[nodiscard]] std::int64_t radius() const { return radius_; }

    /// Σ g(k) for begin ≤ k < end, both from -r to r + 1.
    [[nodiscard]] double sum(std::int64_t begin, std::int64_t end) const {
        return between(sums_, begin, end);
    }
    /// Σ k g(k) likewise.
    [[nodiscard]] double moment(std::int64_t begin, std::int64_t end) const {
        return between(moments_, begin, end);
    }

  private:
    [[nodiscard]] double between(const std::vector<double>& sums, std::int64_t begin,
                                 std::int64_t end) const {
        return sums[static_cast<std::size_t>(end + radius_)] -
               sums[static_cast<std::size_t>(begin + radius_)];
    }

    std::int64_t radius_;
    std::vector<double> sums_;
    std::vector<double> moments_;
};

/// Pixels that are interpolated between the same two cells, or lie beyond the outer cells' centres.
struct Stretch {
    std::int64_t begin;
    std::int64_t end;
    int cell;         ///< the first of the two
    bool is_clamped;  ///< only the cell counts
};

std::vector<Stretch> stretches(const UpsampledAxis& axis) {
    std::vector<Stretch> all;
    for (int i = 0; i < axis.count; ++i) {
        const double place = centre_from_edge(axis.edge(i));
        const bool is_clamped = place <= 0 || place >= axis.cells - 1;
        const int cell = static_cast<int>(std::clamp(std::floor(place), 0.0, axis.cells - 1.0));
        if (!all.empty() && all.back().cell == cell && all.back().is_clamped == is_clamped) {
            ++all.back().end;
        } else {
            all.push_back({i, i + 1, cell, is_clamped});
        }
    }
    return all;
}

/// The rows of a bilinear axis of all pixels on which the cells lie, filtered along these, which are mirrored
/// at the outer edges.
class SmoothAxis {
  public:
    SmoothAxis(const UpsampledAxis& all, double sigma)
        : axis_(all),
          kernel_(std::min(sigma * all.length / all.cells, widest_in_lengths * all.count)),
          stretches_(stretches(all)) {}

    /// The rows of `count` pixels from `first` on, as the image counts them.
    [[nodiscard]] BandedMatrix matrix(int first, int count) const {
        BandedMatrix matrix(axis_.cells);
        RowBuilder row(matrix);
        const std::int64_t period = 2 * std::int64_t{axis_.count};
        const std::int64_t turns = (kernel_.radius() + axis_.count) / period + 1;
        for (int i = first - axis_.first; i < first - axis_.first + count; ++i) {
            // A pixel beyond an edge shows its mirror image, which is as far from a mirror image of i.
            for (std::int64_t n = -turns; n <= turns; ++n) {
                add_seen_from(i + n * period, row);
                add_seen_from(-1 - i + n * period, row);
            }
            row.finish_row();
        }
        return matrix;
    }

  private:
    void add_seen_from(std::int64_t centre, RowBuilder& row) const {
        const std::int64_t first = std::max(std::int64_t{0}, centre - kernel_.radius());
        const std::int64_t end = std::min(std::int64_t{axis_.count}, centre + kernel_.radius() + 1);
        if (first >= end) return;
        auto stretch = std::ranges::upper_bound(stretches_, first, {}, &Stretch::end);
        for (; stretch != stretches_.end() && stretch->begin < end; ++stretch) {
            add(*stretch, std::max(first, stretch->begin), std::min(end, stretch->end), centre, row);
        }
    }

    /// Pixels first ≤ p < end of the stretch: g(p - centre) of each goes to its two cells.
    void add(const Stretch& stretch, std::int64_t first, std::int64_t end, std::int64_t centre,
             RowBuilder& row) const {
        const double mass = kernel_.sum(first - centre, end - centre);
        if (stretch.is_clamped) return row.add(stretch.cell, mass);
        const double offset = centre_from_edge(axis_.edge(static_cast<double>(centre))) - stretch.cell;
        const double to_second =
            offset * mass + kernel_.moment(first - centre, end - centre) * axis_.cells / axis_.length;
        row.add(stretch.cell, mass - to_second);
        row.add(stretch.cell + 1, to_second);
    }

    UpsampledAxis axis_;
    Kernel kernel_;
    std::vector<Stretch> stretches_;
};

/// The most pixels on a side of what is smoothed, of which some lie beyond the image.
constexpr int longest_smoothed = 1 << 22;

/// Whether a map on all these pixels, of which so many are of the image, is on too many to be smoothed.
bool is_too_long(const Rectangle& all, Size wanted) {
    const auto is_long = [](int side, int of_image) { return side > longest_smoothed && side > of_image; };
    return is_long(all.width, wanted.width) || is_long(all.height, wanted.height);
}

/// What is smoothed; empty where `upsampled` refuses it, or would never be called.
Rectangle smoothed_pixels(const Mask& mask, Size image) {
    try {
        const Rectangle all = rounded(map_region(mask, image));
        return is_too_long(all, intersection(all, whole(image)).size()) ? Rectangle{} : all;
    } catch (const Error&) {
        return {};
    }
}

BandedMatrix axis_matrix(const Mask& mask, const UpsampledAxis& wanted, int first, int count) {
    if (mask.upsample != Mask::Upsample::gaussian) return sampling_axis(wanted, mask.upsample);
    UpsampledAxis all = wanted;
    all.first = first;
    all.count = count;
    return SmoothAxis(all, mask.map().sigma).matrix(wanted.first, wanted.count);
}

}  // namespace

PlacedMap placed_map(const Mask& mask, Size image) {
    const Box region = map_region(mask, image);
    return {region, intersection(rounded(region), whole(image))};
}

std::optional<Separable> upsampling_axes(const Mask& mask, Size cells, const PlacedMap& place) {
    const auto& [region, pixels] = place;
    const bool is_smooth = mask.upsample == Mask::Upsample::gaussian;
    const bool is_cell_a_pixel = cells == pixels.size() && region.x == pixels.x && region.y == pixels.y &&
                                 region.width == pixels.width && region.height == pixels.height;
    if (is_cell_a_pixel && !is_smooth) return std::nullopt;
    const Rectangle all = rounded(region);
    if (is_smooth && is_too_long(all, pixels.size())) {
        throw Error("a map that is smoothed lies on at most " + power_of_two(longest_smoothed) +
                    " pixels a side, or all on the image, not on " + to_string(region));
    }
    return Separable{
        .rows = axis_matrix(mask, {cells.height, region.y, region.height, pixels.y, pixels.height}, all.y,
                            all.height),
        .columns = axis_matrix(mask, {cells.width, region.x, region.width, pixels.x, pixels.width}, all.x,
                               all.width)};
}

cv::Mat upsampled(const Mask& mask, const cv::Mat& grid, const PlacedMap& place) {
    cv::Mat a;
    grid.convertTo(a, CV_32F);
    const auto axes = upsampling_axes(mask, {grid.cols, grid.rows}, place);
    return axes ? averages(axes->rows, axes->columns, a) : a;
}

int nearest_cell(double edge, int cells) {
    return std::min(static_cast<int>(edge + edge_rounding), cells - 1);
}

std::int64_t upsampling_memory(const Mask& mask, Size image, std::int64_t values) {
    if (mask.upsample != Mask::Upsample::gaussian || values == 0) return 0;
    // Two sums for each tap of the widest kernel.
    constexpr auto of_kernel =
        static_cast<std::int64_t>(2 * kernel_reach * widest_in_lengths * 2 * sizeof(double));
    // The row's weights, on all cells or within the kernel's reach, in a vector that grows; and the lines
    // that they weigh.
    constexpr std::int64_t of_weight = 4 * sizeof(float);
    constexpr int beside_reach = 4;
    const double reached = std::ceil(2 * kernel_reach * mask.map().sigma) + beside_reach;
    // A grid in a file may be a single line, as far as is known.
    const auto* const grid = std::get_if<Mask::GridForm>(&mask.form);
    const cv::Mat cells = grid ? cv::Mat(grid->values) : cv::Mat();
    const double longest = cells.empty() ? static_cast<double>(values) : std::max(cells.rows, cells.cols);
    const auto weights = static_cast<std::int64_t>(std::min(reached, longest));
    const Rectangle all = smoothed_pixels(mask, image);
    return bounded_product(of_kernel, std::int64_t{all.width} + all.height) +
           bounded_product(bounded_product(of_weight, weights), std::int64_t{image.width} + image.height);
}

}  // namespace glimpse
