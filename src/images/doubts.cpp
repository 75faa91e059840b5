#include "images/doubts.hpp"

namespace glimpse {

std::string doubts_about(const ImageReader& image) {
    if (image.lacks_scans()) return "the progressive JPEG lacks the scans that would refine it";
    const auto bytes = image.extraneous_bytes();
    if (bytes == 0) return {};
    return std::to_string(bytes) +
           " bytes or more before a marker are no part of the picture, as where it is damaged";
}

}  // namespace glimpse
