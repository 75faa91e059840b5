#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "filters.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/reading.hpp"
#include "pixels/rounding.hpp"
#include "refusals.hpp"
#include "small_images.hpp"

using namespace glimpse;

TEST_CASE("DRAW's gain multiplies colours and leaves alpha alone") {
    Gaussian gaussian;
    gaussian.form = Gaussian::DrawForm{0, 0, -6, 0, std::log(2.0)};  // the identity, times two
    gaussian.size = {5, 5};
    const Lowered lowered = lower(gaussian, {5, 5});
    for (const int alpha : {255, 100, 1}) {
        const ImageRegion image{whole({5, 5}), cv::Mat(5, 5, CV_8UC4, cv::Scalar(10, 20, 100, alpha)), true};
        const cv::Mat glimpse = read_glimpse(*make_backend("cpu"), lowered, image, CV_8U);
        CHECK(glimpse.at<cv::Vec4b>(2, 2) == cv::Vec4b(20, 40, 200, static_cast<std::uint8_t>(alpha)));
    }
}

TEST_CASE("a glimpse that samples nothing of an image with alpha keeps its channels") {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::MatrixForm{{{{{1, 0.1, 500}, {0, 1, 500}}}}};
    transformer.size = {3, 3};
    const Lowered lowered = lower(transformer, {9, 9});
    CHECK(support(lowered.map).empty());
    const ImageRegion nothing{{}, cv::Mat(0, 0, CV_8UC4), true};
    CHECK(read_glimpse(*make_backend("cpu"), lowered, nothing, CV_8U).type() == CV_8UC4);
}

TEST_CASE("NaN becomes 0 in whole numbers, wherever it stands") {
    const cv::Mat values(3, 67, CV_32FC3, cv::Scalar::all(NAN));
    for (const int depth : {CV_8U, CV_16U}) CHECK(cv::sum(rounded_to(values, depth)) == cv::Scalar());
}

TEST_CASE("glimpses are read together as alone, whatever each of them needs") {
    const auto backend = make_backend("cpu");
    const Size size{12, 9};
    cv::Mat pixels(size.height, size.width, CV_8UC4);
    cv::RNG(1).fill(pixels, cv::RNG::UNIFORM, 0, 256);
    ImageRegion image{whole(size), pixels};

    const Crop plain{Crop::BoxForm{{3, 2, 4, 5}, Units::pixels}, {}, {}, Resampling::bilinear, {}};
    const Crop resized{
        Crop::BoxForm{{-3.5, 2, 7, 5}, Units::pixels}, Size{3, 3}, {}, Resampling::bilinear, {}};
    std::vector<Lowered> maps{lower(plain, size), lower(resized, size)};
    for (const Crop& crop : {plain, resized}) {
        maps.push_back(lower(crop, size));
        maps.back().fill = Constant{{7, 8, 9}};
        maps.push_back(lower(crop, size));
        maps.back().fill = MeanOfImage{};
    }
    for (const bool alpha : {false, true}) {
        image.alpha = alpha;
        if (!alpha) {
            for (Lowered& lowered : maps) {
                if (std::holds_alternative<Constant>(lowered.fill)) lowered.fill = Constant{{7, 8, 9, 10}};
            }
        }
        for (const int depth : {CV_8U, CV_32F}) {
            const std::vector<cv::Mat> together = read_glimpses(*backend, maps, image, depth);
            REQUIRE(together.size() == maps.size());
            for (std::size_t n = 0; n < maps.size(); ++n) {
                CAPTURE(n);
                const cv::Mat alone = read_glimpse(*backend, maps[n], image, depth);
                REQUIRE(together[n].type() == CV_MAKETYPE(depth, 4));
                CHECK(cv::norm(together[n], alone, cv::NORM_INF) == 0);
            }
        }
    }
}

namespace {

/// The CPU's backend, which counts its calls and the pixels that it is given.
class CountingBackend final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "counting"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        ++calls;
        pixels += image.pixels.total();
        return make_backend("cpu")->read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return make_backend("cpu")->write(map, glimpse);
    }
    mutable std::atomic<std::size_t> calls = 0;
    mutable std::atomic<std::size_t> pixels = 0;
};

Lowered resized(const Box& box, Size image) {
    return lower(Crop{Crop::BoxForm{box, Units::pixels}, Size{3, 3}, {}, Resampling::bilinear, {}}, image);
}

}  // namespace

