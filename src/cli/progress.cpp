#include "cli/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace glimpse::cli {

namespace {

constexpr std::size_t longest_bar = 30;
constexpr std::size_t shortest_bar = 8;
constexpr std::size_t usual_width = 80;
constexpr std::size_t lines_in_all = 10;
constexpr auto least_interval = std::chrono::milliseconds(100);
constexpr auto line_interval = std::chrono::seconds(10);

std::string_view environment(const char* name) {
    const char* value = std::getenv(name);  // no thread sets any
    return value ? value : "";
}

bool cannot_rewrite_lines() {
    const std::string_view terminal = environment("TERM");
    return terminal.empty() || terminal == "dumb";
}

/// Columns of the terminal: what COLUMNS says, or else the terminal itself.
std::size_t terminal_width() {
    const std::string_view columns = environment("COLUMNS");
    std::size_t width = 0;
    const auto [end, failure] = std::from_chars(columns.data(), columns.data() + columns.size(), width);
    if (failure == std::errc() && end == columns.data() + columns.size() && width > 0) return width;
    winsize size{};
    const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return is_known ? size.ws_col : usual_width;
}

std::string formatted(const char* format, double number, const char* what) {
    std::string text(64, '\0');
    const int length = std::snprintf(text.data(), text.size(), format, number, what);
    text.resize(std::min(static_cast<std::size_t>(std::max(length, 0)), text.size() - 1));
    return text;
}

}  // namespace

bool shows_progress(const std::string& when, std::optional<std::size_t> count) {
    return when == "always" || (when == "auto" && count != 0 && count != 1 && isatty(STDERR_FILENO) == 1);
}

std::string progress_line(std::size_t done, std::optional<std::size_t> total, const char* what,
                          double seconds, std::size_t width) {
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    const std::string rate_text = formatted("  %.1f %s/s", rate, what);
    if (!total) {
        const std::string text = std::to_string(done) + " " + what;
        return text.size() + rate_text.size() <= width ? text + rate_text : text.substr(0, width);
    }
    const std::string count = std::to_string(done) + "/" + std::to_string(*total) + " " + what;
    const std::string left_text =
        rate > 0 ? formatted("  %.0f s left", static_cast<double>(*total - done) / rate, "") : std::string();
    // Where not all fits beside a short bar, the rate goes first.
    constexpr std::size_t frame = 3;  // "[] "
    std::size_t room = width - std::min(width, count.size());
    const auto take = [&](const std::string& text) {
        if (text.size() + frame + shortest_bar > room) return std::string();
        room -= text.size();
        return text;
    };
    const std::string taken_left = take(left_text);
    const std::string taken_rate = take(rate_text);
    if (room < frame + shortest_bar) return count.substr(0, width);
    const std::size_t bar = std::min(longest_bar, room - frame);
    const std::size_t filled = *total == 0 ? bar : bar * done / *total;
    return "[" + std::string(filled, '#') + std::string(bar - filled, ' ') + "] " + count + taken_rate +
           taken_left;
}

Progress::Progress(std::optional<std::size_t> total, bool shown, const char* what)
    : total_(total), what_(what), shown_(shown && total != 0), in_lines_(cannot_rewrite_lines()) {
    if (shown_ && !in_lines_) draw();
}

Progress::~Progress() {
    if (!finished_) wipe();
}

void Progress::advance() {
    ++done_;
    if (shown_ && is_due()) draw();
}

bool Progress::is_due() const {
    const auto since = std::chrono::steady_clock::now() - drawn_;
    if (!in_lines_) return since >= least_interval || done_ == total_;
    if (!total_) return since >= line_interval;
    return done_ * lines_in_all / *total_ != drawn_done_ * lines_in_all / *total_;
}

void Progress::message(const std::string& text) {
    wipe();
    std::fprintf(stderr, "glimpse: %s\n", text.c_str());
}

void Progress::finish() {
    finished_ = true;
    if (!shown_) return;
    if (!in_lines_) {
        draw();
        std::fputc('\n', stderr);
    } else if (drawn_done_ != done_) {
        draw();
    }
}

void Progress::draw() {
    drawn_ = std::chrono::steady_clock::now();
    drawn_done_ = done_;
    const double seconds = std::chrono::duration<double>(drawn_ - start_).count();
    // Some terminals wrap after a character in the last column.
    const std::size_t width = std::max(terminal_width(), std::size_t{2}) - 1;
    const std::string line = progress_line(done_, total_, what_, seconds, width);
    std::fprintf(stderr, in_lines_ ? "%s\n" : "\r%s\033[K", line.c_str());
}

void Progress::wipe() const {
    if (shown_ && !in_lines_) std::fputs("\r\033[K", stderr);
}

}  // namespace glimpse::cli
