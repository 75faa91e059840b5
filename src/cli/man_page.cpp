#include <iostream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/option_table.hpp"
#include "glimpse/version.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

/// Escapes what troff would interpret.
std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '\\') {
            result += "\\e";
        } else if (c == '-') {
            result += "\\-";
        } else {
            result += c;
        }
    }
    return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

void print_option(const OptionEntry& option) {
    std::vector<std::string> names;
    for (const std::string& name : spellings(option)) names.push_back("\\fB" + escaped(name) + "\\fR");
    const std::string value = option.value.empty() ? "" : "\\fI" + escaped(option.value) + "\\fR";
    std::cout << ".TP\n"
              << (names.empty() ? value : join(names) + (value.empty() ? "" : " " + value)) << '\n'
              << escaped(text_of(option)) << '\n';
}

void print_options(const CommandEntry& command) {
    std::string group = general_group;
    for (const OptionEntry& option : command.options) {
        if (!option.is_positional() && option.group != group) {
            group = option.group;
            std::cout << ".SS \"" << escaped(group) << "\"\n";
        }
        print_option(option);
    }
}

/// Lines as they stand.
void print_lines(const std::string& text) {
    std::cout << ".PP\n.nf\n";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) std::cout << escaped(line) << '\n';
    std::cout << ".fi\n";
}

void print_page(const CLI::App& application) {
    std::cout << ".TH GLIMPSE 1 \"\" \"glimpse " << version() << "\" \"User Commands\"\n.SH NAME\n"
              << "glimpse \\- cut glimpses out of images with the attention mechanisms of neural networks\n"
                 ".SH SYNOPSIS\n";
    const std::vector<CommandEntry> table = option_table(application);
    const char* line_break = "";
    for (const CommandEntry& command : table) {
        std::cout << line_break << ".B glimpse " << escaped(command.name) << '\n';
        for (const OptionEntry& option : command.options) {
            if (option.is_positional()) std::cout << "\\fI" << escaped(option.value) << "\\fR ";
        }
        std::cout << "[\\fIoptions\\fR]\n";
        line_break = ".br\n";
    }
    std::cout << ".SH DESCRIPTION\n" << escaped(application.get_description()) << '\n';
    for (const CommandEntry& command : table) {
        std::cout << ".SH \"GLIMPSE " << escaped(CLI::detail::to_lower(command.name)) << "\"\n"
                  << escaped(command.description) << ".\n";
        print_options(command);
        if (!command.footer.empty()) print_lines(command.footer);
    }
    std::cout << ".SH \"EXIT STATUS\"\n" << exit_statuses << '\n';
}

}  // namespace

void add_man_page(CLI::App& application, Action& action) {
    Command& command = add_command(application, "man", "Print the manual page, for man(1)");
    command.footer("Example:\n  glimpse man | man -l -");
    command.callback([&action, &application] {
        action = [&application] {
            print_page(application);
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
