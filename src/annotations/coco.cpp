#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "annotations/formats.hpp"
#include "glimpse/error.hpp"
#include "parameters/entry.hpp"
#include "relative_name.hpp"

namespace glimpse::annotations {

namespace {

namespace fs = std::filesystem;
using parameters::Value;

/// The file without what is of no use here: polygons are most of a large one.
nlohmann::json parse_without_polygons(const std::string& text, const fs::path& file) {
    const auto keep = [](int /*depth*/, nlohmann::json::parse_event_t event, nlohmann::json& parsed) {
        return event != nlohmann::json::parse_event_t::key || parsed != "segmentation";
    };
    try {
        return nlohmann::json::parse(text, keep);
    } catch (const nlohmann::json::parse_error& error) {
        // "[json.exception…] parse error at line 3, column 7: …"
        const std::string what = error.what();
        const std::size_t at = what.find("line ");
        throw UsageError(file.string(), at == std::string::npos ? what : what.substr(at));
    }
}

/// A number or a word that names a record.
std::string key_of(const Value& value) {
    return value.json->is_string() ? parameters::text(value) : value.json->dump();
}

std::vector<Value> records(const Value& root, std::string_view key) {
    const Value array = root.required(key);
    if (array.json->is_array() && array.json->empty()) return {};
    return parameters::elements(array, "an array");
}

/// Where an image is: below a directory, or among the files.
AnnotatedImage located(const std::string& name, const ImageFiles& images) {
    const fs::path relative(name);
    AnnotatedImage image{relative, fs::path(relative).replace_extension().string(), {}, ""};
    for (const fs::path& directory : images.directories) {
        image.problem = obstacle_within(directory, relative);
        image.path = directory / relative;
        std::error_code ignored;
        if (!image.problem.empty() || fs::exists(image.path, ignored)) return image;
    }
    for (const ImageFile& file : images.files) {
        if (images.directories.empty() && file.path.filename() == relative.filename()) {
            return {file.path, file.name, {}, ""};
        }
    }
    image.problem = "the annotations name it, and it is not there";
    return image;
}

AnnotatedBox box_of(const Value& annotation, const std::unordered_map<std::string, std::string>& names) {
    AnnotatedBox box;
    if (annotation.json->contains("id")) box.id = key_of(annotation.member("id"));
    if (annotation.json->contains("category_id")) {
        box.number = key_of(annotation.member("category_id"));
        const auto name = names.find(box.number);
        box.category = name == names.end() ? box.number : name->second;
    }
    if (!annotation.json->contains("bbox") || annotation.json->at("bbox").empty()) {
        box.problem = "the annotation " + annotation.pointer + " has no bbox";
        return box;
    }
    const std::vector<double> n = parameters::numbers(annotation.member("bbox"), 4, "[x, y, width, height]");
    box.box = {n[0], n[1], n[2], n[3]};
    return box;
}

}  // namespace

DataSet read_coco(const fs::path& file, const ImageFiles& images) {
    const parameters::Source source{file.string(), std::nullopt};
    const nlohmann::json json = parse_without_polygons(read_text(file), file);
    const Value root{&json, "", &source};
    DataSet set;
    std::unordered_map<std::string, std::string> names;
    if (json.is_object() && json.contains("categories")) {
        for (const Value& category : records(root, "categories")) {
            const std::string name = parameters::text(category.required("name"));
            names.emplace(key_of(category.required("id")), name);
            set.categories.push_back(name);
        }
    }
    std::unordered_map<std::string, std::size_t> positions;
    for (const Value& record : records(root, "images")) {
        positions.emplace(key_of(record.required("id")), set.images.size());
        set.images.push_back(located(parameters::text(record.required("file_name")), images));
    }
    for (const Value& annotation : records(root, "annotations")) {
        const Value id = annotation.required("image_id");
        const auto position = positions.find(key_of(id));
        if (position == positions.end()) id.fail("no image has the id " + key_of(id));
        set.images[position->second].boxes.push_back(box_of(annotation, names));
    }
    return set;
}

}  // namespace glimpse::annotations
