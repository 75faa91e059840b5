#pragma once

#include <cstddef>
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
    Error(const std::string& place, const std::string& rule)
        : std::runtime_error(place + ": " + rule), rule_begin_(place.size() + 2) {}

    /// The place that it was made with; empty without one.
    [[nodiscard]] std::string_view place() const noexcept {
        return std::string_view(what()).substr(0, rule_begin_ == 0 ? 0 : rule_begin_ - 2);
    }
    /// The message without the place that it was made with.
    [[nodiscard]] std::string_view rule() const noexcept {
        return std::string_view(what()).substr(rule_begin_);
    }

  private:
    std::size_t rule_begin_ = 0;
};

/// Nobody reads standard output any more (EPIPE), which is how a filter ends: it passes every place that adds
/// to a message or keeps a failure for a report.
class GLIMPSE_EXPORT ReaderGone : public Error {
  public:
    using Error::Error;
};

/// The run ended while a job waited, or between its glimpses. That job counts as not begun. It passes as
/// `ReaderGone` does.
class GLIMPSE_EXPORT WaitEnded : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Options, a parameter document or a manifest that break a rule: nothing is done at all.
class GLIMPSE_EXPORT UsageError : public Error {
  public:
    using Error::Error;
};

/// The name of a field of an options' struct in messages. `field` is its path, "out" or "tracks.animation",
/// which is also its name unless `name_fields` has set another.
GLIMPSE_EXPORT std::string field_name(std::string_view field);

/// Sets what `field_name` returns, for programs whose users know the fields by other names, such as options
/// of a command line; null restores the paths. To be called before anything else of the library.
GLIMPSE_EXPORT void name_fields(std::string (*name)(std::string_view field));

/// A field of an options' struct that breaks a rule: "FIELD: RULE", or "FIELD VALUE: RULE".
class GLIMPSE_EXPORT InvalidOption : public UsageError {
  public:
    /// `field` is a path as `field_name` takes it; the value may be left out.
    InvalidOption(const std::string& field, const std::string& rule, const std::string& value = {})
        : UsageError(field_name(field) + (value.empty() ? "" : " " + value), rule), field_(field) {}
    /// The error of a field that excludes another.
    static InvalidOption beside(const std::string& field, std::string_view other);
    /// Its path, as `field_name` takes it: within the struct of options that the field belongs to.
    [[nodiscard]] const std::string& field() const noexcept { return field_; }

  private:
    std::string field_;
};

/// A mechanism's parameter that breaks its rule. `field` is the path of the field within the mechanism in
/// JSON Pointer form ("/x/s"), which is also its path in a parameter document.
class GLIMPSE_EXPORT InvalidParameter : public Error {
  public:
    InvalidParameter(std::string field, const std::string& rule) : Error(rule), field_(std::move(field)) {}
    /// The field's JSON Pointer.
    [[nodiscard]] const std::string& field() const noexcept { return field_; }

  private:
    std::string field_;
};

}  // namespace glimpse
