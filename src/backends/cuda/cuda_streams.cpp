#include "backends/cuda/cuda_streams.hpp"

#include "backends/cuda/cuda_memory.hpp"

namespace glimpse::cuda {

Event::Event() {
    require_success(cudaEventCreateWithFlags(&event_, cudaEventBlockingSync | cudaEventDisableTiming));
}

Event::~Event() {
    if (event_ && cudaEventDestroy(event_) != cudaSuccess) clear_error();
}

void Event::wait() const {
    require_success(cudaEventSynchronize(event_));
}

Stream::Stream() {
    require_success(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking));
}

Stream::~Stream() {
    if (cudaStreamDestroy(stream_) != cudaSuccess) clear_error();
}

void Stream::record(const Event& event) const {
    require_success(cudaEventRecord(event.handle(), stream_));
}

void Stream::begin_after(const Event& event) const {
    require_success(cudaStreamWaitEvent(stream_, event.handle(), 0));
}

void Stream::wait() const {
    require_success(cudaStreamSynchronize(stream_));
}

WaitsForStream::~WaitsForStream() {
    if (cudaStreamSynchronize(stream_) != cudaSuccess) clear_error();
}

}  // namespace glimpse::cuda
