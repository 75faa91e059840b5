#pragma once

#include <cuda_runtime_api.h>

#include <array>

#include "backends/device_tasks.hpp"
#include "backends/device_work.hpp"

// The work of a plan, done by a GPU. All pointers are to the device's memory. Calls are asynchronous: each
// returns once its work is in the stream, and throws `Failure` where it cannot be launched.

namespace glimpse::cuda {

/// Whether this build has the kernels for the thread's device, which must be one that works.
bool has_code_for_device();

/// A list of tasks: blocks [first_block[n], first_block[n + 1]) work on task n.
template <typename Task>
struct TasksOnDevice {
    const Task* tasks;
    const std::int64_t* first_block;
    int count;
    std::int64_t blocks;
};

/// A packed plan on the device.
struct PlanOnDevice {
    const std::byte* bytes;
    TasksOnDevice<device_work::ProductTask> products;
    std::array<TasksOnDevice<device_work::SampleTask>, 3> samples;  ///< as `DevicePlan::samples`
    TasksOnDevice<device_work::WeightTask> weights;
    TasksOnDevice<device_work::AlphaTask> divisions;
};

/// Calls with<interpolation>(list) for the samples of each interpolation.
template <typename With>
void for_each_interpolation(const PlanOnDevice& plan, With&& with) {
    device_work::for_each_interpolation([&]<Interpolation interpolation>() {
        with.template operator()<interpolation>(plan.samples[static_cast<std::size_t>(interpolation)]);
    });
}

/// Pixels of any element.
struct PixelsOnDevice {
    const void* data;
    std::ptrdiff_t step;  ///< bytes from line to line, a multiple of `device_work::line_alignment`
    Element element;
    int channels;  ///< ≤ CV_CN_MAX, so that a part of a line holds several pixels
    int x0;
    int y0;
};

/// The pixels as those of elements T, which they are.
template <typename T>
device_work::Pixels<T> typed(const PixelsOnDevice& pixels) {
    return {static_cast<const T*>(pixels.data), pixels.step, pixels.channels, pixels.x0, pixels.y0};
}

/// Calls with(pixels) with those of their own type.
template <typename With>
void with_type(const PixelsOnDevice& pixels, With&& with) {
    switch (pixels.element) {
        case Element::uint8:
            return with(typed<std::uint8_t>(pixels));
        case Element::uint16:
            return with(typed<std::uint16_t>(pixels));
        case Element::float32:
            return with(typed<float>(pixels));
    }
}

/// Reads all glimpses of a plan; `out` has room for as many values as the plan says.
void read_all(const PlanOnDevice& plan, const PixelsOnDevice& pixels, void* out, Element out_element,
              cudaStream_t stream);

/// Divides the glimpses of a plan by their alpha, the last of their channels.
void divide_by_alpha(const PlanOnDevice& plan, const float* glimpses, int channels, void* out,
                     Element out_element, cudaStream_t stream);

/// The pixels in float32, each colour multiplied by alpha, the last channel, into lines of `step` floats.
void premultiply(const PixelsOnDevice& pixels, Size size, float* out, std::ptrdiff_t step,
                 cudaStream_t stream);

/// Rᵀ g K, H×W×C floats; `between` has room for h·W·C more.
void spread(const std::byte* plan, const device_work::AdjointTask& task, const PixelsOnDevice& glimpse,
            float* between, float* out, cudaStream_t stream);

/// The adjoint of samples, of which `plan` has one task, on the region: float32 sums from fixed-point ones of
/// that scale, so that they do not depend on the order. `sums` are zeros for region × C values.
void scatter(const PlanOnDevice& plan, const PixelsOnDevice& glimpse, const Rectangle& region, double scale,
             std::int64_t* sums, float* out, cudaStream_t stream);

}  // namespace glimpse::cuda
