#include "cli/signals.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace {

/// When the first signal came, in milliseconds since the system started; 0 while none has.
std::atomic<std::int64_t> interrupted_at = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler sets it");

/// Never 0.
std::int64_t milliseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000 + 1;
}

/// One wish comes as several signals at once: `timeout` sends its own to the process and to its group, and a
/// terminal that is closed sends two.
extern "C" void request_interrupt(int signal) {
    constexpr std::int64_t at_once = 200;
    std::int64_t first = 0;
    if (interrupted_at.compare_exchange_strong(first, milliseconds())) return;
    if (milliseconds() - first < at_once) return;
    std::signal(signal, SIG_DFL);
    static_cast<void>(std::raise(signal));  // which waits until this function has returned
}

bool is_ignored(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void install_signal_handlers() {
    struct sigaction action {};
    action.sa_handler = request_interrupt;  // without SA_RESTART, so that blocked reads return
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
    return interrupted_at != 0;
}

}  // namespace glimpse::cli
