#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "backends/automatic.hpp"
#include "backends/cpu.hpp"
#include "fake_gpu.hpp"
#include "glimpse/mechanism.hpp"

// The choice between a CPU and a GPU, with a GPU that is none.

using namespace glimpse;

namespace {

/// Takes the time that its cost says, by a clock of its own, and longer in three calls of four: the first
/// loads what it needs, and another program has the GPU in the last two.
class SlowGpu final : public Backend {
  public:
    explicit SlowGpu(GpuCost cost) : cost_(cost) {}
    [[nodiscard]] std::string name() const override { return "slow"; }
    [[nodiscard]] std::vector<cv::Mat> read(Maps maps, const ImageRegion& image, int depth) const override {
        const auto bytes = static_cast<double>(image.pixels.total() * image.pixels.elemSize());
        constexpr std::array<double, 4> delays{1, 0, 0.25, 0.5};
        seconds_ +=
            cost_.seconds_per_call + cost_.seconds_per_byte * bytes + delays[calls_++ % delays.size()];
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return CpuBackend().write(map, glimpse);
    }
    [[nodiscard]] double seconds() const { return seconds_; }

  private:
    GpuCost cost_;
    mutable double seconds_ = 0;
    mutable std::size_t calls_ = 0;
};

std::vector<const LinearMap*> one(const Lowered& lowered) {
    return {&lowered.map};
}

Lowered cropped(Size image) {
    Crop crop;
    crop.form = Crop::BoxForm{{3, 4, 50, 60}, Units::pixels};
    return lower(crop, image);
}

/// The largest cost, up to a second, at which the GPU pays, by bisection.
template <typename Pays>
double break_even(Pays&& pays) {
    double low = 0;
    double high = 1;
    for (int n = 0; n < 100; ++n) {
        const double middle = (low + high) / 2;
        (pays(middle) ? low : high) = middle;
    }
    return high;
}

constexpr int one_thread = 1;

/// The seconds that one thread is estimated to need: the cost of a call at which a GPU with a free bus breaks
/// even.
double cpu_seconds(Maps maps, const ImageRegion& image) {
    return break_even([&](double seconds) { return gpu_pays(maps, image, CV_8U, one_thread, {seconds, 0}); });
}

/// The bytes that are estimated to go over the bus: the CPU's seconds by those of a byte at which the GPU
/// breaks even.
double bytes_sent(Maps maps, const ImageRegion& image, int depth) {
    const double seconds_per_byte = break_even([&](double seconds) {
        return gpu_pays(maps, image, depth, one_thread, {0, seconds});
    });
    return cpu_seconds(maps, image) / seconds_per_byte;
}

/// A box shrunk twice: its support is the box, for its taps stay within it.
Lowered halved(Rectangle box, Size image) {
    Crop crop;
    crop.form = Crop::BoxForm{{double(box.x), double(box.y), double(box.width), double(box.height)}};
    crop.size = Size{box.width / 2, box.height / 2};
    return lower(crop, image);
}

ImageRegion black(Size size, int type) {
    return {whole(size), cv::Mat::zeros(size.height, size.width, type)};
}

}  // namespace

TEST_CASE("a GPU pays where there is much to multiply for what is transferred") {
    const Size size{2000, 1500};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const Lowered crop = cropped(size);
    const Lowered gaussian = lower(wide({512, 512}), size);
    CHECK(!gpu_pays(one(crop), image, CV_8U, 1, usual));
    CHECK(gpu_pays(one(gaussian), image, CV_8U, 1, usual));
    // The more threads the CPU has, the less.
    CHECK(!gpu_pays(one(gaussian), image, CV_8U, 100000, usual));
    // Thousands of samples of one image pay, though one does not.
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{100, 100, 300, 200}, Units::pixels, 20};
    stn.size = Size{64, 64};
    const Lowered sampled = lower(stn, size);
    const std::vector<Lowered> many(5000, sampled);
    CHECK(!gpu_pays(one(sampled), image, CV_8U, 1, usual));
    CHECK(gpu_pays(maps_of(many), image, CV_8U, 1, usual));
}

TEST_CASE("a CPU's time is that of its multiply-adds: a tap of a sample takes as long as four of a band") {
    const Size size{2000, 1500};
    const ImageRegion image = black(size, CV_8UC3);
    constexpr double multiply_adds_in_a_second = 20e9;
    SpatialTransformer turned;
    turned.form = SpatialTransformer::BoxForm{{100, 100, 300, 200}, Units::pixels, 20};
    turned.size = Size{50, 40};
    constexpr double values = 3 * 50 * 40;
    const Lowered bilinear = lower(turned, size);
    CHECK(cpu_seconds(one(bilinear), image) ==
          doctest::Approx(4 * 4 * values / multiply_adds_in_a_second).epsilon(1e-6));
    turned.interpolation = Interpolation::bicubic;
    const Lowered bicubic = lower(turned, size);
    CHECK(cpu_seconds(one(bicubic), image) ==
          doctest::Approx(4 * 16 * values / multiply_adds_in_a_second).epsilon(1e-6));
    // One pixel of each line and column at 50 columns and 40 lines: 40 lines of 50, twice.
    Crop indexed;
    indexed.form = Crop::IndexForm{{}, {}};
    auto& picked = std::get<Crop::IndexForm>(indexed.form);
    for (int k = 0; k < 40; ++k) picked.rows.push_back(39 - k);
    for (int k = 0; k < 50; ++k) picked.columns.push_back(49 - k);
    const Lowered separable = lower(indexed, size);
    REQUIRE(std::holds_alternative<Separable>(separable.map.kind));
    CHECK(cpu_seconds(one(separable), image) ==
          doctest::Approx(2 * values / multiply_adds_in_a_second).epsilon(1e-6));
    // A window is copied.
    const Lowered crop = cropped(size);
    CHECK(cpu_seconds(one(crop), image) < 1e-20);
}