TEST_CASE("an image with alpha is brought to the backend once, but where glimpses are far from each other") {
    const Size size{200, 100};
    const ImageRegion image{whole(size),
                            cv::Mat(size.height, size.width, CV_8UC4, cv::Scalar(10, 20, 30, 40)), true};
    const CountingBackend backend;
    const std::vector<Lowered> near{resized({20, 10, 50, 40}, size), resized({30, 12, 50, 40}, size),
                                    resized({25, 8, 50, 40}, size)};
    read_glimpses(backend, near, image, CV_8U);
    CHECK(backend.calls == 1);
    const std::size_t together = backend.pixels;
    CHECK(together <= 3 * 52 * 42);
    const std::vector<Lowered> far{resized({0, 0, 10, 10}, size), resized({180, 80, 10, 10}, size)};
    read_glimpses(backend, far, image, CV_8U);
    CHECK(backend.calls == 3);
    CHECK(backend.pixels - together <= 2 * 12 * 12);
}

TEST_CASE("a constant fill has one value, or one for each channel or colour") {
    Lowered lowered = lower(Crop{Crop::BoxForm{{3, 2, 4, 5}, Units::pixels}, {}, {}, {}, {}}, {12, 9});
    CHECK_NOTHROW(validate_fill(lowered, 4, true, CV_8U));
    const auto accepts = [&](std::size_t values, int channels, bool alpha) {
        lowered.fill = Constant{std::vector<double>(values, 1)};
        try {
            validate_fill(lowered, channels, alpha, CV_8U);
            return true;
        } catch (const Error&) {
            return false;
        }
    };
    CHECK(accepts(1, 3, false));
    CHECK(accepts(3, 3, false));
    CHECK(!accepts(2, 3, false));
    CHECK(accepts(3, 4, true));
    CHECK(accepts(4, 4, true));
    CHECK(!accepts(3, 4, false));
}

TEST_CASE("a constant fill is refused where float32 cannot hold it times its alpha") {
    const Size size{12, 9};
    const auto accepts = [&](const std::optional<Size>& resized, double value, bool alpha, int depth) {
        const Lowered lowered = lower(
            Crop{Crop::BoxForm{{-3, 2, 5, 5}, Units::pixels}, resized, {}, {}, Constant{{value}}}, size);
        try {
            validate_fill(lowered, 4, alpha, depth);
            return true;
        } catch (const InvalidParameter& error) {
            CHECK(error.field() == "/padding");
            return false;
        }
    };
    for (const double value : {1e38, -1e38}) {
        CHECK(accepts(Size{3, 3}, value, false, CV_8U));
        CHECK(accepts({}, value, true, CV_8U));  // copied, not mixed
        CHECK(accepts(Size{3, 3}, value, true, CV_32F));
        CHECK(!accepts(Size{3, 3}, value, true, CV_8U));
    }
    CHECK(accepts(Size{3, 3}, 1e36, true, CV_8U));
    CHECK(!accepts(Size{3, 3}, 1e36, true, CV_16U));
}

TEST_CASE("a sample on a pixel takes that pixel alone, whatever lies beside it") {
    constexpr int width = 30;
    const auto cpu = make_backend("cpu");
    // Tenths are no binary fractions: their sums fall short of whole numbers, or go beyond.
    for (const int tenths : {1, 3, 7, 9}) {
        const Affine steps{{{{tenths / 10.0, 0, 0}, {0, 1, 1}}}};
        const int count = 10 * (width - 1) / tenths + 1;
        const LinearMap map{.image = {width, 3}, .glimpse = {count, 1}, .kind = Samples{.points = steps}};
        for (const int channels : {1, 3, 5}) {
            CAPTURE(tenths);
            CAPTURE(channels);
            for (int x = tenths; x < width; x += tenths) {
                cv::Mat pixels(3, width, CV_32FC(channels));
                pixels.reshape(1).setTo(NAN);
                pixels.reshape(1).row(1).colRange(x * channels, (x + 1) * channels).setTo(0.7F);
                const cv::Mat glimpse = read_one(*cpu, map, {whole(map.image), pixels}, CV_32F);
                const int there = 10 * x / tenths;
                CHECK(glimpse.reshape(1).at<float>(0, there * channels) == 0.7F);
            }
        }
    }
}

