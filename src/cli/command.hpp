#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace glimpse::cli {

/// What CLI11 does not keep of an option: help, manual page and completions show it.
struct OptionValues {
    std::vector<std::string> choices;  ///< words that it takes
    std::string range;                 ///< the numbers that it takes: "0 to 1"; empty: any
};

/// A command that also keeps which values its options take.
class Command final : public CLI::App {
  public:
    Command(const std::string& name, const std::string& description);

    /// A flag; --map=no is refused.
    CLI::Option* add_flag(const std::string& names, bool& value, const std::string& description);

    /// An option that takes one of these words in either case; `value` gets it as `choices` spells it.
    CLI::Option* add_choice(const std::string& names, std::string& value, std::vector<std::string> choices,
                            const std::string& description);

    /// An option that takes least ≤ number ≤ most. `Value` is a number, or an optional one.
    template <typename Number, typename Value>
    CLI::Option* add_number(const std::string& names, Value& value, Number least, Number most,
                            const std::string& description) {
        CLI::Option* option = add_option(names, value, description);
        const std::string range = range_words(least, most);
        values_[option].range = range;
        const std::string kind = std::numeric_limits<Number>::is_integer ? "whole number" : "number";
        return option->type_name("N")->check(CLI::Validator(
            [=](const std::string& text) {
                Number number{};
                const bool is_number = CLI::detail::lexical_cast(text, number) && is_decimal(text, number);
                if (is_number && number >= least && number <= most) return std::string();
                return "a " + kind + ", " + range + ", is needed, not '" + text + "'";
            },
            ""));
    }

    /// Completes words for an option that validates its value itself, or that takes others as well.
    CLI::Option* offer(CLI::Option* option, std::vector<std::string> choices);

    [[nodiscard]] OptionValues values_of(const CLI::Option& option) const;

  private:
    /// Whether a whole number is what it reads as: CLI11 takes "-1" and what is beyond 64 bits for the
    /// greatest natural number, and "010" for 8.
    template <typename Number>
    static bool is_decimal(const std::string& text, Number number) {
        if constexpr (std::numeric_limits<Number>::is_integer) {
            Number read{};
            const char* const end = text.data() + text.size();
            const auto [rest, failure] = std::from_chars(text.data(), end, read);
            return failure == std::errc() && rest == end && read == number;
        }
        return true;
    }

    template <typename Number>
    static std::string range_words(Number least, Number most) {
        constexpr int exact_digits = 15;
        std::ostringstream words;
        words.precision(exact_digits);
        words << least;
        most == std::numeric_limits<Number>::max() ? words << " or more" : words << " to " << most;
        return words.str();
    }

    std::map<const CLI::Option*, OptionValues> values_;
};

Command& add_command(CLI::App& application, const std::string& name, const std::string& description);

/// "; did you mean WORD?" with the candidate nearest to a word, in letters of either case; empty where none
/// is near.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace glimpse::cli
