#include "cli/help.hpp"

#include <algorithm>
#include <iostream>
#include <sstream>

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/explanation.hpp"
#include "cli/option_table.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

constexpr std::size_t line_width = 80;
constexpr std::size_t text_column = 26;

/// Characters, each of which is taken to be one column wide.
std::size_t width_of(const std::string& text) {
    const auto begins_character = [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; };
    return static_cast<std::size_t>(std::ranges::count_if(text, begins_character));
}

/// A name, and beside it the text, broken between words.
void print_entry(std::ostream& out, const std::string& name, const std::string& text) {
    std::string line = "  " + name;
    const std::string indentation(text_column, ' ');
    if (width_of(line) + 2 > text_column) {
        out << line << '\n';
        line = indentation;
    } else {
        line.append(text_column - width_of(line), ' ');
    }
    std::istringstream words(text);
    bool is_first = true;
    for (std::string word; words >> word; is_first = false) {
        if (!is_first && width_of(line) + 1 + width_of(word) > line_width) {
            out << line << '\n';
            line = indentation;
            is_first = true;
        }
        line += (is_first ? "" : " ") + word;
    }
    out << line << '\n';
}

std::string name_of(const OptionEntry& option) {
    if (option.is_positional()) return option.value;
    const std::string indentation = option.short_names.empty() ? "    " : "";
    return indentation + join(spellings(option)) + (option.value.empty() ? "" : " " + option.value);
}

std::string usage_of(const CommandEntry& command) {
    std::string usage;
    for (const OptionEntry& option : command.options) {
        if (!option.is_positional()) continue;
        const std::string value = option.value + (option.is_repeated ? "..." : "");
        usage += option.is_required ? " " + value : " [" + value + "]";
    }
    return usage + " [OPTIONS]";
}

void print_options(std::ostream& out, const CommandEntry& command) {
    std::vector<std::string> groups;
    for (const OptionEntry& option : command.options) {
        const bool is_known = std::ranges::find(groups, option.group) != groups.end();
        if (!is_known && !option.is_positional()) groups.push_back(option.group);
    }
    // The options of every command come last.
    std::stable_partition(groups.begin(), groups.end(),
                          [](const std::string& group) { return group != general_group; });
    const auto print_where = [&](auto&& is_wanted) {
        for (const OptionEntry& option : command.options) {
            if (is_wanted(option)) print_entry(out, name_of(option), text_of(option));
        }
    };
    if (std::ranges::any_of(command.options, &OptionEntry::is_positional)) out << '\n';
    print_where([](const OptionEntry& option) { return option.is_positional(); });
    for (const std::string& group : groups) {
        out << '\n' << group << ":\n";
        print_where(
            [&](const OptionEntry& option) { return !option.is_positional() && option.group == group; });
    }
}

const CLI::App& command_named(const CLI::App& application, const std::string& name) {
    for (const CLI::App* command : application.get_subcommands({})) {
        if (command->get_name() == name) return *command;
    }
    throw UsageError("help", no_command(application, name));
}

}  // namespace

std::string HelpFormatter::make_help(const CLI::App* command, std::string name,
                                     CLI::AppFormatMode /*mode*/) const {
    std::ostringstream out;
    const CommandEntry entry = command_entry(*command);
    const std::vector<CommandEntry> commands = option_table(*command);
    out << entry.description << "\n\nUsage: " << name << (commands.empty() ? "" : " COMMAND")
        << usage_of(entry) << '\n';
    if (!commands.empty()) out << "\nCommands:\n";
    for (const CommandEntry& each : commands) print_entry(out, each.name, each.description);
    print_options(out, entry);
    if (!entry.footer.empty()) out << '\n' << entry.footer << '\n';
    return out.str();
}

void add_help(CLI::App& application, Action& action) {
    Command& command = add_command(application, "help", "Show what a command does, and its options");
    const auto wanted = std::make_shared<std::string>();
    command.offer(command.add_option("COMMAND", *wanted, "by default, all commands are listed"),
                  command_names(application));
    command.callback([&action, &application, wanted] {
        action = [&application, wanted] {
            const CLI::App& shown = wanted->empty() ? application : command_named(application, *wanted);
            const std::string name = application.get_name() + (wanted->empty() ? "" : " " + *wanted);
            std::cout << application.get_formatter()->make_help(&shown, name, CLI::AppFormatMode::Normal);
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
