#pragma once

#include <cuda_runtime_api.h>

#include "backends/device_work.hpp"

// The work of a plan, done by a GPU. All pointers are to the device's memory. Calls are asynchronous: each
// returns once its work is in the stream, and throws `Error` where it cannot be launched.

namespace glimpse::cuda {

/// Throws `Error` with CUDA's reason unless the call was a success.
void require_success(cudaError_t result);

/// Clears the last error, which CUDA would otherwise report as that of a later call.
void clear_error();

/// Whether this build has the kernels for the thread's device, which must be one that works.
bool has_code_for_device();

/// A packed plan on the device.
struct PlanOnDevice {
    const std::byte* bytes;
    const device_work::ProductTask* products;
    int product_count;
    std::int64_t longest_between;  ///< pixels of the largest product between its steps
    std::int64_t longest_product;  ///< values of the largest product
    const device_work::SampleTask* samples;
    int sample_count;
    std::int64_t longest_sample;  ///< pixels of the largest sampled glimpse
    const device_work::WeightTask* weights;
    int weight_count;
    std::int64_t longest_weights;  ///< pixels of the largest rectangle of weights
};

/// Pixels of any element.
struct PixelsOnDevice {
    const void* data;
    std::ptrdiff_t step;  ///< bytes from line to line
    Element element;
    int channels;
    int x0;
    int y0;
};

/// Reads all glimpses of a plan; `between` and `out` are as large as the plan says.
void read_all(const PlanOnDevice& plan, const PixelsOnDevice& pixels, float* between, void* out,
              Element out_element, cudaStream_t stream);

/// Adds the glimpse, sampled by the plan's one task, to a float image that has the region's pixels.
void scatter_all(const PlanOnDevice& plan, const PixelsOnDevice& glimpse, float* image,
                 const Rectangle& region, cudaStream_t stream);

}  // namespace glimpse::cuda
