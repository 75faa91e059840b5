#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

// A GPU with its bus, simulated: the module's own sources call it as CUDA and OpenCV's streams. Work waits in
// its stream and is done in an order drawn at random, out of all that streams and events allow; so what is
// not made to come later may come first. Memory of the device holds rubbish until it is written.

namespace simulated {

/// A stream: its work is done one after another.
struct Queue;

/// A moment in a stream: when so much of its work is done.
struct Moment {
    std::shared_ptr<Queue> queue;
    std::uint64_t count = 0;
    [[nodiscard]] bool is_past() const;
};

struct Range {
    const std::byte* begin;
    std::size_t bytes;
    [[nodiscard]] bool overlaps(const Range& other) const {
        return begin < other.begin + other.bytes && other.begin < begin + bytes;
    }
};

struct Work {
    std::function<void()> run;
    Moment after;           ///< which must be past before
    Range host = {};        ///< the host's memory that it copies
    bool launches = false;  ///< a kernel
};

struct Queue {
    std::deque<Work> waiting;
    std::uint64_t done = 0;
    std::uint64_t issued = 0;
};

/// What was asked of the bus and the device, and how much of it at once.
struct Counts {
    std::size_t bytes_there = 0;
    std::size_t bytes_back = 0;
    int copies = 0;
    int launches = 0;
    int waits = 0;         ///< of a thread of the host, for streams and events
    int most_at_once = 0;  ///< streams in which kernels wait, or work
};

struct Options {
    unsigned seed = 1;
    /// How likely work is done as soon as it may, rather than when somebody waits for it.
    double eagerness = 0.5;
    bool only_counts = false;  ///< nothing is copied and computed
};

class Gpu {
  public:
    void reset(const Options& options);

    // What fails: calls that give memory or work, counted from 1; 0 is none.
    int failing_call = 0;
    cudaError_t failure = cudaErrorMemoryAllocation;
    bool is_lost = false;  ///< every call fails
    int calls = 0;
    bool counts_memory_alone = false;  ///< of calls those that ask for memory
    int refused = 0;                   ///< calls of a device that is lost
    bool lacks_pinned_memory = false;  ///< the host was refused some, and copies what is pageable
    unsigned device_flags = 0;

    Counts counts;
    /// What the module did wrong.
    std::set<std::string> faults;

    /// Does all work that waits.
    void finish();
    [[nodiscard]] bool is_idle() const;
    /// Whether memory of the host is still to be read or written.
    [[nodiscard]] bool has_waiting_copies() const;
    /// Whether memory of the device was not given back.
    [[nodiscard]] bool keeps_memory() const;

    // The calls of CUDA.
    /// Success, or why this call fails.
    cudaError_t begin_call(bool asks_for_memory = false);
    cudaError_t result(cudaError_t error);
    /// The result of a call of a device that is lost.
    cudaError_t refuse();
    cudaError_t take_last_error() { return std::exchange(last_error_, cudaSuccess); }
    std::shared_ptr<Queue> make_queue();
    void add(Queue& queue, Work work);
    void wait(const Moment& moment);
    void* allocate_host(std::size_t bytes);
    void free_host(void* data);
    void* allocate(std::size_t bytes, Queue& queue);
    void free(void* data, Queue& queue);
    void copy_there(void* to, const void* from, std::size_t bytes, Queue& queue);
    void copy_back(void* to, const void* from, std::size_t bytes, Queue& queue);
    void set(void* data, int value, std::size_t bytes, Queue& queue);
    /// Work that reads all of some blocks of memory, and writes all of others, each named by its beginning.
    void launch(int launches, std::vector<const void*> read, std::vector<const void*> written,
                std::function<void()> run, Queue& queue);

    std::recursive_mutex mutex;

  private:
    /// Memory of the device.
    struct Block {
        std::unique_ptr<std::byte[]> memory;
        std::byte* begin;
        std::size_t bytes;
        enum class State { promised, there, gone } state = State::promised;
        std::vector<char> written = {};
    };
    Block* block_of(const void* data);
    bool may_use(const Block* block, const char* what);
    bool read(const void* data, std::size_t bytes);
    bool write(const void* data, std::size_t bytes);
    void check_host(const Range& range);
    /// Whether all of it is page-locked.
    [[nodiscard]] bool is_pinned(const Range& range) const;
    void check_copied(const Range& range);
    bool do_one(Queue& queue);
    bool do_any();
    void do_some();
    bool chance(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }

    Options options_;
    std::mt19937 random_;
    std::vector<std::shared_ptr<Queue>> queues_;
    std::map<const std::byte*, Block> blocks_;
    std::map<const std::byte*, std::unique_ptr<std::byte[]>> host_;
    std::map<const std::byte*, std::size_t> host_sizes_;
    cudaError_t last_error_ = cudaSuccess;
};

/// The one that there is.
Gpu& gpu();

/// The work of a stream of CUDA's.
Queue& queue_of(cudaStream_t stream);

}  // namespace simulated
