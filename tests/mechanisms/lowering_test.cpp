#include <doctest/doctest.h>

#include <cmath>
#include <opencv2/core.hpp>

#include "glimpse/mechanism.hpp"

// What mechanisms make of parameters at the edge of what they take.

using namespace glimpse;

TEST_CASE("a safe Gaussian is finite at every distance") {
    for (double u = -30; u > -45; u -= 0.1) {
        Gaussian gaussian;
        gaussian.form = Gaussian::AxesForm{{u, 1, 1}, {0, 1, 1}};
        gaussian.size = {1, 1};
        gaussian.normalise = Gaussian::Normalise::safe;
        const Lowered lowered = lower(gaussian, {9, 9});
        CHECK(std::abs(inside(lowered) - 1) < 1e-6);  // float32 weights
        CHECK(cv::checkRange(row_sums(lowered.map)));
    }
}

TEST_CASE("a turned box whose bounding rectangle alone meets the image is refused") {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{{80, -60, 100, 50}, Units::pixels, 45};
    CHECK_THROWS_WITH(lower(transformer, {100, 100}), doctest::Contains("outside"));
    transformer.form = SpatialTransformer::BoxForm{{60, -30, 100, 50}, Units::pixels, 45};
    CHECK_NOTHROW(lower(transformer, {100, 100}));
}
