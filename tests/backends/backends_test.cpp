#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "backends/cpu.hpp"
#include "emulated_device.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"
#include "laws.hpp"
#include "pixels/alpha.hpp"
#include "pixels/rounding.hpp"
#include "reference.hpp"
#include "sampling_choices.hpp"

// Every backend against the CPU's for what is summed, and, the CPU's too, against float64 sums for what is
// copied or weighed: every padding, interpolation, depth and number of channels.

using namespace glimpse;

namespace {

/// What is promised of float32 values, relative to the range: both sides sum float32 products in an order of
/// their own. A coordinate held in float32 would cost a hundred times as much.
constexpr double float_tolerance = 1e-6;
/// A value near the middle between two whole numbers may be rounded to either.
constexpr double whole_tolerance = 1;

constexpr Size picture{61, 47};

std::vector<std::unique_ptr<Backend>> others() {
    std::vector<std::unique_ptr<Backend>> found;
    found.push_back(std::make_unique<EmulatedDevice>());
    for (const BackendDescription& description : backends()) {
        if (description.name == "cpu") continue;
        if (description.available) {
            found.push_back(make_backend(description.name));
        } else {
            MESSAGE("not compared with the CPU: ", description.name, ": ", description.detail);
        }
    }
    return found;
}

class Draws {
  public:
    double uniform(double low, double high) { return random_.uniform(low, high); }
    int whole(int low, int high) { return random_.uniform(low, high + 1); }
    Size size() { return {whole(1, 40), whole(1, 40)}; }
    cv::RNG& generator() { return random_; }

