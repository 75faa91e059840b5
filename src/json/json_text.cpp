#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "glimpse/error.hpp"
#include "json/python_numbers.hpp"
#include "json/value.hpp"
#include "system/text_file.hpp"
#include "system/utf8.hpp"

namespace glimpse::json {
namespace {

using nlohmann::json;

/// Documents nest five levels; what nests deeper than this is no document.
constexpr std::size_t deepest_nesting = 64;

/// Longest text that a message quotes, in bytes.
constexpr std::size_t longest_quotation = 60;

[[noreturn]] void fail_at(const Source& source, std::string_view text, std::size_t offset,
                          const std::string& rule) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t line_breaks = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const std::string_view row = before.substr(before.rfind('\n') + 1);  // npos + 1 = 0: the first line
    std::size_t column = 1;
    for (std::size_t k = 0; k < row.size(); ++k) column += continues_character(row, k) ? 0 : 1;
    throw UsageError(
        place_of_line(source.file, source.line.value_or(1) + line_breaks) + ":" + std::to_string(column),
        rule);
}

/// Where the token that ends at `end` begins. The lexer's token string has the token's length only for
/// strings and numbers; a literal begins where its letters do. A misspelt literal ends at its first wrong
/// letter, which may be the separator behind it.
std::size_t token_begin(std::string_view text, std::size_t end, const std::string& token, bool misspelt) {
    if (end > text.size()) return text.size();
    if (end == 0) return 0;
    const auto in_word = [&](std::size_t n) {
        return std::string_view(" \t\r\n,:[]{}\"/").find(text[n]) == std::string_view::npos;
    };
    std::size_t begin = end - 1;
    if (text[begin] == '"' && !misspelt && token.size() <= end) return end - token.size();
    if (misspelt && begin > 0 && !in_word(begin) && in_word(begin - 1)) --begin;
    while (begin > 0 && in_word(begin) && in_word(begin - 1)) --begin;
    return begin;
}

/// The library's message without its code, its place and the last token.
std::string plain_words(const std::string& what) {
    const std::size_t dash = what.find(" - ");
    std::string words = dash == std::string::npos ? what : what.substr(dash + 3);
    return words.substr(0, words.find("; last read: "));
}

bool is_non_finite_word(std::string_view rest) {
    if (rest.starts_with('-')) rest.remove_prefix(1);
    return rest.starts_with("NaN") || rest.starts_with("nan") || rest.starts_with("Inf") ||
           rest.starts_with("inf");
}

/// A hint for who writes JavaScript or Python instead of JSON; empty where that is not the mistake.
std::string quoting_hint(std::string_view rest, bool wants_key) {
    if (rest.starts_with('\'')) return "strings stand in double quotes in JSON, not in single ones";
    const auto in_name = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    const auto end = std::find_if_not(rest.begin(), rest.end(), in_name);
    const std::string_view name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
    if (!wants_key || name.empty()) return {};
    return "a key stands in double quotes in JSON: " + in_quotes(name);
}

/// Builds the tree from the parser's events, and refuses what the library accepts and we do not.
class TreeBuilder final : public nlohmann::json_sax<json> {
  public:
    TreeBuilder(std::string_view text, const Source& source, const Dialect& dialect,
                std::span<const StreamedArray> streamed)
        : text_(text), source_(source), dialect_(dialect), streamed_(streamed) {}

    json take() { return std::move(root_); }

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(json::number_integer_t value) override { return put(value); }
    bool number_unsigned(json::number_unsigned_t value) override { return put(value); }
    bool number_float(json::number_float_t value, const std::string& text) override {
        const bool is_integer = text.find_first_of(".eE") == std::string::npos;
        return dialect_.pythons_numbers && is_integer ? put(text) : put(value);
    }
    bool string(std::string& value) override {
        if (dialect_.pythons_numbers) {
            if (const auto number = substitute_meaning(value)) return put(*number);
        }
        return put(std::move(value));
    }
    bool binary(json::binary_t& /*value*/) override { return false; }

