#include "pixels/alpha.hpp"

#include <doctest/doctest.h>

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
    // Weights that sum to 2 double colours, not alpha.
    cv::Mat doubled = (cv::Mat_<cv::Vec4f>(1, 1) << cv::Vec4f(0.5F, 1, 0, 1));
    unpremultiply_alpha(doubled, 2);
    CHECK(doubled.at<cv::Vec4f>(0, 0) == cv::Vec4f(1, 2, 0, 0.5F));
}
