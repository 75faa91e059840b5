#include <doctest/doctest.h>

#include <array>
#include <exception>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <thread>
#include <vector>

#include "backends/automatic.hpp"
#include "backends/cpu.hpp"
#include "backends/cuda/batch_reader.hpp"
#include "backends/cuda/cuda_memory.hpp"
#include "backends/cuda/cuda_writing.hpp"
#include "bus/simulated_gpu.hpp"
#include "bus/simulated_module.hpp"
#include "emulated_device.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/reading.hpp"
#include "laws.hpp"
#include "sampling_choices.hpp"

// The module `cuda`, its own sources, on a GPU that is simulated: memory and order.

using namespace glimpse;
using simulated::gpu;

namespace {

constexpr Size picture{61, 47};
/// So few that the maps below are more portions than there are streams, four.
constexpr std::size_t values_of_portion = 2000;
/// From one that does nothing before somebody waits for it to one that is always ahead.
constexpr std::array<double, 4> eagernesses{0, 0.3, 0.7, 0.97};

std::vector<Lowered> all_kinds() {
    std::vector<Lowered> lowered;
    for (const auto interpolation : all_interpolations) {
        for (const auto padding : all_paddings) {
            SpatialTransformer stn;
            stn.size = Size{17, 13};
            stn.interpolation = interpolation;
            stn.padding = padding;
            stn.form = SpatialTransformer::BoxForm{{20, 10, 40, 30}, Units::pixels, 20};
            lowered.push_back(lower(stn, picture));
        }
    }
    for (const double x : {-80.0, 5.0, 30.0, 55.0}) {  // the first sees nothing
        Gaussian gaussian;
        gaussian.form = Gaussian::AxesForm{{x, 1.7, 2}, {20, 0.8, 1}};
        gaussian.size = Size{21, 16};
        lowered.push_back(lower(gaussian, picture));
    }
    lowered.push_back(lower(Crop{Crop::BoxForm{{7, 9, 20, 11}, Units::pixels}, {}, {}, {}, {}}, picture));
    for (const auto select : {Mask::Select::box, Mask::Select::none}) {
        Mask mask;
        mask.form = Mask::BoxForm{{10, 12, 20, 9}, Units::pixels};
        mask.kind = Mask::Kind::hard;
        mask.select = select;
        lowered.push_back(lower(mask, picture));
    }
    Mask bell;
    bell.form = Mask::GaussianForm{{20, 6}, {30, 9}, Mask::GaussianForm::Normalise::peak};
    lowered.push_back(lower(bell, picture));
    return lowered;
}

ImageRegion random_image(Size size, int depth, int channels) {
    cv::RNG random(20261128);
    return {whole(size), laws::random_values(size, depth, channels, random)};
}

void check_alike(const std::vector<cv::Mat>& found, const std::vector<cv::Mat>& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t n = 0; n < found.size(); ++n) {
        CAPTURE(n);
        REQUIRE(found[n].type() == expected[n].type());
        CHECK(laws::largest_difference(found[n], expected[n]) == 0);
    }
}

void check_faultless() {
    const std::lock_guard lock(gpu().mutex);
    for (const std::string& fault : gpu().faults) FAIL_CHECK(fault);
}

/// To be called when a call has ended, and what it held has gone.
void check_clean() {
    CHECK(!gpu().has_waiting_copies());
    gpu().finish();
    CHECK(!gpu().keeps_memory());
    check_faultless();
}

/// One call that reads an image which nothing holds.
std::vector<cv::Mat> read_in_portions(const std::vector<const LinearMap*>& maps, const ImageRegion& image,
                                      int depth, const cuda::DevicePool& pool) {
    cuda::HeldImage held(image, maps, pool);
    return cuda::BatchReader(maps, image, depth, pool, held, values_of_portion).run();
}

/// Calls check() in many of the orders that there are; calls of the device have no fault.
template <typename Check>
void in_many_orders(unsigned count, Check&& check) {
    for (unsigned seed = 1; seed <= count; ++seed) {
        for (const double eagerness : eagernesses) {
            CAPTURE(seed);
            CAPTURE(eagerness);
            gpu().reset({.seed = seed, .eagerness = eagerness});
            check();
            check_clean();
        }
    }
}

