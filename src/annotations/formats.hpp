#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/error.hpp"
#include "glimpse/export.hpp"
#include "json/json_text.hpp"

// One reader per format. A format has one file for all images, or one per image.

namespace glimpse::annotations {

/// The content of a file that annotates all images.
struct DataSet {
    std::vector<AnnotatedImage> images{};
    /// Records that belong to no image that could be told: each fails by itself, at its place.
    std::vector<AnnotatedImage> lost{};
    /// The paths of images that such records name: they are no inputs that nothing was said of.
    std::vector<std::filesystem::path> lost_images{};
    std::vector<std::string> categories{};       ///< declared by the file, whether or not a box has them
    std::vector<std::string> numbers{};          ///< of the declared categories
    std::map<std::string, std::string> names{};  ///< of categories of which boxes have the numbers alone
    std::string place_of_names{};                ///< where these were looked for, where none were found
};

DataSet read_coco(const std::filesystem::path& file, const ImageFiles& images);
DataSet read_mot(const std::filesystem::path& file, const ImageFiles& images);
/// GOT-10k and OTB: one line per image.
DataSet read_target(const std::filesystem::path& file, const ImageFiles& images);

/// Throws `UsageError` "FILE:LINE: …" where a text is not UTF-8: names in another encoding would be other
/// names, or one.
GLIMPSE_EXPORT void require_utf8(std::string_view text, const std::filesystem::path& file);

/// Of a file that other programs wrote: what nobody reads of it may be wrong.
inline json::Source foreign_source(const std::filesystem::path& file) {
    return {file.string(), std::nullopt, std::make_shared<std::set<std::string>>()};
}

/// For `DataSet::lost`.
AnnotatedImage lost_record(const std::filesystem::path& file, const std::string& place,
                           const std::string& problem);

/// Runs read(box), and keeps what is wrong with the record as the box's `problem`.
template <typename Read>
AnnotatedBox read_box(AnnotatedBox box, Read&& read) {
    try {
        read(box);
    } catch (const Error& error) {
        box.problem = std::make_shared<const std::string>(error.rule());
    }
    return box;
}

/// The place of a box that stands on this line, from 1.
inline BoxPlace place_of_box(std::size_t line) {
    return {.number = static_cast<std::uint32_t>(line), .kind = BoxPlace::Kind::line};
}

/// A category for one box, until `CategoryTable` has it shared with others.
inline std::shared_ptr<const BoxCategory> new_category(std::string name, std::string number = {}) {
    return std::make_shared<const BoxCategory>(BoxCategory{std::move(name), std::move(number)});
}

// Files that annotate one image.

class YoloDataSet;

struct LabelFile {
    std::vector<AnnotatedBox> boxes{};
    std::optional<Size> image{};  ///< its size, where the file declares that
};

LabelFile read_yolo(const std::filesystem::path& file, YoloDataSet& set);
LabelFile read_labelme(const std::filesystem::path& file);
LabelFile read_voc(const std::filesystem::path& file, bool zero_based);

/// The size that annotations declare for an image; none where one of the numbers is 0 or NaN, as what does
/// not know it writes. Throws `Error` where it is no size.
GLIMPSE_EXPORT std::optional<Size> declared_size(double width, double height);

/// The bytes of an annotation file without a byte order mark. Throws `UsageError` where they cannot be read,
/// or are UTF-16.
GLIMPSE_EXPORT std::string read_annotation_text(const std::filesystem::path& file);

/// The number that a text holds, apart from white space around it; none for anything else.
GLIMPSE_EXPORT std::optional<double> number_in(std::string_view text);

/// A line of a text: fields between commas or semicolons, of which some may be empty; without any of these,
/// words between white space, and between two tabs an empty field.
struct Row {
    std::size_t line = 0;                    ///< from 1
    std::vector<std::string_view> fields{};  ///< without the white space around them

    /// The number that a field holds; "NaN" is one. Throws `Error`, which counts fields from 1.
    [[nodiscard]] double number(std::size_t field) const;
    /// The same where it is finite.
    [[nodiscard]] double finite_number(std::size_t field) const;
    /// The field as it stands there, in quotes, and cut where it is long, for a message.
    [[nodiscard]] std::string quoted(std::size_t field) const;
};

/// Calls visit(row) for each line of the text that is not blank.
void for_each_row(std::string_view text, const std::function<void(const Row&)>& visit);

/// Whether a text has rows, and the rule holds for each.
bool all_rows(std::string_view text, const std::function<bool(const Row&)>& rule);

/// Whether, of the rows that have the fields of a format, at least half are whole, and these outnumber the
/// rows that have other fields. All but the whole ones fail by themselves.
bool most_rows_are_whole(std::string_view text, const std::function<bool(const Row&)>& is_whole,
                         const std::function<bool(const Row&)>& has_its_fields);

// Whether a text is of a format: stricter than its reader, to tell formats apart.

/// Most rows are a class, a box in fractions of 0 to 1, and such fractions or whole numbers of 0 or more.
bool is_yolo(std::string_view text);
/// Most rows have more than a frame, a track and a box, and whole numbers for frame and track. Only with
/// commas, and not with eight fields, since VOT's and VisDrone's rows have them.
bool is_mot(std::string_view text);

/// A whole number in its digits, "100000", as ids and classes are; any other as `number_text`.
std::string decimal_text(double number);

}  // namespace glimpse::annotations
