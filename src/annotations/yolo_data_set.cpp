#include "annotations/yolo_data_set.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>
#include <string_view>

#include "annotations/formats.hpp"
#include "glimpse/files.hpp"
#include "system/module.hpp"

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
    std::istringstream lines(read_annotation_text(file));
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line); ++number) {
        const std::string_view name = trimmed(line);
        if (!name.empty()) names.emplace(std::to_string(number), name);
    }
    return names;
}

/// The file of names in lines; empty without one.
fs::path file_of_names(const fs::path& directory) {
    for (const auto& place : {directory, directory / ".."}) {
        for (const char* const name : {"classes.txt", "obj.names"}) {
            if (is_file(place / name)) return place / name;
        }
    }
    return {};
}

struct FoundYaml {
    fs::path file;
    DataYaml content;
};

/// Data sets are laid out as ROOT/labels, ROOT/train/labels or ROOT/labels/train.
std::optional<FoundYaml> find_data_yaml(const fs::path& directory) {
    for (const auto& place : {directory, directory / "..", directory / ".." / ".."}) {
        for (const char* const name : {"data.yaml", "data.yml", "dataset.yaml", "dataset.yml"}) {
            const fs::path file = place / name;
            if (!is_file(file)) continue;
            static const auto& reader = opened_module<DataYamlReader>("data_yaml");
            DataYaml content = reader.read(file);
            if (!content.names.empty()) return FoundYaml{file, std::move(content)};
        }
    }
    return std::nullopt;
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

void add_lengths(const fs::path& file, Lengths& lengths) {
    constexpr std::size_t box_confidence_and_track = 7;
    const std::string text = read_annotation_text(file);
    for_each_row(text, [&](const Row& row) {
        const auto is_number = [](std::string_view field) { return number_in(field).has_value(); };
        if (row.fields.size() <= box_confidence_and_track || !std::ranges::all_of(row.fields, is_number))
            return;
        lengths.least = std::min(lengths.least, row.fields.size());
        lengths.most = std::max(lengths.most, row.fields.size());
    });
}

bool differ_in_length(const fs::path& labels) {
    Lengths lengths;
    std::error_code failure;
    if (!fs::is_directory(labels, failure)) {
        add_lengths(labels, lengths);
        return lengths.differ();
    }
    for (fs::recursive_directory_iterator entry(labels, failure), end; !failure && entry != end;
         entry.increment(failure)) {
        if (extension_of(entry->path()) != "txt" || !is_file(entry->path())) continue;
        try {
            add_lengths(entry->path(), lengths);
        } catch (const UsageError&) {
            continue;  // its own image fails for it
        }
        if (lengths.differ()) return true;
    }
    return false;
}

}  // namespace

YoloDataSet::YoloDataSet(const fs::path& labels, const std::function<void(const std::string&)>& warn)
    : labels_(labels) {
    std::error_code ignored;
    const auto directory = fs::is_directory(labels, ignored) ? labels : labels.parent_path();
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
    if (!has_many_lengths_) has_many_lengths_ = differ_in_length(labels_);
    return *has_many_lengths_;
}

}  // namespace glimpse::annotations