  private:
    cv::RNG random_{20251123};
};

void add_transformers(Draws& draw, std::vector<Lowered>& maps) {
    for (const auto interpolation : all_interpolations) {
        for (const auto padding : all_paddings) {
            for (const bool align_corners : {false, true}) {
                SpatialTransformer stn;
                stn.size = draw.size();
                stn.align_corners = align_corners;
                stn.interpolation = interpolation;
                stn.padding = padding;
                SpatialTransformer::ThetaForm turned;
                for (auto& row : turned.theta) {
                    for (double& t : row) t = draw.uniform(-1.3, 1.3);
                }
                stn.form = turned;
                maps.push_back(lower(stn, picture));
                stn.form =
                    SpatialTransformer::ScaleShiftForm{{draw.uniform(-1.5, 1.5), draw.uniform(-1.5, 1.5)},
                                                       {draw.uniform(-1, 1), draw.uniform(-1, 1)}};
                maps.push_back(lower(stn, picture));
            }
        }
    }
}

void add_gaussians(Draws& draw, std::vector<Lowered>& maps) {
    const auto axis = [&](int size) {
        return Gaussian::Axis{draw.uniform(-0.5 * size, 1.2 * size), draw.uniform(0.2, 12),
                              draw.uniform(-4, 4)};
    };
    for (int n = 0; n < 12; ++n) {
        Gaussian gaussian;
        gaussian.form = Gaussian::AxesForm{axis(picture.width), axis(picture.height)};
        gaussian.size = draw.size();
        gaussian.normalise = n % 2 == 0 ? Gaussian::Normalise::eps : Gaussian::Normalise::safe;
        maps.push_back(lower(gaussian, picture));
    }
}

void add_summing_crops_and_masks(Draws& draw, std::vector<Lowered>& maps) {
    for (const auto padding : all_paddings) {
        for (const std::optional<Size> size : {std::optional<Size>(), std::optional(draw.size())}) {
            if (padding == Padding::zeros && !size) continue;  // pixels that are copied
            Crop crop;
            crop.form = Crop::BoxForm{{draw.uniform(-9, 30), draw.uniform(-9, 30), 25.5, 21}, Units::pixels};
            crop.size = size;
            crop.padding = padding;
            maps.push_back(lower(crop, picture));
        }
    }
    maps.push_back(lower(Crop{Crop::IndexForm{{40, 1, 1, 7}, {60, 0, 33}}, {}, {}, {}, {}}, picture));
    Mask mask;
    mask.form = Mask::BoxForm{{10, 12, 20, 9}, Units::pixels};
    mask.kind = Mask::Kind::hard;
    mask.select = Mask::Select::pixels;
    maps.push_back(lower(mask, picture));
}

/// One product for each value, of weights that float32 cannot hold exactly.
void add_weights(std::vector<Lowered>& maps) {
    for (const auto select : {Mask::Select::none, Mask::Select::box}) {
        Mask mask;
        mask.form = Mask::BoxForm{{10, 12, 20, 9}, Units::pixels};
        mask.kind = Mask::Kind::hard;
        mask.select = select;
        maps.push_back(lower(mask, picture));
    }
    Mask bell;
    bell.form = Mask::GaussianForm{{20, 6}, {30, 9}, Mask::GaussianForm::Normalise::peak};
    maps.push_back(lower(bell, picture));
    REQUIRE(std::holds_alternative<Weights>(maps.back().map.kind));
}

std::vector<Lowered> maps_to_compare() {
    Draws draw;
    std::vector<Lowered> maps;
    add_transformers(draw, maps);
    add_gaussians(draw, maps);
    add_summing_crops_and_masks(draw, maps);
    add_weights(maps);
    return maps;
}

/// A map that copies or weighs pixels and sums none, and what it is: g[i, j] = a[i, j] I[y0 + i, x0 + j].
struct PlainMap {
    LinearMap map;
    int x0;
    int y0;
    reference::Values a;
};

LinearMap hard_box(const Box& box, Mask::Select select) {
    Mask mask;
    mask.form = Mask::BoxForm{box, Units::pixels};
    mask.kind = Mask::Kind::hard;
    mask.select = select;
    return lower(mask, picture).map;
}

std::vector<PlainMap> plain_maps() {
    const auto crop = [](const Box& box) {
        return lower(Crop{Crop::BoxForm{box, Units::pixels}, {}, {}, {}, {}}, picture).map;
    };
    std::vector<PlainMap> maps;
    // ⌊-3.4 + ½⌋ = -3 to ⌊22.1 + ½⌋ = 22, and ⌊5.2 + ½⌋ = 5 to ⌊26.7 + ½⌋ = 27.
    maps.push_back({crop({-3.4, 5.2, 25.5, 21.5}), -3, 5, reference::Values(22, 25, 1.0)});
    maps.push_back({crop({50, 40, 25, 21}), 50, 40, reference::Values(21, 25, 1.0)});
    maps.push_back({crop({7, 9, 1, 1}), 7, 9, reference::Values(1, 1, 1.0)});
    maps.push_back({hard_box({10, 12, 20, 9}, Mask::Select::box), 10, 12, reference::Values(9, 20, 1.0)});

    reference::Values boxed(picture.height, picture.width, 0.0);
    boxed(cv::Rect(10, 12, 20, 9)).setTo(1);
    maps.push_back({hard_box({10, 12, 20, 9}, Mask::Select::none), 0, 0, boxed});
    reference::Values bell(picture.height, picture.width);
    for (int y = 0; y < bell.rows; ++y) {
        for (int x = 0; x < bell.cols; ++x) {
            bell(y, x) = std::exp(-0.5 * (std::pow((x - 20.0) / 6, 2) + std::pow((y - 30.0) / 9, 2)));
        }
    }
    Mask gaussian;
    gaussian.form = Mask::GaussianForm{{20, 6}, {30, 9}, Mask::GaussianForm::Normalise::peak};
    maps.push_back({lower(gaussian, picture).map, 0, 0, bell});
    return maps;
}

/// One channel in float64.
reference::Values channel_of(const cv::Mat& values, int channel) {
    cv::Mat one;
    cv::extractChannel(values, one, channel);
    return reference::Values(one);
}

reference::Values glimpse_of(const PlainMap& plain, const reference::Values& image) {
    reference::Values glimpse(plain.a.rows, plain.a.cols);
    for (int i = 0; i < glimpse.rows; ++i) {
        for (int j = 0; j < glimpse.cols; ++j) {
            glimpse(i, j) = plain.a(i, j) * reference::value_or_zero(image, plain.x0 + j, plain.y0 + i);
        }
    }
    return glimpse;
}

/// Its adjoint: I[y0 + i, x0 + j] = a[i, j] g[i, j].
reference::Values written_of(const PlainMap& plain, const reference::Values& glimpse) {
    reference::Values image(picture.height, picture.width, 0.0);
    for (int i = 0; i < glimpse.rows; ++i) {
        for (int j = 0; j < glimpse.cols; ++j) {
            const Rectangle pixel{plain.x0 + j, plain.y0 + i, 1, 1};
            if (whole(picture).contains(pixel)) image(pixel.y, pixel.x) = plain.a(i, j) * glimpse(i, j);
        }
    }
    return image;
}

std::vector<std::unique_ptr<Backend>> all_backends() {
    std::vector<std::unique_ptr<Backend>> all = others();
    all.push_back(std::make_unique<CpuBackend>());
    return all;
}

/// Whether both sides do the same: an exact choice of pixels, or one product each.
bool sums_nothing(const LinearMap& map) {
    const auto* samples = std::get_if<Samples>(&map.kind);
    return std::holds_alternative<Weights>(map.kind) ||
           (samples && samples->interpolation == Interpolation::nearest);
}

/// The values of which one is NaN, or infinite in one direction, and the other is not.
int count_unlike(const cv::Mat& some, const cv::Mat& others) {
    cv::Mat_<double> a(some.reshape(1));
    cv::Mat_<double> b(others.reshape(1));
    int count = 0;
    for (int y = 0; y < a.rows; ++y) {
        for (int x = 0; x < a.cols; ++x) {
            const bool alike =
                std::isnan(a(y, x)) == std::isnan(b(y, x)) &&
                (std::isfinite(a(y, x)) || std::isnan(a(y, x)) ? !std::isinf(b(y, x)) : a(y, x) == b(y, x));
            if (!alike) ++count;
        }
    }
    return count;
}

double range(int depth) {
    return depth == CV_8U ? 255 : depth == CV_16U ? 65535 : 2;
}

}  // namespace

