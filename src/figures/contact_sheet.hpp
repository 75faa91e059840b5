#pragma once

#include <cstddef>
#include <opencv2/core/types.hpp>
#include <vector>

#include "glimpse/panel.hpp"

namespace glimpse {

/// The layout of a contact sheet in pixels: glimpses in equal cells on white, row by row.
struct ContactSheetLayout {
    cv::Size sheet;
    std::size_t step = 1;  ///< every step-th glimpse is shown, from the first
    /// The places of the pictures, cell by cell, without the hairlines around them.
    std::vector<cv::Rect> thumbnails;
    cv::Rect cells;                    ///< around all, which captions may widen, without hairlines
    int cell_height = 0;               ///< of one of them
    std::vector<FigureText> captions;  ///< the cells' labels; empty where they would be illegible
    int letter = 0;                    ///< cap height of the captions
    FigureText remark;                 ///< footnote that not all glimpses are shown; empty where they are
    int remark_letter = 0;             ///< cap height of the footnote
};

}  // namespace glimpse
