#include "parameters/mechanisms.hpp"

#include <algorithm>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "parameters/description.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

const Description* find_description(std::string_view word) {
    const auto found = std::find_if(descriptions().begin(), descriptions().end(),
                                    [&](const Description& description) { return description.word == word; });
    return found == descriptions().end() ? nullptr : &*found;
}

void require_known_keys(const Entry& entry, const ReadingContext& context) {
    std::vector<std::string_view> suggested = entry_keys();
    suggested.insert(suggested.end(), context.sibling_keys.begin(), context.sibling_keys.end());
    const std::optional<Value> mechanism = entry.peek("mechanism");
    const Description* description =
        mechanism && mechanism->is_string() ? find_description(text(*mechanism)) : nullptr;
    for (const std::string& key : entry.own_keys()) {
        if (std::find(entry_keys().begin(), entry_keys().end(), key) != entry_keys().end()) continue;
        fail_unknown_key(*entry.peek(key), key, suggested,
                         description ? key_names(*description) : entry_keys());
    }
}

const Description& description_of(Entry& entry, const ReadingContext& context) {
    const auto words = mechanism_names();
    if (const std::optional<Value> mechanism = entry.take("mechanism")) {
        return descriptions()[word_index(*mechanism, words)];
    }
    if (!entry.peek("box")) entry.fail("an entry without a box needs a mechanism: " + join(words));
    const Description* description = find_description(context.defaults.mechanism);
    if (!description) entry.fail("unknown mechanism " + in_quotes(context.defaults.mechanism));
    return *description;
}

/// The form with a key that the entry itself, or the defaults, hold; null where there is none.
const Form* find_form(const Entry& entry, const Description& description, bool own) {
    const Form* found = nullptr;
    std::string_view found_key;
    for (const Form& form : description.forms) {
        const auto key = std::find_if(form.keys.begin(), form.keys.end(), [&](std::string_view candidate) {
            return own ? entry.has_own(candidate) : entry.has_default(candidate);
        });
        if (key == form.keys.end()) continue;
        if (found) {
            entry.peek(*key)->fail(in_quotes(found_key) + " and " + in_quotes(*key) +
                                   " are two forms of the same parameters; only one can hold");
        }
        found = &form;
        found_key = *key;
    }
    return found;
}

const Form& form_of(const Entry& entry, const Description& description) {
    if (const Form* form = find_form(entry, description, true)) return *form;
    if (const Form* form = find_form(entry, description, false)) return *form;
    std::vector<std::string> forms;
    for (const Form& form : description.forms) forms.push_back(form.quoted_keys());
    entry.fail("mechanism " + in_quotes(description.word) + " needs " + join(forms, ", or "));
}

void require_all_read(const Entry& entry, const Description& description, const Form& form) {
    const std::optional<std::string> key = entry.unread_key();
    if (!key) return;
    const std::vector<std::string_view> known = key_names(description);
    const bool is_known = std::find(known.begin(), known.end(), *key) != known.end();
    entry.refuse_own(*key, in_quotes(*key) + " is not used " +
                               (is_known ? "together with " + form.quoted_keys()
                                         : "by mechanism " + in_quotes(description.word)));
}

/// Mechanisms of one document may measure what they both have in different units.
void require_own_units(const Entry& entry, const Description& description) {
    for (const Key& key : description.keys) {
        if (!key.unit.empty()) entry.claim_unit(key.name, key.unit, description.word);
    }
}

}  // namespace

const std::vector<std::string_view>& entry_keys() {
    static const std::vector<std::string_view> all = [] {
        std::vector<std::string_view> keys;
        for (const Description& description : descriptions()) {
            for (const std::string_view key : key_names(description)) {
                if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
            }
        }
        return keys;
    }();
    return all;
}

Mechanism read_mechanism(Entry& entry, const ReadingContext& context) {
    require_known_keys(entry, context);
    const Description& description = description_of(entry, context);
    const Form& form = form_of(entry, description);
    Mechanism mechanism = description.read(entry, form, context);
    require_all_read(entry, description, form);
    require_own_units(entry, description);
    try {
        validate(mechanism);
    } catch (const InvalidParameter& error) {
        entry.fail_field(error.field(), error.what());
    }
    return mechanism;
}

}  // namespace glimpse::parameters
