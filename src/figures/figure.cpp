#include "figures/figure.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/overloaded.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::string_view, 3> format_names{"png", "svg", "pdf"};

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

void add(Figure& figure, Figure part, cv::Point position) {
    for (FigurePicture& picture : part.pictures) picture.place += position;
    for (FigureShape& shape : part.shapes) move_by(shape, position);
    std::ranges::move(part.pictures, std::back_inserter(figure.pictures));
    std::ranges::move(part.shapes, std::back_inserter(figure.shapes));
}

}  // namespace glimpse
