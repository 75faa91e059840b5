#pragma once

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <string>
#include <vector>

#include "glimpse/lowered.hpp"
#include "glimpse/overlay.hpp"

namespace glimpse {

/// The layout in pixels of an animation's frames: the image on the left, the glimpse on the right, on white.
struct TrackFrameLayout {
    cv::Size frame;     ///< even, as video encoders require
    cv::Size image;     ///< size of the first image, which fills `picture`
    cv::Rect picture;   ///< place of the image, or its letterbox
    cv::Rect glimpse;   ///< place of the glimpse, a square, inside its border
    int border = 0;     ///< width of the glimpse's border
    int letter = 0;     ///< cap height of the captions
    bool alike = true;  ///< glimpses have one size: enlarged by a whole factor, else scaled to fit
};

/// The content of one frame.
struct TrackFrame {
    cv::Mat picture;         ///< the image, 8-bit RGB, possibly shrunk
    Lowered lowered;         ///< for the image's full size
    cv::Mat glimpse;         ///< 8-bit RGB
    std::string name;        ///< of the image
    std::string label;       ///< of the glimpse
    std::size_t colour = 0;  ///< of its outline and its border, for `glimpse_colour`
};

/// The layout in pixels of frames that show images alone, with their names below.
struct SequenceLayout {
    cv::Size frame;    ///< even, as video encoders require
    cv::Size image;    ///< size of the first image, which fills `picture`
    cv::Rect picture;  ///< place of the image, or its letterbox
    int letter = 0;    ///< cap height of the caption
};

/// The content of one of them.
struct SequencePicture {
    cv::Mat picture{};                ///< the image, 8-bit RGB, possibly shrunk
    cv::Size image{};                 ///< its full size
    std::vector<LabelledMap> maps{};  ///< for that, whose outlines are drawn
    std::string name{};               ///< of the image
};

}  // namespace glimpse
