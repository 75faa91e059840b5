#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "system/text_file.hpp"

namespace glimpse::annotations {

namespace {

using Numbers = std::vector<double>;

constexpr std::size_t box_numbers = 5;      // class cx cy w h
constexpr std::size_t polygon_numbers = 7;  // class and three corners, at least

bool is_class(double number) {
    constexpr double most = 1e9;
    return number >= 0 && number <= most && number == std::floor(number);
}

/// More than 1 is allowed, since boxes may leave the image; pixel coordinates are far more.
bool is_fraction(double number) {
    constexpr double most = 4;
    return std::abs(number) <= most;
}

Box box_of(const Numbers& n) {
    // A sixth number is a detection's confidence.
    if (n.size() < polygon_numbers) return {n[1] - n[3] / 2, n[2] - n[4] / 2, n[3], n[4]};
    std::vector<Point> corners;
    for (std::size_t k = 1; k < n.size(); k += 2) corners.push_back({n[k], n[k + 1]});
    return bounding_box(corners);
}

/// What is wrong with a line; none where it is valid.
std::optional<std::string> find_error(const Numbers& n) {
    const bool is_polygon = n.size() >= polygon_numbers && n.size() % 2 == 1;
    if (n.size() != box_numbers && n.size() != box_numbers + 1 && !is_polygon) {
        return "five numbers \"class cx cy w h\" are needed, or a polygon \"class x y x y x y …\", not " +
               std::to_string(n.size());
    }
    if (!is_class(n[0])) return "a class is a whole number of 0 or more, not " + decimal_text(n[0]);
    const auto strange = std::find_if_not(n.begin() + 1, n.end(), is_fraction);
    if (strange != n.end()) {
        return "fractions of the image's width and height are needed, not pixels: " + decimal_text(*strange);
    }
    return std::nullopt;
}

}  // namespace

bool is_yolo(const std::vector<NumberLine>& lines) {
    const auto is_share = [](double value) { return value >= 0 && value <= 1; };
    return std::ranges::all_of(lines, [&](const NumberLine& line) {
        const Numbers& n = line.numbers;
        return !find_error(n) && std::all_of(n.begin() + 1, n.end(), is_share);
    });
}

std::vector<AnnotatedBox> read_yolo(const std::filesystem::path& file) {
    std::vector<AnnotatedBox> boxes;
    for (const auto& [line, n] : read_number_lines(file)) {
        if (const auto error = find_error(n)) throw UsageError(place_of_line(file, line), *error);
        const std::string number = decimal_text(n[0]);
        boxes.push_back({.category = number,
                         .number = number,
                         .box = {box_of(n), Units::fraction},
                         .place = place_of_box(line)});
    }
    return boxes;
}

std::vector<std::string> yolo_names(const std::filesystem::path& labels) {
    std::error_code ignored;
    const auto directory = std::filesystem::is_directory(labels, ignored) ? labels : labels.parent_path();
    for (const auto& place : {directory, directory / ".."}) {
        for (const char* const name : {"classes.txt", "obj.names"}) {
            if (!std::filesystem::is_regular_file(place / name, ignored)) continue;
            const std::string text = read_text_file(place / name);
            std::istringstream lines{std::string(without_byte_order_mark(text))};
            std::vector<std::string> names;
            for (std::string line; std::getline(lines, line);) {
                while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
                if (!line.empty()) names.push_back(line);
            }
            return names;
        }
    }
    return {};
}

}  // namespace glimpse::annotations
