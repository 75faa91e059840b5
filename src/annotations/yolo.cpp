#include <fstream>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"

namespace glimpse::annotations {

std::vector<AnnotatedBox> read_yolo(const std::filesystem::path& file) {
    std::vector<AnnotatedBox> boxes;
    for (const auto& [line, n] : read_number_lines(file)) {
        // A sixth number is a detection's confidence.
        if (n.size() != 5 && n.size() != 6) {
            throw UsageError(place_of(file, line),
                             "five numbers \"class cx cy w h\" are needed, not " + std::to_string(n.size()));
        }
        const std::string number = in_digits(n[0]);
        boxes.push_back(
            {"", number, number, {n[1] - n[3] / 2, n[2] - n[4] / 2, n[3], n[4]}, Units::fraction, ""});
    }
    return boxes;
}

std::vector<std::string> yolo_names(const std::filesystem::path& labels) {
    std::error_code ignored;
    const auto directory = std::filesystem::is_directory(labels, ignored) ? labels : labels.parent_path();
    for (const auto& place : {directory, directory / ".."}) {
        for (const char* const name : {"classes.txt", "obj.names"}) {
            std::ifstream lines(place / name);
            if (!lines) continue;
            std::vector<std::string> names;
            for (std::string line; std::getline(lines, line);) {
                while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
                names.push_back(line);
            }
            return names;
        }
    }
    return {};
}

}  // namespace glimpse::annotations
