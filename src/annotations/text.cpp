#include <cmath>
#include <limits>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/numbers.hpp"
#include "system/text_file.hpp"
#include "system/trimmed.hpp"

namespace glimpse::annotations {

namespace {

/// Of a row: a comma beside semicolons is a decimal one, which fails its field.
std::string_view separator_of(std::string_view row) {
    return row.find(';') != row.npos ? ";" : ",";
}

/// The text before the first of `ends`, which is removed with it.
std::string_view take_until(std::string_view& rest, std::string_view ends) {
    const std::size_t length = std::min(rest.find_first_of(ends), rest.size());
    const std::string_view taken = rest.substr(0, length);
    rest.remove_prefix(std::min(length + 1, rest.size()));
    return taken;
}

void add_words(std::string_view text, std::vector<std::string_view>& fields) {
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view word = take_until(rest, white_space);
        if (!word.empty()) fields.push_back(word);
    }
}

/// Two tabs beside each other may be a field that is empty, or an aligned column: the former is told, where
/// the latter would move all that follows.
void split(std::string_view text, std::vector<std::string_view>& fields) {
    constexpr std::string_view tab = "\t";
    constexpr std::string_view spaces = " \v\f\r";
    fields.clear();
    const std::string_view separator = separator_of(text);
    const bool is_separated = text.find(separator) != text.npos;
    text = trimmed(text, is_separated ? white_space : spaces);
    if (!is_separated && text.find(tab) == text.npos) return add_words(text, fields);
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view field = trimmed(take_until(rest, is_separated ? separator : tab));
        if (is_separated || field.empty()) {
            fields.push_back(field);
        } else {
            add_words(field, fields);
        }
    }
}

std::string name_of_field(std::size_t field) {
    return "field " + std::to_string(field + 1);
}

}  // namespace

std::optional<Size> declared_size(double width, double height) {
    if (std::isnan(width) || std::isnan(height) || width == 0 || height == 0) return std::nullopt;
    constexpr double most = std::numeric_limits<int>::max();
    for (const double side : {width, height}) {
        if (side > 0 && side <= most && side == std::floor(side)) continue;
        throw Error("an image of " + number_text(width) + "×" + number_text(height) +
                    " pixels is declared, which is no size; correct it, or leave it out");
    }
    return Size{static_cast<int>(width), static_cast<int>(height)};
}

std::string read_annotation_text(const std::filesystem::path& file) {
    std::string bytes = read_text_file(file, annotation_limit);
    const std::string_view head = std::string_view(bytes).substr(0, 2);
    if (head == "\xFE\xFF" || head == "\xFF\xFE" || head.find('\0') != std::string_view::npos) {
        throw UsageError(file.string(), "is UTF-16, or no text; convert it to UTF-8");
    }
    bytes.erase(0, bytes.size() - without_byte_order_mark(bytes).size());  // a copy may take gigabytes
    return bytes;
}

void require_utf8(std::string_view text, const std::filesystem::path& file) {
    std::size_t line = 1;
    for (std::size_t length = 0; !text.empty(); text.remove_prefix(length)) {
        length = character_length(text);
        if (length == 0) {
            throw UsageError(place_of_line(file, line), "is not UTF-8; convert the file from its encoding");
        }
        if (text.front() == '\n') ++line;
    }
}

AnnotatedImage lost_record(const std::filesystem::path& file, const std::string& place,
                           const std::string& problem) {
    return {.path = file.string() + place, .name = file.stem().string(), .problem = problem};
}

std::optional<double> number_in(std::string_view text) {
    return parse_number(trimmed(text));
}

double Row::number(std::size_t field) const {
    if (fields[field].empty()) throw Error(name_of_field(field) + " is empty, and a number is needed");
    if (const auto number = number_in(fields[field])) return *number;
    throw Error(name_of_field(field) + ": a number is needed, not " + quoted(field));
}

double Row::finite_number(std::size_t field) const {
    const double value = number(field);
    if (std::isfinite(value)) return value;
    throw Error(name_of_field(field) + ": a finite number is needed, not " + number_text(value));
}

std::string Row::quoted(std::size_t field) const {
    constexpr std::size_t most = 40;
    const std::string_view text = fields[field];
    if (text.size() <= most) return "'" + std::string(text) + "'";
    std::size_t end = most;  // before a character of several bytes
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return "'" + std::string(text.substr(0, end)) + "…'";
}

void for_each_row(std::string_view text, const std::function<void(const Row&)>& visit) {
    Row row;
    while (!text.empty()) {
        const std::string_view line = take_line(text);
        ++row.line;
        if (trimmed(line).empty()) continue;
        split(line, row.fields);
        visit(row);
    }
}

bool all_rows(std::string_view text, const std::function<bool(const Row&)>& rule) {
    bool found = false;
    bool holds = true;
    for_each_row(text, [&](const Row& row) {
        found = true;
        holds = holds && rule(row);
    });
    return found && holds;
}

bool most_rows_are_whole(std::string_view text, const std::function<bool(const Row&)>& is_whole,
                         const std::function<bool(const Row&)>& has_its_fields) {
    std::size_t whole = 0;
    std::size_t damaged = 0;
    std::size_t others = 0;
    for_each_row(text, [&](const Row& row) {
        ++(!has_its_fields(row) ? others : is_whole(row) ? whole : damaged);
    });
    return whole > others && whole >= damaged;
}

std::string decimal_text(double number) {
    constexpr double largest_exact = 0x1p53;
    const bool is_integer = number == std::floor(number) && std::abs(number) <= largest_exact;
    return is_integer ? std::to_string(static_cast<long long>(number)) : number_text(number);
}

}  // namespace glimpse::annotations
