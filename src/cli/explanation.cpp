#include "cli/explanation.hpp"

#include <algorithm>
#include <filesystem>

#include "cli/command.hpp"
#include "cli/option_table.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

bool is_option(const std::string& word) {
    return word.starts_with('-') && word.find_first_not_of('-') != std::string::npos;
}

/// "--box=1,2,3,4" without its value.
std::string name_of(const std::string& word) {
    return word.substr(0, word.find('='));
}

/// "--box" and "-b" of a command.
std::vector<std::string> options_of(const CLI::App& command) {
    std::vector<std::string> all;
    for (const OptionEntry& option : command_entry(command).options) {
        const std::vector<std::string> names = spellings(option);
        all.insert(all.end(), names.begin(), names.end());
    }
    return all;
}

/// "; did you mean --box?", or nothing.
std::string similar_option(const CLI::App& command, const std::string& word) {
    std::vector<std::string> names = options_of(command);
    std::erase_if(names, [](const std::string& name) { return !name.starts_with("--"); });
    // Compared without dashes, which would make short names seem alike.
    for (std::string& name : names) name.erase(0, 2);
    const std::string letters = name_of(word).substr(word.find_first_not_of('-'));
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    return glimpse::did_you_mean(CLI::detail::to_lower(letters), candidates, "--");
}

std::string unknown_option(const CLI::App& command, const std::string& full_name, const std::string& word) {
    return name_of(word) + ": " + full_name + " has no such option" + similar_option(command, word);
}

/// Whether the words suit an `extract` that was left out: an image, a directory, or an option like its.
bool are_for_extract(const CLI::App& application, const std::vector<std::string>& words) {
    const CLI::App& extract = *application.get_subcommand("extract");
    const std::vector<std::string> options = options_of(extract);
    return std::ranges::any_of(words, [&](const std::string& word) {
        std::error_code ignored;
        if (is_option(word)) {
            return std::ranges::find(options, name_of(word)) != options.end() ||
                   !similar_option(extract, word).empty();
        }
        return std::filesystem::exists(word, ignored) || has_image_extension(word);
    });
}

std::string unknown_command(const CLI::App& application, const std::vector<std::string>& words) {
    const std::string& word = words.front();
    const bool is_near = !did_you_mean(word, command_names(application)).empty();
    if (!is_option(word) && is_near) return no_command(application, word);
    if (is_option(word) && !similar_option(application, word).empty()) {
        return unknown_option(application, application.get_name(), word);
    }
    if (are_for_extract(application, words)) {
        return "the command is missing; did you mean glimpse extract " + word +
               (words.size() > 1 ? " …?" : "?");
    }
    if (is_option(word)) return unknown_option(application, application.get_name(), word);
    return no_command(application, word);
}

std::string needs_value(const CLI::Option& option) {
    return option.get_name() + ": a value " + option.get_type_name() + " is needed";
}

/// CLI11 says how many values an option takes and got; people give one twice, or forget it.
std::string wrong_number_of_values(const CLI::App& command, const std::string& reason) {
    for (const CLI::Option* option : command.get_options({})) {
        const std::string name = option->get_name();
        if (!reason.starts_with(name + ":") && !reason.starts_with(option->get_single_name() + " ")) continue;
        if (option->get_items_expected_max() == 0)
            return name + ": takes no value; leave it out where it is not wanted";
        if (option->count() > 1) return name + ": is given more than once; it takes one value";
        return needs_value(*option);
    }
    return reason;
}

/// Of a word that the command did not take.
std::string out_of_place(const std::string& word, const std::string& command, const std::string& full_name,
                         std::span<const std::string> given) {
    const auto place = std::ranges::find(given, word);
    if (std::find(place, given.end(), command) != given.end()) {
        return "'" + word + "' stands before the command; " + (is_option(word) ? "options" : "inputs") +
               " follow " + full_name;
    }
    return "'" + word + "' stands after --, and other inputs before it; give all of them after --";
}

std::string diagnosis(const CLI::App& application, const CLI::App* command, const CLI::ParseError& error,
                      std::span<const std::string> given) {
    if (!command) {
        const std::vector<std::string> words = application.remaining();
        return words.empty() ? error.what() : unknown_command(application, words);
    }
    const std::string full_name = application.get_name() + " " + command->get_name();
    std::vector<std::string> words = command->remaining();
    std::erase(words, "--");
    // What else seems missing may have gone to the unknown option.
    const auto option = std::ranges::find_if(words, is_option);
    if (option != words.end()) return unknown_option(*command, full_name, *option);
    if (!words.empty()) return "'" + words.front() + "' is more than " + full_name + " takes";
    const std::vector<std::string> others = application.remaining();
    if (!others.empty()) return out_of_place(others.front(), command->get_name(), full_name, given);
    const bool is_number_wrong = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
    return is_number_wrong ? wrong_number_of_values(*command, error.what()) : error.what();
}

}  // namespace

std::string explanation(const CLI::App& application, const CLI::ParseError& error,
                        std::span<const std::string> words) {
    const std::vector<CLI::App*> commands = application.get_subcommands();
    const CLI::App* command = commands.empty() ? nullptr : commands.front();
    return diagnosis(application, command, error, words) + " (see " + application.get_name() +
           (command ? " " + command->get_name() : "") + " --help)";
}

std::string no_command(const CLI::App& application, const std::string& name) {
    const std::string meant = did_you_mean(name, command_names(application));
    return "'" + name + "' is no command" +
           (meant.empty() ? "; those are " + join(command_names(application)) : meant);
}

void require_values(const CLI::App& command) {
    for (const CLI::Option* option : command.get_options({})) {
        if (option->get_positional()) continue;  // the library says what it needs
        if (std::ranges::count(option->results(), "") != 0) throw UsageError(needs_value(*option));
    }
}

}  // namespace glimpse::cli
