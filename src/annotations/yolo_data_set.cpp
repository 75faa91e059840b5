#include "annotations/yolo_data_set.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "system/module.hpp"
#include "system/trimmed.hpp"

namespace glimpse::annotations {

namespace {

namespace fs = std::filesystem;

using Names = std::map<std::string, std::string>;

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

/// A name a line; a blank one counts.
Names names_in_lines(const fs::path& file) {
    Names names;
    const std::string text = read_annotation_text(file);
    require_utf8(text, file);
    std::istringstream lines(text);
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line); ++number) {
        const std::string_view name = trimmed(line);
        if (!name.empty()) names.emplace(std::to_string(number), name);
    }
    return names;
}

/// Files of names in lines lie beside the labels or above them. The first that is there counts.
std::vector<fs::path> possible_files_of_names(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& place : {directory, directory / ".."}) {
        for (const char* const name : {"classes.txt", "obj.names"}) files.push_back(place / name);
    }
    return files;
}

/// Data sets are laid out as ROOT/labels, ROOT/train/labels or ROOT/labels/train.
std::vector<fs::path> possible_data_yamls(const fs::path& directory) {
    std::vector<fs::path> files;
    for (const auto& place : {directory, directory / "..", directory / ".." / ".."}) {
        for (const char* const name : {"data.yaml", "data.yml", "dataset.yaml", "dataset.yml"})
            files.push_back(place / name);
    }
    return files;
}

/// The file of names in lines; empty without one.
fs::path file_of_names(const fs::path& directory) {
    const std::vector<fs::path> files = possible_files_of_names(directory);
    const auto found = std::ranges::find_if(files, is_file);
    return found == files.end() ? fs::path() : *found;
}

struct FoundYaml {
    fs::path file;
    DataYaml content;
};

std::optional<FoundYaml> find_data_yaml(const fs::path& directory) {
    for (const fs::path& file : possible_data_yamls(directory)) {
        if (!is_file(file)) continue;
        static const auto& reader = opened_module<DataYamlReader>("data_yaml");
        DataYaml content = reader.read(file);
        if (!content.names.empty()) return FoundYaml{file, std::move(content)};
    }
    return std::nullopt;
}

constexpr std::size_t box_confidence_and_track = 7;

/// Whether the rule holds for a row of numbers in one of the files, which are read until it does.
bool any_row_of_numbers(const std::vector<fs::path>& files, const std::function<bool(const Row&)>& rule) {
    const auto is_number = [](std::string_view field) { return number_in(field).has_value(); };
    return std::ranges::any_of(files, [&](const fs::path& file) {
        bool found = false;
        try {
            for_each_row(read_annotation_text(file), [&](const Row& row) {
                found = found || (std::ranges::all_of(row.fields, is_number) && rule(row));
            });
        } catch (const UsageError&) {
            return false;  // its own image fails for it
        }
        return found;
    });
}

/// The least and the most fields of rows that have more than a box, its confidence and its track.
struct Lengths {
    std::size_t least = SIZE_MAX;
    std::size_t most = 0;

    [[nodiscard]] bool differ() const {
        constexpr std::size_t confidence_and_track = 2;
        return most > least && most - least > confidence_and_track;
    }
};

bool differ_in_length(const std::vector<fs::path>& files) {
    Lengths lengths;
    return any_row_of_numbers(files, [&](const Row& row) {
        if (row.fields.size() <= box_confidence_and_track) return false;
        lengths.least = std::min(lengths.least, row.fields.size());
        lengths.most = std::max(lengths.most, row.fields.size());
        return lengths.differ();
    });
}

fs::path directory_of_labels(const fs::path& labels) {
    std::error_code ignored;
    return fs::is_directory(labels, ignored) ? labels : labels.parent_path();
}

}  // namespace

bool is_whole(double number) {
    constexpr double most = 1e15;
    return number >= 0 && number <= most && number == std::floor(number);
}

bool is_confidence(double number) {
    return number >= 0 && number <= 1;
}

YoloDataSet::YoloDataSet(const fs::path& labels, std::vector<fs::path> files,
                         const std::function<void(const std::string&)>& warn)
    : files_(std::move(files)) {
    const fs::path directory = directory_of_labels(labels);
    const fs::path lines = file_of_names(directory);
    if (!lines.empty()) names_ = names_in_lines(lines);
    std::optional<FoundYaml> yaml = find_data_yaml(directory);
    if (!yaml) return;
    is_declared_ = true;
    keypoints_ = yaml->content.keypoints;
    if (names_.empty()) {
        names_ = std::move(yaml->content.names);
    } else if (names_ != yaml->content.names) {
        warn(lines.string() + ": the names of classes are taken from here, and " + yaml->file.string() +
             " has others");
    }
}

bool YoloDataSet::has_rows_of_many_lengths() {
    if (!has_many_lengths_) has_many_lengths_ = differ_in_length(files_);
    return *has_many_lengths_;
}

bool YoloDataSet::has_confidences_or_tracks() {
    if (!has_confidences_or_tracks_) {
        has_confidences_or_tracks_ = any_row_of_numbers(files_, [](const Row& row) {
            const std::size_t count = row.fields.size();
            if (count < box_confidence_and_track - 1) return false;
            const double last = row.number(count - 1);
            return count % 2 == 0 || (last > 1 && last == std::floor(last));
        });
    }
    return *has_confidences_or_tracks_;
}

bool YoloDataSet::has_polygons() {
    if (!has_polygons_) {
        has_polygons_ = any_row_of_numbers(
            files_, [](const Row& row) { return row.fields.size() > box_confidence_and_track; });
    }
    return *has_polygons_;
}

bool YoloDataSet::has_angles() {
    if (!has_angles_) {
        has_angles_ = any_row_of_numbers(files_, [](const Row& row) {
            constexpr std::size_t box_and_one_more = 6;
            if (row.fields.size() != box_and_one_more) return false;
            const double last = row.number(box_and_one_more - 1);
            return !is_confidence(last) && !is_whole(last);
        });
    }
    return *has_angles_;
}

}  // namespace glimpse::annotations

namespace glimpse {

std::vector<std::filesystem::path> annotation_files(const std::filesystem::path& file) {
    using namespace annotations;
    std::vector<std::filesystem::path> files{file};
    const std::filesystem::path directory = directory_of_labels(file);
    std::ranges::move(possible_files_of_names(directory), std::back_inserter(files));
    std::ranges::move(possible_data_yamls(directory), std::back_inserter(files));
    return files;
}

}  // namespace glimpse
