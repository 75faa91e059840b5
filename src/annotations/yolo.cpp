#include <algorithm>
#include <array>
#include <cmath>

#include "annotations/formats.hpp"
#include "annotations/yolo_data_set.hpp"
#include "glimpse/error.hpp"

namespace glimpse::annotations {

namespace {

constexpr std::size_t box_fields = 5;       // class cx cy w h
constexpr std::size_t triangle_fields = 7;  // or a box, its confidence and its track

bool is_class(double number) {
    constexpr double most = 1e9;
    return is_whole(number) && number <= most;
}

/// A coordinate, which lies in the image. As Ultralytics allows, boxes of half a pixel more may be rounded.
double fraction(const Row& row, std::size_t field) {
    constexpr double most = 1.01;
    const double number = row.finite_number(field);
    if (number >= 1 - most && number <= most) return number;
    throw Error("fractions of the image's width and height are needed, of 0 to 1, not " +
                decimal_text(number));
}

std::string class_of(const Row& row) {
    const double number = row.number(0);
    if (is_class(number)) return decimal_text(number);
    throw Error("a class is a whole number of 0 or more, 1000000000 at most, not " +
                std::string(row.fields[0]));
}

[[noreturn]] void fail_ambiguous(const std::string& one, const std::string& other,
                                 const std::string& remedy) {
    throw Error("may be " + one + ", or " + other + "; " + remedy);
}

/// Whether the last number is a track, and no coordinate.
bool ends_in_track(const Row& row) {
    const double last = row.number(row.fields.size() - 1);
    return is_whole(last) && last > 1;
}

/// Whether the last number may be a track or a coordinate.
bool may_end_in_track(const Row& row) {
    const double last = row.number(row.fields.size() - 1);
    return last == 0 || last == 1;
}

/// Throws `Error` for what may be the angle of a rotated box, as other rows of the data set have one.
void require_no_angle(const Row& row, YoloDataSet& set) {
    if (is_whole(row.number(box_fields)) || !set.has_angles()) return;
    fail_ambiguous("a box with its confidence", "one rotated by an angle, as others of these labels are",
                   "rotated boxes are not read: give four corners \"class x y x y x y x y\"");
}

void require_confidence(const Row& row, std::size_t field) {
    const double number = row.finite_number(field);
    if (is_confidence(number)) return;
    throw Error("field " + std::to_string(field + 1) + ": a confidence lies between 0 and 1, not at " +
                decimal_text(number));
}

/// Throws `Error` where what follows the first `end` numbers is no confidence, no track and not both.
void require_confidence_and_track(const Row& row, std::size_t end) {
    const std::size_t count = row.fields.size();
    if (count == end) return;
    const double last = row.number(count - 1);
    const bool has_both = count == end + 2;
    if (has_both) require_confidence(row, end);
    if (is_whole(last) || (!has_both && is_confidence(last))) return;
    throw Error("field " + std::to_string(count) + ": " +
                (has_both ? "a track is a whole number, not "
                          : "a confidence of 0 to 1 or the whole number of a track is needed, not ") +
                decimal_text(last) + "; rotated boxes are not read");
}

/// Throws `Error` where a row beyond a box has not the length of one with these keypoints, behind which a
/// confidence and a track may stand.
void require_keypoints(const Row& row, const Keypoints& keypoints) {
    const std::size_t needed = box_fields + keypoints.count * keypoints.numbers;
    const std::size_t count = row.fields.size();
    if (count >= needed && count <= needed + 2) return require_confidence_and_track(row, needed);
    if (count <= triangle_fields) return require_confidence_and_track(row, box_fields);
    throw Error("has " + std::to_string(count) + " numbers, and with the kpt_shape [" +
                std::to_string(keypoints.count) + ", " + std::to_string(keypoints.numbers) +
                "] of its data.yaml it has " + std::to_string(needed) +
                ", a confidence and a track behind them");
}

/// What the visibilities say, if each keypoint has one.
enum class Visibilities { none, conceivable, possible, certain };

/// Certain with a 2, which is no coordinate, and no track where it is not the last; likely where one is
/// "0 0 0", as unlabelled keypoints are written.
Visibilities visibilities(const Row& row) {
    constexpr std::size_t keypoint_fields = 3;  // x y visibility
    if ((row.fields.size() - box_fields) % keypoint_fields != 0) return Visibilities::none;
    auto found = Visibilities::conceivable;
    for (std::size_t k = box_fields; k < row.fields.size(); k += keypoint_fields) {
        const double visibility = row.number(k + 2);
        if (visibility != 0 && visibility != 1 && visibility != 2) return Visibilities::none;
        const bool may_be_track = k + keypoint_fields == row.fields.size() && row.fields.size() % 2 == 1;
        if (visibility == 2)
            found = std::max(found, may_be_track ? Visibilities::possible : Visibilities::certain);
        const bool is_unlabelled = visibility == 0 && row.number(k) == 0 && row.number(k + 1) == 0;
        if (is_unlabelled) found = std::max(found, Visibilities::possible);
    }
    return found;
}

/// Whether a row is a polygon, and no box with something behind it. Throws `Error` where it may be either.
bool is_polygon(const Row& row, YoloDataSet& set) {
    const std::size_t count = row.fields.size();
    if (count < box_fields) {
        throw Error(
            "five numbers \"class cx cy w h\" are needed, or a polygon \"class x y x y x y …\", not " +
            std::to_string(count));
    }
    const bool has_keypoints = set.keypoints() && count > box_fields + 1;  // which are not read
    for (std::size_t k = box_fields; !has_keypoints && k < count; ++k)
        static_cast<void>(row.finite_number(k));
    if (count <= box_fields + 1) {
        require_confidence_and_track(row, box_fields);
        if (count > box_fields) require_no_angle(row, set);
        return false;
    }
    if (set.keypoints()) {
        require_keypoints(row, *set.keypoints());
        return false;
    }
    if (count == triangle_fields && ends_in_track(row)) {
        require_confidence(row, box_fields);
        return false;
    }
    if (count == triangle_fields && may_end_in_track(row)) {
        const bool may_be_box = set.has_confidences_or_tracks();
        const bool may_be_triangle = set.has_polygons();
        if (may_be_box && !may_be_triangle) {
            require_confidence(row, box_fields);
            return false;
        }
        if (may_be_box == may_be_triangle)
            fail_ambiguous("a box with its confidence and track", "a triangle",
                           "leave out what follows the box, or give the triangle's first corner twice");
    }
    const Visibilities found = visibilities(row);
    if (found == Visibilities::certain) return false;
    if (set.declares_no_keypoints()) {
        constexpr std::size_t two_keypoints = box_fields + 6;  // one may be the end of a polygon
        const bool is_conceivable = found != Visibilities::none && count >= two_keypoints;
        if (!is_conceivable || set.has_rows_of_many_lengths()) return true;
        fail_ambiguous("a box with keypoints", "a polygon",
                       "its data.yaml has no kpt_shape: give it there for keypoints, or the polygon's first "
                       "corner twice");
    }
    const bool is_possible = found == Visibilities::possible;
    if (is_possible != set.has_rows_of_many_lengths()) return !is_possible;
    fail_ambiguous(
        "a box with keypoints", "a polygon",
        "put the data set's data.yaml beside the labels or above them, with kpt_shape for keypoints");
}

Box bounds_of_corners(const Row& row, std::size_t end) {
    std::vector<Point> corners;
    for (std::size_t k = 1; k < end; k += 2) corners.push_back({fraction(row, k), fraction(row, k + 1)});
    return bounding_box(corners);
}

std::array<double, 4> sides(const Box& box) {
    return {box.x, box.y, box.width, box.height};
}

/// A box, and how sure it is.
struct Found {
    Box box;
    Score score{};
};

/// The smallest box around a polygon, behind which a confidence, a track, or both may stand. A single 0 or 1
/// may be either, and is no score.
Found bounds_of_polygon(const Row& row, YoloDataSet& set) {
    const std::size_t count = row.fields.size();
    const auto scored = [&](std::size_t end) {
        require_confidence(row, end);
        return Found{bounds_of_corners(row, end), Score(row.number(end))};
    };
    const double last = row.number(count - 1);
    if (count % 2 == 0 && is_whole(last) && last >= 0) return {bounds_of_corners(row, count - 1)};
    if (count % 2 == 0) return scored(count - 1);
    if (count == triangle_fields) return {bounds_of_corners(row, count)};
    if (ends_in_track(row)) return scored(count - 2);
    const Box all = bounds_of_corners(row, count);
    if (may_end_in_track(row) && sides(bounds_of_corners(row, count - 2)) != sides(all) &&
        set.has_confidences_or_tracks()) {
        fail_ambiguous("a polygon with its confidence and track", "one with a corner more",
                       "leave out what follows the polygon, or give its first corner twice");
    }
    return {all};
}

/// What stands behind a box, of which a single 0 or 1 may be a track as well.
Score score_of_box(const Row& row, const YoloDataSet& set) {
    const std::size_t count = row.fields.size();
    std::size_t end = box_fields;
    if (const auto& keypoints = set.keypoints()) {
        const std::size_t behind = box_fields + keypoints->count * keypoints->numbers;
        if (count >= behind) end = behind;
    }
    const bool has_both = count == end + 2;
    const bool has_one = count == end + 1 && !is_whole(row.number(end));
    return has_both || has_one ? Score(row.number(end)) : Score();
}

Found box_of(const Row& row, YoloDataSet& set) {
    if (is_polygon(row, set)) return bounds_of_polygon(row, set);
    const Point centre{fraction(row, 1), fraction(row, 2)};
    const double width = fraction(row, 3);
    const double height = fraction(row, 4);
    return {{centre.x - width / 2, centre.y - height / 2, width, height}, score_of_box(row, set)};
}

AnnotatedBox read_row(const Row& row, YoloDataSet& set) {
    return read_box({.place = place_of_box(row.line)}, [&](AnnotatedBox& box) {
        if (row.fields.size() > 1) {  // alone it may stand in a list of names
            const std::string number = class_of(row);
            box.category = new_category(number, number);
        }
        const Found found = box_of(row, set);
        box.box = {found.box, Units::fraction};
        box.score = found.score;
    });
}

}  // namespace

bool is_yolo(std::string_view text) {
    const auto is_share = [](double number) { return number >= 0 && number <= 1; };
    const auto is_whole = [&](const Row& row) {
        std::vector<double> numbers;
        for (const std::string_view field : row.fields) numbers.push_back(number_in(field).value_or(NAN));
        if (numbers.size() < box_fields || !is_class(numbers[0])) return false;
        return std::all_of(numbers.begin() + 1, numbers.begin() + box_fields, is_share) &&
               std::all_of(numbers.begin() + box_fields, numbers.end(),
                           [&](double number) { return is_share(number) || is_class(number); });
    };
    return most_rows_are_whole(text, is_whole,
                               [](const Row& row) { return row.fields.size() >= box_fields; });
}

LabelFile read_yolo(const std::filesystem::path& file, YoloDataSet& set) {
    LabelFile labels;
    const std::string text = read_annotation_text(file);
    for_each_row(text, [&](const Row& row) { labels.boxes.push_back(read_row(row, set)); });
    return labels;
}

}  // namespace glimpse::annotations
