#pragma once

#include <memory>

#include "json/value.hpp"

namespace glimpse::json {

/// A parsed JSON text with its source, for readers of foreign formats.
class JsonFile {
  public:
    /// As `parse_json`; members of the name `dropped` are left out, at any depth. Throws `UsageError`.
    JsonFile(std::string_view text, const std::string& file, std::string_view dropped = {});
    JsonFile(std::string_view text, Source source, std::string_view dropped = {});
    ~JsonFile();
    JsonFile(const JsonFile&) = delete;
    JsonFile& operator=(const JsonFile&) = delete;

    /// Valid while this lives.
    [[nodiscard]] Value root() const;

    /// Removes this member of the root, an object, if it has it.
    void erase(std::string_view key);

  private:
    Source source_;
    std::unique_ptr<nlohmann::json> json_;
};

/// Whether a value is an object with this key whose value is neither null nor an empty array or object.
bool has(const Value& value, std::string_view key);

/// The elements of an array, which may be empty.
std::vector<Value> any_elements(const Value& value, std::string_view meaning);

/// A string, or a number in its digits.
std::string text_or_number(const Value& value);

/// The same of what tells one thing from another. Throws `UsageError` for a number that float64 rounds.
std::string identifier(const Value& value);

}  // namespace glimpse::json
