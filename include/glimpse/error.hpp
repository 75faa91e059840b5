#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "glimpse/export.hpp"

namespace glimpse {

/// A failure that the user can act on: the message names the place, the value and the rule.
/// Whoever detects it writes the whole message; everyone else lets it pass.
class GLIMPSE_EXPORT Error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;

    /// "PLACE: RULE".
    Error(const std::string& place, const std::string& rule) : std::runtime_error(place + ": " + rule) {}
};

/// A command line, parameter document or manifest that breaks a rule: nothing is done at all (exit status 2).
class GLIMPSE_EXPORT UsageError : public Error {
  public:
    using Error::Error;
};

/// What messages call a field of an options' struct, by its path: "out", "tracks.animation". That is the path
/// itself, or what the program has named it by `name_fields`.
GLIMPSE_EXPORT std::string field_name(std::string_view field);

/// For programs whose users know the fields by other names, as the command line's know options. Once, before
/// anything else of the library is called; with null they have their own names again.
GLIMPSE_EXPORT void name_fields(std::string (*name)(std::string_view field));

/// A field of an options' struct that breaks a rule: "FIELD: RULE", or "FIELD VALUE: RULE".
class GLIMPSE_EXPORT InvalidOption : public UsageError {
  public:
    InvalidOption(const std::string& field, const std::string& rule, const std::string& value = {})
        : UsageError(field_name(field) + (value.empty() ? "" : " " + value), rule), field_(field) {}
    /// Its path within the struct that the function was called with.
    [[nodiscard]] const std::string& field() const noexcept { return field_; }

  private:
    std::string field_;
};

/// A mechanism's parameter that breaks its rule. `field` is the path of the field within the mechanism in
/// JSON Pointer form ("/x/s"), which is also its path in a parameter document.
class GLIMPSE_EXPORT InvalidParameter : public Error {
  public:
    InvalidParameter(std::string field, const std::string& rule) : Error(rule), field_(std::move(field)) {}
    [[nodiscard]] const std::string& field() const noexcept { return field_; }

  private:
    std::string field_;
};

}  // namespace glimpse