    bool start_object(std::size_t /*size*/) override { return open(json::object()); }
    bool start_array(std::size_t /*size*/) override { return open(json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(std::string& key) override {
        if (dropping_) return true;
        if (dialect_.pythons_numbers && substitute_meaning(key)) {
            fail(source_, pointer(), "a key stands in double quotes in JSON");
        }
        if (!dialect_.dropped.empty() && key == dialect_.dropped) return dropping_ = true;
        Level& level = levels_.back();
        if (level.container->contains(key)) note_repeated(key);
        level.key = std::move(key);
        return true;
    }

    bool parse_error(std::size_t position, const std::string& token, const json::exception& error) override {
        constexpr int number_overflow = 406;
        const std::string what = plain_words(error.what());
        const std::size_t begin = token_begin(text_, position, token, what.starts_with("invalid literal"));
        if (error.id == number_overflow) {
            fail_at(source_, text_, begin, token + " is not a finite number: it is too large for float64");
        }
        if (is_non_finite_word(text_.substr(begin))) {
            fail_at(source_, text_, begin,
                    "NaN and Infinity are not numbers in JSON; only finite numbers are");
        }
        const bool wants_key = std::string_view(error.what()).find("object key") != std::string_view::npos;
        const bool in_string = what.starts_with("invalid string");
        const std::string hint = in_string ? "" : quoting_hint(text_.substr(begin), wants_key);
        fail_at(source_, text_, begin, hint.empty() ? what : hint);
    }

  private:
    struct Level {
        json* container;
        std::string key;  ///< of the member that is being read, in an object
    };

    json& place(json value) {
        if (levels_.empty()) return root_ = std::move(value);
        const Level& level = levels_.back();
        if (level.container->is_object()) return (*level.container)[level.key] = std::move(value);
        level.container->push_back(std::move(value));
        return level.container->back();
    }

    bool put(json value) {
        if (dropping_) return resume_at(0);
        place(std::move(value));
        hand_out();
        return true;
    }

    bool open(json container) {
        if (dropping_) return ++dropped_levels_;
        if (levels_.size() == deepest_nesting) {
            fail(source_, pointer(), "nested deeper than " + std::to_string(deepest_nesting) + " levels");
        }
        levels_.push_back({&place(std::move(container)), {}});
        if (!streaming_ && levels_.size() <= 2) begin_streaming();
        return true;
    }

    bool close() {
        if (dropping_) return resume_at(1);
        levels_.pop_back();
        if (levels_.size() < streaming_levels_) streaming_ = nullptr;
        hand_out();
        return true;
    }

    /// Notes whether the container that was opened, the root or in it, is one whose elements are handed out.
    void begin_streaming() {
        if (!levels_.back().container->is_array()) return;
        const bool is_root = levels_.size() == 1;
        if (!is_root && !levels_.front().container->is_object()) return;
        for (const StreamedArray& array : streamed_) {
            if (is_root ? !array.key : array.key == levels_.front().key) streaming_ = &array;
        }
        streaming_levels_ = levels_.size();
        handed_out_ = 0;
    }

    void note_repeated(std::string_view key) {
        std::string place = member_pointer(pointer(), key);
        if (!source_.repeated) fail_repeated(source_, place, key);
        source_.repeated->insert(std::move(place));
    }

    /// Hands out the value that is complete by now, if it is an element of a streamed array.
    void hand_out() {
        if (!streaming_ || levels_.size() != streaming_levels_) return;
        json& array = *levels_.back().container;
        const Value element{&array.back(), pointer() + "/" + std::to_string(handed_out_), &source_};
        streaming_->take(element);
        if (source_.repeated && !source_.repeated->empty()) forget_repeated(element.pointer + "/");
        array.clear();
        ++handed_out_;
    }

    /// Of an element that is gone.
    void forget_repeated(const std::string& prefix) {
        const auto first = source_.repeated->lower_bound(prefix);
        const auto last = std::find_if(first, source_.repeated->end(),
                                       [&](const std::string& one) { return !one.starts_with(prefix); });
        source_.repeated->erase(first, last);
    }

    /// Ends the dropping at a scalar (level 0) or at the end of a container (level 1), if the dropped value
    /// is that very scalar or container, and no part of it.
    bool resume_at(std::size_t level) {
        dropping_ = dropped_levels_ != level;
        if (level > 0) --dropped_levels_;
        return true;
    }

    /// The JSON Pointer of the innermost open container.
    [[nodiscard]] std::string pointer() const {
        std::string pointer;
        for (std::size_t n = 0; n + 1 < levels_.size(); ++n) {
            const json& container = *levels_[n].container;
            const std::size_t gone = streaming_ && n + 1 == streaming_levels_ ? handed_out_ : 0;
            pointer =
                member_pointer(pointer, container.is_object() ? levels_[n].key
                                                              : std::to_string(gone + container.size() - 1));
        }
        return pointer;
    }

    std::string_view text_;
    const Source& source_;
    Dialect dialect_;
    std::span<const StreamedArray> streamed_;
    const StreamedArray* streaming_ = nullptr;  ///< the one that is being read
    std::size_t streaming_levels_ = 0;          ///< that are open between its elements
    std::size_t handed_out_ = 0;                ///< of its elements
    bool dropping_ = false;
    std::size_t dropped_levels_ = 0;
    json root_;
    std::vector<Level> levels_;
};

}  // namespace

std::string Source::place() const {
    return line ? place_of_line(file, *line) : file;
}

void fail(const Source& source, const std::string& pointer, const std::string& rule) {
    throw UsageError(pointer.empty() ? source.place() : source.place() + ": " + pointer, rule);
}

void fail_repeated(const Source& source, const std::string& pointer, std::string_view key) {
    fail(source, pointer, "the key " + in_quotes(key) + " is given twice");
}

std::string member_pointer(const std::string& pointer, std::string_view key) {
    std::string result = pointer + "/";
    for (const char c : key) {
        if (c == '~') {
            result += "~0";
        } else if (c == '/') {
            result += "~1";
        } else if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned>(c));
            result += code.data();
        } else {
            result += c;
        }
    }
    return result;
}

