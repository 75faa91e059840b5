#pragma once

#include <algorithm>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// The two positions, 0 ≤ k < count, whose values a derivative at k is the difference of.
struct DifferenceEnds {
    int before;
    int after;

    DifferenceEnds(int k, int count) : before(std::max(k - 1, 0)), after(std::min(k + 1, count - 1)) {}
    [[nodiscard]] int distance() const { return after - before; }
};

/// The derivative of at(k), 0 ≤ k < count, by central differences, one-sided at the ends; of a single one
/// what is given.
template <typename At>
Point difference(int k, int count, const Point& of_single, At&& at) {
    if (count == 1) return of_single;
    const DifferenceEnds ends(k, count);
    const Point a = at(ends.before);
    const Point b = at(ends.after);
    return {(b.x - a.x) / ends.distance(), (b.y - a.y) / ends.distance()};
}

}  // namespace glimpse
