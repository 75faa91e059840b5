#include "backends/cuda/cuda_transfers.hpp"

#include <algorithm>
#include <cstdint>
#include <opencv2/core/cuda_stream_accessor.hpp>
#include <utility>

namespace glimpse::cuda {

namespace {

template <typename Task, typename Length>
std::int64_t longest(const std::vector<Task>& tasks, Length&& length) {
    std::int64_t most = 0;
    for (const Task& task : tasks) most = std::max(most, length(task));
    return most;
}

}  // namespace

cudaStream_t native_stream(const cv::cuda::Stream& stream) {
    return cv::cuda::StreamAccessor::getStream(stream);
}

DeviceMemory::DeviceMemory(std::size_t bytes, const cv::cuda::Stream& stream) : stream_(stream) {
    if (bytes > 0) require_success(cudaMallocAsync(&data_, bytes, native_stream(stream)));
}

DeviceMemory::~DeviceMemory() {
    if (data_ && cudaFreeAsync(data_, native_stream(stream_)) != cudaSuccess) clear_error();
}

void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
          const cv::cuda::Stream& stream) {
    if (bytes > 0) require_success(cudaMemcpyAsync(to, from, bytes, kind, native_stream(stream)));
}

UploadedPixels::UploadedPixels(const cv::Mat& pixels, const cv::cuda::Stream& stream)
    : memory_(pixels.total() * pixels.elemSize(), stream) {
    const std::size_t step = static_cast<std::size_t>(pixels.cols) * pixels.elemSize();
    require_success(cudaMemcpy2DAsync(memory_.data(), step, pixels.data, pixels.step[0], step,
                                      static_cast<std::size_t>(pixels.rows), cudaMemcpyHostToDevice,
                                      native_stream(stream)));
    pixels_ = cv::cuda::GpuMat(pixels.rows, pixels.cols, pixels.type(), memory_.data(), step);
}

UploadedPlan::UploadedPlan(DevicePlan plan, const cv::cuda::Stream& stream) {
    plan_.product_count = static_cast<int>(plan.products().size());
    plan_.sample_count = static_cast<int>(plan.samples().size());
    plan_.longest_between =
        longest(plan.products(), [](const device_work::ProductTask& task) { return task.pixels_between(); });
    plan_.longest_product = longest(plan.products(), [&](const device_work::ProductTask& task) {
        return task.values_out(plan.channels());
    });
    plan_.longest_sample =
        longest(plan.samples(), [](const device_work::SampleTask& task) { return task.pixels(); });
    plan_.weight_count = static_cast<int>(plan.weights().size());
    plan_.longest_weights =
        longest(plan.weights(), [](const device_work::WeightTask& task) { return task.pixels(); });
    DevicePlan::Packed packed = std::move(plan).packed();
    bytes_ = std::move(packed.bytes);
    memory_ = std::make_unique<DeviceMemory>(bytes_.size(), stream);
    copy(memory_->data(), bytes_.data(), bytes_.size(), cudaMemcpyHostToDevice, stream);
    plan_.bytes = memory_->as<std::byte>();
    plan_.products = reinterpret_cast<const device_work::ProductTask*>(plan_.bytes + packed.products_at);
    plan_.samples = reinterpret_cast<const device_work::SampleTask*>(plan_.bytes + packed.samples_at);
    plan_.weights = reinterpret_cast<const device_work::WeightTask*>(plan_.bytes + packed.weights_at);
}

}  // namespace glimpse::cuda
