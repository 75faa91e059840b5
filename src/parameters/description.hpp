#pragma once

#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "glimpse/mechanism.hpp"
#include "parameters/entry.hpp"
#include "parameters/reading_context.hpp"
#include "parameters/written.hpp"

// The keys of parameter documents, described once for the reader, the JSON Schema, the hints and the table of
// keys.

namespace glimpse::parameters {

/// Keys of every entry that are one entry's alone, and no defaults.
inline constexpr std::array<std::string_view, 2> own_keys{"id", "label"};

/// The type of a key's value.
struct Type {
    std::string words;   ///< for people: "[width, height]"
    std::string range;   ///< as inequalities; empty where there is none
    std::string schema;  ///< the members of its JSON Schema
};

/// A key of a document's entry.
struct Key {
    std::string_view name;
    std::vector<std::string_view> forms{};  ///< that take it, each by its first key; empty: all do
    Type type;
    std::string_view unit{};      ///< empty where there is none
    std::string default_value{};  ///< its default, as JSON; empty where there is none
    std::string_view meaning;     ///< in one line
};

/// One of the alternative forms of a mechanism's parameters. Any one of its keys identifies it.
struct Form {
    std::vector<std::string_view> keys;
    bool together = true;  ///< all of its keys are required

    [[nodiscard]] bool is(std::string_view key) const { return keys.front() == key; }

    /// Its keys for messages: "rows" and "columns", in quotes.
    [[nodiscard]] std::string quoted_keys() const;
};

/// A mechanism in documents.
struct Description {
    std::string_view word;
    std::string_view meaning;
    std::vector<Form> forms;
    std::vector<Key> keys;             ///< besides `common_keys`
    std::vector<std::string> rules{};  ///< JSON Schemas that its entries must satisfy besides
    std::vector<std::string_view> rules_if_complete{};  ///< likewise, where the document has no defaults
    Mechanism (*read)(Entry&, const Form&, const ReadingContext&);
    /// The keys of such an entry, as `written_parameters` has them.
    void (*write)(const Mechanism&, WrittenParameters&);
};

/// "id" and "mechanism", which every entry has.
const std::vector<Key>& common_keys();

/// What is said of the image, beside the entries of a document or in a manifest's record.
const std::vector<Key>& image_keys();

/// The mechanisms, in the order of `mechanism_names`.
const std::vector<Description>& descriptions();

Description crop_description();
Description mask_description();
Description gaussian_description();
Description spatial_transformer_description();
Description retina_description();
Description filter_description();
Description points_description();

/// The names of all keys that an entry of the mechanism may have.
std::vector<std::string_view> key_names(const Description& description);

bool takes(const Form& form, const Key& key);

// Types.

Type number_type();

/// A number > 0.
Type positive_type();

Type boolean_type();

/// An array of exactly `count` numbers, `words` naming them.
Type numbers_type(std::string_view words, std::size_t count);

/// Rows of numbers, which `words` name.
Type matrix_type(std::string_view words, std::size_t rows, std::size_t columns);

Type matrix_2x3_type();

/// A type of numbers, in whose place a reference to an array may stand; `ordered`: with an "order".
Type or_reference(Type type, bool ordered = false);

/// An object of numbers with exactly these members; those of `positive` are > 0.
Type object_type(std::span<const std::string_view> members, std::vector<std::string_view> positive = {});

/// An enumeration of these words.
Type enum_type(std::span<const std::string_view> words);

template <typename T>
Type enum_type(std::span<const std::pair<std::string_view, T>> meanings) {
    std::vector<std::string_view> words;
    for (const auto& meaning : meanings) words.push_back(meaning.first);
    return enum_type(std::span<const std::string_view>(words));
}

/// The first word of this meaning.
template <typename T>
std::string_view word_of(std::type_identity_t<std::span<const std::pair<std::string_view, T>>> meanings,
                         T wanted) {
    for (const auto& [word, meaning] : meanings) {
        if (meaning == wanted) return word;
    }
    throw std::logic_error("a meaning without a word");
}

/// The same in quotes.
template <typename T>
std::string quoted_word(std::span<const std::pair<std::string_view, T>> meanings, T wanted) {
    return json::in_quotes(word_of<T>(meanings, wanted));
}

/// Writes a word unless it is the default.
template <typename T>
void write_word(WrittenParameters& written, std::string_view key,
                std::type_identity_t<std::span<const std::pair<std::string_view, T>>> meanings, T value,
                T default_value) {
    if (value != default_value) written.add(key, word_of<T>(meanings, value));
}

/// A key whose value is one of an enumeration's words.
template <typename T>
Key enum_key(std::string_view name, const std::vector<std::string_view>& forms,
             std::type_identity_t<std::span<const std::pair<std::string_view, T>>> meanings, T default_value,
             std::string_view meaning) {
    return {.name = name,
            .forms = forms,
            .type = enum_type<T>(meanings),
            .default_value = quoted_word<T>(meanings, default_value),
            .meaning = meaning};
}

}  // namespace glimpse::parameters
