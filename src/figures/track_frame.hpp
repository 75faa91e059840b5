#pragma once

#include <opencv2/core/mat.hpp>
#include <string>

#include "glimpse/lowered.hpp"

namespace glimpse {

/// Where everything stands in the frames of a track's animation: the image on the left, the glimpse on the
/// right, on white.
struct TrackFrameLayout {
    cv::Size frame;     ///< even numbers, as video encoders want them
    cv::Size image;     ///< the image that fills its room
    cv::Rect picture;   ///< room for the image
    cv::Rect glimpse;   ///< room for the glimpse, a square, without the frame around it
    int border = 0;     ///< width of that frame
    int letter = 0;     ///< height of the captions' capitals
    bool alike = true;  ///< the glimpses have one size: enlarged by a whole factor, else to fill their room
};

/// What one frame shows.
struct TrackFrame {
    cv::Mat picture;    ///< the image, 8-bit RGB, possibly shrunk
    Lowered lowered;    ///< the glimpse, for the image's own size
    cv::Mat glimpse;    ///< 8-bit RGB
    std::string name;   ///< of the image
    std::string label;  ///< of the glimpse
};

}  // namespace glimpse
