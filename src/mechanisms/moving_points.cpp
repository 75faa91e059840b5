#include "mechanisms/moving_points.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <utility>

#include "maps/overloaded.hpp"
#include "maps/projective.hpp"
#include "mechanisms/log_polar.hpp"
#include "mechanisms/plate_field.hpp"
#include "mechanisms/plate_motion.hpp"

namespace glimpse {

namespace {

std::string place(const std::string& field, std::size_t row, std::size_t column) {
    return field + "/" + std::to_string(row) + "/" + std::to_string(column);
}

/// From one affine map to another, whose points differ by an affine map as well.
Velocity between(const Affine& from, const Affine& to) {
    Affine moves;
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t c = 0; c < 3; ++c) moves.m[r][c] = to.m[r][c] - from.m[r][c];
    }
    return [moves](int j, int i) { return moves(j, i); };
}

/// Points of a form that are affine functions of its numbers.
class AffineForm {
  public:
    AffineForm(const SpatialTransformer& transformer, Size image, Size glimpse)
        : transformer_(transformer), image_(image), glimpse_(glimpse) {}

    /// From one form to the next, which has one more of a number.
    template <typename Form>
    [[nodiscard]] Velocity between(const Form& form, const Form& next) const {
        return glimpse::between(matrix(form), matrix(next));
    }

  private:
    template <typename Form>
    [[nodiscard]] Affine matrix(const Form& form) const {
        SpatialTransformer other = transformer_;
        other.form = form;
        return *sampling_points(other, image_, glimpse_).affine();
    }

    const SpatialTransformer& transformer_;
    Size image_;
    Size glimpse_;
};

using Moving = std::vector<MovingPoints>;

Moving of_form(const SpatialTransformer::ThetaForm& /*form*/, const AffineForm& affine) {
    Moving all;
    const SpatialTransformer::ThetaForm none{{{{0, 0, 0}, {0, 0, 0}}}};
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t c = 0; c < 3; ++c) {
            SpatialTransformer::ThetaForm one = none;
            one.theta[r][c] = 1;
            all.push_back({place("/theta", r, c), affine.between(none, one)});
        }
    }
    return all;
}

Moving of_form(const SpatialTransformer::ScaleShiftForm& /*form*/, const AffineForm& affine) {
    using Form = SpatialTransformer::ScaleShiftForm;
    const Form none{{0, 0}, {0, 0}};
    return {{"/scale/0", affine.between(none, Form{{1, 0}, {0, 0}})},
            {"/scale/1", affine.between(none, Form{{0, 1}, {0, 0}})},
            {"/shift/0", affine.between(none, Form{{0, 0}, {1, 0}})},
            {"/shift/1", affine.between(none, Form{{0, 0}, {0, 1}})}};
}

Moving of_form(const SpatialTransformer::MatrixForm& /*form*/, const AffineForm& /*affine*/) {
    Moving all;
    const Affine none{{{{0, 0, 0}, {0, 0, 0}}}};
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t c = 0; c < 3; ++c) {
            Affine one = none;
            one.m[r][c] = 1;
            all.push_back({place("/matrix", r, c), between(none, one)});
        }
    }
    return all;
}

/// Of a box that is turned, by degrees: a quarter turn of the way from its centre.
Velocity turning(const Affine& matrix, const Point& centre) {
    constexpr double degree = std::numbers::pi / 180;
    return [matrix, centre](int j, int i) {
        const Point p = matrix(j, i);
        return Point{-degree * (p.y - centre.y), degree * (p.x - centre.x)};
    };
}

MovingPoints of_homography(std::string parameter, const Homography& matrix, const Homography& moves) {
    const ProjectiveMotion motion(matrix, moves);
    return {std::move(parameter), motion, [motion](int j, int i) { return motion.jacobian(j, i); }};
}

Moving of_warp(const ProjectiveWarp& warp, Size /*image*/, Size /*glimpse*/) {
    Moving all;
    for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t c = 0; c < 3; ++c) {
            Homography one{};
            one[r][c] = 1;
            all.push_back(of_homography(place("/projective", r, c), warp.matrix, one));
        }
    }
    return all;
}