TEST_CASE(
    "an image goes to the GPU as it is, or as much as is seen of it, premultiplied, where it has alpha") {
    const Size size{600, 500};
    const std::vector<Lowered> near{halved({10, 10, 40, 30}, size), halved({12, 10, 40, 30}, size)};
    const std::vector<Lowered> far{halved({10, 10, 40, 30}, size), halved({500, 400, 40, 30}, size)};
    constexpr double values_back = 2 * 20 * 15;
    constexpr double seen_by_each = 2 * 40 * 30;
    constexpr double seen_by_near = 42 * 30;
    // An even number of channels is not always one with alpha.
    for (const auto& kind : {std::pair{1, false}, {2, true}, {2, false}, {3, false}, {4, true}, {4, false}}) {
        const int channels = kind.first;
        const bool alpha = kind.second;
        ImageRegion image = black(size, CV_8UC(channels));
        image.alpha = alpha;
        for (const int depth : {CV_8U, CV_32F}) {
            CAPTURE(channels);
            CAPTURE(alpha);
            const double back = values_back * channels * (depth == CV_8U ? 1 : 4);
            const double all = 600.0 * 500 * channels;
            CHECK(bytes_sent(maps_of(near), image, depth) ==
                  doctest::Approx((alpha ? 4 * channels * seen_by_near : all) + back).epsilon(1e-6));
            CHECK(bytes_sent(maps_of(far), image, depth) ==
                  doctest::Approx((alpha ? 4 * channels * seen_by_each : all) + back).epsilon(1e-6));
        }
    }
}

TEST_CASE("what a GPU costs is measured by reading with it") {
    const SlowGpu gpu(usual);
    const GpuCost cost = measured_cost(gpu, [&] { return gpu.seconds(); });
    // The small image is sent as well.
    CHECK(cost.seconds_per_call == doctest::Approx(usual.seconds_per_call).epsilon(1e-4));
    CHECK(cost.seconds_per_byte == doctest::Approx(usual.seconds_per_byte).epsilon(1e-4));
    // A GPU that fails never pays.
    const Size size{2000, 1500};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const std::vector<Lowered> much(100, lower(wide({512, 512}), size));
    CHECK(gpu_pays(maps_of(much), image, CV_8U, 1, cost));
    CHECK(!gpu_pays(maps_of(much), image, CV_8U, 1, measured_cost(FakeGpu(true))));
    CHECK(std::isfinite(measured_cost(FakeGpu(false)).seconds_per_call));
}

TEST_CASE("the automatic backend reads with the GPU where it pays, and writes with the CPU") {
    const AutomaticBackend backend = automatic(false);
    const Size size{1200, 1000};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const Lowered crop = cropped(size);
    const Lowered gaussian = lower(wide({512, 512}), size);
    CHECK(backend.for_reading(one(crop), image, CV_8U).name() == "cpu");
    const Backend& chosen = backend.for_reading(one(gaussian), image, CV_8U);
    CHECK(chosen.name() == "fake");
    CHECK(backend.fallback_for(chosen).name() == "cpu");
    const ImageRegion written = backend.write(crop.map, cv::Mat::ones(60, 50, CV_32F));
    CHECK(written.region == support(crop.map));
}

TEST_CASE("a reading that the GPU fails at is the CPU's, and what the CPU fails at fails") {
    const Size size{1200, 1000};
    ImageRegion image = black(size, CV_8UC3);
    cv::RNG(3).fill(image.pixels, cv::RNG::UNIFORM, 0, 256);
    const Lowered gaussian = lower(wide({512, 512}), size);
    const AutomaticBackend failing = automatic(true);
    REQUIRE(failing.for_reading(one(gaussian), image, CV_8U).name() == "fake");
    const cv::Mat glimpse = failing.read(one(gaussian), image, CV_8U).front();
    CHECK(cv::norm(glimpse, CpuBackend().read(one(gaussian), image, CV_8U).front(), cv::NORM_INF) == 0);
    const AutomaticBackend without_a_cpu(std::make_unique<FakeGpu>(true), std::make_unique<FakeGpu>(false),
                                         [](const Backend&) { return usual; });
    const Lowered crop = cropped(size);
    CHECK_THROWS_WITH(without_a_cpu.read(one(crop), image, CV_8U),
                      doctest::Contains("not enough free memory"));
}
