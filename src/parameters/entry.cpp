#include "parameters/entry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace glimpse::parameters {

using namespace json;

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
    if (!own_.json->is_object()) own_.fail_type("an object (an entry)");
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
