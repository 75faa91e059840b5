#include "json/json_file.hpp"

#include <cmath>
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

std::string identifier(const Value& value) {
    constexpr double first_inexact = 0x1p53;
    if (value.json->is_number_float() && std::abs(value.json->get<double>()) >= first_inexact) {
        value.fail("a number beyond 64 bits is not told from its neighbours; write it as text");
    }
    return text_or_number(value);
}

}  // namespace glimpse::json
