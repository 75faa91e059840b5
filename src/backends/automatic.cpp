#include "backends/automatic.hpp"

#include <algorithm>
#include <chrono>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/core/utility.hpp>

#include "glimpse/error.hpp"
#include "maps/kinds.hpp"
#include "maps/needed_parts.hpp"

namespace glimpse {

namespace {

/// Multiply-adds per second of one CPU thread, by the kernels' benchmark.
constexpr double thread_multiply_adds_per_second = 20e9;

/// Multiply-adds, in units of those of a banded product.
double work_of(std::span<const LinearMap* const> maps, int channels) {
    std::int64_t work = 0;
    for (const LinearMap* map : maps) work += multiply_adds(*map);
    return static_cast<double>(channels) * static_cast<double>(work);
}

/// Bytes sent to a GPU: the image as it is, or, where it has alpha, what `read_glimpses` premultiplies; an
/// estimate, as if every map mixed pixels and none were filled with the image's mean.
double bytes_to_device(std::span<const LinearMap* const> maps, const ImageRegion& image) {
    const cv::Mat& pixels = image.pixels;
    if (!image.alpha) return static_cast<double>(pixels.total() * pixels.elemSize());
    NeededParts parts;
    for (const LinearMap* map : maps) parts.add(support(*map));
    return static_cast<double>(pixels.channels()) * sizeof(float) * static_cast<double>(parts.pixels());
}

double bytes_from_device(std::span<const LinearMap* const> maps, int channels, int depth) {
    double values = 0;
    for (const LinearMap* map : maps) values += double(map->glimpse.area());
    return static_cast<double>(channels) * static_cast<double>(CV_ELEM_SIZE1(depth)) * values;
}

/// How long it takes to read one pixel out of a black image, all of which is sent.
double seconds_to_read(const Backend& gpu, Size size, const Clock& clock) {
    const LinearMap map{
        .image = size, .glimpse = {1, 1}, .kind = Samples{.points = {std::vector<Point>{{0, 0}}, 1}}};
    const ImageRegion image{whole(size), cv::Mat::zeros(size.height, size.width, CV_8U)};
    constexpr int times = 4;
    double best = std::numeric_limits<double>::infinity();
    for (int n = 0; n < times; ++n) {
        const double begin = clock();
        static_cast<void>(read_one(gpu, map, image, CV_8U));
        best = std::min(best, clock() - begin);
    }
    return best;
}

}  // namespace

GpuCost measured_cost(const Backend& gpu, const Clock& clock) {
    constexpr Size small{4, 4};
    constexpr Size large{4096, 4096};
    try {
        const double least = seconds_to_read(gpu, small, clock);
        const double most = seconds_to_read(gpu, large, clock);
        const auto bytes = double(large.area() - small.area());
        return {least, std::max(0.0, most - least) / bytes};
    } catch (const Error&) {
        constexpr double never = std::numeric_limits<double>::infinity();
        return {never, never};
    }
}

GpuCost measured_cost(const Backend& gpu) {
    return measured_cost(gpu, [] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
    });
}

bool gpu_pays(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth, int threads,
              const GpuCost& cost) {
    const int channels = image.pixels.channels();
    const double bytes = bytes_to_device(maps, image) + bytes_from_device(maps, channels, depth);
    return work_of(maps, channels) / (thread_multiply_adds_per_second * threads) >
           cost.seconds_per_call + cost.seconds_per_byte * bytes;
}

std::vector<cv::Mat> AutomaticBackend::read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const {
    const Backend& chosen = for_reading(maps, image, depth);
    try {
        return chosen.read(maps, image, depth);
    } catch (const Error&) {
        if (&chosen == cpu_.get()) throw;
        return cpu_->read(maps, image, depth);
    }
}

const Backend& AutomaticBackend::for_reading(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                             int depth) const {
    std::call_once(measured_, [&] { cost_ = measure_(*gpu_); });
    return gpu_pays(maps, image, depth, cv::getNumberOfCPUs(), cost_) ? *gpu_ : *cpu_;
}

}  // namespace glimpse
