#include <doctest/doctest.h>
#include <tbb/task_arena.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cmath>
#include <future>
#include <memory>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "backends/automatic.hpp"
#include "backends/cpu.hpp"
#include "backends/device_plan.hpp"
#include "fake_gpu.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/kinds.hpp"

// The choice between a CPU and a GPU, with a GPU that is none.

using namespace glimpse;

namespace {

/// Takes the time that its costs say, by a clock of its own, and longer in three calls of four: the first
/// loads what it needs, and another program has the device in the last two.
class SlowDevice final : public Backend {
  public:
    using Seconds = double (*)(Maps maps, const ImageRegion& image);
    SlowDevice(double& clock, Seconds seconds) : clock_(clock), seconds_(seconds) {}
    [[nodiscard]] std::string name() const override { return "slow"; }
    [[nodiscard]] std::vector<cv::Mat> read(Maps maps, const ImageRegion& image, int depth) const override {
        constexpr std::array<double, 4> delays{1, 0, 0.25, 0.5};
        clock_ += seconds_(maps, image) + delays[calls_++ % delays.size()];
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return CpuBackend().write(map, glimpse);
    }

  private:
    double& clock_;
    Seconds seconds_;
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

/// The seconds that the CPU is estimated to need: the cost of a call at which a GPU with a free bus breaks
/// even.
double cpu_seconds(Maps maps, const ImageRegion& image) {
    return break_even([&](double seconds) {
        return gpu_pays(maps, image, CV_8U, {usual.cpu_multiply_add, seconds, 0, 0, 0});
    });
}

/// The bytes that are estimated to be sent and to come back: the CPU's seconds by those of a byte at which
/// the GPU breaks even.
double bytes_there(Maps maps, const ImageRegion& image, int depth) {
    return cpu_seconds(maps, image) / break_even([&](double seconds) {
               return gpu_pays(maps, image, depth, {usual.cpu_multiply_add, 0, 0, seconds, 0});
           });
}
double bytes_back(Maps maps, const ImageRegion& image, int depth) {
    return cpu_seconds(maps, image) / break_even([&](double seconds) {
               return gpu_pays(maps, image, depth, {usual.cpu_multiply_add, 0, 0, 0, seconds});
           });
}

/// What is sent beside pixels.
double bytes_of_plan(Maps maps, int channels) {
    DevicePlan plan(channels);
    for (const LinearMap* map : maps) plan.add(*map);
    return double(plan.size_in_bytes());
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
    CHECK(!gpu_pays(one(crop), image, CV_8U, usual));
    CHECK(gpu_pays(one(gaussian), image, CV_8U, usual));
    // The faster the CPU is, the less.
    DeviceCosts fast_cpu = usual;
    fast_cpu.cpu_multiply_add /= 100000;
    CHECK(!gpu_pays(one(gaussian), image, CV_8U, fast_cpu));
    // Thousands of samples of one image pay, though one does not.
    SpatialTransformer stn;
    stn.form = SpatialTransformer::BoxForm{{100, 100, 300, 200}, Units::pixels, 20};
    stn.size = Size{64, 64};
    const Lowered sampled = lower(stn, size);
    const std::vector<Lowered> many(5000, sampled);
    CHECK(!gpu_pays(one(sampled), image, CV_8U, usual));
    CHECK(gpu_pays(maps_of(many), image, CV_8U, usual));
    // Unless each costs as much as the CPU needs for it: 16 multiply-adds for each of 3 · 64² values, four
    // times.
    DeviceCosts busy = usual;
    busy.gpu_glimpse = 16 * 3 * 64 * 64 / 20e9;
    CHECK(!gpu_pays(maps_of(many), image, CV_8U, busy));
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

TEST_CASE("an image goes to the GPU as it is, or as much as is seen of it, with alpha or without") {
    const Size size{600, 500};
    const std::vector<Lowered> near{halved({10, 10, 40, 30}, size), halved({12, 10, 40, 30}, size)};
    const std::vector<Lowered> far{halved({10, 10, 40, 30}, size), halved({500, 400, 40, 30}, size)};
    const std::vector<Lowered> many(100, near.front());
    constexpr double values_of_each = 20 * 15;
    constexpr double seen_by_near = 42 * 30;
    constexpr double between_far = 530 * 420;
    // An even number of channels is not always one with alpha.
    for (const auto& kind : {std::pair{1, false}, {2, true}, {2, false}, {3, false}, {4, true}, {4, false}}) {
        const int channels = kind.first;
        const bool alpha = kind.second;
        ImageRegion image = black(size, CV_8UC(channels));
        image.alpha = alpha;
        for (const int depth : {CV_8U, CV_32F}) {
            CAPTURE(channels);
            CAPTURE(alpha);
            const auto check = [&](const std::vector<Lowered>& lowered, double pixels) {
                const auto maps = maps_of(lowered);
                const double back =
                    double(lowered.size()) * values_of_each * channels * (depth == CV_8U ? 1 : 4);
                const double there = pixels * channels + bytes_of_plan(maps, channels);
                CHECK(bytes_there(maps, image, depth) == doctest::Approx(there).epsilon(1e-6));
                CHECK(bytes_back(maps, image, depth) == doctest::Approx(back).epsilon(1e-6));
            };
            check(near, seen_by_near);
            check(far, between_far);
            // Of many it is not asked what they look at.
            check(many, 600.0 * 500);
        }
    }
}

TEST_CASE("portions beside the first, packing, and what the GPU multiplies cost, too") {
    const Size size{600, 500};
    const ImageRegion image = black(size, CV_8UC1);
    const auto count_of = [&](Maps maps, double DeviceCosts::*cost) {
        return cpu_seconds(maps, image) / break_even([&](double seconds) {
                   DeviceCosts costs{usual.cpu_multiply_add, 0, 0, 0, 0};
                   costs.*cost = seconds;
                   return gpu_pays(maps, image, CV_8U, costs);
               });
    };
    SpatialTransformer enlarged;
    enlarged.size = Size{4096, 2048};  // 2^23 values
    enlarged.interpolation = Interpolation::nearest;
    const std::vector<Lowered> large(5, lower(enlarged, size));
    CHECK(count_of(maps_of(large), &DeviceCosts::gpu_portion) == doctest::Approx(5).epsilon(1e-6));
    const Lowered one_gaussian = lower(wide({64, 48}), size);
    CHECK(count_of(one(one_gaussian), &DeviceCosts::byte_packed) ==
          doctest::Approx(bytes_of_plan(one(one_gaussian), 1)).epsilon(1e-6));
    CHECK(count_of(one(one_gaussian), &DeviceCosts::gpu_multiply_add) ==
          doctest::Approx(double(multiply_adds(one_gaussian.map))).epsilon(1e-6));
}

TEST_CASE("what devices cost is measured by reading with them") {
    double clock = 0;
    const SlowDevice cpu(clock, [](Maps maps, const ImageRegion&) {
        double work = 0;
        for (const LinearMap* map : maps) work += double(multiply_adds(*map));
        return work * usual.cpu_multiply_add;
    });
    // A byte back takes longer than one there; of an image what is looked at is sent.
    constexpr double byte_back = 3 * usual.byte_there;
    constexpr double portion = 60e-6;
    constexpr double byte_packed = 1e-9;
    constexpr double multiply_add = 1e-12;
    const SlowDevice gpu(clock, [](Maps maps, const ImageRegion& image) {
        double seconds = usual.gpu_call - portion + usual.gpu_glimpse * double(maps.size());
        double values = 0;
        for (const LinearMap* map : maps) {
            seconds += byte_back * double(map->glimpse.area()) + multiply_add * double(multiply_adds(*map));
            values += double(map->glimpse.area());
            // A portion is read once it is full, and the last one.
            const bool is_last = map == maps.back();
            if (is_last || values >= double(DevicePlan::values_of_portion)) {
                seconds += portion;
                values = 0;
            }
        }
        const double there = double(sent_to_device(maps, image.region).area());
        const double plan = bytes_of_plan(maps, 1);
        return seconds + usual.byte_there * (there + plan) + byte_packed * plan;
    });
    DeviceCosts costs{};
    tbb::task_arena(3).execute([&] { costs = measured_costs(cpu, gpu, [&] { return clock; }); });
    // One thread was timed, and three may work.
    CHECK(costs.cpu_multiply_add == doctest::Approx(usual.cpu_multiply_add / 3).epsilon(1e-3));
    // Of the glimpses that are measured some 120 bytes are packed and sent.
    CHECK(costs.gpu_call == doctest::Approx(usual.gpu_call).epsilon(2e-3));
    CHECK(costs.gpu_glimpse == doctest::Approx(usual.gpu_glimpse + 120 * byte_packed).epsilon(0.1));
    CHECK(costs.byte_there == doctest::Approx(usual.byte_there).epsilon(2e-3));
    CHECK(costs.byte_back == doctest::Approx(byte_back).epsilon(1e-2));
    CHECK(costs.gpu_portion == doctest::Approx(portion).epsilon(0.1));
    CHECK(costs.byte_packed == doctest::Approx(byte_packed).epsilon(0.1));
    CHECK(costs.gpu_multiply_add == doctest::Approx(multiply_add).epsilon(0.1));
    // A GPU that fails never pays.
    const Size size{2000, 1500};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8UC3)};
    const std::vector<Lowered> much(100, lower(wide({512, 512}), size));
    CHECK(gpu_pays(maps_of(much), image, CV_8U, costs));
    CHECK(!gpu_pays(maps_of(much), image, CV_8U, measured_costs(CpuBackend(), FakeGpu(true))));
    CHECK(std::isfinite(measured_costs(CpuBackend(), FakeGpu(false)).gpu_call));
}

TEST_CASE("a GPU is opened once there was as much work as opening takes") {
    const Size size{2000, 1500};
    const ImageRegion image = black(size, CV_8UC3);
    const Lowered gaussian = lower(wide({512, 512}), size);
    const double seconds = 3.0 * double(multiply_adds(gaussian.map)) / (5e9 * 3);
    int opened = 0;
    const auto open = [&] {
        ++opened;
        return std::make_unique<FakeGpu>(false);
    };
    const AutomaticBackend backend(
        std::make_unique<CpuBackend>(), open, [](const Backend&, const Backend&) { return usual; },
        2.5 * seconds);
    tbb::task_arena(3).execute([&] {
        for (const char* device : {"cpu", "cpu", "fake", "fake"}) {
            CHECK(backend.for_reading(one(gaussian), image, CV_8U).name() == device);
        }
    });
    CHECK(opened == 1);
    // Where there is none, it is looked for once.
    int looked = 0;
    const AutomaticBackend without(
        std::make_unique<CpuBackend>(),
        [&] {
            ++looked;
            return nullptr;
        },
        [](const Backend&, const Backend&) { return usual; }, 0);
    for (int n = 0; n < 3; ++n) CHECK(without.for_reading(one(gaussian), image, CV_8U).name() == "cpu");
    CHECK(looked == 1);
    const AutomaticBackend broken(
        std::make_unique<CpuBackend>(),
        []() -> std::unique_ptr<Backend> { throw std::runtime_error("broken"); },
        [](const Backend&, const Backend&) { return usual; }, 0);
    for (int n = 0; n < 2; ++n) CHECK(broken.for_reading(one(gaussian), image, CV_8U).name() == "cpu");
}

TEST_CASE("while one thread opens the GPU, others go on with the CPU, and none opens it again") {
    const ImageRegion image = black({2000, 1500}, CV_8UC3);
    const Lowered gaussian = lower(wide({512, 512}), image.region.size());
    const auto device_of = [&](const Backend& backend) {
        return backend.for_reading(one(gaussian), image, CV_8U).name();
    };
    std::promise<void> begun;
    std::promise<void> answered;
    std::atomic<int> opened = 0;
    const auto open = [&]() -> std::unique_ptr<Backend> {
        ++opened;
        begun.set_value();
        // Whoever holds a lock meanwhile lets the other thread wait for this one.
        constexpr std::chrono::minutes for_ever{1};
        REQUIRE(answered.get_future().wait_for(for_ever) == std::future_status::ready);
        return std::make_unique<FakeGpu>(false);
    };
    const AutomaticBackend backend(
        std::make_unique<CpuBackend>(), open, [](const Backend&, const Backend&) { return usual; }, 0);
    std::future<std::string> first = std::async(std::launch::async, [&] { return device_of(backend); });
    REQUIRE(begun.get_future().wait_for(std::chrono::minutes(1)) == std::future_status::ready);
    CHECK(device_of(backend) == "cpu");
    CHECK(backend.loss() == "");
    answered.set_value();
    CHECK(first.get() == "fake");
    CHECK(device_of(backend) == "fake");
    CHECK(opened == 1);
}

TEST_CASE("of threads that ask for the GPU at once, one opens it") {
    const ImageRegion image = black({2000, 1500}, CV_8UC3);
    const Lowered gaussian = lower(wide({512, 512}), image.region.size());
    constexpr int runs = 200;
    for (int run = 0; run < runs; ++run) {
        std::atomic<int> opened = 0;
        const AutomaticBackend backend(
            std::make_unique<CpuBackend>(),
            [&] {
                ++opened;
                return std::make_unique<FakeGpu>(false);
            },
            [](const Backend&, const Backend&) { return usual; }, 0);
        std::barrier together(2);
        const auto ask = [&] {
            together.arrive_and_wait();
            backend.for_reading(one(gaussian), image, CV_8U);
        };
        std::thread other(ask);
        ask();
        other.join();
        CHECK(opened == 1);
        CHECK(backend.for_reading(one(gaussian), image, CV_8U).name() == "fake");
    }
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
    // It is tried again, unless it is lost.
    CHECK(failing.for_reading(one(gaussian), image, CV_8U).name() == "fake");
    CHECK(failing.loss() == "");
    const AutomaticBackend losing(
        std::make_unique<CpuBackend>(), [] { return std::make_unique<FakeGpu>(true, false); },
        [](const Backend&, const Backend&) { return usual; }, 0);
    REQUIRE(losing.for_reading(one(gaussian), image, CV_8U).name() == "fake");
    CHECK(losing.loss() == "");
    losing.read(one(gaussian), image, CV_8U);
    CHECK(losing.loss() == "fake: it fell off the bus; the CPU read what came after");
    CHECK(losing.for_reading(one(gaussian), image, CV_8U).name() == "cpu");
    const AutomaticBackend without_a_cpu(
        std::make_unique<FakeGpu>(true), [] { return std::make_unique<FakeGpu>(false); },
        [](const Backend&, const Backend&) { return usual; }, 0);
    const Lowered crop = cropped(size);
    CHECK_THROWS_WITH(without_a_cpu.read(one(crop), image, CV_8U),
                      doctest::Contains("not enough free memory"));
}
