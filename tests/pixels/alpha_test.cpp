#include "pixels/alpha.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <opencv2/core.hpp>

using namespace glimpse;

TEST_CASE("colours are multiplied by alpha and divided again; of nothing they are 0") {
    cv::Mat pixels = (cv::Mat_<cv::Vec4f>(1, 2) << cv::Vec4f(0.5F, 1, 0, 0.5F), cv::Vec4f(0.5F, 1, 0, 0));
    premultiply_alpha(pixels);
    CHECK(pixels.at<cv::Vec4f>(0, 0) == cv::Vec4f(0.25F, 0.5F, 0, 0.5F));
    CHECK(pixels.at<cv::Vec4f>(0, 1) == cv::Vec4f());
    unpremultiply_alpha(pixels);
    CHECK(pixels.at<cv::Vec4f>(0, 0) == cv::Vec4f(0.5F, 1, 0, 0.5F));
    CHECK(pixels.at<cv::Vec4f>(0, 1) == cv::Vec4f());  // and not NaN
    // What a cubic kernel takes below 0, and NaN, is nothing.
    cv::Mat beyond = (cv::Mat_<cv::Vec2f>(1, 2) << cv::Vec2f(0.5F, -0.25F), cv::Vec2f(0.5F, NAN));
    unpremultiply_alpha(beyond);
    CHECK(beyond.at<cv::Vec2f>(0, 0) == cv::Vec2f(0, -0.25F));
    CHECK(beyond.at<cv::Vec2f>(0, 1)[0] == 0);
    // Weights that sum to 2 double colours, not alpha.
    cv::Mat doubled = (cv::Mat_<cv::Vec4f>(1, 1) << cv::Vec4f(0.5F, 1, 0, 1));
    unpremultiply_alpha(doubled, 2);
    CHECK(doubled.at<cv::Vec4f>(0, 0) == cv::Vec4f(1, 2, 0, 0.5F));
}

TEST_CASE("stored colours are divided by alpha in their own depth, and saturated") {
    cv::Mat bytes = (cv::Mat_<cv::Vec2b>(1, 4) << cv::Vec2b(100, 128), cv::Vec2b(1, 254), cv::Vec2b(9, 8),
                     cv::Vec2b(9, 0));
    unpremultiply_stored(bytes, 255, Transparent::black);
    CHECK(bytes.at<cv::Vec2b>(0, 0) == cv::Vec2b(199, 128));  // 100 · 255 / 128 = 199.2
    CHECK(bytes.at<cv::Vec2b>(0, 1) == cv::Vec2b(1, 254));
    CHECK(bytes.at<cv::Vec2b>(0, 2) == cv::Vec2b(255, 8));
    CHECK(bytes.at<cv::Vec2b>(0, 3) == cv::Vec2b(0, 0));
    cv::Mat words = (cv::Mat_<cv::Vec2w>(1, 1) << cv::Vec2w(65535, 1));
    unpremultiply_stored(words, 65535, Transparent::black);
    CHECK(words.at<cv::Vec2w>(0, 0) == cv::Vec2w(65535, 1));  // though 65535² is more than an int holds
    cv::Mat glow = (cv::Mat_<cv::Vec2f>(1, 2) << cv::Vec2f(3, 0), cv::Vec2f(3, 0.5F));
    unpremultiply_stored(glow, 1, Transparent::kept);
    CHECK(glow.at<cv::Vec2f>(0, 0) == cv::Vec2f(3, 0));
    CHECK(glow.at<cv::Vec2f>(0, 1) == cv::Vec2f(6, 0.5F));
}
