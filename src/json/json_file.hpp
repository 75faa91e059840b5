#pragma once

#include <memory>

#include "json/value.hpp"

namespace glimpse::json {

/// A parsed JSON text with its source, for readers of foreign formats.
class JsonFile {
  public:
    /// As `parse_json`. Throws `UsageError`.
    JsonFile(std::string_view text, const std::string& file, const Dialect& dialect = {});
    JsonFile(std::string_view text, Source source, const Dialect& dialect = {},
             std::span<const StreamedArray> streamed = {});
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

/// An identifier: a string, or a number in its digits, 1.0 as "1". Throws `UsageError` for a number that
/// float64 rounds.
std::string identifier(const Value& value);

}  // namespace glimpse::json
