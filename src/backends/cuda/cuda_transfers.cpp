#include "backends/cuda/cuda_transfers.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "pixels/matrix_lines.hpp"
#include "system/numbers.hpp"
#include "system/parallel.hpp"

namespace glimpse::cuda {

namespace {

template <typename Task>
TasksOnDevice<Task> on_device(const TaskList<Task>& list, const DevicePlan::Place& place,
                              const std::byte* plan) {
    return {reinterpret_cast<const Task*>(plan + place.tasks),
            reinterpret_cast<const std::int64_t*>(plan + place.first_block),
            static_cast<int>(list.tasks.size()), list.blocks()};
}

std::size_t row_bytes(const cv::Mat& pixels) {
    return static_cast<std::size_t>(pixels.cols) * pixels.elemSize();
}

/// The bytes from line to line on the device.
std::size_t step_of(int width, int type) {
    const std::size_t bytes = static_cast<std::size_t>(width) * CV_ELEM_SIZE(type);
    return ceil_div(bytes, device_work::line_alignment) * device_work::line_alignment;
}

/// Copies rows to lines of that many bytes, on all cores where that pays.
void copy_rows(const cv::Mat& rows, std::byte* to, std::size_t step) {
    constexpr std::size_t bytes_at_once = std::size_t{1} << 18;
    const auto at_once = static_cast<int>(std::clamp<std::size_t>(bytes_at_once / step, 1, 1 << 16));
    const auto parts = static_cast<std::size_t>(ceil_div(rows.rows, at_once));
    for_each_in_parallel(parts, [&](std::size_t part) {
        const int begin = static_cast<int>(part) * at_once;
        for (int y = begin; y < std::min(begin + at_once, rows.rows); ++y) {
            std::memcpy(to + static_cast<std::size_t>(y) * step, rows.ptr(y), row_bytes(rows));
        }
    });
}

}  // namespace

ImageOnDevice::ImageOnDevice(const Rectangle& region, int channels, int depth, const DevicePool& pool,
                             const Stream& stream)
    : memory_(static_cast<std::size_t>(region.height) * step_of(region.width, CV_MAKETYPE(depth, channels)),
              pool, stream),
      pixels_{
          memory_.data(),    static_cast<std::ptrdiff_t>(step_of(region.width, CV_MAKETYPE(depth, channels))),
          element_of(depth), channels,
          region.x,          region.y},
      region_(region) {}

UploadedImage::UploadedImage(const cv::Mat& pixels, const Rectangle& region, const DevicePool& pool,
                             const Stream& stream)
    : ImageOnDevice(region, pixels.channels(), pixels.depth(), pool, stream), waits_(stream) {
    constexpr std::size_t strip_bytes = std::size_t{1} << 23;
    const auto step = static_cast<std::size_t>(this->pixels().step);
    const auto rows = static_cast<int>(
        std::clamp<std::size_t>(strip_bytes / step, 1, static_cast<std::size_t>(pixels.rows)));
    for (int begin = 0; begin < pixels.rows; begin += rows) {
        const int end = std::min(begin + rows, pixels.rows);
        send(pixels.rowRange(begin, end), memory().as<std::byte>() + static_cast<std::size_t>(begin) * step,
             stream);
    }
    end_at(stream);
}

PremultipliedImage::PremultipliedImage(const UploadedImage& image, const DevicePool& pool,
                                       const Stream& stream)
    : ImageOnDevice(image.region(), image.pixels().channels, CV_32F, pool, stream) {
    image.precede(stream);
    const std::ptrdiff_t floats = pixels().step / static_cast<std::ptrdiff_t>(sizeof(float));
    premultiply(image.pixels(), image.region().size(), memory().as<float>(), floats, stream.handle());
    end_at(stream);
}

void UploadedImage::send(const cv::Mat& rows, std::byte* to, const Stream& stream) {
    constexpr std::size_t most_strips = 4;
    const auto step = static_cast<std::size_t>(pixels().step);
    const std::size_t bytes = static_cast<std::size_t>(rows.rows) * step;
    if (strips_.size() < most_strips) {
        strips_.push_back({PinnedMemory(bytes), Event()});
    } else {
        strips_.push_back(std::move(strips_.front()));
        strips_.pop_front();
        strips_.back().sent.wait();
    }
    const Strip& strip = strips_.back();
    copy_rows(rows, strip.memory.data(), step);
    copy(to, strip.memory.data(), bytes, cudaMemcpyHostToDevice, stream);
    stream.record(strip.sent);
}

UploadedPlan::UploadedPlan(const DevicePlan& plan, const DevicePool& pool, const Stream& stream)
    : bytes_(plan.size_in_bytes()), memory_(plan.size_in_bytes(), pool, stream), waits_(stream) {
    const DevicePlan::Places places = plan.pack(bytes_.data());
    copy(memory_.data(), bytes_.data(), plan.size_in_bytes(), cudaMemcpyHostToDevice, stream);
    plan_.bytes = memory_.as<std::byte>();
    plan_.products = on_device(plan.products(), places.products, plan_.bytes);
    for (std::size_t kind = 0; kind < plan_.samples.size(); ++kind) {
        plan_.samples[kind] = on_device(plan.samples()[kind], places.samples[kind], plan_.bytes);
    }
    plan_.weights = on_device(plan.weights(), places.weights, plan_.bytes);
    plan_.divisions = on_device(plan.divisions(), places.divisions, plan_.bytes);
}

void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const Stream& stream) {
    if (bytes > 0) require_success(cudaMemcpyAsync(to, from, bytes, kind, stream.handle()));
}

}  // namespace glimpse::cuda
