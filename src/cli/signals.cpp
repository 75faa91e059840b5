#include "cli/signals.hpp"

#include <atomic>
#include <csignal>

#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace {

std::atomic<bool> interrupt_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

extern "C" void request_interrupt(int /*signal*/) {
    interrupt_requested = true;
}

bool is_ignored(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void install_signal_handlers() {
    struct sigaction action {};
    action.sa_handler = request_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // without SA_RESTART, so that blocked reads return
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    if (!is_ignored(SIGHUP)) sigaction(SIGHUP, &action, nullptr);  // nohup has it ignored
    // A pipe that nobody reads shall be an error of the write, so that outputs in progress become whole.
    std::signal(SIGPIPE, SIG_IGN);
    // So shall a file beyond the size limit.
    std::signal(SIGXFSZ, SIG_IGN);
    survive_lost_pages();
}

bool was_interrupted() {
    return interrupt_requested;
}

}  // namespace glimpse::cli
