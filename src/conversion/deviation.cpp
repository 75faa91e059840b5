#include "conversion/deviation.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "conversion/fitting.hpp"
#include "conversion/matrix_distance.hpp"
#include "conversion/own_keys.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::conversion {

namespace {

/// Of float64 after some operations: of points, by their coordinates.
constexpr double rounding = 0x1p-40;
/// Of weights that are stored as float32.
constexpr double rounding_of_weights = 0x1p-20;

/// Whether all is the same, numbers to rounding.
bool is_same(const Json& a, const Json& b) {
    if (a.is_number() && b.is_number()) {
        const double x = a.get<double>();
        const double y = b.get<double>();
        return std::abs(x - y) <= rounding * std::max({1.0, std::abs(x), std::abs(y)});
    }
    if (a.is_structured() && a.type() == b.type() && a.size() == b.size()) {
        for (const auto& [key, value] : a.items()) {
            if (a.is_object() && !b.contains(key)) return false;
            if (!is_same(value, a.is_object() ? b.at(key) : b.at(std::stoul(key)))) return false;
        }
        return true;
    }
    return a == b;
}

/// Whether a side or an edge of its box, in pixels, lies so near to the middle of one that rounding decides
/// which pixel it is taken to.
bool ends_amid_pixels(const Json& keys) {
    const auto box = keys.find("box");
    if (box == keys.end() || !box->is_array() || box->size() != 4) return false;
    const auto n = box->get<std::array<double, 4>>();
    constexpr double near = 1e-6;
    return std::ranges::any_of(std::array{n[0], n[1], n[2], n[3], n[0] + n[2], n[1] + n[3]},
                               [](double edge) { return std::abs(edge - std::floor(edge) - 0.5) < near; });
}

/// Throws `Error` where what was made is of another size.
void require_equal(Size given, Size made) {
    if (given == made) return;
    throw Error("its size, " + to_string(given) + ", is rounded from its box, and comes back as " +
                to_string(made) + ", since a side ends amid a pixel: give it a size");
}

void compare_points(const Mechanism& given, const Mechanism& made, const KnownImage& image,
                    Deviation& deviation, bool& is_near) {
    const Sight one = sight_of(given, image);
    const Sight other = sight_of(made, image);
    if (one.size != other.size) return;
    const Distance distance = conversion::distance(one.points, other.points, one.size);
    const bool is_rounding = distance.greatest <= rounding * std::max(1.0, distance.farthest);
    deviation.greatest = is_rounding ? 0 : distance.greatest;
    deviation.rms = is_rounding ? 0 : distance.rms;
    deviation.unplaced = distance.unplaced;
    is_near = distance.unplaced == 0 && is_rounding;
}

/// A mechanism for an image, or why it has no glimpse of that.
struct Outcome {
    std::optional<Lowered> lowered{};
    std::string failure{};
};

Outcome outcome_of(const Mechanism& mechanism, Size image) {
    try {
        return {.lowered = lower(mechanism, image)};
    } catch (const Error& error) {
        return {.failure = error.what()};
    }
}

/// Throws `Error` where there is a glimpse of what was given, and none of what was made.
void compare_matrices(const Mechanism& given, const Mechanism& made, const KnownImage& image,
                      Deviation& deviation, bool& may_be_same) {
    if (!image.size()) {
        deviation.not_computed = "the image's size is not known: give " + field_name("image_size");
        return;
    }
    const Outcome one = outcome_of(given, *image.size());
    const Outcome other = outcome_of(made, *image.size());
    if (one.lowered && !other.lowered)
        throw Error("what it comes to has no glimpse of this image: " + other.failure);
    if (!one.lowered) {
        deviation.not_computed = "it has no glimpse of this image: " + one.failure;
        may_be_same = !other.lowered;
        return;
    }
    require_equal(one.lowered->map.glimpse, other.lowered->map.glimpse);
    deviation.matrices = relative_distance(one.lowered->map, other.lowered->map, most_compared_weights);
    if (deviation.matrices) {
        may_be_same = *deviation.matrices <= rounding_of_weights;
    } else {
        deviation.not_computed =
            "they have more than " + power_of_two(most_compared_weights) + " weights, or one has none";
    }
}

}  // namespace

Deviation deviation_between(const Mechanism& given, const Mechanism& made, const Carried& carried,
                            const KnownImage& image) {
    Deviation deviation;
    const Json keys = own_keys(given);
    const Json read = own_keys(made);
    // Rounding may take an edge to another pixel, which the image's own matrix shows.
    const bool is_known = keys == read || (!image.size() && is_same(keys, read) && !ends_amid_pixels(keys));
    if (carried.is_as_it_was && is_known) {
        deviation.greatest = deviation.rms = deviation.matrices = 0.0;
        deviation.is_exact = true;
        return deviation;
    }
    bool is_near = false;
    try {
        compare_points(given, made, image, deviation, is_near);
    } catch (const Error&) {
        is_near = carried.has_same_kernel;  // it has none, and is compared by its matrices
    }
    bool may_be_same = carried.has_same_kernel;
    compare_matrices(given, made, image, deviation, may_be_same);
    deviation.is_exact = is_near && may_be_same && carried.losses.empty();
    return deviation;
}

}  // namespace glimpse::conversion
