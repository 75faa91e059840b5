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
#include "system/trimmed.hpp"

namespace glimpse {

namespace {

constexpr std::string_view spaces = " \t";

/// Most columns of a table.
constexpr std::size_t most_columns = std::size_t{1} << 20;

/// The fields of a line, one after another. `separator` is a space for any spaces.
class Fields {
  public:
    Fields(std::string_view line, char separator)
        : rest_(separator == ' ' ? trimmed(line, spaces) : line), separator_(separator) {}

    /// None behind the last.
    std::optional<std::string_view> next() {
        if (is_at_end_) return std::nullopt;
        const std::size_t end = separator_ == ' ' ? rest_.find_first_of(spaces) : rest_.find(separator_);
        const std::string_view field = trimmed(rest_.substr(0, end), spaces);
        is_at_end_ = end == std::string_view::npos;
        if (!is_at_end_) rest_.remove_prefix(end + 1);
        if (separator_ == ' ') rest_ = trimmed(rest_, spaces);
        return field;
    }

    [[nodiscard]] static std::size_t count(std::string_view line, char separator) {
        Fields fields(line, separator);
        std::size_t number = 0;
        while (fields.next()) ++number;
        return number;
    }

  private:
    std::string_view rest_;
    char separator_;
    bool is_at_end_ = false;
};

/// What separates the fields of the table whose first line this is.
char separator_of(std::string_view line) {
    for (const char separator : {';', ',', '\t'}) {
        if (line.find(separator) != std::string_view::npos) return separator;
    }
    return ' ';
}

std::string_view without_quotes(std::string_view field) {
    const bool is_quoted = field.size() > 1 && field.front() == '"' && field.back() == '"';
    return is_quoted ? field.substr(1, field.size() - 2) : field;
}

/// Whether some program writes the field in quotes, as csv.QUOTE_ALL has it also of numbers.
bool is_quoted(std::string_view field) {
    return without_quotes(field).size() < field.size();
}

/// Whether the field names a column. One that begins as a number does is a number that cannot be read.
bool is_name(std::string_view field) {
    constexpr std::string_view begins_number = "0123456789+-.";
    const std::string_view name = trimmed(without_quotes(field), spaces);
    return !name.empty() && begins_number.find(name.front()) == std::string_view::npos && !parse_number(name);
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
            const std::string_view row = take_line(text);
            const std::string_view content = trimmed(row, spaces);
            if (!content.empty() && content.front() != '#') read_row(row, line, numbers);
        }
        if (rows_ == 0) throw Error("the file is no table of numbers: it has none");
        numbers_ = std::make_shared<const KeptNumbers>(std::move(numbers));
    }

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }
    [[nodiscard]] std::vector<std::string> columns() const override { return names_; }

    [[nodiscard]] Array array(std::string_view name) const override {
        const ElementType number{ElementType::Kind::real, sizeof(double)};
        if (name.empty()) return {numbers_, 0, number, {rows_, columns_}};
        const std::size_t column = chosen_array(name, names_);
        return Array(numbers_, 0, number, {columns_, rows_}, Array::Order::columns).take(0, column);
    }

    [[nodiscard]] std::uint64_t held() const override {
        return numbers_->bytes().size() + bytes_of_names(names_);
    }

  private:
    void read_row(std::string_view row, std::size_t line, std::vector<double>& numbers) {
        const bool is_first = columns_ == 0;
        if (is_first) separator_ = separator_of(row);
        const std::size_t count = Fields::count(row, separator_);
        if (is_first) {
            columns_ = count;
            require_columns();
            if (read_names(row)) return;
        }
        if (count != columns_) {
            throw Error("line " + std::to_string(line) + " has " + std::to_string(count) +
                        (count == 1 ? " field" : " fields") + ", and the first " + std::to_string(columns_));
        }
        Fields fields(row, separator_);
        for (std::size_t column = 1; const auto field = fields.next(); ++column) {
            const std::optional<double> number = parse_number(without_quotes(*field));
            if (!number) {
                throw Error("line " + std::to_string(line) + ", column " + std::to_string(column) +
                            ": a number is needed, not " + json::in_quotes(*field) +
                            (is_first ? remedy_for_heading(row) : ""));
            }
            if (rows_ == 0) {
                are_quoted_.push_back(is_quoted(*field));
            } else if (are_quoted_[column - 1] != is_quoted(*field)) {
                fail_quotes(*field, line, column);
            }
            numbers.push_back(*number);
        }
        ++rows_;
    }

    /// Of a first line whose first field alone is empty, as of a table with row numbers.
    [[nodiscard]] std::string remedy_for_heading(std::string_view row) const {
        Fields fields(row, separator_);
        if (!without_quotes(*fields.next()).empty()) return {};
        bool are_names = true;
        std::size_t others = 0;
        for (; const auto field = fields.next(); ++others) {
            if (without_quotes(*field).empty()) return {};
            are_names = are_names && is_name(*field);
        }
        if (others == 0) return {};
        return std::string(
                   "; if this column numbers the rows, write the table without it, as pandas' to_csv does "
                   "with index=False") +
               (are_names ? "" : ", header=False");
    }

    [[noreturn]] static void fail_quotes(std::string_view field, std::size_t line, std::size_t column) {
        throw Error("line " + std::to_string(line) + ", column " + std::to_string(column) + ": " +
                    std::string(field) +
                    (is_quoted(field) ? " has quotes, and the number above has none"
                                      : " has no quotes, and the number above has") +
                    "; in one column all numbers are in quotes, or none");
    }

    void require_columns() const {
        if (columns_ <= most_columns) return;
        throw Error("the table has " + std::to_string(columns_) +
                    " columns, and at most 2^20 are read: save " + "its numbers by numpy.save");
    }

    /// Whether they are names.
    bool read_names(std::string_view row) {
        Fields fields(row, separator_);
        while (const auto field = fields.next()) {
            if (!is_name(*field)) return false;
        }
        for (fields = Fields(row, separator_); const auto field = fields.next();)
            names_.emplace_back(without_quotes(*field));
        return true;
    }

    char separator_ = ' ';
    std::size_t rows_ = 0;
    std::size_t columns_ = 0;
    std::vector<std::string> names_;
    std::vector<bool> are_quoted_;  ///< the columns whose numbers are in quotes
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
