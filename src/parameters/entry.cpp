#include "parameters/entry.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "system/words.hpp"

namespace glimpse::parameters {
namespace {

/// A value in a message: itself where it is short, its kind otherwise.
std::string described(const nlohmann::json& json) {
    if (json.is_string()) return in_quotes(json.get_ref<const std::string&>());
    if (json.is_array()) return "an array of " + std::to_string(json.size());
    if (json.is_object()) return "an object";
    return json.dump();
}

[[noreturn]] void fail_type(const Value& value, std::string_view needed) {
    value.fail(std::string(needed) + " is needed, not " + described(*value.json));
}

/// The least number of letters to insert, delete, replace, or swap with their neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = i + j;
                continue;
            }
            const std::size_t replaced = cost[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            cost[i][j] = std::min({replaced, cost[i - 1][j] + 1, cost[i][j - 1] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
            }
        }
    }
    return cost[a.size()][b.size()];
}

/// No array of the wrong length, and none that is empty where the length is open.
void require_array(const Value& value, std::optional<std::size_t> count, std::string_view meaning) {
    if (!value.json->is_array()) fail_type(value, meaning);
    if (count ? value.json->size() != *count : value.json->empty()) fail_type(value, meaning);
}

}  // namespace

Value Value::member(std::string_view key) const {
    return {&json->at(std::string(key)), member_pointer(pointer, key), source, taker};
}

Value Value::element(std::size_t index) const {
    return {&json->at(index), member_pointer(pointer, std::to_string(index)), source, taker};
}

Value Value::required(std::string_view key) const {
    if (!json->is_object()) fail_type(*this, "an object");
    if (!json->contains(key)) fail("the key " + in_quotes(key) + " is missing");
    return member(key);
}

void Value::fail(const std::string& rule) const {
    parameters::fail(*source, pointer, rule + (taker.empty() ? "" : " (the entry " + taker + " takes it)"));
}

double number(const Value& value) {
    if (!value.json->is_number()) fail_type(value, "a number");
    return value.json->get<double>();
}

int integer(const Value& value) {
    const double real = value.json->is_number() ? value.json->get<double>() : 0.5;
    if (real != std::nearbyint(real)) fail_type(value, "an integer");
    if (std::abs(real) > std::numeric_limits<int>::max()) {
        value.fail("an integer of at most 2^31 - 1 is needed, not " + described(*value.json));
    }
    return static_cast<int>(real);
}

bool boolean(const Value& value) {
    if (!value.json->is_boolean()) fail_type(value, "true or false");
    return value.json->get<bool>();
}

std::string text(const Value& value) {
    if (!value.json->is_string()) fail_type(value, "a string");
    return value.json->get<std::string>();
}

