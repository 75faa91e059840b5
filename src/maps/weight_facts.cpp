#include "maps/weight_facts.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "maps/matrix_entries.hpp"

namespace glimpse {

namespace {

/// Missing weights that are no rounding of float32.
constexpr double least_missing_share = 1e-5;

constexpr double variance_of_pixel = 1.0 / 12;

/// Neighbours that are as far apart as what they see is wide may be farther by rounding.
constexpr double alias_tolerance = 1.01;

/// What a bilinear sample sees is 1 to 2 pixels wide, as its place is; √3 on average.
constexpr double width_of_two_taps = 1.7320508075688772;

double width_of(double variance) {
    return std::sqrt(12 * (std::max(0.0, variance) + variance_of_pixel));
}

/// The moments of |a| of one glimpse pixel, about a place near its weights.
struct Moments {
    double mass = 0;
    double x = 0;
    double y = 0;
    double xx = 0;
    double xy = 0;
    double yy = 0;

    void add(double weight, double at_x, double at_y) {
        mass += weight;
        x += weight * at_x;
        y += weight * at_y;
        xx += weight * at_x * at_x;
        xy += weight * at_x * at_y;
        yy += weight * at_y * at_y;
    }
    /// Along a direction; mass > 0.
    [[nodiscard]] double variance(double dx, double dy) const {
        const double length = std::hypot(dx, dy);
        if (!(length > 0)) return 0;
        const double centre = (x * dx + y * dy) / mass;
        return ((xx * dx * dx + 2 * xy * dx * dy + yy * dy * dy) / mass - centre * centre) / length / length;
    }
};

/// The rows of one matrix.
struct RowFacts {
    std::vector<double> sums;
    NumberRange weights;
    std::int64_t count = 0;
    std::int64_t empty = 0;
    std::vector<double> widths;  ///< of what each row sees; 0 where it is empty
};

/// Of A_y or A_x, which have a row for each of the glimpse's rows or columns.
RowFacts facts_of_axis(const LinearMap& map, MatrixOf which) {
    RowFacts facts;
    Moments row;
    double sum = 0;
    std::int64_t first = -1;
    for_each_entry(
        map, which,
        [&](std::int64_t column, float weight) {
            if (first < 0) first = column;
            facts.weights.add(double{weight});
            ++facts.count;
            sum += double{weight};
            row.add(std::abs(double{weight}), static_cast<double>(column - first), 0);
        },
        [&] {
            if (first < 0) ++facts.empty;
            facts.sums.push_back(sum);
            facts.widths.push_back(row.mass > 0 ? width_of(row.variance(1, 0)) : 0);
            row = {};
            sum = 0;
            first = -1;
        });
    return facts;
}

/// The mean width of the rows of one axis that lack nothing, together with some row of the other: where there
/// are none, of all that see anything. None where all are empty.
std::optional<double> mean_width(const RowFacts& axis, const RowFacts& other, double full) {
    const auto is_whole = [&](double sum) {
        return std::ranges::any_of(other.sums, [&](double beside) {
            return std::abs(sum * beside - full) <= std::abs(full) * least_missing_share;
        });
    };
    double whole = 0;
    double all = 0;
    double whole_rows = 0;
    double all_rows = 0;
    for (std::size_t k = 0; k < axis.widths.size(); ++k) {
        if (axis.widths[k] == 0) continue;
        all += axis.widths[k];
        ++all_rows;
        if (!is_whole(axis.sums[k])) continue;
        whole += axis.widths[k];
        ++whole_rows;
    }
    if (all_rows == 0) return std::nullopt;
    return whole_rows > 0 ? whole / whole_rows : all / all_rows;
}

/// Whether some of a pixel's weights are missing; `full` as of `Lowered`.
bool is_partial(double sum, double full) {
    return full > 0 && sum < full * (1 - least_missing_share);
}

WeightFacts separable_facts(const Lowered& lowered) {
    const RowFacts y = facts_of_axis(lowered.map, MatrixOf::y);
    const RowFacts x = facts_of_axis(lowered.map, MatrixOf::x);
    WeightFacts facts;
    const auto rows = static_cast<std::int64_t>(y.sums.size());
    const auto columns = static_cast<std::int64_t>(x.sums.size());
    facts.count = y.count * x.count;
    facts.empty = rows * columns - (rows - y.empty) * (columns - x.empty);
    const std::optional<double> seen_x = mean_width(x, y, lowered.full_weight);
    const std::optional<double> seen_y = mean_width(y, x, lowered.full_weight);
    if (seen_x && seen_y) {
        facts.footprint = SeenWidth{*seen_x, *seen_y};
        const std::int64_t seeing = rows * columns - facts.empty;
        const auto step = lowered.matrix ? lowered.matrix->m : Affine{}.m;
        // One pixel alone has no neighbour.
        if (columns > 1 && std::abs(step[0][0]) > alias_tolerance * *seen_x) facts.aliased_x = seeing;
        if (rows > 1 && std::abs(step[1][1]) > alias_tolerance * *seen_y) facts.aliased_y = seeing;
    }
    if (facts.count > 0) {
        // The extremes of a product of two ranges are at their ends.
        for (const double a : {y.weights.least, y.weights.greatest}) {
            for (const double b : {x.weights.least, x.weights.greatest}) facts.weights.add(a * b);
        }
    }
    double total = 0;
    std::int64_t lacking = 0;  // empty ones among them
    for (const double a : y.sums) {
        for (const double b : x.sums) {
            facts.sums.add(a * b);
            total += a * b;
            if (is_partial(a * b, lowered.full_weight)) ++lacking;
        }
    }
    facts.partial = lowered.full_weight > 0 ? lacking - facts.empty : 0;
    facts.mean_sum = rows * columns > 0 ? total / static_cast<double>(rows * columns) : 0;
    return facts;
}

/// The ways to the neighbours of a glimpse pixel; 0 along an axis on which it is alone, or does not move.
struct Steps {
    Point across{1, 0};
    Point down{0, 1};
};

bool is_zero(const Point& step) {
    return step.x == 0 && step.y == 0;
}

/// Along which what a pixel sees is measured: those of the steps. Where there is no step, at right angles to
/// the other, or without any along the image's axes.
Steps directions_of(const Steps& steps) {
    if (is_zero(steps.across) && is_zero(steps.down)) return {};
    if (is_zero(steps.across)) return {{steps.down.y, -steps.down.x}, steps.down};
    if (is_zero(steps.down)) return {steps.across, {-steps.across.y, steps.across.x}};
    return steps;
}

bool is_grid_of_points(const LinearMap& map) {
    return !std::holds_alternative<Weights>(map.kind) && !std::holds_alternative<WeightedSum>(map.kind) &&
           !std::holds_alternative<Filters>(map.kind);
}

/// Sums the rows of A up, one after another.
class WeightTally {
  public:
    WeightTally(const Lowered& lowered, const SamplingPoints* points)
        : width_(lowered.map.image.width),
          height_(lowered.map.image.height),
          columns_(lowered.map.glimpse.width),
          lines_(lowered.map.glimpse.height),
          fades_(lowered.fades),
          full_(is_grid_of_points(lowered.map) ? lowered.full_weight : 0),
          points_(points) {}