std::string in_quotes(std::string_view text) {
    const std::size_t length = character_begin(text, std::min(text.size(), longest_quotation));
    const std::string shown = std::string(text.substr(0, length)) + (length < text.size() ? "…" : "");
    return json(shown).dump(-1, ' ', false, json::error_handler_t::replace);
}

json parse_json(std::string_view text, const Source& source, const Dialect& dialect,
                std::span<const StreamedArray> streamed) {
    text = without_byte_order_mark(text);
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        throw UsageError(source.place(), "empty; a JSON value is needed");
    }
    // The library takes a NUL for the end of the text and would ignore what follows.
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
        fail_at(source, text, nul, "a NUL character is not JSON text");
    }
    std::string replaced;
    if (dialect.pythons_numbers) {
        replaced = with_substitutes(text);
        if (!replaced.empty()) text = replaced;
    }
    TreeBuilder builder(text, source, dialect, streamed);
    json::sax_parse(text.begin(), text.end(), &builder, json::input_format_t::json, true, true);
    return builder.take();
}

std::string literal(std::string_view text) {
    return json(text).dump();
}

namespace {

/// Whether more arrays and objects stand in one another than any document has: as a tree each takes memory.
bool nests_too_deep(std::string_view text) {
    std::size_t depth = 0;
    for (std::size_t n = 0; n < text.size(); ++n) {
        if (text[n] == '"') n = literal_end(text, n) - 1;
        if (text[n] == '[' || text[n] == '{') ++depth;
        if ((text[n] == ']' || text[n] == '}') && depth > 0) --depth;
        if (depth > deepest_nesting) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> member_text(std::string_view text, std::string_view key) {
    if (nests_too_deep(text)) return std::nullopt;
    const json tree = json::parse(text, nullptr, false, true);
    const auto member = tree.is_object() ? tree.find(key) : tree.end();
    if (member == tree.end() || !member->is_string()) return std::nullopt;
    return member->get<std::string>();
}

}  // namespace glimpse::json
