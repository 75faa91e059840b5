#include "backends/cuda/cuda_kernels.hpp"

#include <algorithm>
#include <limits>

#include "backends/cuda/cuda_memory.hpp"
#include "backends/device_work.hpp"
#include "system/numbers.hpp"

namespace glimpse::cuda {

namespace {

using device_work::AdjointTask;
using device_work::AlphaTask;
using device_work::Pixels;
using device_work::ProductTask;
using device_work::SampleTask;
using device_work::threads_of_block;
using device_work::WeightTask;

/// How many blocks a multiprocessor must have room for at least; 0 where the compiler may choose. It would
/// choose more, and keep numbers in memory for it, where this says otherwise.
template <typename Work>
constexpr int least_blocks = 0;

template <typename Task, typename Work>
__global__ void __launch_bounds__(threads_of_block, least_blocks<Work>)
    run(TasksOnDevice<Task> list, Work work) {
    const std::int64_t block = blockIdx.x;
    const int n = device_work::task_of(list.first_block, list.count, block);
    work(list.tasks[n], block - list.first_block[n]);
}

template <typename Work>
__global__ void __launch_bounds__(threads_of_block) run_for_each(std::int64_t count, Work work) {
    const std::int64_t number = std::int64_t{blockIdx.x} * threads_of_block + threadIdx.x;
    if (number < count) work(number);
}

unsigned grid_of(std::int64_t blocks) {
    if (blocks > std::numeric_limits<int>::max()) {
        throw Failure("more blocks of threads are needed than CUDA can number",
                      cudaErrorInvalidConfiguration);
    }
    return static_cast<unsigned>(blocks);
}

template <typename Task, typename Work>
void launch(const TasksOnDevice<Task>& list, cudaStream_t stream, const Work& work) {
    if (list.blocks == 0) return;
    run<<<grid_of(list.blocks), threads_of_block, 0, stream>>>(list, work);
    require_success(cudaGetLastError());
}

template <typename Work>
void launch_for_each(std::int64_t count, cudaStream_t stream, const Work& work) {
    if (count == 0) return;
    run_for_each<<<grid_of(ceil_div(count, std::int64_t{threads_of_block})), threads_of_block, 0, stream>>>(
        count, work);
    require_success(cudaGetLastError());
}

/// A block of threads as `device_work::multiply` takes it.
class Block {
  public:
    __device__ explicit Block(float* shared) : shared_(shared) {}
    __device__ float* shared() { return shared_; }
    template <typename Step>
    __device__ void for_each_thread(Step&& step) {
        step(static_cast<int>(threadIdx.x), own_);
        __syncthreads();
    }

