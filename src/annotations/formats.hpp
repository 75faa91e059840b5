#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/export.hpp"

// One reader per format. A format has one file for all images, or one per image.

namespace glimpse::annotations {

/// The content of a file that annotates all images.
struct DataSet {
    std::vector<AnnotatedImage> images;
    std::vector<std::string> categories{};  ///< declared by the file, whether or not a box has them
    std::vector<std::string> numbers{};     ///< of the declared categories
};

DataSet read_coco(const std::filesystem::path& file, const ImageFiles& images);
DataSet read_mot(const std::filesystem::path& file, const ImageFiles& images);
/// GOT-10k and OTB: one line per image.
DataSet read_target(const std::filesystem::path& file, const ImageFiles& images);

/// The place of a box that stands on this line, from 1.
inline std::string place_of_box(std::size_t line) {
    return ":" + std::to_string(line);
}

// Files that annotate one image.

std::vector<AnnotatedBox> read_yolo(const std::filesystem::path& file);
std::vector<AnnotatedBox> read_labelme(const std::filesystem::path& file);
std::vector<AnnotatedBox> read_voc(const std::filesystem::path& file, bool zero_based);

/// YOLO's class names by number, one a line of "classes.txt" or "obj.names" in the directory of the labels or
/// its parent; empty without such a file.
std::vector<std::string> yolo_names(const std::filesystem::path& labels);

/// The number that a text holds, apart from white space around it; none for anything else.
GLIMPSE_EXPORT std::optional<double> number_in(std::string_view text);

/// A line of numbers separated by commas, semicolons, tabs or spaces; "NaN" is a number.
struct NumberLine {
    std::size_t line;  ///< from 1
    std::vector<double> numbers;
};

/// The lines of a text that are not blank. Throws `UsageError` "FILE:LINE: …" for a word that is no number.
std::vector<NumberLine> number_lines(std::string_view text, const std::filesystem::path& file);
/// Those of a file, without a byte order mark.
std::vector<NumberLine> read_number_lines(const std::filesystem::path& file);

/// Whether every line is valid YOLO with fractions of 0 to 1: stricter than the reader, to tell formats
/// apart.
bool is_yolo(const std::vector<NumberLine>& lines);

/// A whole number in its digits, "100000", as ids and classes are; any other as `number_text`.
std::string decimal_text(double number);

}  // namespace glimpse::annotations
