#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace glimpse::cli {

/// What is wrong with a command line that could not be parsed, and what may have been meant: the nearest
/// option or command, or the command that was left out.
std::string explanation(const CLI::App& application, const CLI::ParseError& error);

}  // namespace glimpse::cli
