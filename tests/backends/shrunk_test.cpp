#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "glimpse/mechanism.hpp"
#include "laws.hpp"

// Maps for an image that was shrunk while it was decoded.

using namespace glimpse;

namespace {

/// Float32 sums, of values up to 255.
constexpr double tolerance = 255 * laws::float32_tolerance;

const Size image_size{48, 40};

/// Each pixel n×n times.
cv::Mat repeated(const cv::Mat& small, int n) {
    cv::Mat large(small.rows * n, small.cols * n, small.type());
    for (int y = 0; y < large.rows; ++y) {
        for (int x = 0; x < large.cols; ++x) large.at<float>(y, x) = small.at<float>(y / n, x / n);
    }
    return large;
}

cv::Mat read(const LinearMap& map, const cv::Mat& image) {
    static const auto cpu = make_backend("cpu");
    return laws::read(*cpu, map, image);
}

SpatialTransformer transformer(Box box, double angle, Size size) {
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{box, Units::pixels, angle};
    stn.size = size;
    return stn;
}

}  // namespace

TEST_CASE("shrunk: separable maps see an image of equal blocks as it is") {
    cv::RNG random(1);
    const Box box{3, 2, 40, 36};
    const Size size{5, 4};
    const Gaussian gaussian{Gaussian::BoxForm{{box}}, size, {}};
    const Crop crop{Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, {}};
    for (const Mechanism& mechanism :
         {Mechanism(gaussian), Mechanism(crop), Mechanism(transformer(box, 0, size))}) {
        const Lowered lowered = lower(mechanism, image_size);
        REQUIRE(std::holds_alternative<Separable>(lowered.map.kind));
        for (const int n : {1, 2, 4, 8}) {
            const cv::Mat small = laws::random_values(shrunk(image_size, n), CV_32F, 1, random);
            const LinearMap shrunk_map = shrunk(lowered, n).map;
            CHECK(shrunk_map.image == shrunk(image_size, n));
            CHECK(laws::largest_difference(read(shrunk_map, small), read(lowered.map, repeated(small, n))) <=
                  tolerance);
        }
    }
}

TEST_CASE("shrunk: samples see a slope where it was") {
    const Lowered lowered = lower(transformer({8, 8, 30, 24}, 25, {5, 4}), image_size);
    REQUIRE(std::holds_alternative<Samples>(lowered.map.kind));
    const auto slope = [](Size size, int n) {
        cv::Mat values(size.height, size.width, CV_32F);
        for (int y = 0; y < values.rows; ++y) {
            for (int x = 0; x < values.cols; ++x) {
                values.at<float>(y, x) = static_cast<float>(2 * centre_from_edge(n * edge_from_centre(x)) -
                                                            centre_from_edge(n * edge_from_centre(y)));
            }
        }
        return values;
    };
    for (const int n : {1, 2, 4}) {
        const cv::Mat small = slope(shrunk(image_size, n), n);
        CHECK(laws::largest_difference(read(shrunk(lowered, n).map, small),
                                       read(lowered.map, slope(image_size, 1))) <= tolerance);
    }
}

TEST_CASE("shrunk: the pitch is that of the narrower axis, and 1 where pixels are shown as they are") {
    CHECK(pitch(lower(transformer({0, 0, 40, 24}, 30, {10, 4}), image_size)) == doctest::Approx(4));
    CHECK(pitch(lower(transformer({0, 0, 40, 24}, 0, {10, 3}), image_size)) == 4);
    CHECK(pitch(lower(Crop{Crop::BoxForm{{0, 0, 9, 9}, Units::pixels}, {}, {}, {}, {}}, image_size)) == 1);
    CHECK(pitch(lower(Crop{Crop::IndexForm{{0, 20, 21}, {0, 30}}, {}, {}, {}, {}}, image_size)) == 1);
    CHECK(pitch(lower(Mask{Mask::BoxForm{{0, 0, 9, 9}}, {}, {}, {}, {}, {}}, image_size)) == 1);
}
