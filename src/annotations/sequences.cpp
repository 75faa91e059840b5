#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "annotations/categories.hpp"
#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/text_file.hpp"
#include "system/trimmed.hpp"

namespace glimpse::annotations {

namespace {

std::string same_number(const ImageFile& other) {
    return "has the frame number of " + other.path.string() + "; give the images of one sequence alone";
}

/// The digits at the end of a frame's name without leading zeros: "12" for "clip/000012"; none without any.
std::optional<std::string> frame_digits(const std::string& name) {
    const std::size_t before = name.find_last_not_of("0123456789");
    const std::string digits = name.substr(before == std::string::npos ? 0 : before + 1);
    if (digits.empty()) return std::nullopt;
    return digits.substr(std::min(digits.find_first_not_of('0'), digits.size() - 1));
}

/// Their number; -1 without one, or where it has too many digits to be a frame of MOT.
long long frame_number(const std::string& name) {
    constexpr std::size_t most_digits = 18;
    const auto digits = frame_digits(name);
    return !digits || digits->size() > most_digits ? -1 : std::stoll(*digits);
}

/// From 1-based pixels to edge coordinates.
Box from_one_based(double left, double top, double width, double height) {
    return {left - 1, top - 1, width, height};
}

bool is_absent(const std::array<double, 4>& n) {
    const auto is_nan = [](double value) { return std::isnan(value); };
    return std::ranges::any_of(n, is_nan) || n[2] == 0 || n[3] == 0;
}

/// Frame 2 before frame 10, with or without leading zeros. Throws `UsageError` where numbers give no order.
std::vector<ImageFile> in_frame_order(std::vector<ImageFile> files) {
    if (files.size() < 2) return files;
    const auto number = [](const ImageFile& file) {
        const std::string digits = frame_digits(file.name).value_or("");
        return std::pair(digits.size(), digits);
    };
    std::ranges::stable_sort(files, {}, number);
    if (!frame_digits(files.front().name)) {
        throw UsageError(files.front().path.string(),
                         "has a name that ends in no number, which would tell its line");
    }
    const auto same = std::ranges::adjacent_find(files, {}, number);
    if (same != files.end()) throw UsageError(same->path.string(), same_number(*std::next(same)));
    return files;
}

/// The frames of a sequence by their numbers.
class Frames {
  public:
    explicit Frames(const ImageFiles& images) {
        for (const ImageFile& image : images.files) {
            const long long number = frame_number(image.name);
            if (number < 0) continue;
            const auto [frame, is_new] =
                frames_.try_emplace(number, AnnotatedImage{.path = image.path, .name = image.name});
            if (!is_new && frame->second.problem.empty()) {
                frame->second.problem = same_number(image);
            }
        }
    }

    /// The frame of that number; where no image has it, one whose problem cites `place`.
    AnnotatedImage& at(long long number, const std::string& place) {
        const auto [frame, is_new] = frames_.try_emplace(number);
        if (is_new) {
            const std::string digits = std::to_string(number);
            frame->second = {.path = "frame " + digits,
                             .name = digits,
                             .problem = place + " names it, and no image's name ends in that number",
                             .missing = true};
        }
        return frame->second;
    }

    std::vector<AnnotatedImage> with_boxes() && {
        std::vector<AnnotatedImage> images;
        for (auto& [number, image] : frames_) {
            image.boxes.shrink_to_fit();
            if (!image.boxes.empty()) images.push_back(std::move(image));
        }
        return images;
    }