TEST_CASE("every backend copies and weighs pixels as float64 does") {
    const std::vector<PlainMap> plain = plain_maps();
    std::vector<const LinearMap*> maps;
    for (const PlainMap& one : plain) {
        REQUIRE(
            (std::holds_alternative<Window>(one.map.kind) || std::holds_alternative<Weights>(one.map.kind)));
        maps.push_back(&one.map);
    }
    for (const auto& backend : all_backends()) {
        INFO(backend->name());
        Draws draw;
        for (const int depth : {CV_8U, CV_16U, CV_32F}) {
            for (int channels = 1; channels <= 5; ++channels) {
                const cv::Mat image = laws::random_values(picture, depth, channels, draw.generator());
                for (const int out : {depth, int{CV_32F}}) {
                    const auto found = backend->read(maps, {whole(picture), image}, out);
                    const double tolerance = out == CV_32F ? float_tolerance * range(depth) : whole_tolerance;
                    for (std::size_t n = 0; n < maps.size(); ++n) {
                        CAPTURE(n);
                        REQUIRE(found[n].type() == CV_MAKETYPE(out, channels));
                        for (int c = 0; c < channels; ++c) {
                            CHECK(laws::largest_difference(channel_of(found[n], c),
                                                           glimpse_of(plain[n], channel_of(image, c))) <=
                                  tolerance);
                        }
                    }
                }
            }
        }
    }
}

TEST_CASE("every backend writes what is copied or weighed as float64 does") {
    for (const auto& backend : all_backends()) {
        INFO(backend->name());
        Draws draw;
        for (const PlainMap& plain : plain_maps()) {
            for (int channels = 1; channels <= 5; ++channels) {
                const cv::Mat glimpse =
                    laws::random_values(plain.map.glimpse, CV_32F, channels, draw.generator());
                const cv::Mat written = laws::written(*backend, plain.map, glimpse);
                for (int c = 0; c < channels; ++c) {
                    CHECK(laws::largest_difference(channel_of(written, c),
                                                   written_of(plain, channel_of(glimpse, c))) <=
                          float_tolerance);
                }
            }
        }
    }
}

