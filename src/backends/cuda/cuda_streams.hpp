#pragma once

#include <cuda_runtime_api.h>

#include <utility>

// Streams of the device's work, and moments in them. What fails throws `Failure`, which OpenCV's own streams
// and events do without CUDA's code.

namespace glimpse::cuda {

/// A moment in a stream, at which a thread waits without spinning.
class Event {
  public:
    Event();
    ~Event();
    Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    [[nodiscard]] cudaEvent_t handle() const { return event_; }
    void wait() const;

  private:
    cudaEvent_t event_ = nullptr;
};

/// Work that is done one after another, beside that of other streams. The device must be the thread's.
class Stream {
  public:
    Stream();
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    [[nodiscard]] cudaStream_t handle() const { return stream_; }
    /// Makes the event the end of the work so far.
    void record(const Event& event) const;
    /// Lets further work begin when the event is past.
    void begin_after(const Event& event) const;
    /// Waits for all work.
    void wait() const;

  private:
    cudaStream_t stream_ = nullptr;
};

/// Synchronises a stream on scope exit. To be declared behind the buffers that the stream's work uses.
class WaitsForStream {
  public:
    explicit WaitsForStream(const Stream& stream) : stream_(stream.handle()) {}
    ~WaitsForStream();
    WaitsForStream(const WaitsForStream&) = delete;
    WaitsForStream& operator=(const WaitsForStream&) = delete;

  private:
    cudaStream_t stream_;
};

}  // namespace glimpse::cuda
