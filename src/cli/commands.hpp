#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "glimpse/geometry.hpp"

// One file a command. Each adds its options to the application and says what is to be done with them.

namespace glimpse::cli {

/// How a command ended, where it did not throw.
enum class Outcome { all_done, some_failed, interrupted };

using Action = std::function<Outcome()>;

void add_extract(CLI::App& application, Action& action);
void add_write(CLI::App& application, Action& action);
void add_schema(CLI::App& application, Action& action);
void add_info(CLI::App& application, Action& action);
void add_completion(CLI::App& application, Action& action);
void add_man_page(CLI::App& application, Action& action);

/// "WxH". Throws `UsageError` naming the option.
Size parse_size(const std::string& text, const std::string& option);

/// -m, --mechanism.
void add_mechanism_option(CLI::App& command, std::string& mechanism, const std::string& help);

/// A message stays one line whatever names it holds: control characters as "\x0A".
std::string on_one_line(const std::string& text);

/// Set by SIGINT and SIGTERM.
bool was_interrupted();

}  // namespace glimpse::cli
