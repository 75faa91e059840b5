#pragma once

#include <cstdint>

#include "glimpse/geometry.hpp"

namespace glimpse {

/// The parts of an image that several glimpses need, and whether these are converted to float32 and
/// premultiplied together or one by one.
class NeededParts {
  public:
    void add(const Rectangle& part) {
        bounds_ = smallest_containing(bounds_, part);
        sum_ += part.area();
    }
    /// The smallest rectangle that contains all.
    [[nodiscard]] const Rectangle& bounds() const { return bounds_; }
    /// Whether the bounds have no more pixels than the parts, summed: then all are converted together.
    [[nodiscard]] bool are_dense() const { return bounds_.area() <= sum_; }

  private:
    Rectangle bounds_;
    std::int64_t sum_ = 0;
};

}  // namespace glimpse
