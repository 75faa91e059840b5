#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace glimpse::cli {

/// Whether to show progress of `count` things; none is an unknown number. `when`: "always", "never", or
/// "auto": when standard error is a terminal and there is more than one.
bool shows_progress(const std::string& when, std::optional<std::size_t> count);

/// How far some of `total` is, in at most `width` columns: a bar where there is room for one, the count, and
/// what else there is room for of the rate and the time that is left.
std::string progress_line(std::size_t done, std::optional<std::size_t> total, const char* what,
                          double seconds, std::size_t width);

/// A bar on standard error, and messages that do not break it. On a terminal that cannot rewrite a line
/// (TERM=dumb or none), plain lines instead: ten in all, or, where the total is unknown, one now and then.
class Progress {
  public:
    Progress(std::optional<std::size_t> total, bool shown, const char* what = "images");
    /// Erases a bar that was not finished, for the error's message.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    void advance();
    /// Prints "glimpse: TEXT" on a line of its own.
    void message(const std::string& text);
    /// Leaves the bar as it stands and ends its line.
    void finish();

  private:
    [[nodiscard]] bool is_due() const;
    void draw();
    void wipe() const;

    std::optional<std::size_t> total_;
    const char* what_;
    std::size_t done_ = 0;
    std::size_t drawn_done_ = 0;
    bool shown_;
    bool in_lines_;
    bool finished_ = false;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point drawn_;
};

}  // namespace glimpse::cli
