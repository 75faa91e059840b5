#include "images/doubts.hpp"

namespace glimpse {

std::string words(const Doubts& doubts) {
    if (doubts.lacks_scans) return "the progressive JPEG lacks the scans that would refine it";
    if (doubts.lacks_transparency) return "the PNG's transparency (tRNS) is malformed, and left out";
    if (doubts.extraneous_bytes == 0) return {};
    return std::to_string(doubts.extraneous_bytes) +
           " bytes or more before a marker are no part of the picture, as where it is damaged";
}

}  // namespace glimpse
