#pragma once

#include <CLI/CLI.hpp>
#include <span>
#include <string>

namespace glimpse::cli {

/// What is wrong with a command line that could not be parsed, and what may have been meant: the nearest
/// option or command, or the command that was left out.
/// `words` are those of the command line.
std::string explanation(const CLI::App& application, const CLI::ParseError& error,
                        std::span<const std::string> words);

/// Throws `UsageError` for an option that was given an empty value, as an unset variable of a script leaves
/// it.
void require_values(const CLI::App& command);

/// "'NAME' is no command", with the nearest one, or else with all.
std::string no_command(const CLI::App& application, const std::string& name);

}  // namespace glimpse::cli
