#include <algorithm>
#include <cmath>

#include "annotations/formats.hpp"
#include "json/json_file.hpp"
#include "system/text_file.hpp"

namespace glimpse::annotations {

namespace {

using json::Value;

/// The bounding box of a shape; a circle is stored as its centre and a point of its circumference.
Box bounds_of_shape(std::vector<Point> points, bool is_circle) {
    if (is_circle && points.size() == 2) {
        const Point c = points[0];
        const double r = std::hypot(points[1].x - c.x, points[1].y - c.y);
        points = {{c.x - r, c.y - r}, {c.x + r, c.y + r}};
    }
    return bounding_box(points);
}

AnnotatedBox read_shape(const Value& shape) {
    std::vector<Point> points;
    for (const Value& point : any_elements(shape.required("points"), "an array of points")) {
        const std::vector<double> xy = json::numbers(point, 2, "[x, y]");
        points.push_back({xy[0], xy[1]});
    }
    const bool is_circle = has(shape, "shape_type") && text(shape.member("shape_type")) == "circle";
    AnnotatedBox box{.category = json::text(shape.required("label")), .place = ": " + shape.pointer};
    if (!points.empty()) box.box.box = bounds_of_shape(points, is_circle);
    if (box.box.box.width <= 0 || box.box.box.height <= 0) {
        box.problem = "the shape has no area, and so no box";
    }
    return box;
}

}  // namespace

std::vector<AnnotatedBox> read_labelme(const std::filesystem::path& file) {
    const json::JsonFile json(read_text_file(file), file.string());
    std::vector<AnnotatedBox> boxes;
    for (const Value& shape : any_elements(json.root().required("shapes"), "an array of shapes")) {
        boxes.push_back(read_shape(shape));
    }
    return boxes;
}

}  // namespace glimpse::annotations
