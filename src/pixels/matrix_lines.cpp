#include "pixels/matrix_lines.hpp"

#include <stdexcept>

namespace glimpse {

Element element_of(int depth) {
    switch (depth) {
        case CV_8U:
            return Element::uint8;
        case CV_16U:
            return Element::uint16;
        case CV_32F:
            return Element::float32;
        default:
            throw std::invalid_argument("pixels are 8-bit, 16-bit or float32");
    }
}

Lines lines_of(const cv::Mat& matrix) {
    return {matrix.data, static_cast<std::ptrdiff_t>(matrix.step[0]), element_of(matrix.depth())};
}

OutLines lines_of(cv::Mat& matrix) {
    return {matrix.data, static_cast<std::ptrdiff_t>(matrix.step[0]), element_of(matrix.depth())};
}

}  // namespace glimpse
