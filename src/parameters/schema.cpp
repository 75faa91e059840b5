#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/parameters.hpp"
#include "glimpse/words.hpp"
#include "parameters/array_reference.hpp"
#include "parameters/conventions.hpp"
#include "parameters/description.hpp"

namespace glimpse {
namespace parameters {

namespace {

using Texts = std::vector<std::string>;

// What a schema cannot express, the reader checks: files that exist, their arrays, duplicate ids, rows of one
// length, a size's product, unused defaults, and all that depends on the document's defaults or the caller's.
//
// An entry is checked twice: against its mechanism's keys, their types and the keys that exclude each other;
// and, where the document has no defaults, for completeness.
constexpr std::string_view beginning = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "glimpse parameter document",
  "description": "The glimpses to take of an image: an object with \"glimpses\", an array of entries, or a single entry.",
  "if": {"type": "array"},
  "then": {"items": {"$ref": "#/$defs/complete_entry", "properties": {"alpha": false}}},
  "else": {
    "if": {"required": ["glimpses"]},
    "then": {"$ref": "#/$defs/document"},
    "else": {"$ref": "#/$defs/complete_entry"}
  },
  "$defs": {
    "document": {
      "description": "Any key of an entry but its id and its label may stand beside \"glimpses\", as a default for the entries that leave it open.",
      "type": "object",
      "properties": {
        "version": {"const": 1},
        "id": false,
        "glimpses": {"type": "array", "items": {"$ref": "#/$defs/entry", "properties": {"alpha": false}}}
      },
      "allOf": [{"$ref": "#/$defs/any_keys"}, {"$ref": "#/$defs/sized_boxes"}],
      "if": {"propertyNames": {"enum": ["version", "alpha", "glimpses"]}},
      "then": {"properties": {"glimpses": {"items": {"$ref": "#/$defs/complete_entry"}}}},
      "unevaluatedProperties": false
    },
)json";

void add_once(Texts& texts, std::string text) {
    if (std::find(texts.begin(), texts.end(), text) == texts.end()) texts.push_back(std::move(text));
}

std::string reference(std::string_view definition) {
    return R"({"$ref": "#/$defs/)" + std::string(definition) + R"("})";
}

/// A member of an object; `value` is JSON.
std::string member(std::string_view name, const std::string& value) {
    return json::literal(name) + ": " + value;
}

/// Members or elements, each on a line of its own.
std::string lines(const Texts& texts, int depth) {
    const std::string indent = "\n" + std::string(static_cast<std::size_t>(2 * depth), ' ');
    const std::string outer = indent.substr(0, indent.size() - 2);
    return indent + join(texts, "," + indent) + outer;
}

std::string description_of(const Key& key) {
    return std::string(key.meaning) + (key.unit.empty() ? "" : " Unit: " + std::string(key.unit) + ".");
}

std::string property(const Key& key) {
    return member(key.name,
                  "{" + member("description", json::literal(description_of(key))) + ", " + key.type.schema +
                      (key.default_value.empty() ? "" : ", " + member("default", key.default_value)) + "}");
}

/// The keys that the form excludes.
std::string exclusion(const Description& description, const Form& form) {
    Texts excluded;
    for (const Key& key : description.keys) {
        if (!takes(form, key)) excluded.push_back(member(key.name, "false"));
    }
    return "{" + member("properties", "{" + join(excluded) + "}") + "}";
}

/// The definition of a mechanism's entries.
std::string definition(const Description& description) {
    Texts properties;
    for (const Key& key : common_keys()) {
        properties.push_back(member(
            key.name, key.name == "mechanism" ? "{" + member("const", json::literal(description.word)) + "}"
                                              : reference(key.name)));
    }
    for (const Key& key : description.keys) properties.push_back(property(key));
    // Of a document that is a single entry; in others, entries have none.
    for (const Key& key : image_keys()) properties.push_back(member(key.name, reference(key.name)));
    Texts exclusions;
    for (const Form& form : description.forms) {
        for (const std::string_view key : form.keys)
            exclusions.push_back(member(key, exclusion(description, form)));
    }
    Texts members{member("description", json::literal(description.meaning)),
                  member("properties", "{" + lines(properties, 4) + "}"),
                  member("additionalProperties", "false"),
                  member("dependentSchemas", "{" + lines(exclusions, 4) + "}")};
    if (!description.rules.empty()) {
        members.push_back(
            member("allOf", "[" + lines({description.rules.begin(), description.rules.end()}, 4) + "]"));
    }
    return member(description.word, "{" + lines(members, 3) + "}");
}

std::string entry_definition() {
    Texts choices;
    Texts all;
    for (const Description& description : descriptions()) {
        choices.push_back(R"({"if": {"properties": {"mechanism": {"const": )" +
                          json::literal(description.word) + R"(}}}, "then": )" + reference(description.word) +
                          "}");
        all.push_back(reference(description.word));
    }
    return member("entry",
                  "{" +
                      lines({member("type", R"("object")"),
                             member("properties", "{" + member("mechanism", reference("mechanism")) + "}"),
                             member("if", R"({"required": ["mechanism"]})"),
                             member("then", "{" + member("allOf", "[" + lines(choices, 4) + "]") + "}"),
                             member("else", "{" + member("anyOf", "[" + join(all) + "]") + "}")},
                            3) +
                      "}");
}

/// The minimal sets of keys of a form; beside a box, the mechanism may be left out.
void add_needs(const Form& form, Texts& needs) {
    const auto required = [](const std::vector<std::string_view>& keys) {
        return R"({"required": [)" + json::listed(keys) + "]}";
    };
    if (form.is("box")) return add_once(needs, required({"box"}));
    if (form.together) {
        std::vector<std::string_view> keys{"mechanism"};
        keys.insert(keys.end(), form.keys.begin(), form.keys.end());
        return add_once(needs, required(keys));
    }
    for (const std::string_view key : form.keys) add_once(needs, required({"mechanism", key}));
}

std::string complete_entry_definition() {
    Texts needs;
    Texts rules{reference("entry"), reference("sized_box")};
    for (const Description& description : descriptions()) {
        for (const Form& form : description.forms) add_needs(form, needs);
        rules.insert(rules.end(), description.rules_if_complete.begin(), description.rules_if_complete.end());
    }
    const std::string meaning =
        R"("An entry that no defaults complete. \"mechanism\" may be left out beside a box.")";
    return member("complete_entry",
                  "{" +
                      lines({member("description", meaning), member("allOf", "[" + lines(rules, 4) + "]"),
                             member("anyOf", "[" + lines(needs, 4) + "]")},
                            3) +
                      "}");
}

/// The keys of all mechanisms, and of the image, in order. A key that several have may have the type of any
/// of them.
std::string any_keys_definition() {
    struct Shared {
        std::string_view name;
        Texts types;
        Texts references;
    };
    std::vector<Shared> keys;
    for (const Key& key : common_keys()) {
        if (std::ranges::find(own_keys, key.name) != own_keys.end()) continue;
        keys.push_back({key.name, {}, {reference(key.name)}});
    }
    for (const Key& key : image_keys()) keys.push_back({key.name, {}, {reference(key.name)}});
    for (const Description& description : descriptions()) {
        for (const Key& key : description.keys) {
            auto shared =
                std::find_if(keys.begin(), keys.end(), [&](const Shared& k) { return k.name == key.name; });
            if (shared == keys.end()) shared = keys.insert(keys.end(), {key.name, {}, {}});
            const std::size_t known = shared->types.size();
            add_once(shared->types, key.type.schema);
            if (shared->types.size() == known) continue;
            const std::string place = std::string(description.word) + "/properties/" + std::string(key.name);
            shared->references.push_back(reference(place));
        }
    }
    Texts properties;
    for (const Shared& key : keys) {
        properties.push_back(
            member(key.name, key.references.size() == 1
                                 ? key.references.front()
                                 : "{" + member("anyOf", "[" + join(key.references) + "]") + "}"));
    }
    return member("any_keys", "{" + member("properties", "{" + lines(properties, 4) + "}") + "}");
}

std::string schema() {
    Texts definitions{entry_definition(), complete_entry_definition()};
    for (const Description& description : descriptions()) definitions.push_back(definition(description));
    definitions.push_back(any_keys_definition());
    for (const std::string& sized : sized_box_definitions()) definitions.push_back(sized);
    for (const std::string& reference : reference_definitions()) definitions.push_back(reference);
    for (const Key& key : common_keys()) definitions.push_back(property(key));
    for (const Key& key : image_keys()) definitions.push_back(property(key));
    return std::string(beginning) + "    " + join(definitions, ",\n    ") + "\n  }\n}\n";
}

}  // namespace
}  // namespace parameters

std::string_view parameter_schema() {
    static const std::string schema = parameters::schema();
    return schema;
}

}  // namespace glimpse
