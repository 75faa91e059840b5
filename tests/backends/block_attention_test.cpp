#include <doctest/doctest.h>

#include <opencv2/core.hpp>

#include "glimpse/mechanism.hpp"
#include "maps/image_region.hpp"

// The attention of blocks, beside the means of that of pixels.

using namespace glimpse;

namespace {

/// Float32 sums of weights of at most a few units.
constexpr double tolerance = 1e-5;

const Size image_size{45, 38};

/// The attention of all pixels, 0 outside the support and up to whole blocks.
cv::Mat_<double> of_pixels(const LinearMap& map, int n) {
    const Size blocks = shrunk(map.image, n);
    cv::Mat_<double> all(blocks.height * n, blocks.width * n, 0.0);
    const ImageRegion attention = attention_map(map);
    if (!attention.region.empty()) attention.pixels.convertTo(all(rect(attention.region)), CV_64F);
    return all;
}

cv::Mat_<double> of_blocks(const LinearMap& map, int n) {
    const Size blocks = shrunk(map.image, n);
    cv::Mat_<double> all(blocks.height, blocks.width, 0.0);
    const ImageRegion attention = block_attention(map, n);
    REQUIRE(whole(blocks).contains(attention.region));
    if (!attention.region.empty()) attention.pixels.convertTo(all(rect(attention.region)), CV_64F);
    return all;
}

cv::Mat_<double> means(const cv::Mat_<double>& pixels, int n) {
    cv::Mat_<double> all(pixels.rows / n, pixels.cols / n, 0.0);
    for (int y = 0; y < pixels.rows; ++y) {
        for (int x = 0; x < pixels.cols; ++x) all(y / n, x / n) += pixels(y, x) / n / n;
    }
    return all;
}

Mask grid_mask() {
    const cv::Mat grid = (cv::Mat_<double>(2, 3) << 0.1, 0.9, 0.3, 0, 1, 0.5);
    return Mask{Mask::GridForm{grid}, {}, {}, {}, {}, {}};
}

Mechanism transformer(double angle) {
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{4.5, 3, 31, 27}, Units::pixels, angle};
    stn.size = Size{40, 35};
    return stn;
}

}  // namespace

TEST_CASE("the attention of blocks is the mean of that of their pixels") {
    const Box box{3, 2, 33, 30};
    const Box beyond{-7.2, 20, 30, 40};
    const std::vector<Mechanism> mechanisms{
        Crop{Crop::BoxForm{box}, {}, {}, Resampling::bilinear, {}},
        Crop{Crop::BoxForm{beyond}, {}, {}, Resampling::bilinear, {}},
        Crop{Crop::BoxForm{box}, Size{7, 9}, {}, Resampling::bilinear, {}},
        Gaussian{Gaussian::BoxForm{{box}}, Size{6, 5}, {}},
        grid_mask(),
        Mask{Mask::BoxForm{box}, {}, {}, {}, {}, {}},
        transformer(0),
    };
    for (const Mechanism& mechanism : mechanisms) {
        const LinearMap map = lower(mechanism, image_size).map;
        for (const int n : {1, 2, 4, 8, 64}) {
            CHECK(cv::norm(of_blocks(map, n), means(of_pixels(map, n), n), cv::NORM_INF) <= tolerance);
        }
    }
}

TEST_CASE("of samples that are turned the attention of blocks is near that") {
    const LinearMap map = lower(transformer(20), image_size).map;
    for (const int n : {2, 4}) {
        const cv::Mat_<double> exact = means(of_pixels(map, n), n);
        const cv::Mat_<double> blocks = of_blocks(map, n);
        CHECK(cv::sum(blocks)[0] == doctest::Approx(cv::sum(exact)[0]).epsilon(0.02));
        // A tap's weight may go to a neighbouring block: at the border at most all that a pixel has.
        CHECK(cv::norm(blocks, exact, cv::NORM_INF) <= 0.5 * cv::norm(exact, cv::NORM_INF));
    }
}
