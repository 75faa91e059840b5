#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

// What `--help` is made of, as a table: man page and completions are made of the same.

namespace glimpse::cli {

struct OptionEntry {
    std::vector<std::string> short_names;  ///< "b"
    std::vector<std::string> long_names;   ///< "box"; both are empty for what is given without a name
    std::string value;                     ///< what it takes: "X,Y,W,H"; empty for a flag
    std::vector<std::string> choices;      ///< all that it takes, where that is a list
    std::string default_value;             ///< empty where there is none to be shown
    std::string description;
    bool takes_file = false;
};

struct CommandEntry {
    std::string name;
    std::string description;
    std::string footer;
    std::vector<OptionEntry> options;
};

/// The commands in their order.
std::vector<CommandEntry> option_table(const CLI::App& application);

}  // namespace glimpse::cli
