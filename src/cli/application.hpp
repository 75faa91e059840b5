#pragma once

#include <CLI/CLI.hpp>

#include "cli/action.hpp"

namespace glimpse::cli {

/// Makes the application the program's: what it is and all of its commands. `action` becomes what the command
/// line that is parsed asks for.
void describe(CLI::App& application, Action& action);

}  // namespace glimpse::cli
