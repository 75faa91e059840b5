#pragma once

#include <functional>
#include <string>

// How a command ends, and what every command needs for its messages.

namespace glimpse::cli {

/// How a command ended, where it did not throw.
enum class Outcome { all_done, some_failed, interrupted };

using Action = std::function<Outcome()>;

/// Escapes control characters, and bytes that are not UTF-8, as "\x0A", so that a line stays one, and no
/// terminal obeys it, whatever names it holds.
std::string on_one_line(const std::string& text);

/// The same for a message, which is cut in its middle where it is very long.
std::string message_line(const std::string& text);

/// A warning on standard error.
void warn(const std::string& text);

/// That an output was there already, but was no whole one.
std::string about_remade(const std::string& output);

/// ": CAUSE", by `errno`, which was set to 0 before a stream was written to; empty where it still is 0.
std::string cause_of_failure();

/// Throws that standard output failed, "WHAT: CAUSE" by `errno`: `ReaderGone` where nobody reads it, `Error`
/// otherwise.
[[noreturn]] void fail_standard_output(const std::string& what);

/// From here on it is kept why what `std::cout` is given does not get out, for `require_printed`.
void watch_printing();

/// Throws as `fail_standard_output` does where what `std::cout` was given did not all get out.
void require_printed();

}  // namespace glimpse::cli