TEST_CASE("an alpha of float32 weighs in any units, and beside a fill that is opaque in those of 0 to 1") {
    const auto image = [](const std::vector<float>& values) {
        return ImageRegion{whole({2, 1}), cv::Mat(values, true).reshape(2, 1), true};
    };
    const auto crop = [](Box box, std::optional<Size> size, Fill fill) {
        return lower(Crop{Crop::BoxForm{box, Units::pixels}, size, {}, Resampling::bilinear, std::move(fill)},
                     {2, 1});
    };
    const auto read = [&](const Lowered& lowered, const ImageRegion& region) {
        return read_glimpse(*make_backend("cpu"), lowered, region, CV_32F);
    };
    const ImageRegion of_bytes = image({100, 255, 40, 85});
    const ImageRegion of_ones = image({100, 1, 40, 1.0F / 3});
    // (100·255 + 40·85) / (255 + 85) = 85.
    const Lowered half = crop({0, 0, 2, 1}, Size{1, 1}, {});
    CHECK(read(half, of_bytes).at<cv::Vec2f>(0) == cv::Vec2f(85, 170));
    CHECK(read(half, of_ones).at<cv::Vec2f>(0)[0] == doctest::Approx(85));
    CHECK(holds(refusal<Error>([&] {
                    read(half, image({100, 255, 40, -85}));
                }),
                "the alpha of the pixel at (1, 0) is -85, and lies between 0 and 1; correct it"));
    for (const std::optional<Size>& resized : {std::optional<Size>(), std::optional<Size>({1, 1})}) {
        const Lowered filled = crop({-1, 0, 2, 1}, resized, Constant{{9}});
        CHECK(refusal<Error>([&] { read(filled, of_ones); }).empty());
        const std::string refused = refusal<Error>([&] { read(filled, of_bytes); });
        CHECK(holds(
            refused,
            "the alpha of the pixel at (0, 0) is 255, and where an alpha of float32 is opaque it is 1"));
        CHECK(holds(refused, "give the padding a number for alpha as well"));
        CHECK(refusal<Error>([&] {
                  read(crop({-1, 0, 2, 1}, resized, Constant{{9, 255}}), of_bytes);
              }).empty());
    }
    // One that is only copied is what it is.
    CHECK(read(crop({0, 0, 2, 1}, {}, {}), image({100, -9, 40, 700})).at<cv::Vec2f>(1) == cv::Vec2f(40, 700));
}

TEST_CASE("a bias has one value, or one for each channel but alpha, which it leaves as it is") {
    const cv::Mat image(2, 3, CV_8UC4, cv::Scalar(10, 20, 30, 255));
    Filter filter = filters::of_kernel({2});
    const auto first_pixel = [&](bool alpha) {
        const cv::Mat glimpse = small_images::read(filter, image, alpha, CV_8U);
        return glimpse.at<cv::Vec4b>(0, 0);
    };
    filter.bias = {7};
    CHECK(first_pixel(false) == cv::Vec4b(27, 47, 67, 255));
    CHECK(first_pixel(true) == cv::Vec4b(27, 47, 67, 255));  // alpha is that of the image
    filter.bias = {1, -60, 3};
    CHECK(first_pixel(true) == cv::Vec4b(21, 0, 63, 255));
    CHECK(refusal<InvalidParameter>([&] { first_pixel(false); }) ==
          "the bias has 3 values, the image 4 channels");
    filter.bias = {1, 2};
    CHECK(refusal<InvalidParameter>([&] { first_pixel(true); }) ==
          "the bias has 2 values, the image 3 channels beside alpha");
}

TEST_CASE("colours are divided by no alpha whose weights have no sum > 0") {
    const cv::Mat image(2, 3, CV_8UC4, cv::Scalar(10, 20, 30, 255));
    for (const Filter& filter : {filters::of_kernel({0, 1, -1, 0}), filters::of_kernel({-1}),
                                 filters::of_each_pixel({1, 1, 1, 1, 1, 2}, {3, 2}, 1)}) {
        CHECK_NOTHROW(small_images::read(filter, image, false));
        CHECK(refusal<Error>([&] { small_images::read(filter, image, true); }).find("no sum > 0") !=
              std::string::npos);
    }
}
