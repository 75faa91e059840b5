#include "annotations/coco_records.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

#include "annotations/json_size.hpp"
#include "glimpse/error.hpp"
#include "json/json_file.hpp"

namespace glimpse::annotations {

namespace {

using json::Value;

/// The name that the data set gives an image. Where LVIS has no "file_name", it is the last two parts of the
/// address: "val2017/000000000139.jpg", without a query.
std::string name_of_image(const Value& record) {
    if (has(record, "file_name") || !has(record, "coco_url")) return json::text(record.required("file_name"));
    std::string address = json::text(record.member("coco_url"));
    address.erase(std::min(address.find_first_of("?#"), address.size()));
    const std::size_t last = address.find_last_of('/');
    if (last == std::string::npos || last == 0) return address;
    return address.substr(address.find_last_of('/', last - 1) + 1);
}

/// Where a record is wrong, its name tells which input it is about; empty where it has none.
std::string name_if_any(const Value& record) {
    try {
        return name_of_image(record);
    } catch (const UsageError&) {
        return {};
    }
}

/// Keeps an id as a number where its digits can be made again, since most are.
void set_id(const std::string& id, CocoAnnotation& record, std::deque<std::string>& texts) {
    std::from_chars(id.data(), id.data() + id.size(), record.id);
    record.id_kind = CocoAnnotation::Id::number;
    if (std::to_string(record.id) == id) return;
    record.id = texts.size();
    record.id_kind = CocoAnnotation::Id::text;
    texts.push_back(id);
}

/// Reads all but the id of the image.
void read_rest(const Value& annotation, CocoAnnotation& record, CocoAnnotations& annotations) {
    using Kind = BoxPlace::Kind;
    if (has(annotation, "id")) {
        record.place = Kind::annotation_id;
        set_id(identifier(annotation.member("id")), record, annotations.ids);
    }
    if (has(annotation, "category_id")) {
        record.place = Kind::annotation_category;
        record.category = annotations.categories.number_of(identifier(annotation.member("category_id")));
    }
    if (has(annotation, "score")) {
        record.place = Kind::annotation_score;
        record.score = Score(json::number(annotation.member("score")));
    }
    record.place = Kind::annotation_bbox;
    if (!has(annotation, "bbox")) throw Error("the annotation has no bbox");
    const std::vector<double> n = json::numbers(annotation.member("bbox"), 4, "[x, y, width, height]");
    record.box = {n[0], n[1], n[2], n[3]};
}

}  // namespace

std::string CocoAnnotations::id_of(const CocoAnnotation& record) const {
    switch (record.id_kind) {
        case CocoAnnotation::Id::none:
            return {};
        case CocoAnnotation::Id::number:
            return std::to_string(record.id);
        case CocoAnnotation::Id::text:
            return ids[record.id];
    }
    return {};
}

CocoImage read_coco_image(const Value& record) {
    CocoImage image;
    try {
        image.id = identifier(record.required("id"));
        image.name = name_of_image(record);
    } catch (const UsageError& error) {
        image.name = name_if_any(record);
        image.loss = error.rule();
        image.lost_at = error.place().substr(record.source->place().size());
        return image;
    }
    try {
        image.size = declared_size(record, "width", "height");
    } catch (const UsageError& error) {
        image.size_problem = error.what();
    }
    return image;
}

void add_coco_annotation(const Value& annotation, CocoAnnotations& annotations) {
    using Kind = BoxPlace::Kind;
    CocoAnnotation& record = annotations.records.emplace_back();
    record.place = annotation.contains("image_id") ? Kind::annotation_image : Kind::annotation;
    try {
        record.image = annotations.images.number_of(identifier(annotation.required("image_id")));
        read_rest(annotation, record, annotations);
    } catch (const Error& error) {
        record.problem = annotations.problems.number_of(std::string(error.rule()));
    }
}

}  // namespace glimpse::annotations
