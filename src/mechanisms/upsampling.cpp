#include "mechanisms/upsampling.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/mechanisms/gaussian.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/banded_product.hpp"
#include "maps/image_region.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// Where the centre of pixel i of `count` lies among `cells` cells, centre coordinates.
double position(double i, int cells, int count) {
    return centre_from_edge(edge_from_centre(i) * cells / count);
}

/// One axis of the upsampling: `count` pixels out of `cells`, half-pixel centres, borders clamped.
BandedMatrix sampling_axis(int count, int cells, Mask::Upsample upsample) {
    BandedMatrix matrix(cells);
    RowBuilder row(matrix);
    for (int i = 0; i < count; ++i) {
        if (upsample == Mask::Upsample::nearest) {
            row.add(static_cast<int>(edge_from_centre(i) * cells / count), 1.0);
        } else {
            const bool is_bicubic = upsample == Mask::Upsample::bicubic;
            const Interpolation interpolation = is_bicubic ? Interpolation::bicubic : Interpolation::bilinear;
            row.add(axis_taps({cells, interpolation, Padding::border}, position(i, cells, count)));
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

std::vector<Stretch> stretches(int count, int cells) {
    std::vector<Stretch> all;
    for (int i = 0; i < count; ++i) {
        const double place = position(i, cells, count);
        const bool is_clamped = place <= 0 || place >= cells - 1;
        const int cell = static_cast<int>(std::clamp(std::floor(place), 0.0, cells - 1.0));
        if (!all.empty() && all.back().cell == cell && all.back().is_clamped == is_clamped) {
            ++all.back().end;
        } else {
            all.push_back({i, i + 1, cell, is_clamped});
        }
    }
    return all;
}

/// The rows of a bilinear axis, filtered along the pixels, which are mirrored at the outer edges.
class SmoothAxis {
  public:
    SmoothAxis(int count, int cells, double sigma)
        : count_(count),
          cells_(cells),
          kernel_(std::min(sigma * count / cells, widest_in_lengths * count)),
          stretches_(stretches(count, cells)) {}

    [[nodiscard]] BandedMatrix matrix() const {
        BandedMatrix matrix(cells_);
        RowBuilder row(matrix);
        for (int i = 0; i < count_; ++i) {
            // A pixel beyond an edge shows its mirror image, which is as far from a mirror image of i.
            const std::int64_t period = 2 * std::int64_t{count_};
            const std::int64_t turns = (kernel_.radius() + count_) / period + 1;
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
        const std::int64_t end = std::min(std::int64_t{count_}, centre + kernel_.radius() + 1);
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
        const double offset = position(static_cast<double>(centre), cells_, count_) - stretch.cell;
        const double to_second =
            offset * mass + kernel_.moment(first - centre, end - centre) * cells_ / count_;
        row.add(stretch.cell, mass - to_second);
        row.add(stretch.cell + 1, to_second);
    }

    int count_;
    int cells_;
    Kernel kernel_;
    std::vector<Stretch> stretches_;
};

}  // namespace

cv::Mat upsampled(const Mask& mask, const cv::Mat& grid, Size image) {
    const Size cells{grid.cols, grid.rows};
    const bool is_smooth = mask.upsample == Mask::Upsample::gaussian;
    cv::Mat a;
    grid.convertTo(a, CV_32F);
    if (cells == image && !is_smooth) return a;
    const auto axis = [&](int count, int of) {
        return is_smooth ? SmoothAxis(count, of, mask.sigma).matrix()
                         : sampling_axis(count, of, mask.upsample);
    };
    return banded_product({axis(image.height, cells.height), axis(image.width, cells.width)},
                          {whole(cells), a}, CV_32F);
}

std::int64_t upsampling_memory(const Mask& mask, Size image, std::int64_t values) {
    if (mask.upsample != Mask::Upsample::gaussian || values == 0) return 0;
    // Two sums for each tap of the widest kernel.
    constexpr auto of_kernel =
        static_cast<std::int64_t>(2 * kernel_reach * widest_in_lengths * 2 * sizeof(double));
    // The row's weights, on all cells or within the kernel's reach, in a vector that grows.
    constexpr std::int64_t of_weight = 3 * sizeof(float);
    constexpr int beside_reach = 4;
    const double reached = std::ceil(2 * kernel_reach * mask.sigma) + beside_reach;
    // A grid in a file may be a single line, as far as is known.
    const auto* const grid = std::get_if<Mask::GridForm>(&mask.form);
    const cv::Mat cells = grid ? cv::Mat(grid->values) : cv::Mat();
    const double longest = cells.empty() ? static_cast<double>(values) : std::max(cells.rows, cells.cols);
    const auto weights = static_cast<std::int64_t>(std::min(reached, longest));
    return bounded_product(of_kernel + bounded_product(of_weight, weights),
                           std::int64_t{image.width} + image.height);
}

}  // namespace glimpse
