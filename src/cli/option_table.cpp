#include "cli/option_table.hpp"

namespace glimpse::cli {

namespace {

/// "TEXT:{crop,mask}" has choices; CLI11 writes them for its lists of legal words.
std::vector<std::string> choices_of(const std::string& type) {
    std::vector<std::string> choices;
    const std::size_t open = type.find('{');
    const std::size_t close = type.find('}', open);
    if (open == std::string::npos || close == std::string::npos) return choices;
    for (std::size_t begin = open + 1; begin < close;) {
        const std::size_t end = std::min(type.find(',', begin), close);
        choices.push_back(type.substr(begin, end - begin));
        begin = end + 1;
    }
    return choices;
}

OptionEntry entry_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    OptionEntry entry;
    entry.short_names = option.get_snames();
    entry.long_names = option.get_lnames();
    entry.description = option.get_description();
    entry.default_value = option.get_default_str();
    entry.choices = choices_of(type);
    if (option.get_items_expected_max() > 0) {
        const bool is_named = option.nonpositional();
        entry.value = is_named ? type.substr(0, type.find(':')) : option.get_single_name();
        entry.takes_file = entry.value == "FILE" || entry.value == "PATH" || !is_named;
    }
    return entry;
}

}  // namespace

std::vector<CommandEntry> option_table(const CLI::App& application) {
    std::vector<CommandEntry> table;
    for (const CLI::App* command : application.get_subcommands({})) {
        CommandEntry& entry = table.emplace_back(
            CommandEntry{command->get_name(), command->get_description(), command->get_footer(), {}});
        for (const CLI::Option* option : command->get_options({})) entry.options.push_back(entry_of(*option));
    }
    return table;
}

}  // namespace glimpse::cli
