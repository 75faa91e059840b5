#include "figures/drawing_sizes.hpp"

#include <algorithm>
#include <cmath>

namespace glimpse {

double crowding(std::size_t outlines) {
    constexpr std::size_t few = 30;
    return std::sqrt(double(few) / double(std::max(few, outlines)));
}

DrawingSizes drawing_sizes(cv::Size picture, std::size_t outlines) {
    const double crowded = crowding(outlines);
    // The geometric mean keeps letters in proportion on wide strips and on tall ones, of which very long ones
    // must still have room for a line.
    const double side = std::sqrt(double(picture.width) * picture.height);
    const double room = std::min(picture.width, picture.height) / 7.0;
    const int letter = static_cast<int>(std::lround(std::max(9.0, std::min(side * 0.022 * crowded, room))));
    const int line = static_cast<int>(std::lround(std::max(1.0, std::max(2.0, side * 0.004) * crowded)));
    // A casing would hide more than a line as thin as this shows.
    if (side < 160 || line == 1) return {1, 0, letter};
    return {line, std::max(1, static_cast<int>(std::lround(line * 0.3))), letter};
}

double legible_side(std::size_t glimpses) {
    // Among many glimpses the picture is larger, so that each of them has room for itself and its label.
    return std::clamp(130 * std::sqrt(double(glimpses)), 400.0, 1600.0);
}

}  // namespace glimpse
