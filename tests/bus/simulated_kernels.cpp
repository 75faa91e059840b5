#include <mutex>
#include <utility>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/cuda/cuda_memory.hpp"
#include "backends/device_work.hpp"
#include "bus/simulated_gpu.hpp"
#include "emulated_device.hpp"

// What cuda_kernels.cu launches, done thread by thread on the host when its turn in the stream has come.

namespace glimpse::cuda {

namespace {

using device_work::Pixels;
using device_work::threads_of_block;

/// Adds work that reads and writes all of these blocks of memory.
void launch(int launches, std::vector<const void*> read, std::vector<const void*> written,
            std::function<void()> run, cudaStream_t stream) {
    const std::lock_guard lock(simulated::gpu().mutex);
    require_success(simulated::gpu().begin_call());
    simulated::gpu().launch(launches, std::move(read), std::move(written), std::move(run),
                            simulated::queue_of(stream));
}

/// Calls work(task, block) for every block of a list.
template <typename Task, typename Work>
void for_each_block(const TasksOnDevice<Task>& list, Work&& work) {
    for (std::int64_t block = 0; block < list.blocks; ++block) {
        const int n = device_work::task_of(list.first_block, list.count, block);
        work(list.tasks[n], block - list.first_block[n]);
    }
}

/// The same for every pixel of a list whose threads have one each.
template <typename Task, typename Work>
void for_each_pixel(const TasksOnDevice<Task>& list, Work&& work) {
    for_each_block(list, [&](const Task& task, std::int64_t block) {
        for (int thread = 0; thread < threads_of_block; ++thread) {
            const std::int64_t number = block * threads_of_block + thread;
            if (number < task.pixels()) work(task, number);
        }
    });
}

int launches_of_samples(const PlanOnDevice& plan) {
    int count = 0;
    for (const auto& list : plan.samples) count += list.blocks > 0 ? 1 : 0;
    return count;
}

template <typename T>
Pixels<T> typed(const PixelsOnDevice& pixels) {
    return {static_cast<const T*>(pixels.data), pixels.step, pixels.channels, pixels.x0, pixels.y0};
}

template <typename T>
void read_typed(const PlanOnDevice& plan, const Pixels<T>& in, void* out, Element element) {
    EmulatedBlock threads;
    for_each_block(plan.products, [&](const auto& task, std::int64_t block) {
        threads.begin();
        device_work::multiply(threads, plan.bytes, task, in, out, element, block);
    });
    for_each_interpolation(plan, [&]<Interpolation interpolation>(const auto& list) {
        for_each_pixel(list, [&](const auto& task, std::int64_t number) {
            device_work::gather<interpolation>(plan.bytes, task, in, out, element, number);
        });
    });
    for_each_pixel(plan.weights, [&](const auto& task, std::int64_t number) {
        device_work::weigh(plan.bytes, task, in, out, element, number);
    });
}

}  // namespace

void read_all(const PlanOnDevice& plan, const PixelsOnDevice& pixels, void* out, Element out_element,
              cudaStream_t stream) {
    const int launches =
        launches_of_samples(plan) + (plan.products.blocks > 0 ? 1 : 0) + (plan.weights.blocks > 0 ? 1 : 0);
    const auto work = [=] {
        switch (pixels.element) {
            case Element::uint8:
                return read_typed(plan, typed<std::uint8_t>(pixels), out, out_element);
            case Element::uint16:
                return read_typed(plan, typed<std::uint16_t>(pixels), out, out_element);
            case Element::float32:
                return read_typed(plan, typed<float>(pixels), out, out_element);
        }
    };
    launch(launches, {plan.bytes, pixels.data}, {out}, work, stream);
}

void spread(const std::byte* plan, const device_work::AdjointTask& task, const PixelsOnDevice& glimpse,
            float* between, float* out, cudaStream_t stream) {
    const auto in = typed<float>(glimpse);
    const auto columns = [=] {
        for (std::int64_t n = 0; n < task.pixels_between(); ++n) {
            device_work::spread_columns(plan, task, in, between, n);
        }
    };
    const auto lines = [=] {
        for (std::int64_t n = 0; n < task.pixels(); ++n) {
            device_work::spread_lines(plan, task, in.channels, between, out, n);
        }
    };
    launch(1, {plan, glimpse.data}, {between}, columns, stream);
    launch(1, {plan, between}, {out}, lines, stream);
}

void scatter(const PlanOnDevice& plan, const PixelsOnDevice& glimpse, const Rectangle& region, double scale,
             std::int64_t* sums, float* out, cudaStream_t stream) {
    const auto add_all = [=] {
        for_each_interpolation(plan, [&]<Interpolation interpolation>(const auto& list) {
            for_each_pixel(list, [&](const auto& task, std::int64_t number) {
                device_work::scatter<interpolation>(
                    plan.bytes, task, typed<float>(glimpse), region, scale, number,
                    [&](std::int64_t position, std::int64_t amount) { sums[position] += amount; });
            });
        });
    };
    const auto convert = [=] {
        for (std::int64_t n = 0; n < region.area() * glimpse.channels; ++n) {
            out[n] = device_work::from_fixed_point(sums[n], scale);
        }
    };
    launch(launches_of_samples(plan), {plan.bytes, glimpse.data, sums}, {sums}, add_all, stream);
    launch(1, {sums}, {out}, convert, stream);
}

}  // namespace glimpse::cuda
