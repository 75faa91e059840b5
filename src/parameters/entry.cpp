#include "parameters/entry.hpp"

namespace glimpse::parameters {

using namespace json;

std::optional<Value> Defaults::find(std::string_view key) const {
    if (!object_.contains(key)) return std::nullopt;
    return object_.member(key);
}

void Defaults::require_all_read() const {
    for (const std::string& key : object_.keys()) {
        if (!read_.contains(key))
            object_.member(key).fail("unused: no glimpse takes " + in_quotes(key) + " from here");
    }
}

void Defaults::claim_unit(std::string_view key, std::string_view unit, std::string_view mechanism,
                          const std::string& pointer) {
    const auto [known, is_new] =
        units_.try_emplace(std::string(key), Unit{std::string(unit), std::string(mechanism)});
    if (is_new || known->second.unit == unit) return;
    Value value = object_.member(key);
    value.inherited_by = pointer;
    value.fail("a " + known->second.mechanism + " takes " + in_quotes(key) + " in " + known->second.unit +
               ", and a " + std::string(mechanism) + " in " + std::string(unit) +
               ", so that one default cannot serve both; give the entries their own");
}

Entry::Entry(Value own, Defaults* defaults) : own_(std::move(own)), defaults_(defaults) {
    if (!own_.is_object()) own_.fail_type("an object (an entry)");
}

std::vector<std::string> Entry::own_keys() const {
    return own_.keys();
}

bool Entry::has_own(std::string_view key) const {
    return own_.contains(key);
}

bool Entry::has_default(std::string_view key) const {
    return defaults_ && defaults_->find(key);
}

std::optional<Value> Entry::peek(std::string_view key) const {
    if (has_own(key)) return own_.member(key);
    std::optional<Value> value = defaults_ ? defaults_->find(key) : std::nullopt;
    if (value) value->inherited_by = own_.pointer;
    return value;
}

std::optional<Value> Entry::take(std::string_view key) {
    if (has_own(key)) {
        read_.emplace(key);
    } else if (defaults_) {
        defaults_->mark_read(key);
        if (defaults_->find(key)) inherited_.emplace(key);
    }
    return peek(key);
}

void Entry::claim_unit(std::string_view key, std::string_view unit, std::string_view mechanism) const {
    if (inherited_.contains(key)) defaults_->claim_unit(key, unit, mechanism, own_.pointer);
}

Value Entry::need(std::string_view key, const std::string& because) {
    std::optional<Value> value = take(key);
    if (!value) fail("the key " + in_quotes(key) + " is missing: " + because);
    return *value;
}

void Entry::refuse_own(std::string_view key, const std::string& rule) const {
    if (has_own(key)) own_.member(key).fail(rule);
}

std::optional<std::string> Entry::unread_key() const {
    for (const std::string& key : own_keys()) {
        if (!read_.contains(key)) return key;
    }
    return std::nullopt;
}

void Entry::stand_for(std::string_view key, std::initializer_list<std::string_view> fields) {
    for (const std::string_view field : fields) origins_.emplace(field, Origin{std::string(key), {}});
}

void Entry::stand_for_elements(std::string_view key, std::initializer_list<std::string_view> fields) {
    std::size_t position = 0;
    for (const std::string_view field : fields) {
        origins_.emplace(field, Origin{std::string(key), "/" + std::to_string(position++)});
    }
}

void Entry::fail_field(const std::string& field, const std::string& rule) const {
    const std::size_t key_end = field.find('/', 1);
    const std::string key = field.substr(1, key_end == std::string::npos ? key_end : key_end - 1);
    if (const auto origin = origins_.find(key); origin != origins_.end()) {
        Value value = *peek(origin->second.key);
        value.pointer += origin->second.below;
        value.fail((origin->second.below.empty() ? in_quotes(field.substr(1)) + ": " : "") + rule);
    }
    const std::string below = key_end == std::string::npos ? std::string() : field.substr(key_end);
    Value value = peek(key).value_or(Value{nullptr, member_pointer(own_.pointer, key), own_.source});
    value.pointer += below;
    value.fail(rule);
}

}  // namespace glimpse::parameters
