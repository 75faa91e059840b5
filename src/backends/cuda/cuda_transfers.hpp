#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <opencv2/core/cuda.hpp>
#include <vector>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/device_plan.hpp"

// Device memory and uploads, both in stream order.

namespace glimpse::cuda {

/// CUDA's handle of OpenCV's stream.
cudaStream_t native_stream(const cv::cuda::Stream& stream);

/// Memory of the device, allocated and freed in stream order. Throws `Error`.
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

/// Copies asynchronously, in stream order. Throws `Error`.
void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const cv::cuda::Stream& stream);

/// Uploaded pixels. Not in a `GpuMat` of its own memory: OpenCV's allocation and release synchronise all
/// streams.
class UploadedPixels {
  public:
    UploadedPixels(const cv::Mat& pixels, const cv::cuda::Stream& stream);

    [[nodiscard]] const cv::cuda::GpuMat& pixels() const { return pixels_; }

  private:
    DeviceMemory memory_;
    cv::cuda::GpuMat pixels_;
};

/// An uploaded plan; it must live until the stream's work is done.
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
