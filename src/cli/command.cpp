#include "cli/command.hpp"

#include <algorithm>

#include "cli/help.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

Command::Command(const std::string& name, const std::string& description) : CLI::App(description, name) {
    formatter(std::make_shared<HelpFormatter>());
    get_help_ptr()->description("show this and end");
}

CLI::Option* Command::add_flag(const std::string& names, bool& value, const std::string& description) {
    return CLI::App::add_flag(names, value, description)->disable_flag_override();
}

CLI::Option* Command::add_choice(const std::string& names, std::string& value,
                                 std::vector<std::string> choices, const std::string& description) {
    const auto chosen = [choices](std::string& text) {
        const std::string wanted = CLI::detail::to_lower(text);
        const auto found = std::ranges::find(choices, wanted, CLI::detail::to_lower);
        if (found == choices.end()) {
            return "'" + text + "' is none of " + join(choices) + did_you_mean(text, choices);
        }
        text = *found;
        return std::string();
    };
    CLI::Option* option = add_option(names, value, description);
    option->transform(CLI::Validator(chosen, ""))->type_name("NAME");
    return offer(option, std::move(choices));
}

CLI::Option* Command::offer(CLI::Option* option, std::vector<std::string> choices) {
    values_[option].choices = std::move(choices);
    return option;
}

OptionValues Command::values_of(const CLI::Option& option) const {
    const auto values = values_.find(&option);
    return values == values_.end() ? OptionValues{} : values->second;
}

Command& add_command(CLI::App& application, const std::string& name, const std::string& description) {
    auto command = std::make_shared<Command>(name, description);
    application.add_subcommand(command);
    return *command;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    const std::vector<std::string_view> views(candidates.begin(), candidates.end());
    return glimpse::did_you_mean(CLI::detail::to_lower(word), views);
}

}  // namespace glimpse::cli