TEST_CASE("every backend reads as the CPU does") {
    const std::vector<Lowered> lowered = maps_to_compare();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const CpuBackend cpu;
    for (const auto& backend : others()) {
        INFO(backend->name());
        Draws draw;
        for (const int depth : {CV_8U, CV_16U, CV_32F}) {
            for (int channels = 1; channels <= 5; ++channels) {
                const cv::Mat image = laws::random_values(picture, depth, channels, draw.generator());
                for (const int out : {depth, int{CV_32F}}) {
                    const auto expected = cpu.read(maps, {whole(picture), image}, out);
                    const auto found = backend->read(maps, {whole(picture), image}, out);
                    const double tolerance = out == CV_32F ? float_tolerance * range(depth) : whole_tolerance;
                    for (std::size_t n = 0; n < maps.size(); ++n) {
                        CAPTURE(n);
                        REQUIRE(found[n].type() == expected[n].type());
                        CHECK(laws::largest_difference(found[n], expected[n]) <=
                              (sums_nothing(*maps[n]) ? 0 : tolerance));
                    }
                }
            }
        }
    }
}

TEST_CASE("a backend that premultiplies an image with alpha reads as the CPU does what was premultiplied") {
    const std::vector<Lowered> lowered = maps_to_compare();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (const auto& backend : others()) {
        INFO(backend->name());
        Draws draw;
        for (const int depth : {CV_8U, CV_16U, CV_32F}) {
            for (int channels = 2; channels <= 5; ++channels) {
                const cv::Mat image = laws::random_values(picture, depth, channels, draw.generator());
                cv::Mat premultiplied;
                image.convertTo(premultiplied, CV_32F);
                premultiply_alpha(premultiplied);
                const auto expected = CpuBackend().read(maps, {whole(picture), premultiplied, true}, CV_32F);
                const auto found = backend->read_premultiplied(maps, {whole(picture), image, true}, nullptr);
                const double tolerance = float_tolerance * std::pow(range(depth), 2);
                for (std::size_t n = 0; n < maps.size(); ++n) {
                    CAPTURE(n);
                    CHECK(laws::largest_difference(found[n], expected[n]) <=
                          (sums_nothing(*maps[n]) ? 0 : tolerance));
                }
            }
        }
    }
}

TEST_CASE("a backend that premultiplies divides by alpha as the CPU does") {
    const std::vector<Lowered> lowered = maps_to_compare();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    AlphaDivision division{{}, CV_8U};
    for (std::size_t n = 0; n < maps.size(); ++n) division.gains.push_back(n % 2 == 0 ? 1.0F : 1.25F);
    for (const auto& backend : others()) {
        INFO(backend->name());
        Draws draw;
        const cv::Mat image = laws::random_values(picture, CV_8U, 4, draw.generator());
        const ImageRegion region{whole(picture), image, true};
        for (const int depth : {CV_8U, CV_32F}) {
            division.depth = depth;
            const auto undivided = backend->read_premultiplied(maps, region, nullptr);
            const auto found = backend->read_premultiplied(maps, region, &division);
            for (std::size_t n = 0; n < maps.size(); ++n) {
                CAPTURE(n);
                cv::Mat expected = undivided[n].clone();
                unpremultiply_alpha(expected, division.gains[n]);
                CHECK(laws::largest_difference(found[n], rounded_to(expected, depth)) == 0);
            }
        }
    }
}

TEST_CASE("a map that sees nothing may be beside one whose region it does not lie in") {
    const auto stn_at = [](double x, double y) {
        SpatialTransformer transformer;
        transformer.form = SpatialTransformer::MatrixForm{Affine{{{{1, 0, x}, {0, 1, y}}}}};
        transformer.size = Size{8, 8};
        return lower(transformer, picture).map;
    };
    const LinearMap seen = stn_at(2, 3);
    // To the right of the image, at lines that the other's region has or has not.
    for (const double y : {3.0, 30.0, -2.0}) {
        const LinearMap unseeing = stn_at(10 * picture.width, y);
        const std::array maps{&unseeing, &seen};
        REQUIRE(support(unseeing).empty());
        const Rectangle region = support(seen);
        const cv::Mat image = cv::Mat::ones(region.height, region.width, CV_8UC3);
        for (const auto& backend : others()) {
            const auto glimpses = backend->read(maps, {region, image}, CV_8U);
            CHECK(cv::countNonZero(glimpses[0].reshape(1)) == 0);
            CHECK(laws::largest_difference(glimpses[1],
                                           read_one(CpuBackend(), seen, {region, image}, CV_8U)) == 0);
        }
    }
}

