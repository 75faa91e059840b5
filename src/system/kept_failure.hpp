#pragma once

#include <atomic>
#include <exception>
#include <mutex>

namespace glimpse {

/// The first exception of several steps, kept to be rethrown: one that left a stage of a TBB pipeline would
/// lose the items in flight. For any thread.
class KeptFailure {
  public:
    /// Runs the step, unless one has failed before.
    template <typename Step>
    void guard(Step&& step) {
        if (failed_) return;
        try {
            step();
        } catch (...) {
            keep();
        }
    }
    /// Keeps the exception in flight, unless one is kept.
    void keep() {
        const std::scoped_lock lock(mutex_);
        if (failed_) return;
        failure_ = std::current_exception();
        failed_ = true;  // for other threads, which then may rethrow it
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
