#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "system/text_file.hpp"

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

bool is_absent(const std::vector<double>& n) {
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
                             .problem = place + " names it, and no image's name ends in that number"};
        }
        return frame->second;
    }

    std::vector<AnnotatedImage> with_boxes() && {
        std::vector<AnnotatedImage> images;
        for (auto& [number, image] : frames_) {
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

}  // namespace

DataSet read_mot(const std::filesystem::path& file, const ImageFiles& images) {
    Frames frames(images);
    for (const auto& [line, n] : read_number_lines(file)) {
        const std::string place = place_of_line(file, line);
        if (n.size() < 6 || !is_integral(n[0]) || n[0] < 0 || !is_integral(n[1])) {
            throw UsageError(place,
                             "\"frame, track, left, top, width, height, …\" is needed: two whole numbers of "
                             "up to 15 digits, the frame 0 or more, and at least four more");
        }
        // In a ground truth the eighth number is the class; detections have none.
        const std::string category = n.size() >= 8 && n[7] >= 0 ? decimal_text(n[7]) : "";
        frames.at(static_cast<long long>(n[0]), place)
            .boxes.push_back({.id = n[1] >= 0 ? decimal_text(n[1]) : "",
                              .category = category,
                              .number = category,
                              .box = {from_one_based(n[2], n[3], n[4], n[5])},
                              .place = place_of_box(line)});
    }
    return {.images = std::move(frames).with_boxes()};
}

DataSet read_target(const std::filesystem::path& file, const ImageFiles& images) {
    const std::vector<NumberLine> lines = read_number_lines(file);
    if (lines.size() != images.files.size()) {
        throw UsageError(file.string(), "has " + std::to_string(lines.size()) + " boxes for " +
                                            std::to_string(images.files.size()) +
                                            " images; there is one for each");
    }
    const std::vector<ImageFile> frames = in_frame_order(images.files);
    DataSet set;
    for (std::size_t k = 0; k < lines.size(); ++k) {
        const auto& [line, n] = lines[k];
        if (n.size() != 4) {
            throw UsageError(
                place_of_line(file, line),
                "four numbers \"left, top, width, height\" are needed, not " + std::to_string(n.size()));
        }
        if (is_absent(n)) continue;
        AnnotatedImage image{.path = frames[k].path, .name = frames[k].name};
        image.boxes.push_back({.box = {from_one_based(n[0], n[1], n[2], n[3])}, .place = place_of_box(line)});
        set.images.push_back(std::move(image));
    }
    return set;
}

}  // namespace glimpse::annotations
