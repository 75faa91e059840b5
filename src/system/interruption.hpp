#pragma once

#include <functional>

#include "glimpse/export.hpp"

// Whether the work of a thread is still wanted. Loops that may take minutes ask while they run; where nobody
// can interrupt them, there is nothing to ask for.

namespace glimpse {

/// While it lives, `require_uninterrupted` asks `interrupted` for the thread that has made it; what was asked
/// before is asked again afterwards.
class GLIMPSE_EXPORT Interruptible {
  public:
    /// `interrupted` must not throw; it outlives this, and may be empty.
    explicit Interruptible(const std::function<bool()>& interrupted);
    ~Interruptible();
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

  private:
    const std::function<bool()>* before_;
};

/// Throws `WaitEnded` where the thread's work is interrupted.
GLIMPSE_EXPORT void require_uninterrupted();

}  // namespace glimpse
