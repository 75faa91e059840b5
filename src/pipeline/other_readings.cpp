#include "pipeline/other_readings.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

/// Sides of a glimpse pixel that agree.
constexpr double square_tolerance = 1.1;
/// Readings nearer than this to a likelier one tell nothing new, pixels.
constexpr double least_distance = 1;
/// A box of which less is in the image is not meant.
constexpr double least_share = 0.01;
/// Of two maps that are the same but for rounding, pixels.
constexpr double same_distance = 1e-6;

double distance_of(const Point& a, const Point& b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

/// The points of a glimpse where it is a grid of them.
class Points {
  public:
    explicit Points(const Lowered& lowered)
        : of_matrix_(points_of_matrix(lowered)),
          points_(of_matrix_ ? &*of_matrix_ : listed_points(lowered.map)) {}
    Points(const Points&) = delete;
    Points& operator=(const Points&) = delete;

    [[nodiscard]] const SamplingPoints* get() const { return points_; }

  private:
    std::optional<SamplingPoints> of_matrix_;
    const SamplingPoints* points_;
};

/// The greatest distance of affine points is at a corner.
double greatest_distance(const SamplingPoints& a, const SamplingPoints& b, Size size) {
    const bool are_affine = a.affine() && b.affine();
    const int across = are_affine ? std::max(1, size.width - 1) : 1;
    const int down = are_affine ? std::max(1, size.height - 1) : 1;
    double greatest = 0;
    for (int i = 0; i < size.height; i += down) {
        for (int j = 0; j < size.width; j += across) {
            const double distance = distance_of(a.at(j, i), b.at(j, i));
            if (!std::isnan(distance)) greatest = std::max(greatest, distance);
        }
    }
    return greatest;
}

std::vector<Point> corners_of(const Box& box) {
    const double right = box.x + box.width;
    const double bottom = box.y + box.height;
    return {{box.x, box.y}, {right, box.y}, {right, bottom}, {box.x, bottom}};
}

double distance_of_outlines(const Lowered& a, const Lowered& b) {
    const std::vector<Point> first = corners_of(bounding_box(outline(a)));
    const std::vector<Point> second = corners_of(bounding_box(outline(b)));
    double greatest = 0;
    for (std::size_t k = 0; k < first.size(); ++k)
        greatest = std::max(greatest, distance_of(first[k], second[k]));
    return greatest;
}

double distance_of(const Lowered& a, const Lowered& b) {
    const Points first(a);
    const Points second(b);
    if (a.map.glimpse == b.map.glimpse && first.get() && second.get() && has_border(a) && has_border(b))
        return greatest_distance(*first.get(), *second.get(), a.map.glimpse);
    return distance_of_outlines(a, b);
}

double area_of(const Box& box) {
    return box.width * box.height;
}

double common_area(const Box& a, const Box& b) {
    const double width = std::min(a.x + a.width, b.x + b.width) - std::max(a.x, b.x);
    const double height = std::min(a.y + a.height, b.y + b.height) - std::max(a.y, b.y);
    return width > 0 && height > 0 ? width * height : 0;
}

/// Intersection over union.
double overlap_of(const Box& a, const Box& b) {
    const double both = common_area(a, b);
    return both > 0 ? both / (area_of(a) + area_of(b) - both) : 0;
}

/// Of a box, what is in the image; 1 where it has no area.
double share_within(const Box& box, Size image) {
    const Box all{0, 0, double(image.width), double(image.height)};
    return area_of(box) > 0 ? common_area(box, all) / area_of(box) : 1;
}

/// Of listed points, by their greatest distances; without points, they are the image's own.
bool are_squares(const Lowered& lowered) {
    SamplingPoints::Jacobian steps{{{1, 0}, {0, 1}}};
    if (lowered.matrix) {
        steps = SamplingPoints(*lowered.matrix).jacobian(0, 0);
    } else if (const std::optional<PointFacts> points = point_facts(lowered)) {
        if (points->stride_x.empty() || points->stride_y.empty()) return true;
        steps = {{{points->stride_x.greatest, 0}, {0, points->stride_y.greatest}}};
    }
    const double across = std::hypot(steps[0][0], steps[1][0]);
    const double down = std::hypot(steps[0][1], steps[1][1]);
    return across < square_tolerance * down && down < square_tolerance * across;
}

/// Whether two maps of the same points weigh alike.
bool weighs_alike(const Lowered& a, const Lowered& b) {
    const WeightFacts first = weight_facts(a);
    const WeightFacts second = weight_facts(b);
    const auto are_near = [](double x, double y) { return std::abs(x - y) <= 1e-6 * (1 + std::abs(x)); };
    return first.count == second.count && are_near(first.mean_sum, second.mean_sum) &&
           are_near(first.weights.least, second.weights.least) &&
           are_near(first.weights.greatest, second.weights.greatest);
}

bool is_plausible(const ExplainedReading& reading) {
    constexpr double least_side = 2;  // a box of fractions becomes a pixel where it is taken for pixels
    constexpr double half = 0.5;
    return reading.box.width >= least_side && reading.box.height >= least_side && reading.inside >= half;
}

/// A reading without its map, which may be as large as the image.
struct Candidate {
    const parameters::Reading* reading;
    ExplainedReading told;

    /// Less for a likelier one.
    [[nodiscard]] auto rank() const {
        return std::tuple(!is_plausible(told), told.distance < least_distance, !told.fits_size,
                          reading->changes);
    }
};

/// None where it is the same map, or one that sees nothing.
std::optional<Candidate> candidate(const parameters::Reading& reading, const Lowered& given,
                                   const Lowered& lowered) {
    const Box box = bounding_box(outline(lowered));
    const Size image = lowered.map.image;
    // Kernels as wide as that have all pixels of the image for taps, over and over.
    if (share_within(box, image) < least_share) return std::nullopt;
    ExplainedReading told{.convention = std::string(reading.convention),
                          .units = reading.units,
                          .without = reading.without,
                          .box = box,
                          .distance = distance_of(given, lowered),
                          .inside = inside(lowered),
                          .fits_size = are_squares(lowered)};
    if (told.inside <= 0) return std::nullopt;
    if (told.distance <= same_distance && weighs_alike(given, lowered)) return std::nullopt;
    told.overlap = overlap_of(bounding_box(outline(given)), told.box);
    return Candidate{&reading, std::move(told)};
}

}  // namespace

std::vector<OtherReading> likeliest_readings(const Lowered& given, const parameters::EntryReadings& readings,
                                             std::size_t element,
                                             const std::function<Lowered(const Glimpse&)>& lower) {
    std::vector<Candidate> candidates;
    for (const parameters::Reading& reading : readings.others) {
        try {
            if (auto found = candidate(reading, given, lower(reading.glimpses.at(element))))
                candidates.push_back(*std::move(found));
        } catch (const Error&) {
            continue;  // it cannot be meant so
        }
    }
    std::ranges::stable_sort(candidates, {}, &Candidate::rank);
    std::vector<OtherReading> likeliest;
    for (Candidate& next : candidates) {
        if (likeliest.size() == most_readings) break;
        Lowered lowered = lower(next.reading->glimpses.at(element));
        const bool is_new = std::ranges::all_of(likeliest, [&](const OtherReading& likelier) {
            return distance_of(likelier.lowered, lowered) >= least_distance;
        });
        if (is_new) likeliest.push_back({std::move(next.told), std::move(lowered)});
    }
    return likeliest;
}

}  // namespace glimpse
