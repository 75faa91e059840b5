#include "annotations/content.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "annotations/formats.hpp"

namespace glimpse::annotations {

namespace {

struct Unread {
    std::string_view name;  ///< and a remedy
    bool (*recognises)(const Content&);
};

constexpr std::size_t corner_fields = 8;

bool is_number(std::string_view field) {
    return number_in(field).has_value();
}

bool are_numbers(const Row& row, std::size_t begin, std::size_t end) {
    const auto at = [&](std::size_t field) {
        return row.fields.begin() + static_cast<std::ptrdiff_t>(field);
    };
    return row.fields.size() >= end && std::all_of(at(begin), at(end), is_number);
}

/// "class truncated occluded alpha left top right bottom height width length x y z angle", and a score; of a
/// sequence, "frame track" before it.
bool is_kitti(const Row& row) {
    constexpr std::size_t fields = 15;
    for (const std::size_t type : {std::size_t{0}, std::size_t{2}}) {
        if (are_numbers(row, 0, type) && are_numbers(row, type + 1, type + fields) &&
            !is_number(row.fields[type])) {
            return true;
        }
    }
    return false;
}

/// "x y x y x y x y class difficult".
bool is_dota(const Row& row) {
    return row.fields.size() == corner_fields + 2 && are_numbers(row, 0, corner_fields) &&
           !is_number(row.fields[corner_fields]);
}

/// Whether the fields from `begin` on are VisDrone's "left,top,width,height,score,category,truncation,
/// occlusion", the last three of a few whole numbers; a comma may follow.
bool ends_as_visdrone(const Row& row, std::size_t begin) {
    constexpr std::array<double, 3> greatest{11, 1, 2};
    const std::size_t end = begin + corner_fields;
    const bool ends_with_comma = row.fields.size() == end + 1 && row.fields.back().empty();
    if (!(ends_with_comma || row.fields.size() == end) || !are_numbers(row, 0, end)) return false;
    const auto is_whole = [&](std::size_t field, double most) {
        const double number = row.number(field);
        return number >= 0 && number <= most && number == std::floor(number);
    };
    const std::size_t first = end - greatest.size();
    for (std::size_t k = 0; k < greatest.size(); ++k) {
        if (!is_whole(first + k, greatest[k])) return false;
    }
    return row.number(first - 1) >= 0 && row.number(first - 1) <= 1;
}

bool is_visdrone(const Row& row) {
    return ends_as_visdrone(row, 0);
}

/// "m" and the mask's left, top, width and height, and the lengths of its runs.
bool is_vot_mask(const Row& row) {
    constexpr std::size_t box_fields = 4;
    return row.fields.size() > box_fields && row.fields.front().starts_with('m') &&
           is_number(row.fields.front().substr(1)) && are_numbers(row, 1, box_fields);
}

/// The name of a picture alone in a line, below it the number of its faces, and below that ten numbers for
/// each.
bool is_wider_face(const Content& content) {
    constexpr std::size_t face_fields = 10;
    std::size_t row_count = 0;
    bool is_of_it = true;
    for_each_row(content.text(), [&](const Row& row) {
        if (row_count == 0) is_of_it = row.fields.size() == 1 && row.fields.front().ends_with(".jpg");
        if (row_count == 1) is_of_it = is_of_it && row.fields.size() == 1 && is_number(row.fields.front());
        if (row_count == 2) is_of_it = is_of_it && row.fields.size() >= face_fields;
        ++row_count;
    });
    return is_of_it && row_count > 2;
}

/// Whether its first field is a number in quotes.
bool is_quoted(const Row& row) {
    constexpr std::size_t least = 4;
    const std::string_view first = row.fields.front();
    return row.fields.size() >= least && first.size() > 2 &&
           (first.front() == '"' || first.front() == '\'') && first.back() == first.front() &&
           is_number(first.substr(1, first.size() - 2));
}

constexpr std::array<Unread, 20> unread_formats{{
    {"YouTube-VIS's JSON, which is not read; export its frames as COCO",
     [](const Content& content) {
         return content.is_object_with("videos") && content.is_object_with("annotations");
     }},
    {R"(the results of a detector in COCO's form, a list; put it beside the data set's "images" as "annotations")",
     [](const Content& content) { return content.is_list_with("image_id"); }},
    {"Label Studio's JSON, which is not read; export the project as COCO, YOLO or VOC",
     [](const Content& content) {
         return (content.is_list_with("annotations") && content.is_list_with("data")) ||
                content.is_list_with("rectanglelabels");
     }},
    {"CreateML's JSON, which is not read; export as COCO, YOLO or VOC",
     [](const Content& content) { return content.is_list_with("coordinates"); }},
    {"VGG Image Annotator's JSON, which is not read; export as COCO",
     [](const Content& content) {
         return content.is_object_with("shape_attributes") || content.is_object_with("_via_img_metadata");
     }},
    {"Datumaro's JSON, which is not read; export as COCO, YOLO or VOC",
     [](const Content& content) {
         return content.is_object_with("items") && content.is_object_with("annotations");
     }},
    {"Cityscapes' JSON, which is not read; convert its polygons to COCO",
     [](const Content& content) { return content.is_object_with("imgHeight"); }},
    {"Supervisely's JSON, which is not read; export the project as COCO, YOLO or VOC",
     [](const Content& content) { return content.is_object_with("classTitle"); }},
    {"BDD100K's JSON, which is not read; convert it to COCO",
     [](const Content& content) { return content.is_list_with("box2d") || content.is_object_with("box2d"); }},
    {"WIDER FACE's lists, which are not read; convert them to COCO or YOLO",
     [](const Content& content) { return content.has_rows() && is_wider_face(content); }},
    {"the description of a YOLO data set; give the directory of its labels, from which it is found",
     [](const Content& content) { return content.has_line_of("names:"); }},
    {"KITTI's lines, which are not read; convert them to COCO or YOLO",
     [](const Content& content) { return content.has_rows_that(is_kitti); }},
    {"DOTA's corners, which are not read; convert them to YOLO's polygons",
     [](const Content& content) {
         // The lines above its rows, which are all that a file without objects has.
         return content.has_rows_that(is_dota) || content.has_line_of("imagesource:") ||
                content.has_line_of("gsd:");
     }},
    {"CVAT's XML, which is not read; export the task as COCO, YOLO, VOC or MOT",
     [](const Content& content) { return content.is_xml_with_root("annotations"); }},
    {"VisDrone's lines, which are not read; convert them to COCO or YOLO",
     [](const Content& content) { return content.has_rows_that(is_visdrone); }},
    {"ten numbers a line: VisDrone's of a sequence, which are not read, or MOT's; convert them to COCO, or "
     "name the format",
     is_visdrone_sequence},
    {R"(VOT's masks, which are not read; give their boxes, "left,top,width,height", as GOT-10k has it)",
     [](const Content& content) { return content.has_rows_that(is_vot_mask); }},
    {R"(eight numbers a line: VOT's corners, which are not read, or MOT …; give "left,top,width,height", )"
     "as GOT-10k has it, or name the format",
     [](const Content& content) { return content.has_rows_of(corner_fields); }},
    {"rows of numbers in quotes, which are not read; write them without quotes",
     [](const Content& content) { return content.has_rows_that(is_quoted); }},
    {"a table with a header, which is not read; give one of the formats of annotations without a header",
     [](const Content& content) { return content.has_header(); }},
}};

}  // namespace

Content::Content(std::string_view text)
    : text_(text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()))) {}

