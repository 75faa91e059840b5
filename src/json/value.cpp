#include "json/value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "glimpse/words.hpp"

namespace glimpse::json {

namespace {

/// A value in a message: itself where it is short, its kind otherwise.
std::string described(const nlohmann::json& value) {
    if (value.is_string()) return in_quotes(value.get_ref<const std::string&>());
    if (value.is_array()) return "an array of " + std::to_string(value.size());
    if (value.is_object()) return "an object";
    if (value.is_number_float()) return number_text(value.get<double>());
    return value.dump();
}

/// Requires an array of `count` elements, or without a count of at least one.
void require_array(const Value& value, std::optional<std::size_t> count, std::string_view meaning) {
    if (!value.json->is_array()) value.fail_type(meaning);
    if (count ? value.json->size() != *count : value.json->empty()) value.fail_type(meaning);
}

}  // namespace

bool Value::is_object() const {
    return json->is_object();
}

bool Value::is_array() const {
    return json->is_array();
}

bool Value::is_null() const {
    return json->is_null();
}

bool Value::is_number() const {
    return json->is_number();
}

bool Value::is_string() const {
    return json->is_string();
}

bool Value::contains(std::string_view key) const {
    return json->contains(key);
}

std::vector<std::string> Value::keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, unused] : json->items()) keys.push_back(key);
    return keys;
}

std::size_t Value::size() const {
    return json->size();
}

Value Value::member(std::string_view key) const {
    Value member{&json->at(std::string(key)), member_pointer(pointer, key), source, inherited_by};
    if (source->repeated && source->repeated->contains(member.pointer))
        fail_repeated(*source, member.pointer, key);
    return member;
}

Value Value::element(std::size_t index) const {
    return {&json->at(index), member_pointer(pointer, std::to_string(index)), source, inherited_by};
}

Value Value::required(std::string_view key) const {
    if (!json->is_object()) fail_type("an object");
    if (!json->contains(key)) fail("the key " + in_quotes(key) + " is missing");
    return member(key);
}

void Value::fail(const std::string& rule) const {
    glimpse::json::fail(*source, pointer,
                        rule + (inherited_by.empty() ? "" : " (the entry " + inherited_by + " takes it)"));
}

void Value::fail_type(std::string_view needed) const {
    fail(std::string(needed) + " is needed, not " + described(*json));
}

double number(const Value& value) {
    if (!value.json->is_number()) value.fail_type("a number");
    const auto real = value.json->get<double>();
    if (!std::isfinite(real)) value.fail_type("a finite number");
    return real;
}

int integer(const Value& value) {
    const double real = value.json->is_number() ? value.json->get<double>() : 0.5;
    if (real != std::nearbyint(real)) value.fail_type("an integer");
    if (std::abs(real) > std::numeric_limits<int>::max()) {
        const std::string limit = real < 0 ? "at least -(2^31 - 1)" : "at most 2^31 - 1";
        value.fail("an integer of " + limit + " is needed, not " + described(*value.json));
    }
    return static_cast<int>(real);
}

bool boolean(const Value& value) {
    if (!value.json->is_boolean()) value.fail_type("true or false");
    return value.json->get<bool>();
}

std::string text(const Value& value) {
    if (!value.json->is_string()) value.fail_type("a string");
    return value.json->get<std::string>();
}

std::vector<double> numbers(const Value& value) {
    require_array(value, std::nullopt, "an array of at least one number");
    std::vector<double> result;
    result.reserve(value.json->size());
    for (std::size_t n = 0; n < value.json->size(); ++n) {
        // A grid has many numbers: pointers are built for the wrong ones only.
        const nlohmann::json& element = (*value.json)[n];
        const double real = element.is_number() ? element.get<double>() : std::nan("");
        result.push_back(std::isfinite(real) ? real : number(value.element(n)));
    }
    return result;
}

std::vector<double> numbers(const Value& value, std::size_t count, std::string_view meaning) {
    require_array(value, count, "an array of " + std::to_string(count) + " numbers " + std::string(meaning));
    return numbers(value);
}

std::vector<int> integers(const Value& value) {
    require_array(value, std::nullopt, "an array of at least one integer");
    std::vector<int> result;
    for (const Value& element : elements(value, "an array")) result.push_back(integer(element));
    return result;
}

std::vector<int> integers(const Value& value, std::size_t count, std::string_view meaning) {
    require_array(value, count, "an array of " + std::to_string(count) + " integers " + std::string(meaning));
    return integers(value);
}

std::vector<double> matrix(const Value& value, std::size_t rows, std::size_t columns,
                           std::string_view meaning) {
    require_array(value, rows, meaning);
    std::vector<double> result;
    for (std::size_t n = 0; n < rows; ++n) {
        const std::vector<double> row = numbers(value.element(n), columns, "(a row of the matrix)");
        result.insert(result.end(), row.begin(), row.end());
    }
    return result;
}

std::array<std::array<double, 3>, 2> matrix_2x3(const Value& value) {
    const std::vector<double> m = matrix(value, 2, 3, "a matrix of 2 rows of 3 numbers");
    return {{{m[0], m[1], m[2]}, {m[3], m[4], m[5]}}};
}

std::vector<Value> elements(const Value& value, std::string_view meaning) {
    require_array(value, std::nullopt, meaning);
    std::vector<Value> result;
    for (std::size_t n = 0; n < value.json->size(); ++n) result.push_back(value.element(n));
    return result;
}

std::vector<double> members(const Value& value, std::span<const std::string_view> keys) {
    if (!value.json->is_object()) value.fail_type("an object with " + listed(keys));
    for (const auto& [key, unused] : value.json->items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            fail_unknown_key(value.member(key), key, keys, keys);
        }
    }
    std::vector<double> result;
    for (const std::string_view key : keys) {
        result.push_back(number(value.required(key)));
    }
    return result;
}

std::size_t word_index(const Value& value, std::span<const std::string_view> words) {
    if (!value.json->is_string()) value.fail_type("one of " + listed(words));
    const std::string given = text(value);
    const auto found = std::find(words.begin(), words.end(), given);
    if (found == words.end()) {
        value.fail("one of " + listed(words) + " is needed, not " + in_quotes(given) +
                   suggestion(given, words));
    }
    return static_cast<std::size_t>(found - words.begin());
}

std::string suggestion(std::string_view word, std::span<const std::string_view> words) {
    return did_you_mean(word, words, "\"", "\"");
}

void fail_unknown_key(const Value& value, std::string_view key, std::span<const std::string_view> suggested,
                      std::span<const std::string_view> keys) {
    const std::string hint = suggestion(key, suggested);
    value.fail("unknown key " + in_quotes(key) + (hint.empty() ? "; the keys are " + listed(keys) : hint));
}

std::string listed(std::span<const std::string_view> words) {
    std::vector<std::string> quoted;
    for (const std::string_view word : words) quoted.push_back(in_quotes(word));
    return join(quoted);
}

}  // namespace glimpse::json
