#pragma once

#include <cstddef>
#include <opencv2/core/types.hpp>
#include <vector>

#include "glimpse/panel.hpp"

namespace glimpse {

/// Where everything stands in a contact sheet: glimpses in cells of one size on white, row by row.
struct ContactSheetLayout {
    cv::Size sheet;
    std::size_t step = 1;              ///< of how many glimpses one is shown, beginning with the first
    std::vector<cv::Rect> thumbnails;  ///< of those that are shown, without the hairlines around them
    std::vector<FigureText> captions;  ///< their names; none where they would be too small to read
    int letter = 0;                    ///< height of the captions' capitals
    FigureText remark;                 ///< says that not all are shown; empty where they are
    int remark_letter = 0;
};

}  // namespace glimpse
