#pragma once

#include <deque>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/cuda/cuda_memory.hpp"
#include "backends/device_plan.hpp"

// Streams, and the ways of images and plans to the device.

namespace glimpse::cuda {

/// The end of work in a stream, at which a thread waits without spinning.
cv::cuda::Event event_for_waiting();

/// Synchronises a stream on scope exit. To be declared behind the buffers that the stream's work uses.
class WaitsForStream {
  public:
    explicit WaitsForStream(const cv::cuda::Stream& stream) : stream_(native(stream)) {}
    ~WaitsForStream() {
        if (cudaStreamSynchronize(stream_) != cudaSuccess) clear_error();
    }
    WaitsForStream(const WaitsForStream&) = delete;
    WaitsForStream& operator=(const WaitsForStream&) = delete;

  private:
    cudaStream_t stream_;
};

/// An image on its way to the device, or there.
class UploadedImage {
  public:
    /// Begins to send the pixels, which have been copied to memory of its own when it returns.
    UploadedImage(const cv::Mat& pixels, const Rectangle& region, const DevicePool& pool,
                  cv::cuda::Stream& stream);

    [[nodiscard]] const PixelsOnDevice& pixels() const { return pixels_; }
    /// Lets the stream's further work begin when the image is there.
    void precede(cv::cuda::Stream& stream) const { stream.waitEvent(there_); }

  private:
    struct Strip {
        PinnedMemory memory;
        cv::cuda::Event sent;
    };
    void send(const cv::Mat& rows, std::byte* to, cv::cuda::Stream& stream);

    DeviceMemory memory_;
    PixelsOnDevice pixels_;
    std::deque<Strip> strips_;  ///< that are being sent
    cv::cuda::Event there_;
    WaitsForStream waits_;
};

/// A plan on its way to the device, or there.
class UploadedPlan {
  public:
    UploadedPlan(const DevicePlan& plan, const DevicePool& pool, const cv::cuda::Stream& stream);

    [[nodiscard]] const PlanOnDevice& plan() const { return plan_; }

  private:
    PinnedMemory bytes_;
    DeviceMemory memory_;
    PlanOnDevice plan_{};
    WaitsForStream waits_;
};

/// Copies asynchronously, in stream order. Throws `Failure`.
void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const cv::cuda::Stream& stream);

}  // namespace glimpse::cuda