TEST_CASE("a Gaussian above or below the image is black beside what is seen elsewhere") {
    // Its columns do lie in the image: to the left of the region, or in it.
    std::vector<Lowered> lowered;
    for (const double y : {-80.0, 140.0}) {
        for (const double x : {0.0, 5.0, 12.0, 40.0}) {
            Gaussian gaussian;
            gaussian.form = Gaussian::AxesForm{{x, 1.7, 2}, {y, 0.8, 1}};
            gaussian.size = Size{21, 16};
            lowered.push_back(lower(gaussian, picture));
            REQUIRE(support(lowered.back().map).empty());
            REQUIRE(!std::get<Separable>(lowered.back().map.kind).columns.support().empty());
        }
    }
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (const int x0 : {32, 33, 34, 35}) {
        const ImageRegion image{{x0, 3, 9, 8}, cv::Mat(8, 9, CV_8UC3, cv::Scalar::all(100))};
        for (const auto& backend : others()) {
            for (const cv::Mat& glimpse : backend->read(maps, image, CV_32F)) {
                CHECK(laws::largest_difference(glimpse, cv::Mat::zeros(16, 21, CV_32FC3)) == 0);
            }
        }
    }
}

TEST_CASE("products whose weights span more columns than threads share are those of the CPU") {
    constexpr Size wide{3000, 24};
    std::vector<Lowered> lowered;
    for (const double s : {0.4, 30.0, 500.0}) {
        Gaussian gaussian;
        gaussian.form = Gaussian::AxesForm{{1400, s, 170}, {11, 3, 2}};
        gaussian.size = Size{17, 5};
        lowered.push_back(lower(gaussian, wide));
    }
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (const auto& backend : others()) {
        INFO(backend->name());
        Draws draw;
        for (const int channels : {1, 3, 20}) {  // 20: more values than a block has threads
            const cv::Mat image = laws::random_values(wide, CV_8U, channels, draw.generator());
            const auto expected = CpuBackend().read(maps, {whole(wide), image}, CV_32F);
            const auto found = backend->read(maps, {whole(wide), image}, CV_32F);
            for (std::size_t n = 0; n < maps.size(); ++n) {
                CHECK(laws::largest_difference(found[n], expected[n]) <= float_tolerance * range(CV_8U));
            }
        }
    }
}

TEST_CASE("more glimpses than one portion holds are all read, on every backend") {
    // 3 · 2^23 values, and a large glimpse among small ones.
    std::vector<Lowered> lowered;
    Draws draw;
    for (int n = 0; n < 30; ++n) {
        SpatialTransformer stn;
        stn.size = n % 10 == 3 ? Size{1200, 900} : Size{64, 48};
        stn.interpolation = Interpolation::nearest;
        stn.form = SpatialTransformer::ScaleShiftForm{{draw.uniform(0.1, 1), draw.uniform(0.1, 1)}, {0, 0}};
        lowered.push_back(lower(stn, picture));
    }
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const cv::Mat image = laws::random_values(picture, CV_8U, 8, draw.generator());
    const auto expected = CpuBackend().read(maps, {whole(picture), image}, CV_8U);
    for (const auto& backend : others()) {
        INFO(backend->name());
        const auto found = backend->read(maps, {whole(picture), image}, CV_8U);
        for (std::size_t n = 0; n < maps.size(); ++n) {
            CHECK(laws::largest_difference(found[n], expected[n]) == 0);
        }
    }
}

