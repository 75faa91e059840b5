#include <benchmark/benchmark.h>

#include <cstddef>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "backends/device_plan.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"
#include "many_glimpses.hpp"

// Glimpses a second on each device that there is, all cores of the CPU among them: n glimpses of 64×64 pixels
// out of one image of 12 megapixels, 8-bit RGB. Names are JOB/DEVICE/n. The image and the glimpses lie in the
// host's memory, so that a GPU's time has the transfers in it; that of "DEVICE-holding" all but the image's.
// "packing" for a device is what the host does for one, whether there is one or not.

using namespace glimpse;

namespace {

cv::Mat picture() {
    cv::Mat pixels(many::picture_size.height, many::picture_size.width, CV_8UC3);
    cv::RNG random(20260101);
    cv::Mat numbers = pixels.reshape(1);
    random.fill(numbers, cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

void read(benchmark::State& state, const std::string& device, const many::Job& job, std::int64_t count) {
    const auto backend = make_backend(device);
    const cv::Mat image = picture();
    const std::vector<Lowered> lowered = many::glimpses(job, count);
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    for (auto _ : state) {
        benchmark::DoNotOptimize(backend->read(maps, {whole(many::picture_size), image}, CV_8U));
    }
    state.SetItemsProcessed(state.iterations() * count);
}

/// The same with the image on the device already.
void read_held(benchmark::State& state, const std::string& device, const many::Job& job, std::int64_t count) {
    const auto backend = make_backend(device);
    const ImageRegion image{whole(many::picture_size), picture()};
    const std::vector<Lowered> lowered = many::glimpses(job, count);
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const auto holding = backend->holding(image, maps);
    benchmark::DoNotOptimize(holding->read(maps, image, CV_8U));  // which sends it
    for (auto _ : state) benchmark::DoNotOptimize(holding->read(maps, image, CV_8U));
    state.SetItemsProcessed(state.iterations() * count);
}

/// What the host does for a GPU's glimpses, on all cores: plans are laid out and written to memory that is
/// there already.
void pack(benchmark::State& state, const many::Job& job, std::int64_t count) {
    constexpr int channels = 3;
    const std::vector<Lowered> lowered = many::glimpses(job, count);
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const auto planned = [&] {
        DevicePlan plan(channels);
        for (const LinearMap* map : maps) plan.add(*map);
        return plan;
    };
    std::vector<std::byte> bytes(planned().size_in_bytes());
    for (auto _ : state) {
        planned().pack(bytes.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * count);
    state.counters["bytes"] = double(bytes.size()) / double(count);
    state.counters["bytes_of_image"] =
        double(sent_to_device(maps, whole(many::picture_size)).area() * channels);
}

void add_one(const std::string& name, const many::Job& job, std::int64_t count, auto&& run) {
    const std::string whole_name = std::string(job.name) + "/" + name + "/" + std::to_string(count);
    benchmark::RegisterBenchmark(whole_name.c_str(), run)->Unit(benchmark::kMillisecond)->UseRealTime();
}

void add(const std::string& device) {
    for (const std::int64_t count : many::counts) {
        for (const many::Job& job : many::jobs) {
            add_one(device, job, count,
                    [=, &job](benchmark::State& state) { read(state, device, job, count); });
        }
    }
}

void add_holding(const std::string& device) {
    for (const std::int64_t count : many::counts) {
        for (const many::Job& job : many::jobs) {
            add_one(device + "-holding", job, count,
                    [=, &job](benchmark::State& state) { read_held(state, device, job, count); });
        }
    }
}

void add_packing() {
    for (const std::int64_t count : many::counts) {
        for (const many::Job& job : many::jobs) {
            add_one("packing", job, count, [=, &job](benchmark::State& state) { pack(state, job, count); });
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    add("cpu");
    add_packing();
    try {
        make_backend("cuda");
        add("cuda");
        add_holding("cuda");
    } catch (const UsageError& error) {
        benchmark::AddCustomContext("cuda", error.what());
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