    void add(std::int64_t pixel, double weight) {
        const std::int64_t column = pixel % width_;
        const std::int64_t line = pixel / width_;
        // Of what fades, sums do not tell that the edge cuts a footprint.
        is_at_edge_ = is_at_edge_ ||
                      (fades_ && (column == 0 || column == width_ - 1 || line == 0 || line == height_ - 1));
        const auto x = static_cast<double>(column);
        const auto y = static_cast<double>(line);
        if (row_count_++ == 0) origin_ = {x, y};
        facts_.weights.add(weight);
        sum_ += weight;
        row_.add(std::abs(weight), x - origin_.x, y - origin_.y);
    }

    void end_row() {
        facts_.count += row_count_;
        facts_.sums.add(sum_);
        total_ += sum_;
        const bool lacks = is_partial(sum_, full_);
        if (row_count_ == 0) {
            ++facts_.empty;
        } else if (lacks) {
            ++facts_.partial;
        }
        if (row_.mass > 0) add_width(lacks);
        row_ = {};
        is_at_edge_ = false;
        sum_ = 0;
        row_count_ = 0;
        ++rows_;
    }

    [[nodiscard]] WeightFacts facts(bool has_footprint) const {
        WeightFacts facts = facts_;
        if (rows_ > 0) facts.mean_sum = total_ / static_cast<double>(rows_);
        const Widths& widths = whole_.count > 0 ? whole_ : lacking_;
        if (!has_footprint || widths.count == 0) return facts;
        facts.footprint = SeenWidth{widths.x / widths.count, widths.y / widths.count};
        count_aliased(facts, *facts.footprint, uncut_.empty() ? cut_ : uncut_);
        return facts;
    }

  private:
    struct Widths {
        double x = 0;
        double y = 0;
        double count = 0;
    };
    /// Of one pixel: the way to its neighbours, and what it sees.
    struct StepAndWidth {
        Point step;
        SeenWidth seen;
    };

    void add_width(bool lacks) {
        const Steps steps = points_ ? steps_at_row() : Steps{};
        const auto [across, down] = directions_of(steps);
        const SeenWidth seen{width_of(row_.variance(across.x, across.y)),
                             width_of(row_.variance(down.x, down.y))};
        Widths& widths = lacks ? lacking_ : whole_;
        widths.x += seen.x;
        widths.y += seen.y;
        ++widths.count;
        if (!points_) return;
        // What the image's edge cuts sees less than it would.
        (lacks || is_at_edge_ ? cut_ : uncut_)
            .push_back(
                {{std::hypot(steps.across.x, steps.across.y), std::hypot(steps.down.x, steps.down.y)}, seen});
    }