TEST_CASE("what holds an image reads that and any other") {
    Draws draw;
    SpatialTransformer stn;
    stn.size = Size{20, 30};
    stn.form = SpatialTransformer::ScaleShiftForm{{0.7, 0.6}, {0.1, 0}};
    const Lowered lowered = lower(stn, picture);
    const ImageRegion image{whole(picture), laws::random_values(picture, CV_8U, 3, draw.generator())};
    const ImageRegion other{whole(picture), laws::random_values(picture, CV_8U, 3, draw.generator())};
    for (const auto& backend : all_backends()) {
        INFO(backend->name());
        const LinearMap* const map = &lowered.map;
        const auto holding = backend->holding(image, {&map, 1});
        if (!holding) continue;
        CHECK(holding->name() == backend->name());
        for (const ImageRegion* each : {&image, &other, &image}) {
            CHECK(laws::largest_difference(read_one(*holding, lowered.map, *each, CV_8U),
                                           read_one(*backend, lowered.map, *each, CV_8U)) == 0);
        }
    }
}

TEST_CASE("every backend reads values that are not finite as the CPU does, and spreads them no further") {
    Draws draw;
    cv::Mat image = laws::random_values(picture, CV_32F, 3, draw.generator());
    constexpr float infinity = std::numeric_limits<float>::infinity();
    image.at<cv::Vec3f>(20, 30) = {std::numeric_limits<float>::quiet_NaN(), 0.5F, infinity};
    image.at<cv::Vec3f>(46, 60) = {0.5F, -infinity, std::numeric_limits<float>::quiet_NaN()};  // the last one
    std::vector<Lowered> lowered;
    add_transformers(draw, lowered);
    SpatialTransformer whole_image;  // each pixel once, its neighbours with a weight of 0
    whole_image.size = picture;
    whole_image.form = SpatialTransformer::ScaleShiftForm{{1, 1}, {0, 0}};
    lowered.push_back(lower(whole_image, picture));
    Mask mask;
    mask.form = Mask::GaussianForm{{20, 6}, {30, 9}, Mask::GaussianForm::Normalise::peak};
    lowered.push_back(lower(mask, picture));
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (const auto& backend : others()) {
        INFO(backend->name());
        for (const int depth : {CV_32F, CV_8U}) {
            const auto expected = CpuBackend().read(maps, {whole(picture), image}, depth);
            const auto found = backend->read(maps, {whole(picture), image}, depth);
            for (std::size_t n = 0; n < maps.size(); ++n) {
                CAPTURE(n);
                CHECK(count_unlike(found[n], expected[n]) == 0);
            }
        }
    }
}

TEST_CASE("every backend writes the same each time") {
    Draws draw;
    SpatialTransformer stn;
    stn.size = Size{90, 70};  // several samples for each pixel
    stn.form = SpatialTransformer::ScaleShiftForm{{0.2, 0.3}, {0.1, 0}};
    const LinearMap map = lower(stn, picture).map;
    const cv::Mat glimpse = laws::random_values(map.glimpse, CV_32F, 3, draw.generator());
    for (const auto& backend : all_backends()) {
        INFO(backend->name());
        const cv::Mat first = backend->write(map, glimpse).pixels;
        for (int n = 0; n < 10; ++n) {
            CHECK(laws::largest_difference(backend->write(map, glimpse).pixels, first) == 0);
        }
    }
}

TEST_CASE("every backend writes as the CPU does") {
    const CpuBackend cpu;
    for (const auto& backend : others()) {
        INFO(backend->name());
        Draws draw;
        for (const Lowered& lowered : maps_to_compare()) {
            const LinearMap& map = lowered.map;
            for (int channels = 1; channels <= 5; ++channels) {
                const cv::Mat glimpse = laws::random_values(map.glimpse, CV_32F, channels, draw.generator());
                const ImageRegion expected = cpu.write(map, glimpse);
                const ImageRegion found = backend->write(map, glimpse);
                CHECK(found.region == expected.region);
                // In the worst case, all samples fall on one pixel.
                double largest = 1;
                if (!expected.pixels.empty()) largest += cv::norm(expected.pixels.reshape(1), cv::NORM_INF);
                CHECK(laws::largest_difference(found.pixels, expected.pixels) <= float_tolerance * largest);
            }
        }
    }
}
