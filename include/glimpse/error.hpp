#pragma once

#include <stdexcept>
#include <string>

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
