#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "arrays/formats.hpp"
#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "json/json_text.hpp"
#include "system/numbers.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace {

constexpr std::string_view spaces = " \t";

std::string_view without_spaces_around(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(spaces), text.size()));
    return text.substr(0, text.find_last_not_of(spaces) + 1);
}

/// The fields of a line. `separator` is a space for any spaces.
std::vector<std::string_view> fields_of(std::string_view line, char separator) {
    std::vector<std::string_view> fields;
    if (separator == ' ') line = without_spaces_around(line);
    while (true) {
        const std::size_t end = separator == ' ' ? line.find_first_of(spaces) : line.find(separator);
        fields.push_back(without_spaces_around(line.substr(0, end)));
        if (end == std::string_view::npos) return fields;
        line.remove_prefix(end + 1);
        if (separator == ' ') line = without_spaces_around(line);
    }
}

/// What separates the fields of the table whose first line this is.
char separator_of(std::string_view line) {
    for (const char separator : {';', ',', '\t'}) {
        if (line.find(separator) != std::string_view::npos) return separator;
    }
    return ' ';
}

std::optional<double> number_in(std::string_view field) {
    const std::optional<double> number = take_number(field);
    return field.empty() ? number : std::nullopt;
}

std::string_view without_quotes(std::string_view field) {
    const bool is_quoted = field.size() > 1 && field.front() == '"' && field.back() == '"';
    return is_quoted ? field.substr(1, field.size() - 2) : field;
}

/// Whether the field names a column. One that begins as a number does is a number that cannot be read.
bool is_name(std::string_view field) {
    constexpr std::string_view begins_number = "0123456789+-.";
    const std::string_view name = without_spaces_around(without_quotes(field));
    return !name.empty() && begins_number.find(name.front()) == std::string_view::npos && !number_in(name);
}

/// Numbers in memory.
class KeptNumbers final : public StableBytes {
  public:
    explicit KeptNumbers(std::vector<double> numbers) : numbers_(std::move(numbers)) {}
    [[nodiscard]] std::span<const std::uint8_t> bytes() const override {
        return {reinterpret_cast<const std::uint8_t*>(numbers_.data()), numbers_.size() * sizeof(double)};
    }

  private:
    std::vector<double> numbers_;
};

class Table final : public ArrayFile {
  public:
    explicit Table(std::string_view text) {
        std::vector<double> numbers;
        for (std::size_t line = 1; !text.empty(); ++line) {
            const std::size_t end = std::min(text.find('\n'), text.size());
            std::string_view row = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (row.ends_with('\r')) row.remove_suffix(1);
            const std::string_view content = without_spaces_around(row);
            if (!content.empty() && content.front() != '#') read_row(row, line, numbers);
        }
        if (rows_ == 0) throw Error("the file is no table of numbers: it has none");
        numbers_ = std::make_shared<const KeptNumbers>(std::move(numbers));
    }

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }

    [[nodiscard]] Array array(std::string_view name) const override {
        const ElementType number{ElementType::Kind::real, sizeof(double)};
        if (name.empty()) return {numbers_, 0, number, {rows_, columns_}};
        const int column = static_cast<int>(chosen_array(name, names_));
        return Array(numbers_, 0, number, {columns_, rows_}, Array::Order::columns).select({&column, 1});
    }

    [[nodiscard]] std::uint64_t held() const override { return numbers_->bytes().size(); }

  private:
    void read_row(std::string_view row, std::size_t line, std::vector<double>& numbers) {
        const bool is_first = columns_ == 0;
        if (is_first) separator_ = separator_of(row);
        const std::vector<std::string_view> fields = fields_of(row, separator_);
        if (is_first) columns_ = fields.size();
        if (is_first && std::ranges::all_of(fields, is_name)) {
            for (const std::string_view field : fields) names_.emplace_back(without_quotes(field));
            return;
        }
        if (fields.size() != columns_) {
            throw Error("line " + std::to_string(line) + " has " + std::to_string(fields.size()) +
                        (fields.size() == 1 ? " field" : " fields") + ", and the first " +
                        std::to_string(columns_));
        }
        for (std::size_t k = 0; k < fields.size(); ++k) {
            const std::optional<double> number = number_in(fields[k]);
            if (!number) {
                throw Error("line " + std::to_string(line) + ", column " + std::to_string(k + 1) +
                            ": a number is needed, not " + json::in_quotes(fields[k]));
            }
            numbers.push_back(*number);
        }
        ++rows_;
    }

    char separator_ = ' ';
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
    std::vector<std::string> names_;
    BytesOfArrays numbers_;
};

}  // namespace

bool begins_text(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t looked_at = 512;
    return std::ranges::all_of(bytes.first(std::min(bytes.size(), looked_at)), [](std::uint8_t byte) {
        return byte >= ' ' ? byte != 0x7F : byte == '\t' || byte == '\n' || byte == '\r';
    });
}

std::unique_ptr<ArrayFile> open_table(const StableBytes& bytes) {
    const std::span<const std::uint8_t> content = bytes.bytes();
    if (content.size() > largest_table) {
        throw Error("a table has at most " + bytes_text(largest_table) + ", not " +
                    bytes_text(static_cast<std::int64_t>(content.size())) +
                    ": save its numbers by numpy.save, of which no more is read than is asked for");
    }
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    auto table = std::make_unique<Table>(without_byte_order_mark(text));
    bytes.require_whole();
    return table;
}

}  // namespace glimpse
