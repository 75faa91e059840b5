#pragma once

#include <memory>

#include "json/value.hpp"

namespace glimpse::json {

/// The tree of a JSON text with where it comes from, for those who read other documents than ours.
class JsonFile {
  public:
    /// As `parse_json`; the values of `dropped`, wherever such a key stands, are left out. Throws
    /// `UsageError`.
    JsonFile(std::string_view text, const std::string& file, std::string_view dropped = {});
    JsonFile(std::string_view text, Source source, std::string_view dropped = {});
    ~JsonFile();
    JsonFile(const JsonFile&) = delete;
    JsonFile& operator=(const JsonFile&) = delete;

    /// Good while this lives.
    [[nodiscard]] Value root() const;

    /// Takes this member out of the root, an object, if it has it.
    void erase(std::string_view key);

  private:
    Source source_;
    std::unique_ptr<nlohmann::json> json_;
};

/// Whether a value is an object that has the key, and something in it: not null, no empty array.
bool has(const Value& value, std::string_view key);

/// The elements of an array, of which there may be none.
std::vector<Value> any_elements(const Value& value, std::string_view meaning);

/// A text, or a number as it is written: what names something.
std::string text_or_number(const Value& value);

}  // namespace glimpse::json
