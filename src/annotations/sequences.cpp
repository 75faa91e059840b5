#include <algorithm>
#include <cmath>
#include <map>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"

namespace glimpse::annotations {

namespace {

/// The number that a frame's name ends in: 12 for "clip/000012"; -1 where it ends otherwise.
long long frame_number(const std::string& name) {
    constexpr std::size_t most_digits = 18;
    const std::size_t before = name.find_last_not_of("0123456789");
    const std::string digits = name.substr(before == std::string::npos ? 0 : before + 1);
    return digits.empty() || digits.size() > most_digits ? -1 : std::stoll(digits);
}

/// 1-based pixels to edge coordinates.
Box from_one_based(double left, double top, double width, double height) {
    return {left - 1, top - 1, width, height};
}

bool is_absent(const std::vector<double>& n) {
    const auto no_number = [](double value) { return !std::isfinite(value); };
    return std::ranges::any_of(n, no_number) || n[2] <= 0 || n[3] <= 0;
}

}  // namespace

DataSet read_mot(const std::filesystem::path& file, const ImageFiles& images) {
    std::map<long long, AnnotatedImage> frames;
    for (const ImageFile& image : images.files) {
        const long long number = frame_number(image.name);
        if (number >= 0) frames.try_emplace(number, AnnotatedImage{image.path, image.name, {}, ""});
    }
    for (const auto& [line, n] : read_number_lines(file)) {
        if (n.size() < 6 || n[0] != std::floor(n[0]) || n[0] < 0 || n[1] != std::floor(n[1])) {
            throw UsageError(place_of(file, line),
                             "\"frame, track, left, top, width, height, …\" is needed: two whole numbers and "
                             "at least four more");
        }
        const auto number = static_cast<long long>(n[0]);
        const auto [frame, is_new] = frames.try_emplace(number);
        if (is_new) {
            frame->second.path = file.parent_path() / in_digits(n[0]);
            frame->second.name = in_digits(n[0]);
            frame->second.problem = place_of(file, line) + " names frame " + in_digits(n[0]) +
                                    ", and no image is there whose name ends in that number";
        }
        // In a ground truth the eighth number is the class; detections have none.
        const std::string category = n.size() >= 8 && n[7] >= 0 ? in_digits(n[7]) : "";
        frame->second.boxes.push_back({n[1] >= 0 ? in_digits(n[1]) : "", category, category,
                                       from_one_based(n[2], n[3], n[4], n[5]), Units::pixels, ""});
    }
    DataSet set;
    for (auto& [number, image] : frames) {
        if (!image.boxes.empty()) set.images.push_back(std::move(image));
    }
    return set;
}

DataSet read_target(const std::filesystem::path& file, const ImageFiles& images) {
    const std::vector<NumberLine> lines = read_number_lines(file);
    if (lines.size() != images.files.size()) {
        throw UsageError(file.string(), "has " + std::to_string(lines.size()) + " boxes for " +
                                            std::to_string(images.files.size()) +
                                            " images; there is one for each");
    }
    DataSet set;
    for (std::size_t k = 0; k < lines.size(); ++k) {
        const auto& [line, n] = lines[k];
        if (n.size() != 4) {
            throw UsageError(
                place_of(file, line),
                "four numbers \"left, top, width, height\" are needed, not " + std::to_string(n.size()));
        }
        if (is_absent(n)) continue;
        AnnotatedImage image{images.files[k].path, images.files[k].name, {}, ""};
        image.boxes.push_back({"", "", "", from_one_based(n[0], n[1], n[2], n[3]), Units::pixels, ""});
        set.images.push_back(std::move(image));
    }
    return set;
}

}  // namespace glimpse::annotations
