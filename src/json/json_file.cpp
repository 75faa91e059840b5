#include "json/json_file.hpp"

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace glimpse::json {

JsonFile::JsonFile(std::string_view text, const std::string& file, const Dialect& dialect)
    : JsonFile(text, Source{file, std::nullopt}, dialect) {}

JsonFile::JsonFile(std::string_view text, Source source, const Dialect& dialect,
                   std::span<const StreamedArray> streamed)
    : source_(std::move(source)),
      json_(std::make_unique<nlohmann::json>(parse_json(text, source_, dialect, streamed))) {}

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
    if (value.json->is_string()) return text(value);
    if (!value.json->is_number()) value.fail_type("a string or a number");
    static_cast<void>(number(value));  // NaN is none
    return value.json->dump();
}

std::string identifier(const Value& value) {
    constexpr double first_inexact = 0x1p53;
    if (!value.json->is_number_float()) return text_or_number(value);
    const double real = number(value);
    if (std::abs(real) >= first_inexact) {
        value.fail(
            "a number of more digits than float64 or 64 bits hold is not told from its neighbours; write it "
            "as text");
    }
    return real == std::nearbyint(real) ? std::to_string(static_cast<std::int64_t>(real))
                                        : text_or_number(value);
}

}  // namespace glimpse::json
