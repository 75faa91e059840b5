#include "parameters/numbers.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "glimpse/words.hpp"

namespace glimpse::parameters {

namespace {

std::vector<int> whole(const std::vector<double>& numbers, const json::Value& place) {
    std::vector<int> integers;
    integers.reserve(numbers.size());
    for (const double number : numbers) {
        if (number != std::nearbyint(number) || std::abs(number) > std::numeric_limits<int>::max()) {
            place.fail("integers from -(2^31 - 1) to 2^31 - 1 are needed, and element " +
                       std::to_string(integers.size()) + " of the array is " + number_text(number));
        }
        integers.push_back(static_cast<int>(number));
    }
    return integers;
}

}  // namespace

double number(const json::Value& value, const ReadingContext& context) {
    if (!is_reference(value)) return json::number(value);
    return referenced_numbers(value, {Array::Shape()}, context).front();
}

std::vector<double> numbers(const json::Value& value, const ReadingContext& context) {
    return is_reference(value) ? referenced_list(value, context) : json::numbers(value);
}

std::optional<std::vector<double>> one_or_more(const json::Value& value, const ReadingContext& context) {
    if (value.is_number()) return std::vector{json::number(value)};
    if (is_reference(value)) return referenced_one_or_more(value, context);
    if (value.is_array()) return json::numbers(value);
    return std::nullopt;
}

std::vector<double> numbers(const json::Value& value, const NumberNames& names, std::string_view meaning,
                            const ReadingContext& context) {
    if (!is_reference(value)) return json::numbers(value, names.names.size(), meaning);
    return referenced_members(value, names, context);
}

std::vector<int> integers(const json::Value& value, const ReadingContext& context) {
    return is_reference(value) ? whole(referenced_list(value, context), value) : json::integers(value);
}

std::vector<int> integers(const json::Value& value, const NumberNames& names, std::string_view meaning,
                          const ReadingContext& context) {
    if (!is_reference(value)) return json::integers(value, names.names.size(), meaning);
    return whole(referenced_members(value, names, context), value);
}

std::array<double, 2> point(const json::Value& value, const ReadingContext& context) {
    static constexpr std::array<std::string_view, 2> coordinates{"x", "y"};
    const std::vector<double> p = numbers(value, {coordinates}, "[x, y]", context);
    return {p[0], p[1]};
}

std::vector<double> matrix(const json::Value& value, std::size_t rows, std::size_t columns,
                           std::string_view meaning, const ReadingContext& context) {
    if (!is_reference(value)) return json::matrix(value, rows, columns, meaning);
    return referenced_numbers(value, {{rows, columns}, {rows * columns}}, context);
}

std::array<std::array<double, 3>, 2> matrix_2x3(const json::Value& value, const ReadingContext& context,
                                                std::string_view also) {
    if (!is_reference(value)) return json::matrix_2x3(value);
    const std::vector<double> m = referenced_numbers(value, {{2, 3}, {6}}, context, also);
    return {{{m[0], m[1], m[2]}, {m[3], m[4], m[5]}}};
}

cv::Mat rows_of_numbers(const json::Value& value, std::string_view meaning) {
    const std::vector<json::Value> rows = json::elements(value, meaning);
    const std::size_t columns = json::numbers(rows.front()).size();
    cv::Mat matrix(static_cast<int>(rows.size()), static_cast<int>(columns), CV_64F);
    for (std::size_t y = 0; y < rows.size(); ++y) {
        const std::vector<double> row = json::numbers(rows[y]);
        if (row.size() != columns) {
            rows[y].fail("a grid's rows are equally long: " + std::to_string(columns) +
                         " numbers as in the first, not " + std::to_string(row.size()));
        }
        std::copy(row.begin(), row.end(), matrix.ptr<double>(static_cast<int>(y)));
    }
    return matrix;
}

std::vector<double> members(const json::Value& value, const NumberNames& numbers,
                            const ReadingContext& context) {
    return is_reference(value) ? referenced_members(value, numbers, context)
                               : json::members(value, numbers.names);
}

}  // namespace glimpse::parameters
