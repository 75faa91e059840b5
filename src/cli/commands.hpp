#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "glimpse/geometry.hpp"

// One file a command. Each adds its options to the application and says what is to be done with them: the
// action returns the exit status.

namespace glimpse::cli {

enum ExitStatus { all_done = 0, some_failed = 1, usage_error = 2, interrupted = 130 };

using Action = std::function<int()>;

void add_extract(CLI::App& application, Action& action);
void add_write(CLI::App& application, Action& action);
void add_schema(CLI::App& application, Action& action);
void add_info(CLI::App& application, Action& action);

/// "WxH". Throws `UsageError` naming the option.
Size parse_size(const std::string& text, const std::string& option);

/// Set by SIGINT and SIGTERM.
bool was_interrupted();

}  // namespace glimpse::cli