/// Calls run() with one call after another failing, until none is left. What was begun is done when `run`
/// ends, before its memory goes. Returns how often it ran.
template <typename Run>
int with_each_failure(cudaError_t failure, Run&& run) {
    int call = 0;
    do {
        ++call;
        CAPTURE(call);
        gpu().reset({.seed = static_cast<unsigned>(call), .eagerness = 0.2});
        cuda::PinnedMemory::release_kept();  // so that host memory is asked for, and fails, too
        gpu().failing_call = call;
        gpu().failure = failure;
        try {
            run();
        } catch (const std::exception&) {
            CHECK(gpu().calls >= call);
        }
        check_clean();
    } while (gpu().calls >= call);
    return call;
}

}  // namespace

TEST_CASE("glimpses are the same in many orders, at random, that streams and events allow") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const cuda::DevicePool pool(0);
    for (const int depth : {CV_8U, CV_32F}) {
        const ImageRegion image = random_image(picture, depth, 3);
        const std::vector<cv::Mat> expected = EmulatedDevice().read(maps, image, depth);
        in_many_orders(12, [&] { check_alike(read_in_portions(maps, image, depth, pool), expected); });
        CHECK(gpu().counts.copies > 1 + 2 * 4);  // the image, and a plan and glimpses of each portion
        in_many_orders(6, [&] {
            cuda::HeldImage held(image, maps, pool);
            for (int n = 0; n < 2; ++n) {
                check_alike(cuda::BatchReader(maps, image, depth, pool, held, values_of_portion).run(),
                            expected);
            }
        });
    }
}

TEST_CASE("glimpses of premultiplied pixels are the same in many orders, beside those of the pixels") {
    std::vector<Lowered> lowered = all_kinds();
    Gaussian turned;  // which the host reads
    turned.form = Gaussian::BoxForm{{{20, 10, 20, 20}, Units::pixels}, 20};
    turned.size = Size{9, 7};
    lowered.push_back(lower(turned, picture));
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (const int depth : {CV_8U, CV_32F}) {
        ImageRegion image = random_image(picture, depth, 4);
        image.alpha = true;
        const std::vector<cv::Mat> plain = EmulatedDevice().read(maps, image, depth);
        const AlphaDivision division{std::vector<float>(maps.size(), 1.25F), depth};
        const std::vector<cv::Mat> undivided = EmulatedDevice().read_premultiplied(maps, image, nullptr);
        const std::vector<cv::Mat> divided = EmulatedDevice().read_premultiplied(maps, image, &division);
        in_many_orders(6, [&] {
            const auto backend = simulated_backend();
            const auto holding = backend->holding(image, maps);
            check_alike(holding->read(maps, image, depth), plain);
            check_alike(holding->read_premultiplied(maps, image, nullptr), undivided);
            check_alike(holding->read_premultiplied(maps, image, &division), divided);
            check_alike(backend->read_premultiplied(maps, image, &division), divided);
        });
        for (const cudaError_t failure : {cudaErrorMemoryAllocation, cudaErrorInvalidConfiguration}) {
            with_each_failure(failure, [&] {
                const auto backend = simulated_backend();
                backend->holding(image, maps)->read_premultiplied(maps, image, &division);
            });
        }
    }
}

TEST_CASE("glimpses of an image with alpha, filled or not, are those of the CPU") {
    std::vector<Lowered> lowered = all_kinds();
    for (std::size_t n = 0; n < 9; ++n) {
        lowered.push_back(lowered[n]);
        lowered.back().fill = Constant{std::vector<double>{40, 50, 60, 255}};
        lowered.push_back(lowered[n]);
        lowered.back().fill = MeanOfImage{};
    }
    const auto backend = simulated_backend();
    gpu().reset({});
    for (const int depth : {CV_8U, CV_16U}) {
        ImageRegion image = random_image(picture, depth, 4);
        image.alpha = true;
        const std::vector<cv::Mat> found = read_glimpses(*backend, lowered, image, depth);
        const std::vector<cv::Mat> expected = read_glimpses(CpuBackend(), lowered, image, depth);
        for (std::size_t n = 0; n < lowered.size(); ++n) {
            CAPTURE(n);
            CHECK(laws::largest_difference(found[n], expected[n]) <= 1);  // rounded to either side
        }
    }
    check_faultless();
}

