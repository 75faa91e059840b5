#include "system/interruption.hpp"

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

thread_local const std::function<bool()>* asked = nullptr;

}  // namespace

Interruptible::Interruptible(const std::function<bool()>& interrupted) : before_(asked) {
    asked = &interrupted;
}

Interruptible::~Interruptible() {
    asked = before_;
}

void require_uninterrupted() {
    if (asked && *asked && (*asked)()) throw WaitEnded("the run was interrupted in the middle of its work");
}

}  // namespace glimpse
