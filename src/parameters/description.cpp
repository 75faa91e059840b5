#include "parameters/description.hpp"

#include <algorithm>

#include "glimpse/words.hpp"
#include "parameters/array_reference.hpp"
#include "parameters/ids.hpp"
#include "parameters/transition.hpp"

namespace glimpse::parameters {

std::string Form::quoted_keys() const {
    return keys.size() == 1 ? json::in_quotes(keys[0])
                            : json::in_quotes(keys[0]) + " and " + json::in_quotes(keys[1]);
}

const std::vector<Key>& common_keys() {
    static const std::vector<Key> keys{
        {.name = "id",
         .type = {"a string", "1 to " + std::to_string(longest_id) + " " + std::string(id_rule),
                  R"("type": "string", "pattern": ")" + std::string(id_pattern) + R"(", "maxLength": )" +
                      std::to_string(longest_id)},
         .meaning = "The glimpse's name among the outputs; without it, the entry's position: 000."},
        {.name = "mechanism",
         .type = enum_type(mechanism_names()),
         .meaning = "May be left out beside a box."},
        {.name = "label",
         .type = {"a string", "not empty", R"("type": "string", "minLength": 1)"},
         .meaning = "What figures call the glimpse in place of its id."},
        {.name = "labels",
         .type =
             {"an array of strings, or a path", "not empty; as many as elements",
              R"("anyOf": [{"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}, )"
              R"({"type": "string", "minLength": 1}])"},
         .meaning =
             "Of an entry with a reference that has \"each\": what figures call its glimpses, in their "
             "order; or a text file with a label in each line."},
        {.name = "score",
         .type = or_reference(number_type()),
         .meaning = "How good what made the glimpse holds it to be, such as a confidence: figures show it "
                    "behind the label."},
        transition_key(),
    };
    return keys;
}

const std::vector<Key>& image_keys() {
    static const std::vector<Key> keys{
        {.name = "alpha",
         .type = boolean_type(),
         .meaning = "Whether the last of two or four channels is alpha, where the file says nothing of it. "
                    "Without it, as the caller says."},
    };
    return keys;
}

const std::vector<Description>& descriptions() {
    static const std::vector<Description> table{
        crop_description(),   mask_description(),   gaussian_description(), spatial_transformer_description(),
        retina_description(), filter_description(), points_description()};
    return table;
}

std::vector<std::string_view> key_names(const Description& description) {
    std::vector<std::string_view> names;
    for (const Key& key : common_keys()) names.push_back(key.name);
    for (const Key& key : description.keys) names.push_back(key.name);
    return names;
}

bool takes(const Form& form, const Key& key) {
    return key.forms.empty() ||
           std::find(key.forms.begin(), key.forms.end(), form.keys.front()) != key.forms.end();
}

Type number_type() {
    return {"a number", "", R"("type": "number")"};
}

Type positive_type() {
    return {"a number", "> 0", R"("type": "number", "exclusiveMinimum": 0)"};
}

Type boolean_type() {
    return {"true or false", "", R"("type": "boolean")"};
}

Type numbers_type(std::string_view words, std::size_t count) {
    const std::string length = std::to_string(count);
    return {std::string(words), "",
            R"("type": "array", "minItems": )" + length + R"(, "maxItems": )" + length + R"(, "items": {)" +
                number_type().schema + "}"};
}

Type matrix_type(std::string_view words, std::size_t rows, std::size_t columns) {
    const std::string count = std::to_string(rows);
    return {std::string(words), "",
            R"("type": "array", "minItems": )" + count + R"(, "maxItems": )" + count + R"(, "items": {)" +
                numbers_type("", columns).schema + "}"};
}

Type matrix_2x3_type() {
    return matrix_type("[[a, b, c], [d, e, f]]", 2, 3);
}

Type or_reference(Type type, bool ordered) {
    type.words += " or a reference";
    type.schema = R"("anyOf": [{)" + type.schema + "}, {" +
                  std::string(ordered ? ordered_reference_schema : reference_schema) + "}]";
    return type;
}

Type object_type(std::span<const std::string_view> members, std::vector<std::string_view> positive) {
    std::vector<std::string> properties;
    for (const std::string_view member : members) {
        const bool is_positive = std::find(positive.begin(), positive.end(), member) != positive.end();
        const Type type = is_positive ? positive_type() : number_type();
        properties.push_back(json::in_quotes(member) + ": {" + type.schema + "}");
    }
    std::vector<std::string> ranges;
    ranges.reserve(positive.size());
    for (const std::string_view member : positive) ranges.push_back(std::string(member) + " > 0");
    return {"{" + join(members) + "}", join(ranges),
            R"("type": "object", "additionalProperties": false, "required": [)" + json::listed(members) +
                R"(], "properties": {)" + join(properties) + "}"};
}

Type enum_type(std::span<const std::string_view> words) {
    return {json::listed(words), "", R"("enum": [)" + json::listed(words) + "]"};
}

}  // namespace glimpse::parameters
