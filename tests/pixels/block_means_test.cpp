#include "pixels/block_means.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>

using namespace glimpse;

TEST_CASE("the means of blocks; the last ones have what is left of the image") {
    const cv::Mat pixels =
        (cv::Mat_<std::uint8_t>(3, 5) << 1, 3, 10, 20, 7, 5, 7, 30, 41, 9, 2, 4, 0, 255, 200);
    // (1+3+5+7)/4 = 4, (10+20+30+41)/4 = 25.25, (7+9)/2 = 8; (2+4)/2 = 3, 255/2 = 127.5, half to even, 200.
    const cv::Mat expected = (cv::Mat_<std::uint8_t>(2, 3) << 4, 25, 8, 3, 128, 200);
    const cv::Mat means = block_means(pixels, 2, false);
    REQUIRE(means.size() == expected.size());
    CHECK(cv::countNonZero(means != expected) == 0);
    CHECK(cv::countNonZero(block_means(pixels, 1, false) != pixels) == 0);
}

TEST_CASE("the means of blocks weigh colours by alpha, and of what is transparent show none") {
    const cv::Mat pixels =
        (cv::Mat_<cv::Vec2f>(2, 4) << cv::Vec2f(0.8F, 1), cv::Vec2f(0.4F, 0.5F), cv::Vec2f(7, 0),
         cv::Vec2f(9, 0), cv::Vec2f(3, 0), cv::Vec2f(0.2F, 0.5F), cv::Vec2f(5, 0), cv::Vec2f(1, 0));
    const cv::Mat means = block_means(pixels, 2, true);
    REQUIRE(means.size() == cv::Size(2, 1));
    constexpr double rounding = 1e-7;  // of float32 below 1
    CHECK(means.at<cv::Vec2f>(0, 0)[0] == doctest::Approx((0.8 + 0.4 / 2 + 0.2 / 2) / 2).epsilon(rounding));
    CHECK(means.at<cv::Vec2f>(0, 0)[1] == 0.5F);
    CHECK(means.at<cv::Vec2f>(0, 1) == cv::Vec2f(0, 0));
}
