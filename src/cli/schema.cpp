#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse::cli {

void add_schema(CLI::App& application, Action& action) {
    Command& command = add_command(application, "schema", "Print the JSON Schema of the parameter document");
    const auto keys = std::make_shared<bool>(false);
    command.add_flag("--keys", *keys, "the keys of each mechanism instead, as Markdown tables");
    command.callback([&action, keys] {
        action = [keys] {
            std::cout << (*keys ? parameter_keys() : parameter_schema()) << '\n';
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
