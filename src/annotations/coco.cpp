#include <optional>
#include <unordered_map>
#include <utility>

#include "annotations/formats.hpp"
#include "annotations/image_locator.hpp"
#include "annotations/json_size.hpp"
#include "glimpse/error.hpp"
#include "json/json_file.hpp"

namespace glimpse::annotations {

namespace {

namespace fs = std::filesystem;
using json::Value;

/// The name that the data set gives an image. Where LVIS has no "file_name", it is the last two parts of the
/// address: "val2017/000000000139.jpg".
std::string name_of_image(const Value& record) {
    if (has(record, "file_name") || !has(record, "coco_url")) return json::text(record.required("file_name"));
    std::string address = json::text(record.member("coco_url"));
    const std::size_t last = address.find_last_of('/');
    if (last == std::string::npos || last == 0) return address;
    return address.substr(address.find_last_of('/', last - 1) + 1);
}

AnnotatedBox box_of(const Value& annotation, const std::unordered_map<std::string, std::string>& names) {
    return read_box({}, [&](AnnotatedBox& box) {
        const auto member = [&](const char* key) {
            box.place = ": " + annotation.pointer + "/" + key;
            return annotation.member(key);
        };
        if (has(annotation, "id")) box.id = identifier(member("id"));
        if (has(annotation, "category_id")) {
            box.number = identifier(member("category_id"));
            const auto name = names.find(box.number);
            box.category = name == names.end() ? box.number : name->second;
        }
        box.place = ": " + annotation.pointer + "/bbox";
        if (!has(annotation, "bbox")) throw Error("the annotation has no bbox");
        const std::vector<double> n = json::numbers(annotation.member("bbox"), 4, "[x, y, width, height]");
        box.box = {{n[0], n[1], n[2], n[3]}};
    });
}

void add_size(const Value& record, AnnotatedImage& image) {
    try {
        image.size = declared_size(record, "width", "height");
    } catch (const UsageError& error) {
        if (image.problem.empty()) image.problem = error.what();
    }
}

/// What read() returns; none where the record is wrong, which is then lost.
template <typename Read>
auto with_loss(DataSet& set, const fs::path& file, const Value& record, Read&& read)
    -> std::optional<decltype(read())> {
    try {
        return read();
    } catch (const UsageError& error) {
        set.lost.push_back(lost_record(file, ": " + record.pointer, std::string(error.rule())));
        return std::nullopt;
    }
}

using CategoryNames = std::unordered_map<std::string, std::string>;
using Positions = std::unordered_map<std::string, std::size_t>;

/// Adds the categories. Returns their names by their ids.
CategoryNames read_categories(const Value& root, DataSet& set) {
    CategoryNames names;
    if (!has(root, "categories")) return names;
    for (const Value& category : any_elements(root.member("categories"), "an array")) {
        const Value id = category.required("id");
        const std::string number = identifier(id);
        const std::string name = has(category, "name") ? text_or_number(category.member("name")) : number;
        if (names.emplace(number, name).first->second != name) {
            id.fail("another category has the id " + number);
        }
        set.categories.push_back(name);
        set.numbers.push_back(number);
    }
    return names;
}

/// Adds the images. Returns their positions by their ids.
Positions read_images(const Value& root, const fs::path& file, const ImageFiles& images, DataSet& set) {
    ImageLocator locator(images);
    Positions positions;
    for (const Value& record : any_elements(root.required("images"), "an array")) {
        const auto image = with_loss(set, file, record, [&] {
            const std::string id = identifier(record.required("id"));
            std::pair named(id, locator.locate(name_of_image(record), set.images.size()));
            add_size(record, named.second);
            return named;
        });
        if (!image) continue;
        if (!positions.emplace(image->first, set.images.size()).second) {
            record.member("id").fail("another image has the id " + image->first);
        }
        set.images.push_back(image->second);
    }
    locator.settle(set.images);
    return positions;
}

/// The position of the annotated image; none where it is unknown, and the annotation lost.
std::optional<std::size_t> position_of_image(const Value& annotation, const fs::path& file,
                                             const Positions& positions, DataSet& set) {
    return with_loss(set, file, annotation, [&] {
        const std::string id = identifier(annotation.required("image_id"));
        const auto found = positions.find(id);
        if (found == positions.end()) annotation.fail("no image has the id " + id);
        return found->second;
    });
}

}  // namespace

DataSet read_coco(const fs::path& file, const ImageFiles& images) {
    // Segmentation polygons are most of a large file, and unused: the parser skips them.
    const json::JsonFile json(read_annotation_text(file), file.string(),
                              {.dropped = "segmentation", .non_finite = true});
    const Value root = json.root();
    DataSet set;
    const CategoryNames names = read_categories(root, set);
    const Positions positions = read_images(root, file, images, set);
    for (const Value& annotation : any_elements(root.required("annotations"), "an array")) {
        const auto position = position_of_image(annotation, file, positions, set);
        if (position) set.images[*position].boxes.push_back(box_of(annotation, names));
    }
    return set;
}

}  // namespace glimpse::annotations
