#pragma once

#include <array>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "json/value.hpp"
#include "parameters/array_reference.hpp"
#include "parameters/reading_context.hpp"

// The numbers of a key: in the document, as src/json reads them, or in an array that it refers to.

namespace glimpse::parameters {

double number(const json::Value& value, const ReadingContext& context);

std::vector<double> numbers(const json::Value& value, const ReadingContext& context);

/// As many numbers as names, in their order or in the "order" of a reference.
std::vector<double> numbers(const json::Value& value, const NumberNames& names, std::string_view meaning,
                            const ReadingContext& context);

/// A number, or an array or a reference of some, such as one for each channel; none of any other value.
std::optional<std::vector<double>> one_or_more(const json::Value& value, const ReadingContext& context);

std::vector<int> integers(const json::Value& value, const ReadingContext& context);

/// Likewise.
std::vector<int> integers(const json::Value& value, const NumberNames& names, std::string_view meaning,
                          const ReadingContext& context);

/// Two numbers, [x, y].
std::array<double, 2> point(const json::Value& value, const ReadingContext& context);

/// The numbers of a matrix, row by row. A reference may also lead to all of them in one axis.
std::vector<double> matrix(const json::Value& value, std::size_t rows, std::size_t columns,
                           std::string_view meaning, const ReadingContext& context);

/// A reference may also lead to six numbers, row by row. `also` ends what a message says of the shapes.
std::array<std::array<double, 3>, 2> matrix_2x3(const json::Value& value, const ReadingContext& context,
                                                std::string_view also = {});

/// Equally long rows of numbers, CV_64F, which `meaning` names.
cv::Mat rows_of_numbers(const json::Value& value, std::string_view meaning);

/// The members of an object.
std::vector<double> members(const json::Value& value, const NumberNames& numbers,
                            const ReadingContext& context);

}  // namespace glimpse::parameters
