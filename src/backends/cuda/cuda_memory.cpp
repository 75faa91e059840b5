#include "backends/cuda/cuda_memory.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "system/numbers.hpp"

namespace glimpse::cuda {

namespace {

/// Whole pages, at most a quarter more than those that are asked for, so that few sizes serve all requests.
std::size_t pooled_size(std::size_t bytes) {
    constexpr std::size_t page = 4096;
    const std::size_t unit = std::max(page, std::bit_floor(bytes) / 4);
    return std::max(unit, ceil_div(bytes, unit) * unit);
}

class PinnedPool {
  public:
    void* take(std::size_t bytes) {
        {
            const std::lock_guard lock(mutex_);
            const auto found = kept_.find(bytes);
            if (found != kept_.end() && !found->second.empty()) {
                void* const data = found->second.back();
                found->second.pop_back();
                kept_bytes_ -= bytes;
                return data;
            }
        }
        void* data = nullptr;
        const cudaError_t result = cudaHostAlloc(&data, bytes, cudaHostAllocPortable);
        if (result == cudaErrorMemoryAllocation) {
            clear_error();
            throw PinnedFailure();
        }
        require_success(result);
        return data;
    }

    void give_back(void* data, std::size_t bytes) {
        constexpr std::size_t most_kept = std::size_t{1} << 29;
        if (bytes > most_kept) return free(data);
        const std::unique_lock lock(mutex_);
        // Sizes that were asked for once would otherwise stay in the way of those that are asked for now.
        if (kept_bytes_ + bytes > most_kept) release_locked();
        kept_[bytes].push_back(data);
        kept_bytes_ += bytes;
    }

    void release() {
        const std::lock_guard lock(mutex_);
        release_locked();
    }

  private:
    void release_locked() {
        for (const auto& [bytes, all] : kept_) {
            for (void* data : all) free(data);
        }
        kept_.clear();
        kept_bytes_ = 0;
    }

    static void free(void* data) {
        if (cudaFreeHost(data) != cudaSuccess) clear_error();
    }

    std::mutex mutex_;
    std::map<std::size_t, std::vector<void*>> kept_;  ///< by size
    std::size_t kept_bytes_ = 0;
};

/// Never destroyed: matrices may outlive everything that has an order of destruction.
PinnedPool& pinned_pool() {
    static auto& pool = *new PinnedPool;
    return pool;
}

/// Gives matrices pinned memory.
class PinnedAllocator final : public cv::MatAllocator {
  public:
    cv::UMatData* allocate(int dims, const int* sizes, int type, void* /*data*/, std::size_t* step,
                           cv::AccessFlag /*flags*/, cv::UMatUsageFlags /*usage*/) const override {
        std::size_t bytes = CV_ELEM_SIZE(type);
        for (int n = dims - 1; n >= 0; --n) {
            if (step) step[n] = bytes;
            bytes *= static_cast<std::size_t>(sizes[n]);
        }
        auto data = std::make_unique<cv::UMatData>(this);
        data->size = pooled_size(bytes);
        data->data = data->origdata = static_cast<uchar*>(pinned_pool().take(data->size));
        return data.release();
    }
    bool allocate(cv::UMatData* /*data*/, cv::AccessFlag /*flags*/,
                  cv::UMatUsageFlags /*usage*/) const override {
        return false;  // there is no second memory behind it
    }
    void deallocate(cv::UMatData* data) const override {
        if (!data) return;
        pinned_pool().give_back(data->origdata, data->size);
        delete data;
    }
};

}  // namespace

void require_success(cudaError_t result) {
    if (result == cudaSuccess) return;
    clear_error();
    throw Failure(cudaGetErrorString(result), result);
}

void clear_error() {
    cudaGetLastError();
}

bool works() {
    const bool is_done = cudaDeviceSynchronize() == cudaSuccess;
    clear_error();
    return is_done;
}

DevicePool::DevicePool(int number) {
    constexpr std::uint64_t most_kept = std::uint64_t{2} << 30;
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = number;
    require_success(cudaMemPoolCreate(&pool_, &properties));
    std::uint64_t threshold = most_kept;
    require_success(cudaMemPoolSetAttribute(pool_, cudaMemPoolAttrReleaseThreshold, &threshold));
}

DevicePool::~DevicePool() {
    if (pool_ && cudaMemPoolDestroy(pool_) != cudaSuccess) clear_error();
}

void DevicePool::release() const {
    require_success(cudaDeviceSynchronize());
    require_success(cudaMemPoolTrimTo(pool_, 0));
}

DeviceMemory::DeviceMemory(std::size_t bytes, const DevicePool& pool, const Stream& stream)
    : stream_(stream.handle()) {
    if (bytes > 0) require_success(cudaMallocFromPoolAsync(&data_, bytes, pool.handle(), stream_));
}

DeviceMemory::~DeviceMemory() {
    if (data_ && cudaFreeAsync(data_, stream_) != cudaSuccess) clear_error();
}

PinnedMemory::PinnedMemory(std::size_t bytes)
    : data_(pinned_pool().take(pooled_size(bytes))), bytes_(pooled_size(bytes)) {}

PinnedMemory::~PinnedMemory() {
    if (data_) pinned_pool().give_back(data_, bytes_);
}

void PinnedMemory::release_kept() {
    pinned_pool().release();
}

cv::Mat pinned_matrix(int rows, int columns, int type) {
    static PinnedAllocator& allocator = *new PinnedAllocator;
    cv::Mat matrix;
    matrix.allocator = &allocator;
    matrix.create(rows, columns, type);  // by OpenCV's own allocator where this one fails, which is slower
    matrix.allocator = nullptr;          // what is made in its place later needs no such memory
    return matrix;
}

}  // namespace glimpse::cuda
