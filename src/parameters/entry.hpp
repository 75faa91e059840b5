#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/value.hpp"

// Entries that know which of their keys were read: an unused key is an error.

namespace glimpse::parameters {

/// The document's defaults, for keys that an entry lacks.
class Defaults {
  public:
    /// `others` are keys of `object` that are no defaults.
    Defaults(json::Value object, std::set<std::string, std::less<>> others)
        : object_(std::move(object)), read_(std::move(others)) {}

    [[nodiscard]] std::optional<json::Value> find(std::string_view key) const;
    void mark_read(std::string_view key) { read_.emplace(key); }

    /// Says that the entry at `pointer`, of that mechanism, takes the key's value in that unit. Throws
    /// `UsageError` at the key where one of another mechanism has taken it in another unit.
    void claim_unit(std::string_view key, std::string_view unit, std::string_view mechanism,
                    const std::string& pointer);

    /// Throws `UsageError` for a key that no entry has read.
    void require_all_read() const;

  private:
    /// What a key's value is measured in, by whom.
    struct Unit {
        std::string unit;
        std::string mechanism;
    };

    json::Value object_;
    std::set<std::string, std::less<>> read_;
    std::map<std::string, Unit, std::less<>> units_{};
};

/// An entry: its own keys, and below them the document's defaults.
class Entry {
  public:
    /// `defaults` may be null. Throws `UsageError` unless `own` is an object.
    Entry(json::Value own, Defaults* defaults);

    [[nodiscard]] std::vector<std::string> own_keys() const;
    [[nodiscard]] bool has_own(std::string_view key) const;
    [[nodiscard]] bool has_default(std::string_view key) const;

    /// The key's value, without marking it as read.
    [[nodiscard]] std::optional<json::Value> peek(std::string_view key) const;

    /// The key's value, marked as read.
    std::optional<json::Value> take(std::string_view key);

    /// Says what a key's value, which may come from the defaults, is measured in. Throws `UsageError` as
    /// `Defaults::claim_unit`.
    void claim_unit(std::string_view key, std::string_view unit, std::string_view mechanism) const;

    /// Like `take`. Throws `UsageError` that ends in `because` where the key is missing.
    json::Value need(std::string_view key, const std::string& because);

    /// Throws `UsageError` at the key where the entry itself has it.
    void refuse_own(std::string_view key, const std::string& rule) const;

    /// A key of the entry itself that was not read.
    [[nodiscard]] std::optional<std::string> unread_key() const;

    /// Throws `UsageError` at the entry.
    [[noreturn]] void fail(const std::string& rule) const { own_.fail(rule); }

    /// Says that the fields of these keys were read out of the value of `key`, which `fail_field` names.
    void stand_for(std::string_view key, std::initializer_list<std::string_view> fields);
    /// Says that they are the elements of that value, a list.
    void stand_for_elements(std::string_view key, std::initializer_list<std::string_view> fields);

    /// Throws `UsageError` at a field of a mechanism ("/x/s"), in the entry or in the defaults.
    [[noreturn]] void fail_field(const std::string& field, const std::string& rule) const;

  private:
    /// Where a field was read from.
    struct Origin {
        std::string key;
        std::string below;  ///< the rest of a pointer, "/1"; empty: the field is told by its name
    };

    json::Value own_;
    Defaults* defaults_;
    std::set<std::string, std::less<>> read_;
    std::set<std::string, std::less<>> inherited_{};        ///< keys taken from the defaults
    std::map<std::string, Origin, std::less<>> origins_{};  ///< of fields, where it is another place
};

}  // namespace glimpse::parameters
