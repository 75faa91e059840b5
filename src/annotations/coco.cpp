#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "annotations/coco_records.hpp"
#include "annotations/formats.hpp"
#include "annotations/image_locator.hpp"
#include "json/json_file.hpp"
#include "system/trimmed.hpp"

namespace glimpse::annotations {

namespace {

namespace fs = std::filesystem;
using json::Value;

struct NamedCategory {
    std::string name;
    std::string problem;  ///< another has its id; empty where none has
};

using CategoryNames = std::unordered_map<std::string, NamedCategory>;
/// Of images by their ids; of one whose record is wrong, so that it is lost, `lost`.
using Positions = std::unordered_map<std::string, std::size_t>;
constexpr std::size_t lost = SIZE_MAX;

/// What is wrong with two records of one id.
std::string about_one_id(const std::string& id, const std::string& first, const std::string& second) {
    return "'" + first + "' and '" + second + "' have the same id " + id +
           ", so that it cannot be told which of them a box is of; correct one of the two";
}

/// Adds a category to the names by their ids.
void read_category(const Value& category, CategoryNames& names, DataSet& set) {
    const std::string number = identifier(category.required("id"));
    NamedCategory& known = names.emplace(number, NamedCategory{}).first->second;
    set.numbers.push_back(number);
    try {
        const std::string name =
            has(category, "name") ? std::string(trimmed(text_or_number(category.member("name")))) : number;
        if (known.name.empty()) known.name = name;
        if (known.name != name && known.problem.empty())
            known.problem = about_one_id(number, known.name, name);
        set.categories.push_back(name);
    } catch (const UsageError& error) {
        // Of each box of it, whose own place names the file.
        const std::string place(error.place());
        const std::size_t pointer = place.rfind(": /");
        known.problem =
            (pointer == place.npos ? place : place.substr(pointer + 2)) + ": " + std::string(error.rule());
    }
}

/// Adds the categories. Returns their names by their ids. One whose id cannot be told fails by itself.
CategoryNames read_categories(const Value& root, const fs::path& file, DataSet& set) {
    CategoryNames names;
    if (!has(root, "categories")) return names;
    for (const Value& category : any_elements(root.member("categories"), "an array")) {
        try {
            read_category(category, names, set);
        } catch (const UsageError& error) {
            set.lost.push_back(lost_record(file, std::string(error.place().substr(file.string().size())),
                                           std::string(error.rule())));
        }
    }
    return names;
}

/// Adds the images. Returns their positions by their ids.
Positions add_images(const std::vector<CocoImage>& records, const fs::path& file, const ImageFiles& images,
                     DataSet& set) {
    ImageLocator locator(images);
    std::optional<ImageLocator> of_lost;
    const auto lose = [&](const CocoImage& record, const std::string& place, const std::string& problem) {
        set.lost.push_back(lost_record(file, place, problem));
        if (record.name.empty()) return;
        if (!of_lost) of_lost.emplace(images);  // another one, since they claim no input
        set.lost_images.push_back(of_lost->locate(record.name, 0).path);
    };
    Positions positions;
    std::vector<std::size_t> record_of;  // of each image
    std::map<std::size_t, std::string> problems;
    for (std::size_t k = 0; k < records.size(); ++k) {
        const CocoImage& record = records[k];
        if (!record.loss.empty()) {
            lose(record, record.lost_at, record.loss);
            continue;
        }
        const auto [first, is_new] = positions.emplace(record.id, set.images.size());
        if (!is_new) {
            const CocoImage& known = records[record_of[first->second]];
            if (known.name == record.name && known.size == record.size) continue;  // the same record twice
            const std::string problem = about_one_id(record.id, known.name, record.name);
            lose(record, ": /images/" + std::to_string(k) + "/id", problem);
            problems.emplace(first->second, file.string() + ": " + problem);
            continue;
        }
        record_of.push_back(k);
        AnnotatedImage image = locator.locate(record.name, set.images.size());
        image.size = record.size;
        if (image.problem.empty()) image.problem = record.size_problem;
        set.images.push_back(std::move(image));
    }
    for (const CocoImage& record : records) {
        if (!record.loss.empty() && !record.id.empty()) positions.emplace(record.id, lost);
    }
    locator.resolve_claims(set.images);
    for (const auto& [position, problem] : problems) {
        if (set.images[position].problem.empty()) set.images[position].problem = problem;
    }
    return positions;
}

/// The image of each number of `annotations.images`; none where its id is that of no image.
std::vector<std::optional<std::size_t>> positions_by_number(const CocoAnnotations& annotations,
                                                            const Positions& positions) {
    std::vector<std::optional<std::size_t>> by_number;
    for (std::uint32_t number = 0; number < annotations.images.size(); ++number) {
        const auto found = positions.find(annotations.images[number]);
        by_number.push_back(found == positions.end() ? std::nullopt : std::optional(found->second));
    }
    return by_number;
}

/// Makes room for the boxes of each image, and no more, as growing would.
void reserve_boxes(const CocoAnnotations& annotations,
                   const std::vector<std::optional<std::size_t>>& positions, DataSet& set) {
    std::vector<std::size_t> counts(set.images.size());
    for (const CocoAnnotation& record : annotations.records) {
        if (record.image == CocoAnnotation::none) continue;
        const auto position = positions[record.image];
        if (position && *position != lost) ++counts[*position];
    }
    for (std::size_t k = 0; k < counts.size(); ++k) set.images[k].boxes.reserve(counts[k]);
}

struct Category {
    std::shared_ptr<const BoxCategory> category;
    std::shared_ptr<const std::string> problem;  ///< of its boxes; null where there is none
};

/// The category of each number of `annotations.categories`. One that cannot be told has no name, so that it
/// may be a wanted one.
std::vector<Category> categories_by_number(const CocoAnnotations& annotations, const CategoryNames& names) {
    std::vector<Category> by_number;
    for (std::uint32_t number = 0; number < annotations.categories.size(); ++number) {
        const std::string& id = annotations.categories[number];
        const auto found = names.find(id);
        if (found == names.end()) {
            by_number.push_back({new_category(id, id), nullptr});
        } else if (found->second.problem.empty()) {
            by_number.push_back({new_category(found->second.name, id), nullptr});
        } else {
            by_number.push_back(
                {new_category({}, id), std::make_shared<const std::string>(found->second.problem)});
        }
    }
    return by_number;
}

/// Gives the boxes to their images. Takes the records away one by one, so that both are not there as a whole.
void add_boxes(CocoAnnotations& annotations, const fs::path& file, const CategoryNames& names,
               const Positions& positions, DataSet& set) {
    const auto image_positions = positions_by_number(annotations, positions);
    const auto categories = categories_by_number(annotations, names);
    reserve_boxes(annotations, image_positions, set);
    for (std::uint32_t k = 0; !annotations.records.empty(); ++k, annotations.records.pop_front()) {
        const CocoAnnotation& record = annotations.records.front();
        const bool has_image = record.image != CocoAnnotation::none;
        if (!has_image || !image_positions[record.image]) {
            const BoxPlace place{k, has_image ? BoxPlace::Kind::annotation_image : record.place};
            set.lost.push_back(lost_record(file, place.text(),
                                           has_image
                                               ? "no image has the id " + annotations.images[record.image]
                                               : annotations.problems[record.problem]));
            continue;
        }
        if (*image_positions[record.image] == lost) continue;  // that image fails as a whole
        AnnotatedBox& box = set.images[*image_positions[record.image]].boxes.emplace_back();
        box = {.id = annotations.id_of(record),
               .box = {record.box},
               .place = {k, record.place},
               .score = record.score};
        if (record.category != CocoAnnotation::none) {
            box.category = categories[record.category].category;
            box.problem = categories[record.category].problem;
            if (box.problem) box.place.kind = BoxPlace::Kind::annotation_category;
        }
        if (record.problem != CocoAnnotation::none) {
            box.problem = std::make_shared<const std::string>(annotations.problems[record.problem]);
            box.place.kind = record.place;
        }
    }
}

}  // namespace

DataSet read_coco(const fs::path& file, const ImageFiles& images) {
    std::vector<CocoImage> image_records;
    CocoAnnotations annotations;
    const std::array<json::StreamedArray, 2> streamed{
        {{"images", [&](const Value& record) { image_records.push_back(read_coco_image(record)); }},
         {"annotations", [&](const Value& annotation) { add_coco_annotation(annotation, annotations); }}}};
    // Segmentation polygons are most of a large file, and unused: the parser skips them.
    const json::JsonFile json(read_annotation_text(file), foreign_source(file),
                              {.dropped = "segmentation", .pythons_numbers = true}, streamed);
    const Value root = json.root();
    DataSet set;
    const CategoryNames names = read_categories(root, file, set);
    static_cast<void>(any_elements(root.required("images"), "an array"));
    const Positions positions = add_images(image_records, file, images, set);
    static_cast<void>(any_elements(root.required("annotations"), "an array"));
    add_boxes(annotations, file, names, positions, set);
    return set;
}

}  // namespace glimpse::annotations
