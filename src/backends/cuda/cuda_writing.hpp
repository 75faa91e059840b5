#pragma once

#include "backends/cuda/cuda_memory.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse::cuda {

/// Aᵀ g on the map's support, which is not empty; g is CV_32F. The same in every run. The device must be the
/// thread's.
ImageRegion write(const LinearMap& map, const cv::Mat& glimpse, const DevicePool& pool);

}  // namespace glimpse::cuda