    [[nodiscard]] Steps steps_at_row() const {
        const auto j = static_cast<int>(rows_ % columns_);
        const auto i = static_cast<int>(rows_ / columns_);
        const auto d = points_->jacobian(j, i);
        // The one of a single row or column of a list is none of its own.
        const bool is_affine = points_->affine() != nullptr;
        return {is_affine || columns_ > 1 ? Point{d[0][0], d[1][0]} : Point{},
                is_affine || lines_ > 1 ? Point{d[0][1], d[1][1]} : Point{}};
    }

    void count_aliased(WeightFacts& facts, const SeenWidth& mean,
                       const std::vector<StepAndWidth>& pixels) const {
        const auto is_aliased = [](double step, double seen, double usual) {
            return step > alias_tolerance * std::max(seen, std::min(usual, width_of_two_taps));
        };
        for (const auto& [step, seen] : pixels) {
            // One pixel alone has no neighbour.
            facts.aliased_x += columns_ > 1 && is_aliased(step.x, seen.x, mean.x) ? 1 : 0;
            facts.aliased_y += lines_ > 1 && is_aliased(step.y, seen.y, mean.y) ? 1 : 0;
        }
    }

    std::int64_t width_;
    std::int64_t height_;
    std::int64_t columns_;
    std::int64_t lines_;
    bool fades_;
    double full_;
    const SamplingPoints* points_;
    WeightFacts facts_;
    Moments row_;
    Point origin_;
    double sum_ = 0;
    double total_ = 0;
    std::int64_t row_count_ = 0;
    std::int64_t rows_ = 0;
    Widths whole_;
    Widths lacking_;
    bool is_at_edge_ = false;
    std::vector<StepAndWidth> uncut_;
    std::vector<StepAndWidth> cut_;
};

/// NaN, which no range takes, where one of both is nowhere.
double distance(const Point& one, const Point& other) {
    return std::hypot(other.x - one.x, other.y - one.y);
}

/// Pixels whose kernels reach beyond the image.
std::int64_t reaching_beyond(const Lowered& lowered) {
    const cv::Mat outside = weights_outside(lowered);
    std::int64_t count = 0;
    for (int y = 0; y < outside.rows; ++y) {
        const auto* const row = outside.ptr<double>(y);
        count += std::count_if(row, row + outside.cols,
                               [](double weight) { return std::abs(weight) > least_missing_share; });
    }
    return count;
}

}  // namespace

std::optional<SamplingPoints> points_of_matrix(const Lowered& lowered) {
    if (!lowered.matrix) return std::nullopt;
    return SamplingPoints(*lowered.matrix);
}

const SamplingPoints* listed_points(const LinearMap& map) {
    if (const auto* samples = std::get_if<Samples>(&map.kind)) return &samples->points;
    const auto* footprints = std::get_if<Footprints>(&map.kind);
    return footprints ? &footprints->points : nullptr;
}

std::optional<PointFacts> point_facts(const Lowered& lowered) {
    if (!is_grid_of_points(lowered.map)) return std::nullopt;
    const std::optional<SamplingPoints> of_matrix = points_of_matrix(lowered);
    const SamplingPoints* const points = of_matrix ? &*of_matrix : listed_points(lowered.map);
    if (!points) return std::nullopt;
    PointFacts facts;
    const Size image = lowered.map.image;
    const Size size = lowered.map.glimpse;
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            ++facts.count;
            const auto [x, y] = points->at(j, i);
            if (std::isnan(x) || std::isnan(y)) {
                ++facts.nowhere;
                continue;
            }
            const bool left = edge_from_centre(x) < 0;
            const bool right = edge_from_centre(x) > image.width;
            const bool above = edge_from_centre(y) < 0;
            const bool below = edge_from_centre(y) > image.height;
            facts.left += left ? 1 : 0;
            facts.right += right ? 1 : 0;
            facts.above += above ? 1 : 0;
            facts.below += below ? 1 : 0;
            facts.outside += left || right || above || below ? 1 : 0;
            if (points->affine()) continue;
            if (j + 1 < size.width) facts.stride_x.add(distance({x, y}, points->at(j + 1, i)));
            if (i + 1 < size.height) facts.stride_y.add(distance({x, y}, points->at(j, i + 1)));
        }
    }
    if (points->affine()) {
        const auto steps = points->jacobian(0, 0);
        if (size.width > 1) facts.stride_x.add(std::hypot(steps[0][0], steps[1][0]));
        if (size.height > 1) facts.stride_y.add(std::hypot(steps[0][1], steps[1][1]));
    }
    return facts;
}

WeightFacts weight_facts(const Lowered& lowered) {
    const LinearMap& map = lowered.map;
    if (matrices_of(map).front() != MatrixOf::all) return separable_facts(lowered);
    WeightTally tally(lowered, listed_points(map));
    for_each_entry(
        map, MatrixOf::all, [&](std::int64_t pixel, float weight) { tally.add(pixel, double{weight}); },
        [&] { tally.end_row(); });
    const bool has_footprint =
        !std::holds_alternative<Weights>(map.kind) && !std::holds_alternative<WeightedSum>(map.kind);
    WeightFacts facts = tally.facts(has_footprint);
    if (std::holds_alternative<Filters>(map.kind)) facts.partial = reaching_beyond(lowered);
    return facts;
}

}  // namespace glimpse
