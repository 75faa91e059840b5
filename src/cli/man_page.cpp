#include <iostream>
#include <sstream>

#include "cli/commands.hpp"
#include "cli/option_table.hpp"
#include "glimpse/version.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

/// Text in which troff finds nothing to obey.
std::string plain(const std::string& text) {
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

bool is_positional(const OptionEntry& option) {
    return option.short_names.empty() && option.long_names.empty();
}

void print_option(const OptionEntry& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.short_names) names.push_back("\\fB\\-" + plain(name) + "\\fR");
    for (const std::string& name : option.long_names) names.push_back("\\fB\\-\\-" + plain(name) + "\\fR");
    const std::string value = option.value.empty() ? "" : "\\fI" + plain(option.value) + "\\fR";
    std::cout << ".TP\n"
              << (names.empty() ? value : join(names) + (value.empty() ? "" : " " + value)) << '\n'
              << plain(option.description);
    if (!option.choices.empty()) std::cout << " (" << plain(join(option.choices)) << ')';
    if (!option.default_value.empty()) std::cout << "; by default " << plain(option.default_value);
    std::cout << '\n';
}

/// Lines as they stand.
void print_lines(const std::string& text) {
    std::cout << ".PP\n.nf\n";
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) std::cout << plain(line) << '\n';
    std::cout << ".fi\n";
}

void print_page(const CLI::App& application) {
    std::cout << ".TH GLIMPSE 1 \"\" \"glimpse " << version() << "\" \"User Commands\"\n.SH NAME\n"
              << "glimpse \\- cut glimpses out of images with the attention mechanisms of neural networks\n"
                 ".SH SYNOPSIS\n";
    const std::vector<CommandEntry> table = option_table(application);
    const char* line_break = "";
    for (const CommandEntry& command : table) {
        std::cout << line_break << ".B glimpse " << plain(command.name) << '\n';
        for (const OptionEntry& option : command.options) {
            if (is_positional(option)) std::cout << "\\fI" << plain(option.value) << "\\fR ";
        }
        std::cout << "[\\fIoptions\\fR]\n";
        line_break = ".br\n";
    }
    std::cout << ".SH DESCRIPTION\n" << plain(application.get_description()) << '\n';
    for (const CommandEntry& command : table) {
        std::cout << ".SH \"GLIMPSE " << plain(CLI::detail::to_lower(command.name)) << "\"\n"
                  << plain(command.description) << ".\n";
        for (const OptionEntry& option : command.options) print_option(option);
        if (!command.footer.empty()) print_lines(command.footer);
    }
    std::cout << ".SH \"EXIT STATUS\"\n0 all done; 1 some images failed, the others were done; 2 a usage or "
                 "parameter error, before any work; 130 interrupted.\n";
}

}  // namespace

void add_man_page(CLI::App& application, Action& action) {
    CLI::App* command = application.add_subcommand("man", "Print the manual page, for man(1)");
    command->footer("Example:\n  glimpse man | man -l -");
    command->callback([&action, &application] {
        action = [&application] {
            print_page(application);
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
