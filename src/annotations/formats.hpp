#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/export.hpp"

// One reader a format. A format has one file for all images, or one for each.

namespace glimpse::annotations {

/// What a file with the boxes of all images says.
struct DataSet {
    std::vector<AnnotatedImage> images;
    std::vector<std::string> categories;  ///< that it declares, besides those of its boxes
    std::vector<std::string> numbers{};   ///< of these
};

DataSet read_coco(const std::filesystem::path& file, const ImageFiles& images);
DataSet read_mot(const std::filesystem::path& file, const ImageFiles& images);
/// GOT-10k's and OTB's: a line for each image.
DataSet read_target(const std::filesystem::path& file, const ImageFiles& images);

// The boxes of the one image that a file belongs to.

std::vector<AnnotatedBox> read_yolo(const std::filesystem::path& file);
std::vector<AnnotatedBox> read_labelme(const std::filesystem::path& file);
std::vector<AnnotatedBox> read_voc(const std::filesystem::path& file, bool zero_based);

/// The names of YOLO's classes, one a line, in "classes.txt" or "obj.names" beside the label files or above
/// them; none where there is no such file.
std::vector<std::string> yolo_names(const std::filesystem::path& labels);

/// The bytes of a text file. Throws `UsageError`.
GLIMPSE_EXPORT std::string read_text(const std::filesystem::path& file);

/// The number that a text is, white space around it left aside; none where it is no number.
GLIMPSE_EXPORT std::optional<double> number_in(std::string_view text);

/// A line of numbers with commas, semicolons, tabs or spaces between them; "NaN" is one.
struct NumberLine {
    std::size_t line;  ///< from 1
    std::vector<double> numbers;
};

/// The lines of a text that are not empty. Throws `UsageError` "FILE:LINE: …" for what is no number.
std::vector<NumberLine> read_number_lines(const std::filesystem::path& file);

/// Whether all of these could be YOLO's: no number that would not be a class or a fraction.
bool is_yolo(const std::vector<NumberLine>& lines);

/// "FILE:LINE".
GLIMPSE_EXPORT std::string place_of(const std::filesystem::path& file, std::size_t line);

/// "12" for 12: whole numbers as they are written.
std::string in_digits(double number);

}  // namespace glimpse::annotations