bool Content::has_rows() const {
    return !text_.starts_with('{') && !text_.starts_with('[') && !text_.starts_with('<');
}

bool Content::has_rows_of(std::size_t count) const {
    if (!has_rows()) return false;
    const auto is_whole = [](const Row& row) { return std::ranges::all_of(row.fields, is_number); };
    return most_rows_are_whole(text_, is_whole, [&](const Row& row) { return row.fields.size() == count; });
}

bool Content::has_number_above_1() const {
    return has_rows() && !all_rows(text_, [](const Row& row) {
               return std::ranges::none_of(
                   row.fields, [](std::string_view field) { return number_in(field).value_or(0) > 1; });
           });
}

bool Content::has_rows_that(const std::function<bool(const Row&)>& hold) const {
    return has_rows() && most_rows_are_whole(text_, hold, [](const Row&) { return true; });
}

bool Content::has_line_of(std::string_view beginning) const {
    if (!has_rows()) return false;
    return text_.starts_with(beginning) ||
           text_.find('\n' + std::string(beginning)) != std::string_view::npos;
}

bool Content::contains_key(std::string_view key) const {
    return text_.find('"' + std::string(key) + '"') != std::string_view::npos;
}

bool Content::is_object_with(std::string_view key) const {
    return text_.starts_with('{') && contains_key(key);
}

bool Content::is_list_with(std::string_view key) const {
    return text_.starts_with('[') && contains_key(key);
}

bool Content::is_xml_with_root(std::string_view name) const {
    if (!text_.starts_with('<')) return false;
    const std::size_t begin = text_.find("<" + std::string(name));
    const std::size_t end = begin == std::string_view::npos ? begin : begin + 1 + name.size();
    return end < text_.size() && std::string_view(" \t\r\n/>").find(text_[end]) != std::string_view::npos;
}

bool Content::has_header() const {
    if (!has_rows()) return false;
    std::size_t row_count = 0;
    std::array<bool, 2> has_number{};
    std::size_t names = 0;  // in the first row
    for_each_row(text_, [&](const Row& row) {
        if (row_count == 0) names = row.fields.size();
        const bool is_empty = std::ranges::all_of(row.fields, &std::string_view::empty);
        if (row_count < has_number.size())
            has_number[row_count] = is_empty || std::ranges::any_of(row.fields, is_number);
        ++row_count;
    });
    // A row of names alone is a table's of which nothing is left: as many as a box has, and separated.
    constexpr std::size_t least_names = 4;
    const bool is_table = names >= least_names && text_.find_first_of(",;\t") != std::string_view::npos;
    return !has_number[0] && (row_count > 1 ? has_number[1] : is_table);
}

bool is_visdrone_sequence(const Content& content) {
    constexpr std::size_t frame_and_target = 2;
    return content.has_rows_that([](const Row& row) { return ends_as_visdrone(row, frame_and_target); });
}

std::string_view unread_format(const Content& content) {
    const auto found = std::ranges::find_if(unread_formats,
                                            [&](const Unread& format) { return format.recognises(content); });
    return found == unread_formats.end() ? std::string_view() : found->name;
}

}  // namespace glimpse::annotations
