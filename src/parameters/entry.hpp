#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/value.hpp"

// The keys of a document's entries, which know whether anybody has read them.

namespace glimpse::parameters {

/// The keys of a document that hold for every entry that leaves them open.
class Defaults {
  public:
    /// `object` holds nothing but defaults, and `others`.
    Defaults(json::Value object, std::set<std::string, std::less<>> others)
        : object_(std::move(object)), read_(std::move(others)) {}

    [[nodiscard]] std::optional<json::Value> find(std::string_view key) const;
    void mark_read(std::string_view key) { read_.emplace(key); }

    /// Throws `UsageError` for a key that no entry has read.
    void require_all_read() const;

  private:
    json::Value object_;
    std::set<std::string, std::less<>> read_;
};

/// One entry of a document: its own keys, and the document's defaults below them.
class Entry {
  public:
    /// `defaults` may be absent. Throws `UsageError` unless `own` is an object.
    Entry(json::Value own, Defaults* defaults);

    [[nodiscard]] std::vector<std::string> own_keys() const;
    [[nodiscard]] bool has_own(std::string_view key) const;
    [[nodiscard]] bool has_default(std::string_view key) const;

    /// The key's value, without reading it.
    [[nodiscard]] std::optional<json::Value> peek(std::string_view key) const;

    /// The key's value, which counts as read.
    std::optional<json::Value> take(std::string_view key);

    /// The value of a key that `because` demands.
    json::Value need(std::string_view key, const std::string& because);

    /// Throws `UsageError` where the entry itself has this key.
    void refuse_own(std::string_view key, const std::string& rule) const;

    /// A key of the entry itself that nobody read.
    [[nodiscard]] std::optional<std::string> unread_key() const;

    /// Throws `UsageError` at the entry.
    [[noreturn]] void fail(const std::string& rule) const { own_.fail(rule); }

    /// Throws `UsageError` at a field of a mechanism ("/x/s"): where its key really stands.
    [[noreturn]] void fail_field(const std::string& field, const std::string& rule) const;

  private:
    json::Value own_;
    Defaults* defaults_;
    std::set<std::string, std::less<>> read_;
};

}  // namespace glimpse::parameters
