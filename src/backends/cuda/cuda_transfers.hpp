#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <opencv2/core/cuda.hpp>
#include <vector>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/device_plan.hpp"

// What is brought to the device, and its memory there. All of it happens in the order of a stream's work.

namespace glimpse::cuda {

cudaStream_t native_stream(const cv::cuda::Stream& stream);

/// Memory of the device.
class DeviceMemory {
  public:
    DeviceMemory(std::size_t bytes, const cv::cuda::Stream& stream);
    ~DeviceMemory();
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    [[nodiscard]] void* data() const { return data_; }
    template <typename T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(data_);
    }

  private:
    void* data_ = nullptr;
    cv::cuda::Stream stream_;
};

void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const cv::cuda::Stream& stream);

/// Pixels that were brought to the device. Not in memory of OpenCV's, which stops all streams when it is
/// taken and when it is given back.
class UploadedPixels {
  public:
    UploadedPixels(const cv::Mat& pixels, const cv::cuda::Stream& stream);

    [[nodiscard]] const cv::cuda::GpuMat& pixels() const { return pixels_; }

  private:
    DeviceMemory memory_;
    cv::cuda::GpuMat pixels_;
};

/// A plan that was brought to the device; it stays there until the stream's work is done.
class UploadedPlan {
  public:
    UploadedPlan(DevicePlan plan, const cv::cuda::Stream& stream);

    [[nodiscard]] const PlanOnDevice& plan() const { return plan_; }

  private:
    PlanOnDevice plan_{};
    std::vector<std::byte> bytes_;
    std::unique_ptr<DeviceMemory> memory_;
};

}  // namespace glimpse::cuda
