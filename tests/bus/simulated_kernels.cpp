#include <mutex>
#include <utility>

#include "backends/cuda/cuda_kernels.hpp"
#include "backends/cuda/cuda_memory.hpp"
#include "backends/device_work.hpp"
#include "bus/simulated_gpu.hpp"
#include "emulated_threads.hpp"

// What cuda_kernels.cu launches, done thread by thread on the host when its turn in the stream has come.

namespace glimpse::cuda {

namespace {

/// Adds work that reads and writes all of these blocks of memory.
void launch(int launches, std::vector<const void*> read, std::vector<const void*> written,
            std::function<void()> run, cudaStream_t stream) {
    const std::lock_guard lock(simulated::gpu().mutex);
    require_success(simulated::gpu().begin_call());
    simulated::gpu().launch(launches, std::move(read), std::move(written), std::move(run),
                            simulated::queue_of(stream));
}

int launches_of_samples(const PlanOnDevice& plan) {
    int count = 0;
    for (const auto& list : plan.samples) count += list.blocks > 0 ? 1 : 0;
    return count;
}

}  // namespace

void read_all(const PlanOnDevice& plan, const PixelsOnDevice& pixels, void* out, Element out_element,
              cudaStream_t stream) {
    const int launches =
        launches_of_samples(plan) + (plan.products.blocks > 0 ? 1 : 0) + (plan.weights.blocks > 0 ? 1 : 0);
    const auto work = [=] {
        with_type(pixels, [&](const auto& in) { emulate_reading(plan, in, out, out_element); });
    };
    launch(launches, {plan.bytes, pixels.data}, {out}, work, stream);
}

void divide_by_alpha(const PlanOnDevice& plan, const float* glimpses, int channels, void* out,
                     Element out_element, cudaStream_t stream) {
    const auto work = [=] {
        for_each_pixel(plan.divisions, [&](const auto& task, std::int64_t number) {
            device_work::divide_by_alpha(task, glimpses, channels, out, out_element, number);
        });
    };
    launch(1, {plan.bytes, glimpses}, {out}, work, stream);
}

void premultiply(const PixelsOnDevice& pixels, Size size, float* out, std::ptrdiff_t step,
                 cudaStream_t stream) {
    const auto work = [=] {
        with_type(pixels, [&](const auto& in) {
            for_each_number(size.area(),
                            [&](std::int64_t n) { device_work::premultiply(in, size.width, out, step, n); });
        });
    };
    launch(1, {pixels.data}, {out}, work, stream);
}

void spread(const std::byte* plan, const device_work::AdjointTask& task, const PixelsOnDevice& glimpse,
            float* between, float* out, cudaStream_t stream) {
    const auto in = typed<float>(glimpse);
    const auto columns = [=] {
        for_each_number(task.pixels_between(),
                        [&](std::int64_t n) { device_work::spread_columns(plan, task, in, between, n); });
    };
    const auto lines = [=] {
        for_each_number(task.pixels(), [&](std::int64_t n) {
            device_work::spread_lines(plan, task, in.channels, between, out, n);
        });
    };
    launch(1, {plan, glimpse.data}, {between}, columns, stream);
    launch(1, {plan, between}, {out}, lines, stream);
}

void scatter(const PlanOnDevice& plan, const PixelsOnDevice& glimpse, const Rectangle& region, double scale,
             std::int64_t* sums, float* out, cudaStream_t stream) {
    const auto add_all = [=] { emulate_scattering(plan, typed<float>(glimpse), region, scale, sums); };
    const auto convert = [=] {
        for_each_number(region.area() * glimpse.channels,
                        [&](std::int64_t n) { out[n] = device_work::from_fixed_point(sums[n], scale); });
    };
    launch(launches_of_samples(plan), {plan.bytes, glimpse.data, sums}, {sums}, add_all, stream);
    launch(1, {sums}, {out}, convert, stream);
}

}  // namespace glimpse::cuda
