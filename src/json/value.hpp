#pragma once

#include <array>
#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json/json_text.hpp"

namespace glimpse::json {

/// A JSON value with its location, for messages.
struct Value {
    const nlohmann::json* json;
    std::string pointer;
    const Source* source;
    std::string inherited_by{};  ///< of a default: the pointer of the entry that inherits it

    [[nodiscard]] bool is_object() const;
    [[nodiscard]] bool is_array() const;
    [[nodiscard]] bool is_number() const;
    [[nodiscard]] bool is_string() const;
    [[nodiscard]] bool is_null() const;

    /// Whether it is an object with this key.
    [[nodiscard]] bool contains(std::string_view key) const;

    /// The keys of an object, in alphabetical order.
    [[nodiscard]] std::vector<std::string> keys() const;

    /// The number of members of an object, or of elements of an array.
    [[nodiscard]] std::size_t size() const;

    /// The member of an object that has it. Throws `UsageError` where it has it twice.
    [[nodiscard]] Value member(std::string_view key) const;
    /// The element of an array that has it.
    [[nodiscard]] Value element(std::size_t index) const;

    /// The member of an object that must have it.
    [[nodiscard]] Value required(std::string_view key) const;

    /// "FILE: POINTER", to which the pointer of a member may be added.
    [[nodiscard]] std::string place() const { return source->place() + ": " + pointer; }

    /// Throws `UsageError` at the value's place.
    [[noreturn]] void fail(const std::string& rule) const;
    /// The same where the value is of another type than `needed` says.
    [[noreturn]] void fail_type(std::string_view needed) const;
};

// What a value holds. Each throws `UsageError` at the value's place where it is of another type.

double number(const Value& value);

/// A number without a fraction that an `int` can hold; 64.0 is one, as JSON Schema has it.
int integer(const Value& value);

bool boolean(const Value& value);

std::string text(const Value& value);

/// An array of at least one number.
std::vector<double> numbers(const Value& value);

/// Exactly `count` numbers; `meaning` names them in messages: "[x, y, width, height]".
std::vector<double> numbers(const Value& value, std::size_t count, std::string_view meaning);

/// An array of at least one integer.
std::vector<int> integers(const Value& value);

/// Exactly `count` integers; `meaning` names them in messages: "[width, height]".
std::vector<int> integers(const Value& value, std::size_t count, std::string_view meaning);

/// The numbers of a matrix, row by row; `meaning` names it in messages: "a matrix of 2 rows of 3 numbers".
std::vector<double> matrix(const Value& value, std::size_t rows, std::size_t columns,
                           std::string_view meaning);

/// Two rows of three numbers.
std::array<std::array<double, 3>, 2> matrix_2x3(const Value& value);

/// The elements of an array.
std::vector<Value> elements(const Value& value, std::string_view meaning);

/// The numbers of an object that has exactly these keys, in their order.
std::vector<double> members(const Value& value, std::span<const std::string_view> keys);

/// The word's position among `words`.
std::size_t word_index(const Value& value, std::span<const std::string_view> words);

/// The meaning of a word: `word_index` into the meanings.
template <typename T>
T word(const Value& value, std::span<const std::pair<std::string_view, T>> meanings) {
    std::vector<std::string_view> words;
    for (const auto& meaning : meanings) words.push_back(meaning.first);
    return meanings[word_index(value, words)].second;
}

/// "; did you mean "sigma"?" where one of `words` is near to `word`, and nothing otherwise.
std::string suggestion(std::string_view word, std::span<const std::string_view> words);

/// Throws `UsageError` for an unknown key, with the nearest of `suggested`, or else with all of `keys`.
[[noreturn]] void fail_unknown_key(const Value& value, std::string_view key,
                                   std::span<const std::string_view> suggested,
                                   std::span<const std::string_view> keys);

/// Each word quoted, with commas between them.
std::string listed(std::span<const std::string_view> words);

}  // namespace glimpse::json
