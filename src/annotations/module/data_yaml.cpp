#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdint>

#include "annotations/formats.hpp"
#include "annotations/yolo_data_set.hpp"
#include "glimpse/annotations.hpp"
#include "glimpse/error.hpp"
#include "system/module_export.hpp"
#include "system/text_file.hpp"

namespace glimpse::annotations {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const YAML::Mark& mark, const std::string& rule) {
    throw UsageError(
        mark.is_null() ? file.string() : place_of_line(file, static_cast<std::size_t>(mark.line) + 1), rule);
}

/// The whole number that a scalar holds.
std::uint64_t whole_number(const fs::path& file, const YAML::Node& node, const std::string& meaning) {
    const std::string text = node.IsScalar() ? node.Scalar() : "";
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || failure != std::errc() || end != text.data() + text.size()) {
        fail(file, node.Mark(), meaning + " is a whole number of 0 or more");
    }
    return number;
}

void add_name(const fs::path& file, std::uint64_t number, const YAML::Node& name, DataYaml& content) {
    if (name.IsNull()) return;
    if (!name.IsScalar())
        fail(file, name.Mark(), "names: the name of class " + std::to_string(number) + " is a text");
    if (!content.names.emplace(std::to_string(number), name.Scalar()).second) {
        fail(file, name.Mark(), "names: class " + std::to_string(number) + " is named twice");
    }
}

void read_names(const fs::path& file, const YAML::Node& names, DataYaml& content) {
    if (names.IsSequence()) {
        for (std::size_t k = 0; k < names.size(); ++k) add_name(file, k, names[k], content);
    } else if (names.IsMap()) {
        for (const auto& entry : names) {
            add_name(file, whole_number(file, entry.first, "names: a class"), entry.second, content);
        }
    } else {
        fail(file, names.Mark(), "names is a list, or a map from the numbers of classes");
    }
}

Keypoints read_keypoints(const fs::path& file, const YAML::Node& shape) {
    if (!shape.IsSequence() || shape.size() != 2) {
        fail(file, shape.Mark(), "kpt_shape is [the number of keypoints, 2 or 3 numbers of each]");
    }
    const std::uint64_t count = whole_number(file, shape[0], "kpt_shape: the number of keypoints");
    const std::uint64_t numbers = whole_number(file, shape[1], "kpt_shape: the numbers of each");
    constexpr std::uint64_t most = 100'000;
    if (count < 1 || count > most) fail(file, shape.Mark(), "kpt_shape: 1 to 100000 keypoints are needed");
    if (numbers != 2 && numbers != 3) {
        fail(file, shape.Mark(), "kpt_shape: each keypoint has 2 numbers, x y, or 3, x y visibility");
    }
    return {count, numbers};
}

DataYaml read(const fs::path& file) {
    const std::string bytes = read_text_file(file, annotation_limit);
    const bool is_wide = bytes.find('\0') != bytes.npos;  // UTF-16 or UTF-32, which yaml-cpp tells by itself
    if (!is_wide) require_utf8(bytes, file);
    try {
        const YAML::Node root = YAML::Load(std::string(without_byte_order_mark(bytes)));
        DataYaml content;
        if (!root.IsMap()) return content;
        if (const YAML::Node names = root["names"]) read_names(file, names, content);
        if (const YAML::Node shape = root["kpt_shape"]; shape && !shape.IsNull()) {
            content.keypoints = read_keypoints(file, shape);
        }
        return content;
    } catch (const YAML::Exception& error) {
        fail(file, error.mark, error.msg);
    }
}

}  // namespace

}  // namespace glimpse::annotations

GLIMPSE_MODULE(glimpse::annotations::DataYamlReader, glimpse::annotations::read);
