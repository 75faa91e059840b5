#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace glimpse::cli {

/// `--help`, out of the option table, in lines of at most 80 characters.
class HelpFormatter final : public CLI::FormatterBase {
  public:
    [[nodiscard]] std::string make_help(const CLI::App* command, std::string name,
                                        CLI::AppFormatMode mode) const override;
};

}  // namespace glimpse::cli
