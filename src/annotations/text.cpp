#include <cmath>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/numbers.hpp"
#include "system/text_file.hpp"

namespace glimpse::annotations {

namespace {

constexpr std::string_view separators = " \t,;\r";

double number_of(std::string_view word, const std::filesystem::path& file, std::size_t line) {
    if (const auto number = number_in(word)) return *number;
    throw UsageError(place_of_line(file, line), "a number is needed, not '" + std::string(word) + "'");
}

}  // namespace

std::optional<double> number_in(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    text.remove_prefix(std::min(text.find_first_not_of(white_space), text.size()));
    text.remove_suffix(text.size() - (text.find_last_not_of(white_space) + 1));
    const std::optional<double> number = take_number(text);
    return text.empty() ? number : std::nullopt;
}

std::vector<NumberLine> number_lines(std::string_view text, const std::filesystem::path& file) {
    std::vector<NumberLine> lines;
    std::size_t number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string_view rest(text.data() + begin, end - begin);
        NumberLine line{++number, {}};
        for (;;) {
            rest.remove_prefix(std::min(rest.find_first_not_of(separators), rest.size()));
            if (rest.empty()) break;
            const std::size_t length = std::min(rest.find_first_of(separators), rest.size());
            line.numbers.push_back(number_of(rest.substr(0, length), file, number));
            rest.remove_prefix(length);
        }
        if (!line.numbers.empty()) lines.push_back(std::move(line));
        begin = end + 1;
    }
    return lines;
}

std::vector<NumberLine> read_number_lines(const std::filesystem::path& file) {
    const std::string text = read_text_file(file);
    return number_lines(without_byte_order_mark(text), file);
}

std::string decimal_text(double number) {
    constexpr double largest_exact = 0x1p53;
    const bool is_integer = number == std::floor(number) && std::abs(number) <= largest_exact;
    return is_integer ? std::to_string(static_cast<long long>(number)) : number_text(number);
}

}  // namespace glimpse::annotations