  private:
    std::map<long long, AnnotatedImage> frames_;
};

bool is_integral(double number) {
    constexpr double most = 1e15;
    return number == std::floor(number) && std::abs(number) <= most;
}

double whole_number(const Row& row, std::size_t field, std::string_view meaning) {
    const double number = row.number(field);
    if (is_integral(number)) return number;
    throw Error("the " + std::string(meaning) + " is a whole number of up to 15 digits, not " +
                row.quoted(field));
}

/// Left, top, width and height in the fields from `first` on, 1-based.
Box box_in(const Row& row, std::size_t first) {
    return from_one_based(row.finite_number(first), row.finite_number(first + 1),
                          row.finite_number(first + 2), row.finite_number(first + 3));
}

/// Throws `UsageError` where the first row is 0, 1, 2, …, as pandas numbers the columns of a table.
void require_no_column_numbers(std::string_view text, const std::filesystem::path& file) {
    constexpr std::size_t least = 4;
    std::string_view rest = text;
    const std::string_view first = take_line(rest);
    for_each_row(first, [&](const Row& row) {
        for (std::size_t k = 0; k < row.fields.size(); ++k)
            if (row.fields[k] != std::to_string(k)) return;
        if (row.fields.size() < least || trimmed(rest).empty()) return;
        throw UsageError(place_of_line(file, 1), "numbers the columns, and is no row of a box; remove it");
    });
}

constexpr std::size_t mot_fields = 6;

long long frame_of(const Row& row) {
    if (row.fields.size() < mot_fields) {
        throw Error("\"frame, track, left, top, width, height, …\" is needed, not " +
                    std::to_string(row.fields.size()) + " fields");
    }
    const double frame = whole_number(row, 0, "frame");
    if (frame < 0) throw Error("the frame is 0 or more, not " + number_text(frame));
    return static_cast<long long>(frame);
}

constexpr std::size_t mot_confidence = mot_fields;

/// Whether the seventh numbers of a file are confidences: in a ground truth they are flags, 1 for what
/// counts; and what knows no confidence writes -1, or 1.
bool has_confidences(std::string_view text) {
    bool has = false;
    for_each_row(text, [&](const Row& row) {
        if (has || row.fields.size() <= mot_confidence) return;
        const std::optional<double> number = number_in(row.fields[mot_confidence]);
        has = number && std::isfinite(*number) && *number != -1 && *number != 0 && *number != 1;
    });
    return has;
}

Score mot_score(const Row& row) {
    if (row.fields.size() <= mot_confidence || row.fields[mot_confidence].empty()) return {};
    const double number = row.finite_number(mot_confidence);
    return number == -1 ? Score() : Score(number);
}

AnnotatedBox mot_box(const Row& row, bool is_scored, CategoryTable& categories) {
    return read_box({.place = place_of_box(row.line)}, [&](AnnotatedBox& box) {
        const double track = whole_number(row, 1, "track");
        if (track >= 0) box.id = decimal_text(track);
        // In a ground truth the eighth number is the class; detections have none, or -1.
        constexpr std::size_t category = 7;
        if (row.fields.size() > category && !row.fields[category].empty()) {
            if (const double number = row.number(category); number >= 0) {
                box.category = categories.shared(decimal_text(number), decimal_text(number));
            }
        }
        if (is_scored) box.score = mot_score(row);
        box.box = {box_in(row, 2)};
    });
}

/// Whether a row may be MOT's, by what stands behind the box: a confidence; or that, the class and the share
/// that is visible; or that and a place in the world, -1 for none. Eight numbers and ten without a confidence
/// may be corners, and no box is lower than a pixel.
bool has_fields_of_mot(const Row& row) {
    constexpr std::size_t with_confidence = 7;
    constexpr std::size_t with_visibility = 9;
    constexpr std::size_t with_place = 10;
    std::size_t count = row.fields.size();
    if (count > 0 && row.fields.back().empty()) --count;
    if (count != with_confidence && count != with_visibility && count != with_place) return false;
    const auto number = [&](std::size_t field) { return number_in(row.fields[field]).value_or(0); };
    const double height = number(mot_fields - 1);
    if (height > 0 && height < 1) return false;
    return std::abs(number(mot_confidence)) <= 1 || (count == with_place && number(with_place - 1) == -1);
}

}  // namespace

bool is_mot(std::string_view text) {
    const auto is_whole = [](const Row& row) {
        const auto is_number = [](std::string_view field) { return number_in(field).has_value(); };
        return row.fields.size() >= mot_fields &&
               std::all_of(row.fields.begin(), row.fields.begin() + mot_fields, is_number) &&
               is_integral(row.number(0)) && is_integral(row.number(1));
    };
    // Between white space such rows are of others: "frame x y x y x y x y" of ALOV, or the Stanford drones'.
    if (text.find_first_of(",;") == std::string_view::npos) return false;
    return most_rows_are_whole(text, is_whole, has_fields_of_mot);
}

DataSet read_mot(const std::filesystem::path& file, const ImageFiles& images) {
    Frames frames(images);
    CategoryTable categories;
    DataSet set;
    const std::string text = read_annotation_text(file);
    require_no_column_numbers(text, file);
    const bool is_scored = has_confidences(text);
    for_each_row(text, [&](const Row& row) {
        try {
            frames.at(frame_of(row), place_of_line(file, row.line))
                .boxes.push_back(mot_box(row, is_scored, categories));
        } catch (const Error& error) {
            set.lost.push_back(lost_record(file, place_of_box(row.line).text(), error.what()));
        }
    });
    set.images = std::move(frames).with_boxes();
    return set;
}

DataSet read_target(const std::filesystem::path& file, const ImageFiles& images) {
    const std::string text = read_annotation_text(file);
    require_no_column_numbers(text, file);
    std::vector<AnnotatedBox> boxes;
    std::vector<bool> absent;
    for_each_row(text, [&](const Row& row) {
        if (row.line != boxes.size() + 1) {
            throw UsageError(
                place_of_line(file, boxes.size() + 1),
                "is empty, and the lines behind it would be of other images; write \"0,0,0,0\" where "
                "the target is absent, or remove the line");
        }
        absent.push_back(false);
        boxes.push_back(read_box({.place = place_of_box(row.line)}, [&](AnnotatedBox& box) {
            if (row.fields.size() != 4) {
                throw Error("four numbers \"left, top, width, height\" are needed, not " +
                            std::to_string(row.fields.size()));
            }
            const std::array<double, 4> n{row.number(0), row.number(1), row.number(2), row.number(3)};
            absent.back() = is_absent(n);
            if (!absent.back()) box.box = {box_in(row, 0)};
        }));
    });
    if (boxes.size() != images.files.size()) {
        throw UsageError(file.string(), "has " + std::to_string(boxes.size()) + " boxes for " +
                                            std::to_string(images.files.size()) +
                                            " images; there is one for each: give the images that have one");
    }
    const std::vector<ImageFile> frames = in_frame_order(images.files);
    DataSet set;
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        AnnotatedImage& image = set.images.emplace_back();
        image.path = frames[k].path;
        image.name = frames[k].name;
        if (!absent[k]) image.boxes.push_back(std::move(boxes[k]));
    }
    return set;
}

}  // namespace glimpse::annotations