TEST_CASE("portions are sent and read while others are, each in its stream") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const ImageRegion image = random_image(picture, CV_8U, 3);
    const cuda::DevicePool pool(0);
    gpu().reset({.eagerness = 0});  // nothing is done before somebody waits for it
    read_in_portions(maps, image, CV_8U, pool);
    CHECK(gpu().counts.most_at_once == 4);
}

TEST_CASE("threads wait for the device without spinning") {
    gpu().device_flags = 0;
    const auto backend = simulated_backend();
    CHECK(gpu().device_flags == cudaDeviceScheduleBlockingSync);
    cuda::Event event;
    event.wait();  // which is a fault of one that spins
    check_faultless();
}

TEST_CASE("an image of more strips than are sent at once arrives whole") {
    constexpr Size large{4000, 3000};  // 36 MB, in strips of 8
    const ImageRegion image = random_image(large, CV_8U, 3);
    std::vector<Lowered> lowered;
    for (const double y : {-0.95, -0.4, 0.1, 0.6, 0.97}) {
        SpatialTransformer stn;
        stn.size = Size{5, 4};
        stn.form = SpatialTransformer::ScaleShiftForm{{1.24, 0.02}, {0, y}};  // to the left and right border
        lowered.push_back(lower(stn, large));
    }
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const std::vector<cv::Mat> expected = EmulatedDevice().read(maps, image, CV_8U);
    const cuda::DevicePool pool(0);
    in_many_orders(1, [&] {
        cuda::HeldImage held(image, maps, pool);
        check_alike(cuda::BatchReader(maps, image, CV_8U, pool, held).run(), expected);
        CHECK(gpu().counts.copies == 5 + 2);
    });
}

TEST_CASE("what is written is the same in many orders") {
    const cuda::DevicePool pool(0);
    cv::RNG random(3);
    for (const Lowered& lowered : all_kinds()) {
        const LinearMap& map = lowered.map;
        if (support(map).empty()) continue;
        const cv::Mat glimpse = laws::random_values(map.glimpse, CV_32F, 3, random);
        const ImageRegion expected = EmulatedDevice().write(map, glimpse);
        in_many_orders(4, [&] {
            const ImageRegion found = cuda::write(map, glimpse, pool);
            CHECK(found.region == expected.region);
            CHECK(laws::largest_difference(found.pixels, expected.pixels) == 0);
        });
    }
}

TEST_CASE("whatever call fails, memory goes when nothing uses it any more") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const ImageRegion image = random_image(picture, CV_8U, 3);
    const cuda::DevicePool pool(0);
    for (const cudaError_t failure : {cudaErrorMemoryAllocation, cudaErrorInvalidConfiguration}) {
        constexpr int portions = 5;  // at least, with more than 4 calls each
        CHECK(with_each_failure(failure, [&] { read_in_portions(maps, image, CV_8U, pool); }) > 4 * portions);
        for (const Lowered& one : lowered) {
            if (support(one.map).empty()) continue;
            const cv::Mat glimpse = cv::Mat::ones(one.map.glimpse.height, one.map.glimpse.width, CV_32FC3);
            with_each_failure(failure, [&] { cuda::write(one.map, glimpse, pool); });
        }
    }
}

TEST_CASE("a call that memory runs out in is repeated, and another failure is not") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const ImageRegion image = random_image(picture, CV_8U, 3);
    const std::vector<cv::Mat> expected = EmulatedDevice().read(maps, image, CV_8U);
    const auto backend = simulated_backend();
    // For the image, a strip of it, the plan, here and there, and the glimpses.
    for (int call = 1; call <= 6; ++call) {
        CAPTURE(call);
        gpu().reset({});
        cuda::PinnedMemory::release_kept();
        gpu().counts_memory_alone = true;
        gpu().failing_call = call;
        const auto holding = backend->holding(image, maps);
        check_alike(holding->read(maps, image, CV_8U), expected);
        CHECK(gpu().calls >= 6);
        check_faultless();
        gpu().reset({});
        gpu().failing_call = call;
        gpu().failure = cudaErrorInvalidConfiguration;
        CHECK_THROWS_WITH(backend->read(maps, image, CV_8U), "cuda:0: simulated");
        CHECK(gpu().calls == call);
        CHECK(backend->loss() == "");
        check_faultless();
    }
}