std::vector<double> numbers(const Value& value) {
    require_array(value, std::nullopt, "an array of at least one number");
    std::vector<double> result;
    result.reserve(value.json->size());
    for (std::size_t n = 0; n < value.json->size(); ++n) {
        // A grid has many numbers: places are spelt out for the wrong ones only.
        const nlohmann::json& element = (*value.json)[n];
        result.push_back(element.is_number() ? element.get<double>() : number(value.element(n)));
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

std::array<std::array<double, 3>, 2> matrix_2x3(const Value& value) {
    require_array(value, 2, "a matrix of 2 rows of 3 numbers");
    std::array<std::array<double, 3>, 2> result{};
    for (std::size_t n = 0; n < 2; ++n) {
        const std::vector<double> row = numbers(value.element(n), 3, "(a row of the matrix)");
        std::copy(row.begin(), row.end(), result[n].begin());
    }
    return result;
}

std::vector<Value> elements(const Value& value, std::string_view meaning) {
    require_array(value, std::nullopt, meaning);
    std::vector<Value> result;
    for (std::size_t n = 0; n < value.json->size(); ++n) result.push_back(value.element(n));
    return result;
}

std::vector<double> members(const Value& value, std::span<const std::string_view> keys) {
    if (!value.json->is_object()) fail_type(value, "an object with " + listed(keys));
    for (const auto& [key, unused] : value.json->items()) {
        if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
        const std::string hint = suggestion(key, keys);
        value.member(key).fail("unknown key " + in_quotes(key) +
                               (hint.empty() ? "; the keys are " + listed(keys) : hint));
    }
    std::vector<double> result;
    for (const std::string_view key : keys) {
        result.push_back(number(value.required(key)));
    }
    return result;
}

std::size_t word_index(const Value& value, std::span<const std::string_view> words) {
    if (!value.json->is_string()) fail_type(value, "one of " + listed(words));
    const std::string given = text(value);
    const auto found = std::find(words.begin(), words.end(), given);
    if (found == words.end()) {
        value.fail("one of " + listed(words) + " is needed, not " + in_quotes(given) +
                   suggestion(given, words));
    }
    return static_cast<std::size_t>(found - words.begin());
}

std::string suggestion(std::string_view word, std::span<const std::string_view> words) {
    constexpr std::size_t longest_key = 64;  // no key is longer, so that none is near to a longer word
    if (word.size() > longest_key) return {};
    std::size_t least = longest_key;
    std::string_view nearest;
    for (const std::string_view candidate : words) {
        const std::size_t distance = edit_distance(word, candidate);
        // One wrong letter in three is a slip; more is another word.
        if (distance < least && 3 * distance <= std::max(word.size(), candidate.size())) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest.empty() ? std::string() : "; did you mean " + in_quotes(nearest) + "?";
}

std::string listed(std::span<const std::string_view> words) {
    std::vector<std::string> quoted;
    for (const std::string_view word : words) quoted.push_back(in_quotes(word));
    return in_a_row(quoted);
}

std::optional<Value> Defaults::find(std::string_view key) const {
    if (!object_.json->contains(key)) return std::nullopt;
    return object_.member(key);
}

void Defaults::require_all_read() const {
    for (const auto& [key, unused] : object_.json->items()) {
        if (!read_.contains(key))
            object_.member(key).fail("unused: no glimpse takes " + in_quotes(key) + " from here");
    }
}

Entry::Entry(Value own, Defaults* defaults) : own_(std::move(own)), defaults_(defaults) {
    if (!own_.json->is_object()) fail_type(own_, "an object (an entry)");
}

std::vector<std::string> Entry::own_keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, unused] : own_.json->items()) keys.push_back(key);
    return keys;
}

bool Entry::has_own(std::string_view key) const {
    return own_.json->contains(key);
}

bool Entry::has_default(std::string_view key) const {
    return defaults_ && defaults_->find(key);
}

std::optional<Value> Entry::peek(std::string_view key) const {
    if (has_own(key)) return own_.member(key);
    std::optional<Value> value = defaults_ ? defaults_->find(key) : std::nullopt;
    if (value) value->taker = own_.pointer;
    return value;
}

std::optional<Value> Entry::take(std::string_view key) {
    if (has_own(key)) {
        read_.emplace(key);
    } else if (defaults_) {
        defaults_->mark_read(key);
    }
    return peek(key);
}

Value Entry::need(std::string_view key, const std::string& because) {
    std::optional<Value> value = take(key);
    if (!value) fail("the key " + in_quotes(key) + " is missing: " + because);
    return *value;
}

void Entry::refuse_own(std::string_view key, const std::string& rule) const {
    if (has_own(key)) own_.member(key).fail(rule);
}

void Entry::require_all_read(std::string_view mechanism, std::span<const std::string_view> keys,
                             const std::string& form) const {
    for (const std::string& key : own_keys()) {
        if (read_.contains(key)) continue;
        const bool known = std::find(keys.begin(), keys.end(), key) != keys.end();
        own_.member(key).fail(in_quotes(key) + " is not used " +
                              (known ? "together with " + form : "by mechanism " + in_quotes(mechanism)));
    }
}

void Entry::fail_field(const std::string& field, const std::string& rule) const {
    const std::size_t key_end = field.find('/', 1);
    const std::string key = field.substr(1, key_end == std::string::npos ? key_end : key_end - 1);
    const std::string below = key_end == std::string::npos ? std::string() : field.substr(key_end);
    Value value = peek(key).value_or(Value{nullptr, member_pointer(own_.pointer, key), own_.source});
    value.pointer += below;
    value.fail(rule);
}

}  // namespace glimpse::parameters
