#include "figures/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::string_view, 3> format_names{"png", "svg", "pdf"};

[[noreturn]] void refuse(const std::string& part, std::size_t k, const std::string& rule) {
    throw Error("a figure's " + part + " " + std::to_string(k), rule);
}

void require_drawable(const FigurePicture& picture, std::size_t k, cv::Size figure) {
    const cv::Rect& place = picture.place;
    if ((place & cv::Rect({0, 0}, figure)) != place) refuse("picture", k, "must lie inside the figure");
    if (picture.pixels.empty()) return;
    if (picture.pixels.type() != CV_8UC3) refuse("picture", k, "must be 8-bit RGB");
    if (place.width % picture.pixels.cols != 0 || place.height % picture.pixels.rows != 0) {
        refuse("picture", k, "must have a place of a whole multiple of its size");
    }
}

void require_drawable(const FigureShape& shape, std::size_t k) {
    const auto* const outline = std::get_if<FigureOutline>(&shape);
    if (outline == nullptr) return;
    const auto is_finite = [](const Point& point) {
        return std::isfinite(point.x) && std::isfinite(point.y);
    };
    if (!std::ranges::all_of(outline->polygon, is_finite)) refuse("shape", k, "must have finite points");
    if (!(outline->dash >= 0 && std::isfinite(outline->dash))) {
        refuse("shape", k, "must have dashes of a length that is 0 or more");
    }
}

void move_by(FigureShape& shape, cv::Point offset) {
    std::visit(overloaded{[&](FigureOutline& outline) {
                              for (Point& point : outline.polygon) {
                                  point = {point.x + offset.x, point.y + offset.y};
                              }
                              outline.within += offset;
                          },
                          [&](FigureBox& box) { box.place += offset; },
                          [&](FigureLettering& lettering) { lettering.line.position += offset; }},
               shape);
}

}  // namespace

std::span<const std::string_view> figure_format_names() {
    return format_names;
}

std::string_view figure_format_name(FigureFormat format) {
    return format_names[static_cast<std::size_t>(format)];
}

FigureFormat figure_format_from_name(std::string_view name) {
    const auto* const found = std::ranges::find(format_names, name);
    if (found != format_names.end()) return static_cast<FigureFormat>(found - format_names.begin());
    throw UsageError("there is no figure format '" + std::string(name) + "', but " + join(format_names));
}

void require_drawable(const Figure& figure) {
    for (std::size_t k = 0; k < figure.pictures.size(); ++k) {
        require_drawable(figure.pictures[k], k, figure.size);
    }
    for (std::size_t k = 0; k < figure.shapes.size(); ++k) require_drawable(figure.shapes[k], k);
}

void add(Figure& figure, Figure part, cv::Point position) {
    for (FigurePicture& picture : part.pictures) picture.place += position;
    for (FigureShape& shape : part.shapes) move_by(shape, position);
    std::ranges::move(part.pictures, std::back_inserter(figure.pictures));
    std::ranges::move(part.shapes, std::back_inserter(figure.shapes));
    figure.labels_left_out += part.labels_left_out;
}

}  // namespace glimpse
