#pragma once

#include <functional>
#include <string>

// How a command ends, and what every command needs for its messages.

namespace glimpse::cli {

/// How a command ended, where it did not throw.
enum class Outcome { all_done, some_failed, interrupted };

using Action = std::function<Outcome()>;

/// Escapes control characters as "\x0A", so that a message stays one line whatever names it holds.
std::string on_one_line(const std::string& text);

/// ": CAUSE", by `errno`, which was set to 0 before a stream was written to; empty where it still is 0.
std::string cause_of_failure();

/// Whether SIGINT or SIGTERM came, for which `main` listens.
bool was_interrupted();

}  // namespace glimpse::cli
