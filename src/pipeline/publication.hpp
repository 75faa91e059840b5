#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "glimpse/run.hpp"
#include "pipeline/extraction.hpp"

namespace glimpse {

/// Publishes the files of a run in batches, since a disk flushes many in little more time than one, and hands
/// each job to its consumer once all of its files are published.
class Publication {
  public:
    using Job = std::shared_ptr<ExtractedJob>;

    Publication(const OutputPlan& plan, const Finished& finished) : plan_(plan), finished_(finished) {}

    /// Takes the files of a job; for any thread.
    Job take(ExtractedJob job);
    /// Hands on a job, in their order and from one thread at a time: later, with others, unless it is
    /// `urgent`.
    void hand_on(Job job, bool urgent);
    /// Hands on all that wait. Not after a consumer's failure.
    void flush();

  private:
    [[nodiscard]] bool is_due() const;
    void publish_all();

    using Clock = std::chrono::steady_clock;

    const OutputPlan& plan_;
    const Finished& finished_;
    std::mutex publishing_;  ///< held until a batch has its names
    std::mutex taking_;
    std::vector<Job> unpublished_;  ///< guarded by `taking_`
    std::vector<Job> waiting_;      ///< in their order, for the consumer
    Clock::time_point published_{};
    Clock::duration last_took_{};
};

}  // namespace glimpse
