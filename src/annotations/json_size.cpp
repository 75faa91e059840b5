#include "annotations/json_size.hpp"

#include <cmath>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "json/json_file.hpp"

namespace glimpse::annotations {

namespace {

double number_or_nan(const json::Value& record, std::string_view key) {
    if (!has(record, key)) return std::nan("");
    const json::Value value = record.member(key);
    if (value.is_string()) return number_in(json::text(value)).value_or(std::nan(""));
    try {
        return json::number(value);
    } catch (const UsageError&) {
        return std::nan("");
    }
}

}  // namespace

std::optional<Size> declared_size(const json::Value& record, std::string_view width,
                                  std::string_view height) {
    try {
        return declared_size(number_or_nan(record, width), number_or_nan(record, height));
    } catch (const Error& error) {
        record.fail(std::string(error.rule()));
    }
}

}  // namespace glimpse::annotations
