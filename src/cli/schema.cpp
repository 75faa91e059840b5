#include <iostream>

#include "cli/commands.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse::cli {

void add_schema(CLI::App& application, Action& action) {
    CLI::App* command =
        application.add_subcommand("schema", "Print the JSON Schema of the parameter document");
    command->callback([&action] {
        action = [] {
            std::cout << parameter_schema() << '\n';
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
