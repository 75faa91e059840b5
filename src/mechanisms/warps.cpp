#include "glimpse/mechanisms/warps.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "maps/overloaded.hpp"
#include "mechanisms/field_warps.hpp"
#include "mechanisms/log_polar.hpp"
#include "mechanisms/plate_extent.hpp"
#include "mechanisms/plate_field.hpp"
#include "mechanisms/plate_rows.hpp"
#include "mechanisms/projective.hpp"
#include "mechanisms/validation.hpp"

namespace glimpse {

namespace {

/// Twice the signed area of the triangle.
double turn(const Point& a, const Point& b, const Point& c) {
    return (b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x);
}

void require_convex(const QuadWarp& quad) {
    int to_the_right = 0;
    for (std::size_t k = 0; k < 4; ++k) {
        const double area = turn(quad.corners[k], quad.corners[(k + 1) % 4], quad.corners[(k + 2) % 4]);
        if (area == 0 || !std::isfinite(area)) {
            throw InvalidParameter(
                "/quad",
                "three of its corners lie in a line, or too near to each other or too far away "
                "to be told from one");
        }
        to_the_right += area > 0 ? 1 : 0;
    }
    if (to_the_right % 4 == 0) return;
    throw InvalidParameter("/quad",
                           "its corners make no convex quadrilateral; give them in turn, from that of the "
                           "glimpse's top left on");
}

template <typename Points>
void require_points(const Points& points, const std::string& field) {
    for (std::size_t k = 0; k < points.size(); ++k) {
        const auto& [x, y] = points[k];
        if (std::isfinite(x) && std::isfinite(y)) continue;  // without a name for each
        require_finite(std::array{x, y}, field + "/" + std::to_string(k));
    }
}

void validate_plate(const ThinPlateWarp& plate) {
    constexpr std::size_t least = 3;
    if (plate.from.size() < least || plate.from.size() > ThinPlateWarp::most_points) {
        throw InvalidParameter("/thin_plate/from",
                               std::to_string(least) + " to " + std::to_string(ThinPlateWarp::most_points) +
                                   " points are needed, not " + std::to_string(plate.from.size()));
    }
    if (plate.to.size() != plate.from.size()) {
        throw InvalidParameter("/thin_plate/to", "as many points as \"from\" has are needed, " +
                                                     std::to_string(plate.from.size()) + ", not " +
                                                     std::to_string(plate.to.size()));
    }
    require_points(plate.from, "/thin_plate/from");
    require_points(plate.to, "/thin_plate/to");
}

double distance(const Point& a, const Point& b) {
    return std::hypot(b.x - a.x, b.y - a.y);
}

std::array<Point, 4> in_pixels(const QuadWarp& quad, Size image) {
    std::array<Point, 4> corners = quad.corners;
    if (quad.units == Units::pixels) return corners;
    for (Point& corner : corners) corner = {corner.x * image.width, corner.y * image.height};
    return corners;
}

Size size_of_quad(const QuadWarp& quad, Size image) {
    const auto c = in_pixels(quad, image);
    const auto longer = [](double one, double other) {
        return std::max(1, nearest_edge(std::max(one, other)));
    };
    const Size size{longer(distance(c[0], c[1]), distance(c[3], c[2])),
                    longer(distance(c[0], c[3]), distance(c[1], c[2]))};
    require_glimpse_size(size, "/quad");
    return size;
}

/// Whether no point of a convex polygon lies in the image: one of their sides has them on either side.
bool is_outside(const std::array<Point, 4>& c, Size image) {
    const auto [left, top, right, bottom] = extent(c);
    if (right <= 0 || bottom <= 0 || left >= image.width || top >= image.height) return true;
    const std::vector<Point> of_image = corners(whole(image));
    const double sense = turn(c[0], c[1], c[2]);
    for (std::size_t k = 0; k < c.size(); ++k) {
        const auto is_beyond = [&](const Point& p) { return turn(c[k], c[(k + 1) % 4], p) * sense <= 0; };
        if (std::ranges::all_of(of_image, is_beyond)) return true;
    }
    return false;
}

}  // namespace

void validate(const Warp& warp) {
    std::visit(overloaded{
                   [](const ProjectiveWarp& projective) { require_finite(projective.matrix, "/projective"); },
                   [](const QuadWarp& quad) {
                       require_points(quad.corners, "/quad");
                       require_convex(quad);
                   },
                   [](const ThinPlateWarp& plate) { validate_plate(plate); },
                   [](const GridWarp& grid) { require_glimpse_size(grid.field->size(), "/grid"); },
                   [](const FlowWarp& flow) { require_glimpse_size(flow.field->size(), "/flow"); },
                   [](const LogPolarWarp& log_polar) { validate_log_polar(log_polar); },
               },
               warp);
}

bool has_own_size(const Warp& warp) {
    return std::holds_alternative<QuadWarp>(warp) || std::holds_alternative<GridWarp>(warp) ||
           std::holds_alternative<FlowWarp>(warp);
}

Size own_size(const Warp& warp, Size image) {
    return std::visit(
        overloaded{[&](const QuadWarp& quad) { return size_of_quad(quad, image); },
                   [](const GridWarp& grid) { return grid.field->size(); },
                   [](const FlowWarp& flow) { return flow.field->size(); },
                   [](const auto&) -> Size { throw std::logic_error("a warp without a size"); }},
        warp);
}

void require_overlap(const Warp& warp, Size image, const std::string& remedy) {
    const auto* const quad = std::get_if<QuadWarp>(&warp);
    if (quad && is_outside(in_pixels(*quad, image), image))
        throw Error("the quadrilateral lies wholly outside the image of " + to_string(image) + " pixels" +
                    remedy);
    if (const auto* const log_polar = std::get_if<LogPolarWarp>(&warp))
        require_overlap(outer_bounds(*log_polar, image), 0, image, remedy);
}

SamplingPoints sampling_points(const Warp& warp, Size image, Size glimpse, bool align_corners) {
    return std::visit(
        overloaded{
            [&](const ThinPlateWarp& plate) { return plate_points(plate, image, glimpse); },
            [&](const GridWarp& grid) { return grid_points(grid, image, align_corners); },
            [&](const FlowWarp& flow) { return flow_points(flow, image, glimpse); },
            [&](const LogPolarWarp& log_polar) { return log_polar_points(log_polar, image, glimpse); },
            [&](const auto&) { return projective_points(homography(warp, image, glimpse).value(), glimpse); },
        },
        warp);
}

std::optional<Homography> homography(const Warp& warp, Size image, Size glimpse) {
    if (const auto* const projective = std::get_if<ProjectiveWarp>(&warp))
        return facing_forwards(projective->matrix, glimpse);
    if (const auto* const quad = std::get_if<QuadWarp>(&warp))
        return facing_forwards(homography_to(in_pixels(*quad, image), glimpse), glimpse);
    return std::nullopt;
}

std::shared_ptr<const InverseWarp> inverse_warp(const Warp& warp, Size image, Size glimpse) {
    if (const auto* const log_polar = std::get_if<LogPolarWarp>(&warp))
        return log_polar_inverse(*log_polar, image, glimpse);
    const auto matrix = homography(warp, image, glimpse);
    return matrix ? projective_inverse(*matrix) : nullptr;
}

LoweringMemory lowering_memory(const Warp& warp, Size image, std::optional<Size> glimpse) {
    const auto bytes = [](Size points) { return bounded_product(points.area(), sizeof(Point)); };
    LoweringMemory memory{.kept = bytes(glimpse ? *glimpse : own_size(warp, image))};
    const auto* const flow = std::get_if<FlowWarp>(&warp);
    if (flow && glimpse && *glimpse != flow->field->size())  // it is interpolated
        memory.working = bytes(flow->field->size());
    if (const auto* const plate = std::get_if<ThinPlateWarp>(&warp)) {
        constexpr std::int64_t matrices = 2;  // the equations, and their factors
        const auto rows = static_cast<std::int64_t>(plate->from.size()) + 3;
        memory.working =
            matrices * rows * rows * std::int64_t{sizeof(double)} +
            (glimpse ? plate_rows_memory(glimpse->width, rows) + plate_extent_memory(*glimpse) : 0);
    }
    return memory;
}

}  // namespace glimpse
