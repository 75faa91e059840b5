#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <opencv2/core/mat.hpp>
#include <string>
#include <utility>

#include "backends/cuda/cuda_streams.hpp"
#include "glimpse/error.hpp"

// Memory of the device, in stream order, and memory of the host that the device reads and writes itself.

namespace glimpse::cuda {

/// A call to CUDA that failed.
class Failure : public Error {
  public:
    Failure(const std::string& what, cudaError_t code) : Error(what), code_(code) {}
    [[nodiscard]] bool is_out_of_memory() const { return code_ == cudaErrorMemoryAllocation; }

  private:
    cudaError_t code_;
};

/// The host's page-locked memory does not suffice.
class PinnedFailure : public Failure {
  public:
    PinnedFailure()
        : Failure("the host has not enough memory that can be page-locked", cudaErrorMemoryAllocation) {}
};

/// Throws `Failure` with CUDA's reason unless the call was a success.
void require_success(cudaError_t result);

/// Clears the last error, which CUDA would otherwise report as that of a later call.
void clear_error();

/// Whether the thread's device still does its work: after some errors it fails at everything.
bool works();

/// Where a device's memory comes from. It keeps what is given back for the next image; only so much, since
/// others may use the device as well.
class DevicePool {
  public:
    /// On the thread's device, which has that number.
    explicit DevicePool(int number);
    ~DevicePool();
    DevicePool(const DevicePool&) = delete;
    DevicePool& operator=(const DevicePool&) = delete;
    /// Returns what it keeps to the device, once that has done all of its work.
    void release() const;
    [[nodiscard]] cudaMemPool_t handle() const { return pool_; }

  private:
    cudaMemPool_t pool_ = nullptr;
};

/// Memory of the device, allocated and freed in the order of a stream, which it must not outlive. Throws
/// `Failure`.
class DeviceMemory {
  public:
    DeviceMemory(std::size_t bytes, const DevicePool& pool, const Stream& stream);
    ~DeviceMemory();
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    [[nodiscard]] void* data() const { return data_; }
    template <typename T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(data_);
    }

  private:
    void* data_ = nullptr;
    cudaStream_t stream_;
};

/// Pinned (page-locked) memory of the host, which copies to and from a device need to be fast and not to
/// wait. From a pool of the process, since locking takes longer than copying. Throws `Failure`.
class PinnedMemory {
  public:
    explicit PinnedMemory(std::size_t bytes);
    ~PinnedMemory();
    PinnedMemory(PinnedMemory&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(other.bytes_) {}
    PinnedMemory& operator=(PinnedMemory&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }

    [[nodiscard]] std::byte* data() const { return static_cast<std::byte*>(data_); }
    [[nodiscard]] std::size_t size() const { return bytes_; }

    /// Returns what the pool keeps to the system.
    static void release_kept();

  private:
    void* data_;
    std::size_t bytes_;
};

/// A matrix in such memory, which goes back to the pool with the last view of it.
cv::Mat pinned_matrix(int rows, int columns, int type);

}  // namespace glimpse::cuda
