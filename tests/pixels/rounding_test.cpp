#include "pixels/rounding.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>

using namespace glimpse;

TEST_CASE("values are rounded half to even and saturated, however large") {
    const cv::Mat_<float> values = (cv::Mat_<float>(1, 7) << -1e20F, -0.5F, 0.5F, 1.5F, 254.6F, 1e20F, NAN);
    const cv::Mat rounded = rounded_to(values, CV_8U);
    const std::array<int, 7> expected{0, 0, 0, 2, 255, 255, 0};
    for (int x = 0; x < rounded.cols; ++x) CHECK(rounded.at<std::uint8_t>(0, x) == expected[std::size_t(x)]);
    for (int x = 0; x < values.cols; ++x) {
        CHECK(rounded_to<std::uint8_t>(values(0, x)) == expected[std::size_t(x)]);
    }
    CHECK(rounded_to<std::uint16_t>(1e10) == 65535);
    CHECK(rounded_to<float>(0.1) == 0.1F);
}