TEST_CASE("a call that memory runs out in is repeated whatever asked for it: a stream, an event, a kernel") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const ImageRegion image = random_image(picture, CV_8U, 3);
    const std::vector<cv::Mat> expected = EmulatedDevice().read(maps, image, CV_8U);
    const auto backend = simulated_backend();
    int call = 0;
    do {
        ++call;
        CAPTURE(call);
        gpu().reset({});
        gpu().failing_call = call;
        check_alike(backend->holding(image, maps)->read(maps, image, CV_8U), expected);
        check_alike(backend->read(maps, image, CV_8U), expected);
        check_clean();
    } while (gpu().calls >= call);
    CHECK(call > 20);
}

TEST_CASE("a GPU names the CPU as the reader of what it leaves to it") {
    const auto backend = simulated_backend();
    for (const Lowered& one : all_kinds()) {
        const char* const reader = std::holds_alternative<Window>(one.map.kind) ? "cpu" : "cuda:0";
        CHECK(backend->reader_of(one.map) == reader);
        CHECK(backend->holding(random_image(picture, CV_8U, 3), {})->reader_of(one.map) == reader);
    }
}

TEST_CASE("a device that works no more is lost, with the error that it was lost by") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const ImageRegion image = random_image(picture, CV_8U, 3);
    gpu().reset({});
    constexpr DeviceCosts free_gpu{1, 0, 0, 0, 0};
    const AutomaticBackend automatic(
        std::make_unique<CpuBackend>(), simulated_backend,
        [&](const Backend&, const Backend&) { return free_gpu; }, 0);
    REQUIRE(automatic.for_reading(maps, image, CV_8U).name() == "cuda:0");
    const auto backend = simulated_backend();
    const auto holding = backend->holding(image, maps);
    CHECK(holding->loss() == "");
    gpu().is_lost = true;
    const std::string error = "cuda:0: an illegal memory access was encountered";
    CHECK_THROWS_WITH(backend->read(maps, image, CV_8U), error.c_str());
    CHECK(backend->loss() == error);
    CHECK(holding->loss() == error);
    // Nobody asks it again, which would take as long as it takes to fail.
    const int refused = gpu().refused;
    CHECK_THROWS_WITH(holding->read(maps, image, CV_8U), error.c_str());
    CHECK_THROWS_WITH(backend->write(lowered.front().map, cv::Mat::ones(13, 17, CV_32FC3)), error.c_str());
    CHECK(gpu().refused == refused);
    check_alike(automatic.read(maps, image, CV_8U), CpuBackend().read(maps, image, CV_8U));
    CHECK(automatic.loss() == error + "; the CPU read what came after");
    CHECK(automatic.for_reading(maps, image, CV_8U).name() == "cpu");
    gpu().reset({});
}

TEST_CASE("threads read together as alone") {
    const std::vector<Lowered> lowered = all_kinds();
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const ImageRegion image = random_image(picture, CV_8U, 3);
    const std::vector<cv::Mat> expected = EmulatedDevice().read(maps, image, CV_8U);
    for (const double eagerness : eagernesses) {
        gpu().reset({.eagerness = eagerness});
        const auto backend = simulated_backend();
        const auto holding = backend->holding(image, maps);
        std::array<std::vector<cv::Mat>, 3> found;
        std::vector<std::thread> threads;
        for (auto& glimpses : found) {
            threads.emplace_back([&] {
                for (int n = 0; n < 3; ++n) glimpses = holding->read(maps, image, CV_8U);
            });
        }
        for (std::thread& thread : threads) thread.join();
        for (const auto& glimpses : found) check_alike(glimpses, expected);
        check_faultless();
    }
}
