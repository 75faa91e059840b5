#include "cli/progress.hpp"

#include <unistd.h>

#include <cstdio>

namespace glimpse::cli {

// By stdio: standard streams may be taken away for a moment by a codec that must be kept quiet.

namespace {

constexpr int bar_width = 30;
constexpr auto least_interval = std::chrono::milliseconds(100);

}  // namespace

Progress::Progress(std::optional<std::size_t> total, const std::string& when, const char* what)
    : total_(total),
      what_(what),
      shown_(when == "always" || (when == "auto" && total != 0 && total != 1 && isatty(STDERR_FILENO) == 1)) {
}

void Progress::advance() {
    ++done_;
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || (now - drawn_ < least_interval && done_ != total_)) return;
    drawn_ = now;
    draw();
}

void Progress::message(const std::string& text) {
    wipe();
    std::fprintf(stderr, "glimpse: %s\n", text.c_str());
}

void Progress::finish() {
    if (!shown_ || total_ == 0) return;
    draw();
    std::fputc('\n', stderr);
}

void Progress::draw() {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
    if (!total_) {
        std::fprintf(stderr, "\r%zu %s  %.1f %s/s ", done_, what_, rate, what_);
        return;
    }
    const auto filled = static_cast<std::size_t>(bar_width * done_ / *total_);
    const double left = rate > 0 ? static_cast<double>(*total_ - done_) / rate : 0.0;
    std::fprintf(stderr, "\r[%-*s] %zu/%zu  %.1f %s/s  %.0f s left ", bar_width,
                 std::string(filled, '#').c_str(), done_, *total_, rate, what_, left);
}

void Progress::wipe() const {
    if (shown_) std::fputs("\r\033[K", stderr);
}

}  // namespace glimpse::cli
