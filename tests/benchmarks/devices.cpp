#include <benchmark/benchmark.h>

#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <string>

#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"

// Glimpses a second on each device that there is, all cores of the CPU among them: n glimpses of 64×64 pixels
// out of one image of 12 megapixels, 8-bit RGB. Names are JOB/DEVICE/n. The image and the glimpses lie in the
// host's memory, so that a GPU's time has the transfers in it.

using namespace glimpse;

namespace {

constexpr Size picture_size{4000, 3000};
constexpr Size glimpse_size{64, 64};

cv::Mat picture() {
    cv::Mat pixels(picture_size.height, picture_size.width, CV_8UC3);
    cv::RNG random(20260101);
    cv::Mat numbers = pixels.reshape(1);
    random.fill(numbers, cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

/// Boxes of 100 to 400 pixels all over the image: fractional parts of multiples of irrational numbers, which
/// devices.py computes as well.
std::vector<Box> boxes(std::int64_t count) {
    const auto part = [](std::int64_t k, double irrational) {
        const double multiple = static_cast<double>(k) * irrational;
        return multiple - std::floor(multiple);
    };
    std::vector<Box> boxes;
    for (std::int64_t k = 1; k <= count; ++k) {
        const double side = 100 + 300 * part(k, std::numbers::phi);
        boxes.push_back({(picture_size.width - side) * part(k, std::numbers::sqrt2),
                         (picture_size.height - side) * part(k, std::numbers::sqrt3), side, side});
    }
    return boxes;
}

struct Job {
    const char* name;
    Mechanism (*mechanism)(const Box&);
};

Mechanism transformer(const Box& box) {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{box, Units::pixels, 20};
    transformer.size = glimpse_size;
    return transformer;
}

Mechanism gaussian(const Box& box) {
    return Gaussian{Gaussian::BoxForm{{box}}, glimpse_size, {}};
}

void read(benchmark::State& state, const std::string& device, Mechanism (*mechanism)(const Box&),
          std::int64_t count) {
    const auto backend = make_backend(device);
    const cv::Mat image = picture();
    std::vector<Lowered> lowered;
    for (const Box& box : boxes(count)) lowered.push_back(lower(mechanism(box), picture_size));
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (auto _ : state) {
        benchmark::DoNotOptimize(backend->read(maps, {whole(picture_size), image}, CV_8U));
    }
    state.SetItemsProcessed(state.iterations() * count);
}

void add(const std::string& device) {
    for (const std::int64_t count : {1, 100, 10000}) {
        for (const Job& job : {Job{"stn", transformer}, Job{"gaussian", gaussian}}) {
            const std::string name = std::string(job.name) + "/" + device + "/" + std::to_string(count);
            benchmark::RegisterBenchmark(name.c_str(), read, device, job.mechanism, count)
                ->Unit(benchmark::kMillisecond)
                ->UseRealTime();
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    add("cpu");
    try {
        make_backend("cuda");
        add("cuda");
    } catch (const UsageError& error) {
        benchmark::AddCustomContext("cuda", error.what());
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
