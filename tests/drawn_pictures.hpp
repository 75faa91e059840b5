#pragma once

#include <opencv2/imgproc.hpp>

// Pictures for the tests of what is drawn.

namespace drawn_pictures {

inline cv::Mat speckled(cv::Size size) {
    cv::Mat picture(size, CV_8UC3);
    cv::RNG random(7);
    if (!picture.empty()) random.fill(picture, cv::RNG::UNIFORM, 0, 256);
    return picture;
}

inline bool same(const cv::Mat& a, const cv::Mat& b) {
    return a.size() == b.size() && a.type() == b.type() && cv::norm(a, b, cv::NORM_INF) == 0;
}

inline cv::Mat enlarged(const cv::Mat& picture, int factor) {
    cv::Mat large;
    cv::resize(picture, large, picture.size() * factor, 0, 0, cv::INTER_NEAREST);
    return large;
}

/// The picture stands somewhere in the figure, pixel for pixel.
inline bool contains(const cv::Mat& figure, const cv::Mat& picture) {
    for (int y = 0; y + picture.rows <= figure.rows; ++y) {
        for (int x = 0; x + picture.cols <= figure.cols; ++x) {
            if (figure.at<cv::Vec3b>(y, x) != picture.at<cv::Vec3b>(0, 0)) continue;
            if (same(figure(cv::Rect({x, y}, picture.size())), picture)) return true;
        }
    }
    return false;
}

}  // namespace drawn_pictures
