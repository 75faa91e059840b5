#include "cli/option_table.hpp"

#include "cli/command.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

OptionEntry entry_of(const CLI::Option& option, const OptionValues& values) {
    OptionEntry entry;
    entry.short_names = option.get_snames();
    entry.long_names = option.get_lnames();
    entry.description = option.get_description();
    entry.default_value = option.get_default_str();
    entry.choices = values.choices;
    entry.range = values.range;
    entry.group = option.get_group();
    entry.is_required = option.get_required();
    entry.is_repeated = option.get_expected_max() > 1;
    if (option.get_items_expected_max() > 0) {
        entry.value = entry.is_positional() ? option.get_single_name() : option.get_type_name();
        const bool is_path = entry.is_positional() || entry.value == "FILE" || entry.value == "PATH";
        entry.takes_file = is_path && entry.choices.empty();
    }
    return entry;
}

}  // namespace

std::vector<std::string> spellings(const OptionEntry& option) {
    std::vector<std::string> all;
    for (const std::string& name : option.short_names) all.push_back("-" + name);
    for (const std::string& name : option.long_names) all.push_back("--" + name);
    return all;
}

std::string text_of(const OptionEntry& option) {
    std::string text = option.description;
    if (!option.choices.empty()) text += " (" + join(option.choices) + ")";
    if (!option.range.empty()) text += ", " + option.range;
    if (!option.default_value.empty()) text += "; by default " + option.default_value;
    return text + (option.is_required ? "; required" : "");
}

CommandEntry command_entry(const CLI::App& command) {
    CommandEntry entry{command.get_name(), command.get_description(), command.get_footer(), {}};
    const auto* own = dynamic_cast<const Command*>(&command);
    for (const CLI::Option* option : command.get_options({})) {
        entry.options.push_back(entry_of(*option, own ? own->values_of(*option) : OptionValues{}));
    }
    return entry;
}

std::vector<CommandEntry> option_table(const CLI::App& application) {
    std::vector<CommandEntry> table;
    for (const CLI::App* command : application.get_subcommands({})) table.push_back(command_entry(*command));
    return table;
}

std::vector<std::string> command_names(const CLI::App& application) {
    std::vector<std::string> names;
    for (const CLI::App* command : application.get_subcommands({})) names.push_back(command->get_name());
    return names;
}

}  // namespace glimpse::cli
