#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace glimpse::cli {

/// A bar on standard error while images are being done, and messages that it does not tear.
class Progress {
  public:
    /// `when`: "always", "never", or "auto": when standard error is a terminal and there is more than one
    /// of `what` to be done, or nobody knows how many.
    Progress(std::optional<std::size_t> total, const std::string& when, const char* what = "images");
    void advance();
    /// Prints "glimpse: TEXT" on a line of its own.
    void message(const std::string& text);
    /// Leaves the bar as it stands and ends its line.
    void finish();

  private:
    void draw();
    void wipe() const;

    std::optional<std::size_t> total_;
    const char* what_;
    std::size_t done_ = 0;
    bool shown_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point drawn_;
};

}  // namespace glimpse::cli
