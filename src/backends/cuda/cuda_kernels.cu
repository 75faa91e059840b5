#include <algorithm>

#include "backends/cuda/cuda_kernels.hpp"
#include "glimpse/error.hpp"
#include "system/numbers.hpp"

namespace glimpse::cuda {

namespace {

using device_work::Pixels;
using device_work::ProductTask;
using device_work::SampleTask;
using device_work::WeightTask;

constexpr int threads_of_block = 256;
constexpr std::int64_t most_blocks_of_task = 1 << 16;
constexpr int most_tasks_at_once = 65535;

template <typename Task, typename Each>
__global__ void for_each_element(const Task* tasks, int count, Each each) {
    for (int t = static_cast<int>(blockIdx.y); t < count; t += static_cast<int>(gridDim.y)) {
        const Task& task = tasks[t];
        const std::int64_t elements = each.elements(task);
        const std::int64_t stride = std::int64_t{gridDim.x} * blockDim.x;
        for (std::int64_t n = std::int64_t{blockIdx.x} * blockDim.x + threadIdx.x; n < elements;
             n += stride) {
            each(task, n);
        }
    }
}

template <typename Task, typename Each>
void launch(const Task* tasks, int count, std::int64_t longest, cudaStream_t stream, const Each& each) {
    if (count == 0 || longest == 0) return;
    const std::int64_t blocks = ceil_div(longest, std::int64_t{threads_of_block});
    const dim3 grid(static_cast<unsigned>(std::min(blocks, most_blocks_of_task)),
                    static_cast<unsigned>(std::min(count, most_tasks_at_once)));
    for_each_element<<<grid, threads_of_block, 0, stream>>>(tasks, count, each);
    require_success(cudaGetLastError());
}

template <typename T>
struct WeighColumns {
    const std::byte* plan;
    Pixels<T> in;
    float* between;
    __device__ std::int64_t elements(const ProductTask& task) const { return task.pixels_between(); }
    __device__ void operator()(const ProductTask& task, std::int64_t number) const {
        device_work::weigh_columns(plan, task, in, between, number);
    }
};

struct WeighLines {
    const std::byte* plan;
    int channels;
    const float* between;
    void* out;
    Element element;
    __device__ std::int64_t elements(const ProductTask& task) const { return task.values_out(channels); }
    __device__ void operator()(const ProductTask& task, std::int64_t number) const {
        device_work::weigh_lines(plan, task, channels, between, out, element, number);
    }
};

template <typename T>
struct Gather {
    const std::byte* plan;
    Pixels<T> in;
    void* out;
    Element element;
    __device__ std::int64_t elements(const SampleTask& task) const { return task.pixels(); }
    __device__ void operator()(const SampleTask& task, std::int64_t number) const {
        device_work::gather(plan, task, in, out, element, number);
    }
};

template <typename T>
struct Weigh {
    const std::byte* plan;
    Pixels<T> in;
    void* out;
    Element element;
    __device__ std::int64_t elements(const WeightTask& task) const { return task.pixels(); }
    __device__ void operator()(const WeightTask& task, std::int64_t number) const {
        device_work::weigh(plan, task, in, out, element, number);
    }
};

struct Scatter {
    const std::byte* plan;
    Pixels<float> glimpse;
    float* image;
    Rectangle region;
    __device__ std::int64_t elements(const SampleTask& task) const { return task.pixels(); }
    __device__ void operator()(const SampleTask& task, std::int64_t number) const {
        device_work::scatter(plan, task, glimpse, image, region, number,
                             [](float* value, float amount) { atomicAdd(value, amount); });
    }
};

template <typename T>
void read_typed(const PlanOnDevice& plan, const PixelsOnDevice& pixels, float* between, void* out,
                Element out_element, cudaStream_t stream) {
    const Pixels<T> in{static_cast<const T*>(pixels.data), pixels.step, pixels.channels, pixels.x0,
                       pixels.y0};
    launch(plan.products, plan.product_count, plan.longest_between, stream,
           WeighColumns<T>{plan.bytes, in, between});
    launch(plan.products, plan.product_count, plan.longest_product, stream,
           WeighLines{plan.bytes, pixels.channels, between, out, out_element});
    launch(plan.samples, plan.sample_count, plan.longest_sample, stream,
           Gather<T>{plan.bytes, in, out, out_element});
    launch(plan.weights, plan.weight_count, plan.longest_weights, stream,
           Weigh<T>{plan.bytes, in, out, out_element});
}

}  // namespace

void require_success(cudaError_t result) {
    if (result == cudaSuccess) return;
    clear_error();
    throw Error(cudaGetErrorString(result));
}

void clear_error() {
    cudaGetLastError();
}

bool has_code_for_device() {
    cudaFuncAttributes attributes{};
    const bool has_code =
        cudaFuncGetAttributes(&attributes, for_each_element<SampleTask, Scatter>) == cudaSuccess;
    clear_error();
    return has_code;
}

void read_all(const PlanOnDevice& plan, const PixelsOnDevice& pixels, float* between, void* out,
              Element out_element, cudaStream_t stream) {
    switch (pixels.element) {
        case Element::uint8:
            return read_typed<std::uint8_t>(plan, pixels, between, out, out_element, stream);
        case Element::uint16:
            return read_typed<std::uint16_t>(plan, pixels, between, out, out_element, stream);
        case Element::float32:
            return read_typed<float>(plan, pixels, between, out, out_element, stream);
    }
}

void scatter_all(const PlanOnDevice& plan, const PixelsOnDevice& glimpse, float* image,
                 const Rectangle& region, cudaStream_t stream) {
    const Pixels<float> in{static_cast<const float*>(glimpse.data), glimpse.step, glimpse.channels, 0, 0};
    launch(plan.samples, plan.sample_count, plan.longest_sample, stream,
           Scatter{plan.bytes, in, image, region});
}

}  // namespace glimpse::cuda
