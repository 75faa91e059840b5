#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "annotations/formats.hpp"
#include "annotations/json_size.hpp"
#include "json/json_file.hpp"
#include "system/trimmed.hpp"

namespace glimpse::annotations {

namespace {

using json::Value;

/// labelme's own; a file without a type has a polygon.
constexpr std::array<std::string_view, 10> known_types{"",     "polygon",           "rectangle", "circle",
                                                       "line", "linestrip",         "point",     "points",
                                                       "mask", "oriented_rectangle"};

/// The bounding box of a shape. A circle is stored as its centre and a point of its circumference, a mask as
/// its first and its last pixel. Throws `Error` for another number of them, or a type that is not labelme's.
Box bounds_of_shape(std::vector<Point> points, std::string_view type) {
    if (std::ranges::find(known_types, type) == known_types.end())
        throw Error("the shape_type '" + std::string(type) +
                    "' is none of labelme's, so that its box is not known");
    if ((type == "mask" || type == "circle") && points.size() != 2)
        throw Error("a " + std::string(type) + " has 2 points, not " + std::to_string(points.size()));
    if (type == "mask") {
        for (Point& p : points) p = {std::trunc(p.x), std::trunc(p.y)};  // as labelme does
        if (points[1].x < points[0].x || points[1].y < points[0].y)
            throw Error("a mask's first pixel is its upper left one, and its last the lower right one");
        points[1] = {points[1].x + 1, points[1].y + 1};
    }
    if (type == "circle") {
        const Point c = points[0];
        const double r = std::hypot(points[1].x - c.x, points[1].y - c.y);
        points = {{c.x - r, c.y - r}, {c.x + r, c.y + r}};
    }
    return bounding_box(points);
}

AnnotatedBox read_shape(const Value& shape, std::size_t index) {
    const BoxPlace place{.number = static_cast<std::uint32_t>(index), .kind = BoxPlace::Kind::shape};
    return read_box({.place = place}, [&](AnnotatedBox& box) {
        box.category = new_category(std::string(trimmed(json::text_or_number(shape.required("label")))));
        if (has(shape, "score")) box.score = Score(json::number(shape.member("score")));
        std::vector<Point> points;
        for (const Value& point : any_elements(shape.required("points"), "an array of points")) {
            const std::vector<double> xy = json::numbers(point, 2, "[x, y]");
            points.push_back({xy[0], xy[1]});
        }
        const std::string type = has(shape, "shape_type") ? text(shape.member("shape_type")) : "";
        if (!points.empty()) box.box.box = bounds_of_shape(points, type);
        if (box.box.box.width <= 0 || box.box.box.height <= 0) {
            throw Error("the shape has no area, and so no box");
        }
    });
}

}  // namespace

LabelFile read_labelme(const std::filesystem::path& file) {
    LabelFile labels;
    const json::StreamedArray shapes{"shapes", [&](const Value& shape) {
                                         labels.boxes.push_back(read_shape(shape, labels.boxes.size()));
                                     }};
    const json::JsonFile json(read_annotation_text(file), foreign_source(file),
                              {.dropped = "imageData", .pythons_numbers = true}, {&shapes, 1});
    static_cast<void>(any_elements(json.root().required("shapes"), "an array of shapes"));
    labels.image = declared_size(json.root(), "imageWidth", "imageHeight");
    return labels;
}

}  // namespace glimpse::annotations
