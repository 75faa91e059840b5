#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

namespace glimpse::cli {

/// What the program's exit status means, in lines that follow "Exit status: ".
inline constexpr std::string_view exit_statuses =
    "0 all done; 1 some images failed, the others were done; 2 a usage\n"
    "or parameter error, before any work; 130 interrupted; 141 the reader of\n"
    "standard output went away.";

/// `--help`, out of the option table, in lines of at most 80 characters.
class HelpFormatter final : public CLI::FormatterBase {
  public:
    [[nodiscard]] std::string make_help(const CLI::App* command, std::string name,
                                        CLI::AppFormatMode mode) const override;
};

}  // namespace glimpse::cli
