#pragma once

#include <deque>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/cuda/cuda_memory.hpp"
#include "backends/cuda/cuda_streams.hpp"
#include "backends/device_plan.hpp"

// The ways of images and plans to the device.

namespace glimpse::cuda {

/// An image on the device, or on its way there.
class ImageOnDevice {
  public:
    [[nodiscard]] const PixelsOnDevice& pixels() const { return pixels_; }
    [[nodiscard]] const Rectangle& region() const { return region_; }
    /// Lets the stream's further work begin when the image is there.
    void precede(const Stream& stream) const { stream.begin_after(there_); }

  protected:
    ImageOnDevice(const Rectangle& region, int channels, int depth, const DevicePool& pool,
                  const Stream& stream);
    ~ImageOnDevice() = default;
    [[nodiscard]] const DeviceMemory& memory() const { return memory_; }
    /// It is there when the stream's work so far is done.
    void end_at(const Stream& stream) const { stream.record(there_); }

  private:
    DeviceMemory memory_;
    PixelsOnDevice pixels_;
    Rectangle region_;
    Event there_;
};

/// One that is sent.
class UploadedImage : public ImageOnDevice {
  public:
    /// Begins to send the pixels, which have been copied to memory of its own when it returns.
    UploadedImage(const cv::Mat& pixels, const Rectangle& region, const DevicePool& pool,
                  const Stream& stream);

  private:
    struct Strip {
        PinnedMemory memory;
        Event sent;
    };
    void send(const cv::Mat& rows, std::byte* to, const Stream& stream);

    std::deque<Strip> strips_;  ///< that are being sent
    WaitsForStream waits_;
};

/// One that is made there of one with alpha: in float32, each colour multiplied by that.
class PremultipliedImage : public ImageOnDevice {
  public:
    PremultipliedImage(const UploadedImage& image, const DevicePool& pool, const Stream& stream);
};

/// A plan on its way to the device, or there.
class UploadedPlan {
  public:
    UploadedPlan(const DevicePlan& plan, const DevicePool& pool, const Stream& stream);

    [[nodiscard]] const PlanOnDevice& plan() const { return plan_; }

  private:
    PinnedMemory bytes_;
    DeviceMemory memory_;
    PlanOnDevice plan_{};
    WaitsForStream waits_;
};

/// Copies asynchronously, in stream order. Throws `Failure`.
void copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind, const Stream& stream);

}  // namespace glimpse::cuda
