#include <memory>
#include <mutex>
#include <opencv2/core/cuda.hpp>
#include <opencv2/core/cuda_stream_accessor.hpp>
#include <utility>

#include "backends/cuda/cuda_device.hpp"
#include "bus/simulated_gpu.hpp"

// CUDA's runtime and OpenCV's streams and events, as the module calls them, on the simulated GPU.

using simulated::gpu;
using simulated::Moment;
using simulated::Queue;

namespace {

Queue& queue_of(cudaStream_t stream) {
    return *reinterpret_cast<Queue*>(stream);
}

/// Runs the step unless the call fails.
template <typename Step>
cudaError_t call(Step&& step, bool asks_for_memory = false) {
    const std::lock_guard lock(gpu().mutex);
    const cudaError_t error = gpu().begin_call(asks_for_memory);
    if (error == cudaSuccess) step();
    return error;
}

/// The same of calls that fail only where all do.
template <typename Step>
cudaError_t safe_call(Step&& step) {
    const std::lock_guard lock(gpu().mutex);
    if (gpu().is_lost) return gpu().result(cudaErrorIllegalAddress);
    step();
    return cudaSuccess;
}

void require(cudaError_t error) {
    if (error != cudaSuccess)
        throw cv::Exception(cv::Error::GpuApiCallError, cudaGetErrorString(error), "", "", 0);
}

Moment end_of(Queue& queue) {
    return {gpu().shared(queue), queue.issued};
}

}  // namespace

const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaErrorMemoryAllocation:
            return "out of memory";
        case cudaErrorIllegalAddress:
            return "an illegal memory access was encountered";
        default:
            return "simulated";
    }
}

cudaError_t cudaGetLastError() {
    const std::lock_guard lock(gpu().mutex);
    return gpu().is_lost ? cudaErrorIllegalAddress : gpu().take_last_error();
}
cudaError_t cudaSetDevice(int /*device*/) {
    return safe_call([] {});
}
cudaError_t cudaSetDeviceFlags(unsigned /*flags*/) {
    return safe_call([] {});
}
cudaError_t cudaDeviceSynchronize() {
    return safe_call([] {
        ++gpu().counts.waits;
        gpu().finish();
    });
}
cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned /*flags*/) {
    return call([&] { *data = gpu().allocate_host(bytes); }, true);
}
cudaError_t cudaFreeHost(void* data) {
    return safe_call([&] { gpu().free_host(data); });
}
cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* /*properties*/) {
    return safe_call([&] { *pool = reinterpret_cast<cudaMemPool_t>(pool); });
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t /*pool*/) {
    return safe_call([] {});
}
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t /*pool*/, cudaMemPoolAttr /*attribute*/, void* /*value*/) {
    return safe_call([] {});
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t /*pool*/, std::size_t /*kept*/) {
    return safe_call([] {});
}
cudaError_t cudaMallocFromPoolAsync(void** data, std::size_t bytes, cudaMemPool_t /*pool*/,
                                    cudaStream_t stream) {
    return call([&] { *data = gpu().allocate(bytes, queue_of(stream)); }, true);
}
cudaError_t cudaFreeAsync(void* data, cudaStream_t stream) {
    return safe_call([&] { gpu().free(data, queue_of(stream)); });
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    return call([&] {
        kind == cudaMemcpyHostToDevice ? gpu().copy_there(to, from, bytes, queue_of(stream))
                                       : gpu().copy_back(to, from, bytes, queue_of(stream));
    });
}
cudaError_t cudaMemsetAsync(void* data, int value, std::size_t bytes, cudaStream_t stream) {
    return call([&] { gpu().set(data, value, bytes, queue_of(stream)); });
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    return safe_call([&] { gpu().wait(end_of(queue_of(stream))); });
}

namespace cv::cuda {

class Stream::Impl {
  public:
    std::shared_ptr<Queue> queue = gpu().make_queue();
};

Stream::Stream() {
    require(safe_call([&] { impl_ = makePtr<Impl>(); }));
}
void Stream::waitForCompletion() {
    require(cudaStreamSynchronize(StreamAccessor::getStream(*this)));
}
cudaStream_t StreamAccessor::getStream(const Stream& stream) {
    return reinterpret_cast<cudaStream_t>(stream.impl_->queue.get());
}

class Event::Impl {
  public:
    Moment moment;
};

cudaEvent_t EventAccessor::getEvent(const Event& event) {
    return reinterpret_cast<cudaEvent_t>(event.impl_.get());
}

Event::Event(CreateFlags /*flags*/) : impl_(makePtr<Impl>()) {}
void Event::record(Stream& stream) {
    require(call([&] { impl_->moment = end_of(queue_of(StreamAccessor::getStream(stream))); }));
}
void Event::waitForCompletion() {
    require(safe_call([&] { gpu().wait(impl_->moment); }));
}
void Stream::waitEvent(const Event& event) {
    require(call([&] {
        const auto& impl = *reinterpret_cast<Event::Impl*>(EventAccessor::getEvent(event));
        gpu().add(*impl_->queue, {.run = {}, .after = impl.moment});
    }));
}

void setDevice(int /*device*/) {
    require(cudaSetDevice(0));
}

}  // namespace cv::cuda

namespace glimpse::cuda {

void require_device(int /*number*/) {}
int device_count() {
    return 1;
}
void require_code() {}
std::string failure_of_device(const std::string& name, const std::string& what) {
    return name + ": " + what;
}
std::string lack_of_memory(const std::string& name) {
    return name + ": out of memory";
}
BackendDescription describe() {
    return {};
}

}  // namespace glimpse::cuda
