#include <algorithm>
#include <cmath>
#include <sstream>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "system/text_file.hpp"

namespace glimpse::annotations {

namespace {

constexpr std::size_t box_fields = 5;  // class cx cy w h

bool is_class(double number) {
    constexpr double most = 1e9;
    return number >= 0 && number <= most && number == std::floor(number);
}

/// More than 1 is allowed, since boxes may leave the image; pixel coordinates are far more.
bool is_fraction(double number) {
    constexpr double most = 4;
    return std::abs(number) <= most;
}

double fraction(const Row& row, std::size_t field) {
    const double number = row.finite_number(field);
    if (is_fraction(number)) return number;
    throw Error("fractions of the image's width and height are needed, not pixels: " + decimal_text(number));
}

/// A coordinate of a polygon, which lies in the image, as a confidence and a track behind it need not.
double corner(const Row& row, std::size_t field) {
    constexpr double most = 1.01;  // rounding, and boxes of half a pixel more
    const double number = fraction(row, field);
    if (number >= 1 - most && number <= most) return number;
    throw Error("a polygon's corners lie between 0 and 1, not at " + decimal_text(number) +
                "; leave out a confidence and a track");
}

std::string class_of(const Row& row) {
    const double number = row.number(0);
    if (is_class(number)) return decimal_text(number);
    throw Error("a class is a whole number of 0 or more, not " + decimal_text(number));
}

constexpr std::size_t keypoint_fields = 3;  // x y visibility

/// Whether all that follows the box may be keypoints of a pose: each visibility is 0, 1 or 2.
bool may_have_keypoints(const Row& row) {
    if (row.fields.size() <= box_fields || (row.fields.size() - box_fields) % keypoint_fields != 0)
        return false;
    for (std::size_t k = box_fields; k < row.fields.size(); k += keypoint_fields) {
        const double visibility = row.number(k + 2);
        if (visibility != 0 && visibility != 1 && visibility != 2) return false;
    }
    return true;
}

/// Whether some keypoint is none of a polygon's coordinates: a visibility of 2, or all of it 0.
bool must_have_keypoints(const Row& row) {
    for (std::size_t k = box_fields; k < row.fields.size(); k += keypoint_fields) {
        const double visibility = row.number(k + 2);
        if (visibility == 2 || (visibility == 0 && row.number(k) == 0 && row.number(k + 1) == 0)) return true;
    }
    return false;
}

[[noreturn]] void fail_ambiguous(const std::string& one, const std::string& other) {
    throw Error("may be a box with " + one + ", or " + other +
                ": leave out what follows the box, or give the polygon's first corner twice");
}

/// Whether the seven numbers of a row are a box, its confidence and its track, and no triangle.
bool has_track(const Row& row) {
    const double last = row.number(row.fields.size() - 1);
    if (last != std::floor(last)) return false;
    if (last == 0 || last == 1) fail_ambiguous("its confidence and track", "a triangle");
    return true;
}

/// Throws `Error` where a row may be either, or neither.
bool is_polygon(const Row& row) {
    constexpr std::size_t triangle_fields = 7;
    const std::size_t count = row.fields.size();
    if (count == box_fields || count == box_fields + 1) return false;  // 6: a confidence
    if (count == triangle_fields) return !has_track(row);
    const bool has_pairs = count > triangle_fields && count % 2 == 1;
    if (may_have_keypoints(row)) {
        if (has_pairs && !must_have_keypoints(row)) fail_ambiguous("keypoints", "a polygon");
        return false;
    }
    if (has_pairs) return true;
    throw Error("five numbers \"class cx cy w h\" are needed, or a polygon \"class x y x y x y …\", not " +
                std::to_string(count));
}

Box box_of(const Row& row) {
    if (!is_polygon(row)) {
        const Point centre{fraction(row, 1), fraction(row, 2)};
        const double width = fraction(row, 3);
        const double height = fraction(row, 4);
        return {centre.x - width / 2, centre.y - height / 2, width, height};
    }
    std::vector<Point> corners;
    for (std::size_t k = 1; k < row.fields.size(); k += 2) {
        corners.push_back({corner(row, k), corner(row, k + 1)});
    }
    return bounding_box(corners);
}

AnnotatedBox read_row(const Row& row) {
    return read_box({.place = place_of_box(row.line)}, [&](AnnotatedBox& box) {
        box.number = class_of(row);
        box.category = box.number;
        box.box = {box_of(row), Units::fraction};
    });
}

}  // namespace

bool is_yolo(std::string_view text) {
    const auto is_share = [](std::string_view field) {
        const auto number = number_in(field);
        return number && *number >= 0 && *number <= 1;
    };
    return all_rows(text, [&](const Row& row) {
        return read_row(row).problem.empty() &&
               std::all_of(row.fields.begin() + 1, row.fields.begin() + box_fields, is_share);
    });
}

std::vector<AnnotatedBox> read_yolo(const std::filesystem::path& file) {
    std::vector<AnnotatedBox> boxes;
    const std::string text = read_text_file(file);
    for_each_row(without_byte_order_mark(text), [&](const Row& row) { boxes.push_back(read_row(row)); });
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
                names.emplace_back(trimmed(line));
            }
            while (!names.empty() && names.back().empty()) names.pop_back();
            return names;
        }
    }
    return {};
}

}  // namespace glimpse::annotations