Homography composed(const Homography& a, const Homography& b) {
    Homography all{};
    for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t k = 0; k < 3; ++k) all[r][c] += a[r][k] * b[k][c];
        }
    }
    return all;
}

Homography translation(const Point& by) {
    return {{{1, 0, by.x}, {0, 1, by.y}, {0, 0, 1}}};
}

/// G of the homographies 1 + ε G that take four corners, one of which moves by ε times so much, to where they
/// are then: v(p) = G p - p (g·p) is that move, and 0 at the other corners, g being G's last row, (g_x, g_y,
/// 0).
Homography motion_of_corner(const std::array<Point, 4>& corners, std::size_t moving, const Point& by) {
    cv::Matx<double, 8, 8> a = cv::Matx<double, 8, 8>::zeros();
    cv::Matx<double, 8, 1> b = cv::Matx<double, 8, 1>::zeros();
    for (int k = 0; k < 4; ++k) {
        const auto [x, y] = corners[static_cast<std::size_t>(k)];
        const std::array<double, 8> of_x{x, y, 1, 0, 0, 0, -x * x, -x * y};
        const std::array<double, 8> of_y{0, 0, 0, x, y, 1, -x * y, -y * y};
        for (int n = 0; n < 8; ++n) {
            a(2 * k, n) = of_x[static_cast<std::size_t>(n)];
            a(2 * k + 1, n) = of_y[static_cast<std::size_t>(n)];
        }
    }
    b(2 * static_cast<int>(moving)) = by.x;
    b(2 * static_cast<int>(moving) + 1) = by.y;
    const cv::Matx<double, 8, 1> g = a.solve(b, cv::DECOMP_LU);
    return {{{g(0), g(1), g(2)}, {g(3), g(4), g(5)}, {g(6), g(7), 0}}};
}

Moving of_warp(const QuadWarp& quad, Size image, Size glimpse) {
    const bool is_fraction = quad.units == Units::fraction;
    const Point unit = is_fraction ? Point{double(image.width), double(image.height)} : Point{1, 1};
    // About their middle, for the sake of the equations' condition.
    const Extent around = extent(quad.corners);
    const Point middle{(around.left + around.right) / 2 * unit.x, (around.top + around.bottom) / 2 * unit.y};
    std::array<Point, 4> corners = quad.corners;
    for (Point& c : corners) c = {c.x * unit.x - middle.x, c.y * unit.y - middle.y};
    const Homography matrix = *homography(quad, image, glimpse);
    const Point centre{centre_from_edge(middle.x), centre_from_edge(middle.y)};
    const Homography about_middle = composed(translation({-centre.x, -centre.y}), matrix);
    Moving all;
    for (std::size_t k = 0; k < corners.size(); ++k) {
        for (std::size_t c = 0; c < 2; ++c) {
            const Point by = c == 0 ? Point{unit.x, 0} : Point{0, unit.y};
            const Homography moves = composed(motion_of_corner(corners, k, by), about_middle);
            all.push_back(of_homography(place("/quad", k, c), matrix, composed(translation(centre), moves)));
        }
    }
    return all;
}

Moving of_warp(const LogPolarWarp& warp, Size image, Size glimpse) {
    const bool is_fraction = warp.units == Units::fraction;
    const double of_x = is_fraction ? image.width : 1;
    const double of_y = is_fraction ? image.height : 1;
    // r = r_0^(1-t) r_1^t, whose derivative by either is r times its exponent over it.
    const auto along_rays = [=](std::size_t k) {
        return [=](int j, int i) {
            const double t = edge_from_centre(i) / glimpse.height;
            const double share = (k == 0 ? 1 - t : t) / warp.radius[k];
            const Point ray = ray_to(warp, image, glimpse, j, i);
            return Point{ray.x * share, ray.y * share};
        };
    };
    return {{"/log_polar/centre/0",
             [of_x](int, int) {
                 return Point{of_x, 0};
             }},
            {"/log_polar/centre/1",
             [of_y](int, int) {
                 return Point{0, of_y};
             }},
            {"/log_polar/radius/0", along_rays(0)},
            {"/log_polar/radius/1", along_rays(1)}};
}

