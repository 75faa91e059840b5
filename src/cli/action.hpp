#pragma once

#include <functional>
#include <string>

// What all commands have in common.

namespace glimpse::cli {

/// How a command ended, where it did not throw.
enum class Outcome { all_done, some_failed, interrupted };

using Action = std::function<Outcome()>;

/// Escapes control characters as "\x0A", so that a message stays one line whatever names it holds.
std::string on_one_line(const std::string& text);

/// Set by SIGINT and SIGTERM.
bool was_interrupted();

}  // namespace glimpse::cli
