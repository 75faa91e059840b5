#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

#include "glimpse/run.hpp"
#include "pipeline/extraction.hpp"
#include "system/kept_failure.hpp"

namespace glimpse {

/// Publishes the files of a run in batches, since a disk flushes many in little more time than one, and hands
/// each job to its consumer once all of its files are published.
class Publication {
  public:
    using Job = std::shared_ptr<ExtractedJob>;

    Publication(const OutputPlan& plan, const Finished& finished) : plan_(plan), finished_(finished) {}

    /// Lets jobs wait for others from now on: a thread of its own publishes them when they are due, however
    /// busy the callers are. Without it, no job waits.
    void start();

    /// Takes the files of a job; for any thread.
    Job take(ExtractedJob job);
    /// Hands a job on to the consumer: later, with others, unless it is `urgent`. To be called in the jobs'
    /// order and from one thread at a time. Throws what the consumer has thrown, for whichever job.
    void hand_on(Job job, bool urgent);
    /// Publishes all files, and hands on all that wait. A consumer that has thrown is called no more; what it
    /// threw is left to `rethrow`.
    void flush();
    /// Whether the consumer has thrown.
    [[nodiscard]] bool has_failed() const { return static_cast<bool>(failure_); }
    void rethrow() const { failure_.rethrow(); }

  private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] bool is_anything_left() const;
    [[nodiscard]] Clock::time_point due() const;
    void flush_when_due(const std::stop_token& end);
    void publish_all();

    const OutputPlan& plan_;
    const Finished& finished_;
    KeptFailure failure_;                ///< of the consumer
    std::atomic<std::size_t> held_ = 0;  ///< handed on, but not yet consumed
    std::mutex flushing_;                ///< held until the consumer has a batch
    std::mutex publishing_;              ///< held until a batch has its names
    std::mutex state_;                   ///< guards what follows
    std::condition_variable_any changed_;
    std::vector<Job> unpublished_;
    std::vector<Job> waiting_;  ///< in their order, for the consumer
    Clock::time_point published_{};
    Clock::duration last_took_{};
    std::jthread thread_;  ///< the last, so that it ends first
};

}  // namespace glimpse
