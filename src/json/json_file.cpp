#include "json/json_file.hpp"

#include <nlohmann/json.hpp>

namespace glimpse::json {

JsonFile::JsonFile(std::string_view text, const std::string& file, std::string_view dropped)
    : JsonFile(text, Source{file, std::nullopt}, dropped) {}

JsonFile::JsonFile(std::string_view text, Source source, std::string_view dropped)
    : source_(std::move(source)),
      json_(std::make_unique<nlohmann::json>(parse_json(text, source_, dropped))) {}

JsonFile::~JsonFile() = default;

Value JsonFile::root() const {
    return {json_.get(), "", &source_};
}

void JsonFile::erase(std::string_view key) {
    json_->erase(std::string(key));
}

bool has(const Value& value, std::string_view key) {
    if (!value.json->is_object()) return false;
    const auto member = value.json->find(key);
    return member != value.json->end() && !member->empty();
}

std::vector<Value> any_elements(const Value& value, std::string_view meaning) {
    if (value.json->is_array() && value.json->empty()) return {};
    return elements(value, meaning);
}

std::string text_or_number(const Value& value) {
    return value.json->is_number() ? value.json->dump() : text(value);
}

}  // namespace glimpse::json