/// A thin plate at the pixels of a glimpse.
struct MovingPlate {
    PlateMotion motion;
    std::vector<std::vector<double>> shares{};  ///< of each pixel
    int width;

    MovingPlate(const ThinPlate& plate, Size glimpse) : motion(plate), width(glimpse.width) {
        for (int i = 0; i < glimpse.height; ++i) {
            for (int j = 0; j < glimpse.width; ++j) shares.push_back(motion.shares(place(j, i)));
        }
    }

    [[nodiscard]] static Point place(int j, int i) { return {edge_from_centre(j), edge_from_centre(i)}; }
    [[nodiscard]] const std::vector<double>& of(int j, int i) const {
        return shares[static_cast<std::size_t>(i) * static_cast<std::size_t>(width) +
                      static_cast<std::size_t>(j)];
    }
};

Moving of_warp(const ThinPlateWarp& warp, Size image, Size glimpse) {
    const bool is_fraction = warp.units == Units::fraction;
    const Point of_glimpse = is_fraction ? Point{double(glimpse.width), double(glimpse.height)} : Point{1, 1};
    const Point of_image = is_fraction ? Point{double(image.width), double(image.height)} : Point{1, 1};
    const auto plate = std::make_shared<const MovingPlate>(surface_of(warp, image, glimpse), glimpse);
    Moving all;
    for (std::size_t k = 0; k < warp.from.size(); ++k) {
        for (std::size_t c = 0; c < 2; ++c) {
            const double by = c == 0 ? of_glimpse.x : of_glimpse.y;
            all.push_back({place("/thin_plate/from", k, c), [plate, k, c, by](int j, int i) {
                               const Point moves = plate->motion.by_from(k, c == 0, MovingPlate::place(j, i),
                                                                         plate->of(j, i));
                               return Point{by * moves.x, by * moves.y};
                           }});
        }
    }
    for (std::size_t k = 0; k < warp.to.size(); ++k) {
        for (std::size_t c = 0; c < 2; ++c) {
            const double by = c == 0 ? of_image.x : of_image.y;
            all.push_back({place("/thin_plate/to", k, c), [plate, k, c, by](int j, int i) {
                               const double share = by * plate->of(j, i)[k];
                               return c == 0 ? Point{share, 0} : Point{0, share};
                           }});
        }
    }
    return all;
}

constexpr const char* of_field = "a field has as many numbers as points";

Moving of_form(const Warp& warp, Size image, Size glimpse) {
    return std::visit(overloaded{[](const GridWarp&) -> Moving { throw std::logic_error(of_field); },
                                 [](const FlowWarp&) -> Moving { throw std::logic_error(of_field); },
                                 [&](const auto& other) { return of_warp(other, image, glimpse); }},
                      warp);
}

}  // namespace

Moving moving_points(const OrientedBox& given, Size image, Size glimpse) {
    const bool is_fraction = given.units == Units::fraction;
    const double of_x = is_fraction ? image.width : 1;
    const double of_y = is_fraction ? image.height : 1;
    const Affine none = box_to_image({0, 0, 0, 0}, glimpse, given.angle);
    const auto moved = [&](const Box& by) { return between(none, box_to_image(by, glimpse, given.angle)); };
    const Box box = in_pixels(given, image);
    const Point centre{centre_from_edge(box.x + box.width / 2), centre_from_edge(box.y + box.height / 2)};
    return {{"/box/0", moved({of_x, 0, 0, 0})},
            {"/box/1", moved({0, of_y, 0, 0})},
            {"/box/2", moved({0, 0, of_x, 0})},
            {"/box/3", moved({0, 0, 0, of_y})},
            {"/angle", turning(box_to_image(box, glimpse, given.angle), centre)}};
}

std::vector<MovingPoints> moving_points(const SpatialTransformer& transformer, Size image, Size glimpse) {
    const AffineForm affine(transformer, image, glimpse);
    return std::visit(overloaded{[&](const OrientedBox& box) { return moving_points(box, image, glimpse); },
                                 [&](const SpatialTransformer::WarpForm& form) {
                                     return of_form(*form.warp, image, glimpse);
                                 },
                                 [&](const auto& form) { return of_form(form, affine); }},
                      transformer.form);
}

}  // namespace glimpse
