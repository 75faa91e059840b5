#include "figures/module/thumbnails.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>

using namespace glimpse;

TEST_CASE("a glimpse is enlarged by whole factors alone, and shrunk by any") {
    CHECK(shown_size({30, 20}, {90, 80}) == cv::Size(90, 60));
    CHECK(shown_size({30, 20}, {89, 80}) == cv::Size(60, 40));
    // One that nearly fills the room stays as it is, and is not blurred.
    CHECK(shown_size({30, 20}, {40, 30}) == cv::Size(30, 20));
    CHECK(shown_size({30, 20}, {15, 30}) == cv::Size(15, 10));
    CHECK(shown_size({300, 1}, {30, 30}) == cv::Size(30, 1));
}
