#pragma once

#include <cstdint>

#include "pixels/matrix_lines.hpp"

namespace glimpse {

/// Calls visit with a value of the element type of CV_8U, CV_16U or CV_32F, as a tag. Throws as `element_of`
/// does.
template <typename Visit>
void with_element_type(int depth, Visit&& visit) {
    switch (element_of(depth)) {
        case Element::uint8:
            return visit(std::uint8_t{});
        case Element::uint16:
            return visit(std::uint16_t{});
        case Element::float32:
            return visit(float{});
    }
}

}  // namespace glimpse
