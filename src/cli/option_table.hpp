#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

// The options as a table, of which help, manual page and completions are made.

namespace glimpse::cli {

/// The group of options without one.
constexpr const char* general_group = "Options";

struct OptionEntry {
    std::vector<std::string> short_names;  ///< "b"
    std::vector<std::string> long_names;   ///< "box"; both are empty for positional arguments
    std::string value;                     ///< what it takes: "X,Y,W,H"; empty for a flag
    std::vector<std::string> choices;      ///< words that it takes, where these are known
    std::string range;                     ///< the numbers that it takes: "0 to 1"
    std::string default_value;             ///< empty where there is none to be shown
    std::string description;
    std::string group;
    bool takes_file = false;
    bool is_required = false;
    bool is_repeated = false;

    [[nodiscard]] bool is_positional() const { return short_names.empty() && long_names.empty(); }
};

struct CommandEntry {
    std::string name;
    std::string description;
    std::string footer;
    std::vector<OptionEntry> options;
};

/// "-b", "--box".
std::vector<std::string> spellings(const OptionEntry& option);

/// The description with the range, the choices and the default.
std::string text_of(const OptionEntry& option);

CommandEntry command_entry(const CLI::App& command);

/// The commands in their order.
std::vector<CommandEntry> option_table(const CLI::App& application);
std::vector<std::string> command_names(const CLI::App& application);

}  // namespace glimpse::cli
