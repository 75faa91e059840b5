#include <iostream>

#include "cli/commands.hpp"
#include "cli/option_table.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

using Table = std::vector<CommandEntry>;

/// `text` with a backslash before each of these characters.
std::string escaped(const std::string& text, const std::string& characters) {
    std::string result;
    for (const char c : text) {
        if (characters.find(c) != std::string::npos) result += '\\';
        result += c;
    }
    return result;
}

/// Within single quotes, as Bourne shells have them.
std::string quoted(const std::string& text) {
    std::string result = "'";
    for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return result + "'";
}

/// Keeps bash from offering files where no word matches.
constexpr const char* without_files = "compopt +o bashdefault +o default 2>/dev/null";

/// The completions of a command: which values each option takes, and which words may stand anywhere.
void print_bash_case(const CommandEntry& command) {
    std::vector<std::string> all;
    std::vector<std::string> words;
    std::cout << "    " << command.name << ")\n        case $before in\n";
    for (const OptionEntry& option : command.options) {
        const std::vector<std::string> names = spellings(option);
        all.insert(all.end(), names.begin(), names.end());
        if (names.empty()) words = option.choices;
        if (names.empty() || option.value.empty()) continue;
        std::cout << "        " << join(names, "|") << ") ";
        if (!option.choices.empty()) {
            std::cout << "COMPREPLY=($(compgen -W " << quoted(join(option.choices, " "))
                      << " -- \"$current\")); ";
        }
        if (!option.takes_file) std::cout << without_files << "; ";
        std::cout << "return;;\n";
    }
    std::cout << "        esac\n        options=" << quoted(join(all, " "))
              << " words=" << quoted(join(words, " ")) << ";;\n";
}

void print_bash(const CLI::App& application) {
    std::cout
        << "_glimpse() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options= words=\n"
           // "--option=value" comes as three words.
           "    if [ \"$current\" = = ]; then current=\n"
           "    elif [ \"$before\" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W "
        << quoted(join(command_names(application), " ") + " --help --version") << " -- \"$current\"))\n"
        << "        " << without_files
        << "; return\n"
           "    fi\n"
           "    case ${COMP_WORDS[1]} in\n";
    for (const CommandEntry& command : option_table(application)) print_bash_case(command);
    std::cout << "    esac\n"
                 "    if [[ $current == -* ]]; then words=$options; fi\n"
                 "    if [ -n \"$words\" ]; then\n"
                 "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                 "        "
              << without_files
              << "\n"
                 "    fi\n"
                 "}\n"
                 "complete -o bashdefault -o default -F _glimpse glimpse\n";
}

/// The part of an `_arguments` specification that is about the value.
std::string value_of(const OptionEntry& option) {
    if (option.value.empty()) return "";
    const std::string words = "(" + join(option.choices, " ") + ")";
    const std::string action = !option.choices.empty() ? words : option.takes_file ? "_files" : " ";
    return ":" + escaped(option.value, ":\\[]") + ":" + action;
}

void print_zsh_option(const OptionEntry& option) {
    const std::string value = value_of(option);
    const std::vector<std::string> names = spellings(option);
    if (names.empty()) {
        std::cout << " \\\n        " << quoted((option.choices.empty() ? "*" : "") + value);
        return;
    }
    for (const std::string& name : names) {
        std::cout << " \\\n        "
                  << quoted("*" + name + "[" + escaped(option.description, ":\\[]") + "]" + value);
    }
}

void print_zsh(const Table& table) {
    std::cout << "#compdef glimpse\n\n_glimpse() {\n    local -a commands=(";
    for (const CommandEntry& command : table) {
        std::cout << "\n        " << quoted(command.name + ":" + escaped(command.description, ":\\"));
    }
    std::cout << ")\n    if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
                 "    local command=${words[2]}\n    shift words; (( CURRENT-- ))\n    case $command in\n";
    for (const CommandEntry& command : table) {
        std::cout << "    " << command.name << ") _arguments";
        for (const OptionEntry& option : command.options) print_zsh_option(option);
        std::cout << ";;\n";
    }
    // Autoloaded by its name, it is called; sourced, it is only registered.
    std::cout
        << "    esac\n}\n\n"
           "if [[ ${funcstack[1]} == _glimpse ]]; then _glimpse \"$@\"; else compdef _glimpse glimpse; fi\n";
}

void print_fish(const Table& table) {
    for (const CommandEntry& command : table) {
        std::cout << "complete -c glimpse -n __fish_use_subcommand -f -a " << command.name << " -d "
                  << quoted(command.description) << '\n';
        for (const OptionEntry& option : command.options) {
            if (spellings(option).empty() && option.choices.empty()) continue;
            std::cout << "complete -c glimpse -n '__fish_seen_subcommand_from " << command.name << "'";
            if (spellings(option).empty()) std::cout << " -f";
            for (const std::string& name : option.short_names) std::cout << " -s " << name;
            for (const std::string& name : option.long_names) std::cout << " -l " << name;
            if (!option.value.empty() && !spellings(option).empty())
                std::cout << (option.takes_file ? " -r -F" : " -x");
            if (!option.choices.empty()) std::cout << " -a " << quoted(join(option.choices, " "));
            std::cout << " -d " << quoted(option.description) << '\n';
        }
    }
}

}  // namespace

void add_completion(CLI::App& application, Action& action) {
    Command& command =
        add_command(application, "completion", "Print what completes a command line in a shell");
    const auto shell = std::make_shared<std::string>();
    command.add_choice("SHELL", *shell, {"bash", "zsh", "fish"}, "which shell")->required();
    command.footer("Example:\n  source <(glimpse completion bash)");
    command.callback([&action, &application, shell] {
        action = [&application, shell] {
            const Table table = option_table(application);
            *shell == "bash"  ? print_bash(application)
            : *shell == "zsh" ? print_zsh(table)
                              : print_fish(table);
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
