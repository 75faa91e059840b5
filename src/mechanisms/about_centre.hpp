#pragma once

#include "glimpse/geometry.hpp"

namespace glimpse {

/// A box of that size about the centre of another; of that one's own size, exactly that one.
inline Box about_centre(const Box& box, double width, double height) {
    return {box.x + (box.width - width) / 2, box.y + (box.height - height) / 2, width, height};
}

}  // namespace glimpse
