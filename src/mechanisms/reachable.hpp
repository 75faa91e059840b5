#pragma once

#include <cmath>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

/// Sampling points are exact to well below 1/1000 pixel up to here.
inline constexpr double farthest_sample = 1e12;

/// `field`: what places them, "/theta".
[[noreturn]] inline void fail_unreachable(double farthest, const std::string& field) {
    throw InvalidParameter(field, "by these numbers the glimpse samples points up to " +
                                      number_text(farthest) + " pixels away from the image, and " +
                                      number_text(farthest_sample) + " are the most; give smaller ones");
}

/// Throws `InvalidParameter` where a point of a glimpse of that size lies farther away.
inline void require_reachable(const Affine& matrix, Size glimpse, const std::string& field) {
    for (const auto& row : matrix.m) {
        const double farthest =
            std::abs(row[0]) * glimpse.width + std::abs(row[1]) * glimpse.height + std::abs(row[2]);
        if (!(farthest <= farthest_sample)) fail_unreachable(farthest, field);
    }
}

}  // namespace glimpse
