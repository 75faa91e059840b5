#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

#include "backends/device_work.hpp"

// The blocks and threads of a GPU's kernels, one after another on the host.

namespace glimpse {

/// Blocks of threads, one after another, as `device_work::multiply` takes them. Threads run in a random
/// order: one that reads what another writes in the same step finds that it was not written yet, or was.
class EmulatedBlock {
  public:
    /// Begins the next block, which finds no number in shared memory.
    void begin() { std::ranges::fill(shared_, std::numeric_limits<float>::quiet_NaN()); }
    float* shared() { return shared_.data(); }
    template <typename Step>
    void for_each_thread(Step&& step) {
        cv::randShuffle(order_, 1, &random_);
        for (const int thread : order_) step(thread, own_[static_cast<std::size_t>(thread)].sums);
    }

  private:
    static std::vector<int> in_order() {
        std::vector<int> order(device_work::threads_of_block);
        for (std::size_t n = 0; n < order.size(); ++n) order[n] = static_cast<int>(n);
        return order;
    }

    cv::RNG random_{20261127};
    std::vector<int> order_ = in_order();
    std::vector<float> shared_ = std::vector<float>(device_work::shared_floats);
    struct Own {
        float sums[device_work::rows_of_block];
    };
    std::vector<Own> own_ = std::vector<Own>(device_work::threads_of_block);
};

/// A list of tasks in a packed plan, as kernels take it.
template <typename Task>
struct EmulatedTasks {
    const Task* tasks;
    const std::int64_t* first_block;
    int count;
    std::int64_t blocks;
};

/// Calls work(task, block) for every block of a list.
template <typename List, typename Work>
void for_each_block(const List& list, Work&& work) {
    for (std::int64_t block = 0; block < list.blocks; ++block) {
        const int n = device_work::task_of(list.first_block, list.count, block);
        work(list.tasks[n], block - list.first_block[n]);
    }
}

/// Calls work(number) for each of `count` threads, those of each block in an order of its own.
template <typename Work>
void for_each_number(std::int64_t count, std::int64_t block, Work&& work) {
    constexpr int step = 151;  // has no factor in common with the number of threads
    for (int n = 0; n < device_work::threads_of_block; ++n) {
        const std::int64_t thread = (block * 37 + std::int64_t{n} * step) % device_work::threads_of_block;
        const std::int64_t number = block * device_work::threads_of_block + thread;
        if (number < count) work(number);
    }
}

/// The same of the pixels of a list whose threads have one each: calls work(task, number).
template <typename List, typename Work>
void for_each_pixel(const List& list, Work&& work) {
    for_each_block(list, [&](const auto& task, std::int64_t block) {
        for_each_number(task.pixels(), block, [&](std::int64_t number) { work(task, number); });
    });
}

/// The same of a kernel that has no tasks.
template <typename Work>
void for_each_number(std::int64_t count, Work&& work) {
    for (std::int64_t block = 0; block * device_work::threads_of_block < count; ++block) {
        for_each_number(count, block, work);
    }
}

/// Reads all glimpses of a plan, which has `bytes` and the lists of its tasks.
template <typename T, typename Plan>
void emulate_reading(const Plan& plan, const device_work::Pixels<T>& in, void* out, Element element) {
    EmulatedBlock threads;
    for_each_block(plan.products, [&](const auto& task, std::int64_t block) {
        threads.begin();
        device_work::multiply(threads, plan.bytes, task, in, out, element, block);
    });
    device_work::for_each_interpolation([&]<Interpolation interpolation>() {
        for_each_pixel(plan.samples[static_cast<std::size_t>(interpolation)],
                       [&](const auto& task, std::int64_t number) {
                           device_work::gather<interpolation>(plan.bytes, task, in, out, element, number);
                       });
    });
    for_each_pixel(plan.weights, [&](const auto& task, std::int64_t number) {
        device_work::weigh(plan.bytes, task, in, out, element, number);
    });
}

/// Adds what the samples of a plan write to fixed-point sums.
template <typename Plan>
void emulate_scattering(const Plan& plan, const device_work::Pixels<float>& glimpse, const Rectangle& region,
                        double scale, std::int64_t* sums) {
    device_work::for_each_interpolation([&]<Interpolation interpolation>() {
        for_each_pixel(plan.samples[static_cast<std::size_t>(interpolation)],
                       [&](const auto& task, std::int64_t number) {
                           device_work::scatter<interpolation>(
                               plan.bytes, task, glimpse, region, scale, number,
                               [&](std::int64_t position, std::int64_t amount) { sums[position] += amount; });
                       });
    });
}

}  // namespace glimpse
