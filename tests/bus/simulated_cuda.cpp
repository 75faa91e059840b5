#include <memory>
#include <mutex>
#include <opencv2/core/cuda.hpp>
#include <utility>

#include "backends/cuda/cuda_device.hpp"
#include "bus/simulated_gpu.hpp"

// CUDA's runtime, as the module calls it, on the simulated GPU.

using simulated::gpu;
using simulated::Moment;
using simulated::Queue;
using simulated::queue_of;

/// A stream holds its queue, which goes with the last work that waits for it.
struct CUstream_st {
    std::shared_ptr<Queue> queue;
};

struct CUevent_st {
    unsigned flags;
    Moment moment = {};
};

simulated::Queue& simulated::queue_of(cudaStream_t stream) {
    return *stream->queue;
}

namespace {

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
    if (gpu().is_lost) return gpu().refuse();
    step();
    return cudaSuccess;
}

Moment end_of(cudaStream_t stream) {
    return {stream->queue, stream->queue->issued};
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
cudaError_t cudaSetDeviceFlags(unsigned flags) {
    return safe_call([&] { gpu().device_flags = flags; });
}
cudaError_t cudaDeviceSynchronize() {
    return safe_call([] {
        ++gpu().counts.waits;
        gpu().finish();
    });
}
cudaError_t cudaHostAlloc(void** data, std::size_t bytes, unsigned /*flags*/) {
    const std::lock_guard lock(gpu().mutex);
    const cudaError_t error = call([&] { *data = gpu().allocate_host(bytes); }, true);
    if (error != cudaSuccess) gpu().lacks_pinned_memory = true;
    return error;
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
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned /*flags*/) {
    return call([&] { *stream = new CUstream_st{gpu().make_queue()}; });
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    delete stream;
    return safe_call([] {});
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    return safe_call([&] { gpu().wait(end_of(stream)); });
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned /*flags*/) {
    return call([&] { gpu().add(queue_of(stream), {.run = {}, .after = event->moment}); });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    return call([&] { *event = new CUevent_st{flags}; });
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete event;
    return safe_call([] {});
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    return call([&] { event->moment = end_of(stream); });
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    return safe_call([&] {
        if ((event->flags & cudaEventBlockingSync) == 0) gpu().faults.insert("a thread spins at an event");
        gpu().wait(event->moment);
    });
}

/// The only function of OpenCV that needs a device.
void cv::cuda::setDevice(int device) {
    if (cudaSetDevice(device) != cudaSuccess) {
        throw cv::Exception(cv::Error::GpuApiCallError, cudaGetErrorString(cudaErrorIllegalAddress), "", "",
                            0);
    }
}

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