  private:
    float* shared_;
    float own_[device_work::rows_of_block] = {};
};

template <typename T>
struct Multiply {
    const std::byte* plan;
    Pixels<T> in;
    void* out;
    Element element;
    __device__ void operator()(const ProductTask& task, std::int64_t number) const {
        __shared__ __align__(16) float shared[device_work::shared_floats];
        Block block(shared);
        device_work::multiply(block, plan, task, in, out, element, number);
    }
};
template <typename T>
constexpr int least_blocks<Multiply<T>> = 3;

/// What is done for each pixel of a task.
template <typename Each>
struct ForEachPixel {
    Each each;
    template <typename Task>
    __device__ void operator()(const Task& task, std::int64_t block) const {
        const std::int64_t number = block * threads_of_block + threadIdx.x;
        if (number < task.pixels()) each(task, number);
    }
};

template <Interpolation interpolation, typename T>
struct Gather {
    const std::byte* plan;
    Pixels<T> in;
    void* out;
    Element element;
    __device__ void operator()(const SampleTask& task, std::int64_t number) const {
        device_work::gather<interpolation>(plan, task, in, out, element, number);
    }
};

template <typename T>
struct Weigh {
    const std::byte* plan;
    Pixels<T> in;
    void* out;
    Element element;
    __device__ void operator()(const WeightTask& task, std::int64_t number) const {
        device_work::weigh(plan, task, in, out, element, number);
    }
};

template <typename T>
struct Premultiply {
    Pixels<T> in;
    int width;
    float* out;
    std::ptrdiff_t step;
    __device__ void operator()(std::int64_t number) const {
        device_work::premultiply(in, width, out, step, number);
    }
};

struct DivideByAlpha {
    const float* in;
    int channels;
    void* out;
    Element element;
    __device__ void operator()(const AlphaTask& task, std::int64_t number) const {
        device_work::divide_by_alpha(task, in, channels, out, element, number);
    }
};

struct SpreadColumns {
    const std::byte* plan;
    AdjointTask task;
    Pixels<float> glimpse;
    float* between;
    __device__ void operator()(std::int64_t number) const {
        device_work::spread_columns(plan, task, glimpse, between, number);
    }
};

struct SpreadLines {
    const std::byte* plan;
    AdjointTask task;
    int channels;
    const float* between;
    float* out;
    __device__ void operator()(std::int64_t number) const {
        device_work::spread_lines(plan, task, channels, between, out, number);
    }
};

template <Interpolation interpolation>
struct Scatter {
    const std::byte* plan;
    Pixels<float> glimpse;
    Rectangle region;
    double scale;
    std::int64_t* sums;
    __device__ void operator()(const SampleTask& task, std::int64_t number) const {
        device_work::scatter<interpolation>(
            plan, task, glimpse, region, scale, number, [&](std::int64_t position, std::int64_t amount) {
                // Of a sum of two's complements the sign does not matter.
                atomicAdd(reinterpret_cast<unsigned long long*>(sums + position),
                          static_cast<unsigned long long>(amount));
            });
    }
};
template <Interpolation interpolation>
constexpr int least_blocks<ForEachPixel<Scatter<interpolation>>> = 3;

struct ToFloat {
    const std::int64_t* sums;
    double scale;
    float* out;
    __device__ void operator()(std::int64_t n) const {
        out[n] = device_work::from_fixed_point(sums[n], scale);
    }
};

template <typename T>
void read_typed(const PlanOnDevice& plan, const Pixels<T>& in, void* out, Element element,
                cudaStream_t stream) {
    launch(plan.products, stream, Multiply<T>{plan.bytes, in, out, element});
    for_each_interpolation(plan, [&]<Interpolation interpolation>(const TasksOnDevice<SampleTask>& list) {
        launch(list, stream, ForEachPixel<Gather<interpolation, T>>{{plan.bytes, in, out, element}});
    });
    launch(plan.weights, stream, ForEachPixel<Weigh<T>>{{plan.bytes, in, out, element}});
}

}  // namespace

bool has_code_for_device() {
    cudaFuncAttributes attributes{};
    const bool has_code = cudaFuncGetAttributes(&attributes, run_for_each<ToFloat>) == cudaSuccess;
    clear_error();
    return has_code;
}

void read_all(const PlanOnDevice& plan, const PixelsOnDevice& pixels, void* out, Element out_element,
              cudaStream_t stream) {
    with_type(pixels, [&](const auto& in) { read_typed(plan, in, out, out_element, stream); });
}

void divide_by_alpha(const PlanOnDevice& plan, const float* glimpses, int channels, void* out,
                     Element out_element, cudaStream_t stream) {
    launch(plan.divisions, stream, ForEachPixel<DivideByAlpha>{{glimpses, channels, out, out_element}});
}

void premultiply(const PixelsOnDevice& pixels, Size size, float* out, std::ptrdiff_t step,
                 cudaStream_t stream) {
    with_type(pixels, [&]<typename T>(const Pixels<T>& in) {
        launch_for_each(size.area(), stream, Premultiply<T>{in, size.width, out, step});
    });
}

void spread(const std::byte* plan, const AdjointTask& task, const PixelsOnDevice& glimpse, float* between,
            float* out, cudaStream_t stream) {
    launch_for_each(task.pixels_between(), stream, SpreadColumns{plan, task, typed<float>(glimpse), between});
    launch_for_each(task.pixels(), stream, SpreadLines{plan, task, glimpse.channels, between, out});
}

void scatter(const PlanOnDevice& plan, const PixelsOnDevice& glimpse, const Rectangle& region, double scale,
             std::int64_t* sums, float* out, cudaStream_t stream) {
    for_each_interpolation(plan, [&]<Interpolation interpolation>(const TasksOnDevice<SampleTask>& list) {
        launch(
            list, stream,
            ForEachPixel<Scatter<interpolation>>{{plan.bytes, typed<float>(glimpse), region, scale, sums}});
    });
    launch_for_each(region.area() * glimpse.channels, stream, ToFloat{sums, scale, out});
}

}  // namespace glimpse::cuda
