#pragma once

#include <atomic>
#include <exception>
#include <mutex>

namespace glimpse {

/// The first exception of several steps, kept to be rethrown: one that left a stage of a TBB pipeline would
/// lose the items in flight.
class KeptFailure {
  public:
    /// Runs the step, unless one has failed before.
    template <typename Step>
    void guard(Step&& step) {
        if (failed_) return;
        try {
            step();
        } catch (...) {
            const std::scoped_lock lock(mutex_);
            if (!failed_.exchange(true)) failure_ = std::current_exception();
        }
    }
    explicit operator bool() const { return failed_; }
    void rethrow() const {
        if (failed_) std::rethrow_exception(failure_);
    }

  private:
    std::mutex mutex_;
    std::atomic<bool> failed_ = false;
    std::exception_ptr failure_;
};

}  // namespace glimpse
