#include "glimpse/canvas.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"
#include "maps/image_region.hpp"
#include "pixels/rounding.hpp"
#include "refusals.hpp"
#include "small_images.hpp"
#include "system/interruption.hpp"
#include "warps.hpp"

// The way back: add_adjoint and paste.

using namespace glimpse;
using namespace glimpse::small_images;

namespace {

/// Sums of a few float32 products of 8-bit values.
constexpr double sum_tolerance = 255 * 1e-6;

constexpr Size picture{12, 9};

Image image(cv::Mat pixels, bool alpha = false) {
    return {.pixels = std::move(pixels), .alpha = alpha};
}

Lowered crop(Box box, Size canvas = picture) {
    return lower(Crop{Crop::BoxForm{box, Units::pixels}, {}, {}, Resampling::bilinear, {}}, canvas);
}

Lowered turned(Box box, double angle, Size canvas = picture) {
    return lower(SpatialTransformer{SpatialTransformer::BoxForm{box, Units::pixels, angle},
                                    {},
                                    {},
                                    {},
                                    Interpolation::bilinear,
                                    {},
                                    {}},
                 canvas);
}

Mask soft(const cv::Mat_<double>& grid) {
    Mask mask;
    mask.form = Mask::GridForm{grid};
    return mask;
}

cv::Mat in_float32(const cv::Mat& pixels) {
    cv::Mat values;
    pixels.convertTo(values, CV_32F);
    return values;
}

/// The glimpse as `glimpse extract` would cut it out.
Image extracted(const Lowered& lowered, const Image& from) {
    const ImageRegion all{whole(lowered.map.image), from.pixels, from.alpha};
    return image(read_glimpse(cpu(), lowered, all, from.pixels.depth()), from.alpha);
}

/// Twice the area of the triangle p, q, r; positive where they run clockwise on the screen.
double turn(Point p, Point q, Point r) {
    return (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
}

/// The point lies inside the outline, whose corners run clockwise.
bool covers(const std::vector<Point>& outline, Point p) {
    for (std::size_t n = 0; n < outline.size(); ++n) {
        if (turn(outline[n], outline[(n + 1) % outline.size()], p) < 0) return false;
    }
    return true;
}

/// 255 at every pixel whose centre lies inside the map's outline.
cv::Mat covered_pixels(const Lowered& lowered) {
    cv::Mat inside = cv::Mat::zeros(lowered.map.image.height, lowered.map.image.width, CV_8U);
    const std::vector<Point> border = outline(lowered);
    for (int y = 0; y < inside.rows; ++y) {
        for (int x = 0; x < inside.cols; ++x) {
            if (covers(border, {edge_from_centre(x), edge_from_centre(y)}))
                inside.at<std::uint8_t>(y, x) = 255;
        }
    }
    return inside;
}

}  // namespace

TEST_CASE("add_adjoint: canvas + Aᵀ g of a crop") {
    const Image canvas = image(noise(picture, CV_32FC3, 1));
    const Lowered lowered = crop({3, 2, 4, 5});
    const Image glimpse = image(noise(lowered.map.glimpse, CV_32FC3, 2));
    const Image sum = add_adjoint(cpu(), lowered.map, glimpse, canvas);
    cv::Mat expected = canvas.pixels.clone();
    expected(cv::Rect(3, 2, 4, 5)) += glimpse.pixels;
    CHECK(difference(sum.pixels, expected) == 0);
}

TEST_CASE("add_adjoint: read(write(g)) = g for crop") {
    for (const int type : {CV_8UC3, CV_16UC1, CV_32FC4}) {
        const Lowered lowered = crop({3, 2, 4, 5});
        const Image glimpse = image(noise(lowered.map.glimpse, type, 3));
        const Image black = image(cv::Mat::zeros(picture.height, picture.width, type));
        const Image written = add_adjoint(cpu(), lowered.map, glimpse, black);
        CHECK(difference(extracted(lowered, written).pixels, glimpse.pixels) == 0);
    }
}

TEST_CASE("add_adjoint: whole numbers are rounded and saturate") {
    const Lowered lowered = lower(soft((cv::Mat_<double>(1, 2) << 0.5, 1)), {2, 1});
    const Image canvas = image((cv::Mat_<std::uint8_t>(1, 2) << 10, 200));
    const Image glimpse = image((cv::Mat_<std::uint8_t>(1, 2) << 3, 100));
    check_near(add_adjoint(cpu(), lowered.map, glimpse, canvas).pixels, row({12, 255}), 0);
}

TEST_CASE("add_adjoint: DRAW adds (1/γ) F_Yᵀ w F_X") {
    const double log_gamma = std::numbers::ln2;
    const Gaussian draw{Gaussian::DrawForm{0.1, 0, -0.5, -0.5, log_gamma}, Size{3, 3}, {}};
    const Lowered read_map = lower(draw, picture);
    const Image canvas = image(noise(picture, CV_32FC1, 4));
    const Image patch = image(noise({3, 3}, CV_32FC1, 5));
    const Image sum = add_adjoint(cpu(), lower(for_writing(draw), picture).map, patch, canvas);
    const ImageRegion with_gamma = cpu().write(read_map.map, patch.pixels);
    cv::Mat expected = canvas.pixels.clone();
    const Rectangle& r = with_gamma.region;
    expected(rect(r)) += with_gamma.pixels / std::exp(2 * log_gamma);
    CHECK(difference(sum.pixels, expected) <= sum_tolerance);
}

TEST_CASE("paste: a crop put back restores the picture exactly") {
    for (const int type : {CV_8UC1, CV_8UC3, CV_16UC3, CV_32FC3}) {
        const Image original = image(noise(picture, type, 6));
        for (const Box& box : {Box{3, 2, 4, 5}, Box{-2, -3, 6, 7}, Box{0, 0, 12, 9}, Box{11, 8, 9, 9}}) {
            const Lowered lowered = crop(box);
            const Image glimpse = extracted(lowered, original);
            CHECK(difference(paste(cpu(), lowered, glimpse, original).pixels, original.pixels) == 0);
            Image damaged = image(original.pixels.clone());
            const Rectangle seen = support(lowered.map);
            damaged.pixels(rect(seen)).setTo(0);
            CHECK(difference(paste(cpu(), lowered, glimpse, damaged).pixels, original.pixels) == 0);
        }
    }
}

TEST_CASE("paste: whole quarter turns and whole shifts restore the picture") {
    const Image original = image(noise(picture, CV_8UC3, 7));
    for (const double angle : {0.0, 90.0, 180.0, 270.0}) {
        const Lowered lowered = turned({2, 1, 6, 6}, angle);
        const Image restored = paste(cpu(), lowered, extracted(lowered, original), original);
        CHECK(difference(restored.pixels, original.pixels) == 0);
    }
}

TEST_CASE("paste: a transformer's glimpse covers just its outline") {
    const Image canvas = image(cv::Mat(picture.height, picture.width, CV_8U, cv::Scalar(40)));
    std::vector<Lowered> maps{turned({2.2, 1.3, 6.1, 4.4}, 0), turned({2.2, 1.3, 6.1, 4.4}, 33),
                              turned({2.25, 1.75, 6, 4}, 0), turned({-3.1, 4.2, 7.7, 8.3}, -60),
                              turned({-30, -30, 80, 80}, 10)};
    const Crop resized{Crop::BoxForm{{2, 1, 8, 7}, Units::pixels}, Size{3, 3}, {}, Resampling::bilinear, {}};
    maps.push_back(lower(resized, picture));
    for (const Size size : {Size{4, 3}, Size{2, 6}}) {  // shrunk on one axis alone, and to whole pixels
        maps.push_back(lower(
            Crop{Crop::BoxForm{{2, 1, 4, 6}, Units::pixels}, size, {}, Resampling::nearest, {}}, picture));
    }
    const Gaussian gaussian{Gaussian::BoxForm{{{1, 2, 6, 4}, Units::pixels}, 0.5}, Size{3, 2}, {}};
    maps.push_back(lower(gaussian, picture));
    for (const Lowered& lowered : maps) {
        const Image white =
            image(cv::Mat(lowered.map.glimpse.height, lowered.map.glimpse.width, CV_8U, cv::Scalar(240)));
        const cv::Mat covered = covered_pixels(lowered);
        cv::Mat expected = canvas.pixels.clone();
        expected.setTo(240, covered);
        CHECK(cv::countNonZero(covered) > 0);
        CHECK(difference(paste(cpu(), lowered, white, canvas).pixels, expected) == 0);
    }
}

TEST_CASE("paste: a quadrilateral's glimpse covers the pixels whose centres lie in it") {
    const QuadWarp quad{{{{2.3, 1.2}, {9.7, 3.1}, {8.2, 8.9}, {0.6, 7.4}}}};
    const Size size{12, 10};
    const Lowered lowered = lower(warps::transformer(quad, Size{5, 30}), size);
    const Image canvas = image(cv::Mat::zeros(size.height, size.width, CV_8U));
    const cv::Mat pasted =
        paste(cpu(), lowered, image(cv::Mat(30, 5, CV_8U, cv::Scalar(200))), canvas).pixels;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            bool is_inside = true;
            for (std::size_t k = 0; k < 4; ++k) {
                const Point& a = quad.corners[k];
                const Point& b = quad.corners[(k + 1) % 4];
                is_inside = is_inside && (b.x - a.x) * (y + 0.5 - a.y) > (b.y - a.y) * (x + 0.5 - a.x);
            }
            CHECK(pasted.at<std::uint8_t>(y, x) == (is_inside ? 200 : 0));
        }
    }
}

namespace {

/// The points of an affine map, listed in pixels.
GridWarp listed(const Affine& affine, Size glimpse) {
    std::vector<Point> points;
    for (int i = 0; i < glimpse.height; ++i) {
        for (int j = 0; j < glimpse.width; ++j) points.push_back(affine(j, i));
    }
    return {warps::field(std::move(points), glimpse.width), true};
}

cv::Mat coordinates(Size size) {
    cv::Mat all(size.height, size.width, CV_32FC2);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x)
            all.at<cv::Vec2f>(y, x) = cv::Vec2f(static_cast<float>(x), static_cast<float>(y));
    }
    return all;
}

}  // namespace

TEST_CASE("paste: the listed points of an affine map are that map") {
    const Affine affine{{{{0.61, -0.23, 3.11}, {0.31, 0.57, 0.77}}}};
    const Size size{9, 8};
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::MatrixForm{affine};
    transformer.size = size;
    const Image canvas = image(cv::Mat(picture.height, picture.width, CV_32F, cv::Scalar(40)));
    cv::Mat values(size.height, size.width, CV_32F);
    cv::RNG(7).fill(values, cv::RNG::UNIFORM, 0, 255);
    const cv::Mat expected = paste(cpu(), lower(transformer, picture), image(values), canvas).pixels;
    CHECK(cv::countNonZero(expected != 40) > 10);
    // Beside linear interpolation in triangles the inverse of a matrix rounds otherwise.
    constexpr double inverse_tolerance = 255 * 2e-6;
    const Lowered lowered = lower(warps::transformer(listed(affine, size)), picture);
    CHECK_FALSE(lowered.matrix);
    check_near(paste(cpu(), lowered, image(values), canvas).pixels, expected, inverse_tolerance);
    // Mirrored, too.
    Affine mirrored = affine;
    for (auto& row : mirrored.m) {
        row[2] += row[0] * (size.width - 1);
        row[0] = -row[0];
    }
    cv::Mat flipped;
    cv::flip(values, flipped, 1);
    check_near(
        paste(cpu(), lower(warps::transformer(listed(mirrored, size)), picture), image(flipped), canvas)
            .pixels,
        expected, inverse_tolerance);
}

TEST_CASE("paste: coordinates that a warp has cut come back to where they are") {
    const Size size{40, 32};
    const cv::Mat whole = coordinates(size);
    const ThinPlateWarp plate{{{0, 0}, {24, 0}, {24, 20}, {0, 20}, {12, 10}},
                              {{4, 3}, {36, 5}, {33, 29}, {6, 27}, {22, 17}}};
    std::vector<Point> waves;
    for (int i = 0; i < 20; ++i) {
        for (int j = 0; j < 24; ++j) waves.push_back({std::sin(i / 4.0), std::cos(j / 5.0)});
    }
    for (const Warp& warp : {Warp(plate), Warp(FlowWarp{warps::field(waves, 24)})}) {
        SpatialTransformer transformer = warps::transformer(warp, Size{24, 20});
        for (const bool antialias : {false, true}) {
            transformer.antialias = antialias;
            transformer.padding = Padding::border;
            const Lowered lowered = lower(transformer, size);
            const Image glimpse = image(extracted(lowered, image(whole)).pixels);
            const Image canvas = image(cv::Mat(size.height, size.width, CV_32FC2, cv::Scalar::all(-1)));
            const cv::Mat pasted = paste(cpu(), lowered, glimpse, canvas).pixels;
            // Between the points the warp is linear to a fraction of a pixel.
            constexpr double bend = 0.1;
            int covered = 0;
            for (int y = 2; y + 2 < size.height; ++y) {
                for (int x = 2; x + 2 < size.width; ++x) {
                    const auto found = pasted.at<cv::Vec2f>(y, x);
                    if (found == cv::Vec2f(-1, -1)) continue;
                    // A clamped border is up to half a glimpse pixel away.
                    const bool is_inner = x > 8 && x < 30 && y > 8 && y < 24;
                    const double tolerance = is_inner ? bend : 1;
                    CHECK(std::abs(found[0] - static_cast<float>(x)) < tolerance);
                    CHECK(std::abs(found[1] - static_cast<float>(y)) < tolerance);
                    ++covered;
                }
            }
            CHECK(covered > size.area() / 2);
        }
    }
}

TEST_CASE("paste: log-polar and back covers the ring, and restores what is smooth") {
    const Size size{64, 64};
    cv::Mat smooth(size.height, size.width, CV_32F);
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x)
            smooth.at<float>(y, x) = static_cast<float>(100 + 50 * std::sin(x / 9.0) * std::cos(y / 7.0));
    }
    const LogPolarWarp warp{{32.3, 31.6}, {4, 28}};
    const Lowered lowered = lower(warps::transformer(warp, Size{256, 96}), size);
    const Image glimpse = image(extracted(lowered, image(smooth)).pixels);
    const Image canvas = image(cv::Mat::zeros(size.height, size.width, CV_32F));
    const cv::Mat pasted = paste(cpu(), lowered, glimpse, canvas).pixels;
    // Bilinear twice: an eighth of the second derivative, 1.02. Where the border is clamped, at the circles:
    // the gradient, at most 7.2, over half a glimpse pixel.
    constexpr double curvature = 0.25;
    constexpr double clamped = 2.5;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            const Point d{x + 0.5 - warp.centre.x, y + 0.5 - warp.centre.y};
            const double r = std::hypot(d.x, d.y);
            const bool is_seen = r >= warp.radius[0] && r < warp.radius[1];
            const bool is_inner = r > warp.radius[0] + 1 && r < warp.radius[1] - 1;
            const float expected = is_seen ? smooth.at<float>(y, x) : 0;
            CHECK(std::abs(pasted.at<float>(y, x) - expected) <= (is_inner  ? curvature
                                                                  : is_seen ? clamped
                                                                            : 0));
        }
    }
}

TEST_CASE("paste: log-polar columns go round, so that a ring has no seam") {
    const Size size{64, 64};
    // Rays of pixels on the seam, just before it and just behind it: the turn of the second rounds to 1.
    for (const double middle : {32.5, std::nextafter(32.5, 33.0), 32.1, 32.9}) {
        for (const int columns : {1, 2, 7, 90}) {
            const LogPolarWarp warp{{31.7, middle}, {4, 28}};
            const Lowered lowered = lower(warps::transformer(warp, Size{columns, 9}), size);
            cv::Mat glimpse(9, columns, CV_32F);
            for (int j = 0; j < columns; ++j) glimpse.col(j).setTo(cv::Scalar(1 + j * j % 5));
            const Image canvas = image(cv::Mat::zeros(size.height, size.width, CV_32F));
            const cv::Mat pasted = paste(cpu(), lowered, image(glimpse), canvas).pixels;
            for (int y = 0; y < size.height; ++y) {
                for (int x = 0; x < size.width; ++x) {
                    const Point d{x + 0.5 - warp.centre.x, y + 0.5 - warp.centre.y};
                    const double r = std::hypot(d.x, d.y);
                    if (r < warp.radius[0] || r >= warp.radius[1]) continue;
                    // Between the middles of the two columns around the ray, of which all follow each other.
                    const double at = std::atan2(d.y, d.x) / (2 * std::numbers::pi) * columns - 0.5;
                    const int left = static_cast<int>(std::floor(at));
                    const auto column = [&](int j) {
                        return glimpse.at<float>(0, ((j % columns) + columns) % columns);
                    };
                    const double expected = column(left) + (at - left) * (column(left + 1) - column(left));
                    CHECK(std::abs(pasted.at<float>(y, x) - expected) <= sum_tolerance);
                }
            }
        }
    }
}

namespace {

/// The coordinates of a glimpse whose points lie anywhere in an image, laid over that by the definition: each
/// pixel looks at all triangles.
cv::Mat pasted_by_definition(const std::vector<Point>& points, Size glimpse, Size size) {
    cv::Mat out(size.height, size.width, CV_32FC2, cv::Scalar::all(-1));
    const auto paste_triangle = [&](std::array<Point, 3> places) {
        std::array<Point, 3> at;
        for (std::size_t k = 0; k < 3; ++k)
            at[k] = points[std::size_t(places[k].y) * std::size_t(glimpse.width) + std::size_t(places[k].x)];
        const auto cross = [](Point a, Point b, Point c) {
            return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
        };
        const double area = cross(at[0], at[1], at[2]);
        for (int y = 0; y < size.height; ++y) {
            for (int x = 0; x < size.width; ++x) {
                const Point p{double(x), double(y)};
                const std::array share{cross(p, at[1], at[2]) / area, cross(at[0], p, at[2]) / area,
                                       cross(at[0], at[1], p) / area};
                if (area == 0 || std::ranges::min(share) < 0) continue;
                cv::Vec2d sum;
                for (std::size_t k = 0; k < 3; ++k) sum += share[k] * cv::Vec2d(places[k].x, places[k].y);
                out.at<cv::Vec2f>(y, x) = sum;
            }
        }
    };
    for (int i = 0; i + 1 < glimpse.height; ++i) {
        for (int j = 0; j + 1 < glimpse.width; ++j) {
            const Point a{double(j), double(i)};
            const Point b{j + 1.0, double(i)};
            const Point c{j + 1.0, i + 1.0};
            const Point d{double(j), i + 1.0};
            paste_triangle({a, b, c});
            paste_triangle({a, c, d});
        }
    }
    return out;
}

/// Those of the outermost pixels are their inner neighbours', so that nothing is carried on outwards.
std::vector<Point> points_anywhere(Size glimpse, Size size, cv::RNG& random) {
    cv::Mat_<cv::Vec2d> inner(glimpse.height - 2, glimpse.width - 2);
    for (cv::Vec2d& point : inner)
        point = {random.uniform(0.0, size.width - 1.0), random.uniform(0.0, size.height - 1.0)};
    cv::Mat_<cv::Vec2d> all;
    cv::copyMakeBorder(inner, all, 1, 1, 1, 1, cv::BORDER_REPLICATE);
    std::vector<Point> points;
    for (const cv::Vec2d& point : all) points.push_back({point[0], point[1]});
    return points;
}

}  // namespace

TEST_CASE("paste: of cells that lie over each other in any way the last one counts") {
    const Size size{31, 23};
    const Size glimpse{9, 7};
    cv::RNG random(24);
    for (int trial = 0; trial < 10; ++trial) {
        const std::vector<Point> points = points_anywhere(glimpse, size, random);
        const Lowered lowered =
            lower(warps::transformer(GridWarp{warps::field(points, glimpse.width), true}), size);
        const Image canvas = image(cv::Mat(size.height, size.width, CV_32FC2, cv::Scalar::all(-1)));
        const cv::Mat pasted = paste(cpu(), lowered, image(coordinates(glimpse)), canvas).pixels;
        check_near(pasted.reshape(1), pasted_by_definition(points, glimpse, size).reshape(1), sum_tolerance);
        CHECK(cv::countNonZero(pasted.reshape(1) != -1) > size.area() / 2);
    }
}

TEST_CASE("paste: a glimpse of many cells stops soon after an interrupt") {
    cv::RNG random(25);
    const Size glimpse{300, 40};
    const std::vector<Point> points = points_anywhere(glimpse, picture, random);
    const Lowered lowered =
        lower(warps::transformer(GridWarp{warps::field(points, glimpse.width), true}), picture);
    const Image canvas = image(cv::Mat(picture.height, picture.width, CV_8U, cv::Scalar(7)));
    const Image white = image(cv::Mat(glimpse.height, glimpse.width, CV_8U, cv::Scalar(255)));
    int asked = 0;
    const std::function<bool()> interrupted = [&] { return ++asked == 2; };
    {
        const Interruptible interruptible(interrupted);
        CHECK_THROWS_AS(paste(cpu(), lowered, white, canvas), WaitEnded);
        CHECK(asked == 2);
    }
    CHECK(cv::countNonZero(paste(cpu(), lowered, white, canvas).pixels == 255) > picture.area() / 2);
    CHECK(asked == 2);
}

TEST_CASE("paste: where listed points fold, the last cell counts; a line of them is scattered") {
    // Two columns of cells, the second folded back onto the first.
    const std::vector<Point> folded{{2, 2}, {6, 2}, {2, 2}, {2, 6}, {6, 6}, {2, 6}};
    const Image canvas = image(cv::Mat::zeros(9, 12, CV_32F));
    const Lowered lowered = lower(warps::transformer(GridWarp{warps::field(folded, 3), true}), picture);
    const Image glimpse = image((cv::Mat_<float>(2, 3) << 10, 20, 30, 10, 20, 30));
    const cv::Mat pasted = paste(cpu(), lowered, glimpse, canvas).pixels;
    CHECK(pasted.at<float>(4, 3) == doctest::Approx(27.5));  // a quarter of the way from 30 to 20
    const std::vector<Point> line{{2, 2}, {6, 2}, {9, 5}};
    const Lowered scattered = lower(warps::transformer(GridWarp{warps::field(line, 3), true}), picture);
    const Image three = image((cv::Mat_<float>(1, 3) << 10, 20, 30));
    const cv::Mat spread = paste(cpu(), scattered, three, canvas).pixels;
    CHECK(cv::countNonZero(spread) == 3);
    CHECK(spread.at<float>(5, 9) == 30);
}

TEST_CASE("paste: of neighbours that share an edge each pixel is one's alone") {
    const Image canvas = image(cv::Mat(picture.height, picture.width, CV_8U, cv::Scalar(40)));
    const auto pasted = [&](const Box& box, int value, const Image& onto) {
        SpatialTransformer half;
        half.form = SpatialTransformer::BoxForm{box, Units::pixels, 0};
        half.size = Size{2, 2};
        return paste(cpu(), lower(half, picture), image(cv::Mat(2, 2, CV_8U, cv::Scalar(value))), onto);
    };
    // Edges through the middle of pixels: column 5 and row 4 lie on them.
    const Box first{1.5, 0.5, 4, 4};
    for (const Box& second : {Box{5.5, 0.5, 4, 4}, Box{1.5, 4.5, 4, 4}}) {
        const Image one = pasted(second, 200, pasted(first, 100, canvas));
        const Image other = pasted(first, 100, pasted(second, 200, canvas));
        CHECK(difference(one.pixels, other.pixels) == 0);
        CHECK(cv::countNonZero(one.pixels == 100) == 16);
        CHECK(cv::countNonZero(one.pixels == 200) == 16);
    }
}

TEST_CASE("paste: an enlarged glimpse is sampled bilinearly at M⁻¹ p") {
    // x = 2j + ½: the glimpse's pixels have their centres at ½ and 2½, so pixel 1 lies at j = ¼.
    const Crop resized{Crop::BoxForm{{0, 0, 4, 1}, Units::pixels}, Size{2, 1}, {}, Resampling::bilinear, {}};
    const Image canvas = image((cv::Mat_<float>(1, 5) << 9, 9, 9, 9, 9));
    const Image glimpse = image((cv::Mat_<float>(1, 2) << 0, 100));
    check_near(paste(cpu(), lower(resized, {5, 1}), glimpse, canvas).pixels, row({0, 25, 75, 100, 9}),
               sum_tolerance);
}

TEST_CASE("paste: a mask's glimpse is blended by the mask") {
    // canvas · (1 - a) + g, since g is a ⊙ I already
    const Lowered lowered = lower(soft((cv::Mat_<double>(1, 3) << 0.25, 1, 0)), {3, 1});
    const Image canvas = image((cv::Mat_<float>(1, 3) << 40, 50, 60));
    const Image glimpse = image((cv::Mat_<float>(1, 3) << 20, 90, 0));
    check_near(paste(cpu(), lowered, glimpse, canvas).pixels, row({50, 90, 60}), sum_tolerance);
}

TEST_CASE("paste: a mask's glimpse put back restores the picture") {
    const Lowered lowered = lower(soft((cv::Mat_<double>(2, 2) << 0.25, 1, 0, 0.6)), picture);
    const auto restored = [&](const Image& original) {
        return paste(cpu(), lowered, extracted(lowered, original), original).pixels;
    };
    for (const int type : {CV_32FC1, CV_32FC3}) {
        const Image original = image(noise(picture, type, 12));
        CHECK(difference(restored(original), original.pixels) <= sum_tolerance);
    }
    const Image eight_bits = image(noise(picture, CV_8UC3, 13));
    CHECK(difference(restored(eight_bits), eight_bits.pixels) <= 1);  // the glimpse was rounded

    // Nearly transparent pixels have nearly lost their colour.
    const Image transparent = image(noise(picture, CV_32FC4, 14) * 0.8 + cv::Scalar::all(0.1), true);
    CHECK(difference(restored(transparent), transparent.pixels) <= sum_tolerance);
}

TEST_CASE("paste: a glimpse that took a pixel twice lays it down once") {
    const Crop twice{Crop::IndexForm{{0}, {1, 1, 2}}, {}, {}, Resampling::bilinear, {}};
    const Lowered lowered = lower(twice, {4, 1});
    const Image canvas = image((cv::Mat_<float>(1, 4) << 1, 2, 3, 4));
    const Image glimpse = image((cv::Mat_<float>(1, 3) << 10, 30, 50));
    check_near(paste(cpu(), lowered, glimpse, canvas).pixels, row({1, 20, 50, 4}), sum_tolerance);
}

TEST_CASE("paste: selected pixels go back to where they were") {
    Mask mask = soft((cv::Mat_<double>(2, 2) << 0, 1, 1, 0));
    mask.kind = Mask::Kind::hard;
    mask.select = Mask::Select::pixels;
    const Image canvas = image((cv::Mat_<float>(2, 2) << 1, 2, 3, 4));
    const Image glimpse = image((cv::Mat_<float>(2, 1) << 20, 30));
    check_near(paste(cpu(), lower(mask, {2, 2}), glimpse, canvas).pixels,
               (cv::Mat_<double>(2, 2) << 1, 20, 30, 4), 0);
}

TEST_CASE("paste: alpha composes") {
    const Lowered lowered = crop({1, 0, 2, 1}, {3, 1});
    const auto pixels = [](const std::vector<std::uint8_t>& values) {
        return cv::Mat(values, true).reshape(2, 1);
    };
    const Image glimpse = image(pixels({200, 255, 100, 0}), true);
    const Image canvas = image(pixels({10, 255, 20, 51, 30, 102}), true);
    check_near(paste(cpu(), lowered, glimpse, canvas).pixels, row({10, 255, 200, 255, 30, 102}), 0);
    // 0.2 of 200 over the opaque 100: 0.8 · 100 + 0.2 · 200.
    const Image thin = image(pixels({200, 51, 0, 0}), true);
    const Image grey = image((cv::Mat_<std::uint8_t>(1, 3) << 7, 100, 9));
    check_near(paste(cpu(), lowered, thin, grey).pixels, row({7, 120, 9}), 0);
}

TEST_CASE("paste: alpha of float32 is in the canvas's units, or refused") {
    const Lowered lowered = crop({1, 0, 2, 1}, {3, 1});
    const auto pixels = [](const std::vector<float>& values) { return cv::Mat(values, true).reshape(2, 1); };
    const auto refused = [&](const Image& glimpse, const Image& canvas) {
        return refusal<Error>([&] { paste(cpu(), lowered, glimpse, canvas); });
    };
    const Image of_bytes = image(pixels({200, 51, 100, 255}), true);
    const Image of_ones = image(pixels({200, 0.2F, 100, 1}), true);
    const Image grey = image((cv::Mat_<float>(1, 3) << 7, 100, 9));
    // 0.8 · 100 + 0.2 · 200.
    check_near(paste(cpu(), lowered, of_ones, grey).pixels, row({7, 120, 100}), sum_tolerance);
    CHECK(holds(refused(of_bytes, grey),
                "the glimpse's alpha is 51 at (0, 0), and lies between 0 and 1 where the canvas is float32"));
    const Image bytes = image((cv::Mat_<std::uint8_t>(1, 3) << 7, 100, 9));
    check_near(paste(cpu(), lowered, of_bytes, bytes).pixels, row({7, 120, 100}), 0);
    CHECK(holds(refused(image(pixels({200, 65535, 100, 0}), true), bytes),
                "between 0 and 255 where the canvas is 8-bit"));
    CHECK(holds(refused(image(pixels({200, 0, 100, NAN}), true), bytes),
                "the glimpse's alpha is nan at (1, 0)"));
    const Image canvas_of_bytes = image(pixels({7, 255, 100, 255, 9, 255}), true);
    CHECK(holds(refused(of_ones, canvas_of_bytes), "the canvas's alpha is 255 at (0, 0)"));
    // What a bicubic kernel overshoots is cut off: opaque, and nothing of the colour.
    check_near(paste(cpu(), lowered, image(pixels({200, 1.4F, 100, -0.4F}), true), grey).pixels,
               row({7, 200, 9}), sum_tolerance);
    // On an empty canvas the units are the glimpse's.
    const Image empty = image(pixels({0, 0, 0, 0, 0, 0}), true);
    check_near(paste(cpu(), lowered, of_bytes, empty).pixels, row({0, 0, 200, 51, 100, 255}), sum_tolerance);
}

TEST_CASE("paste: what is not covered stays as it is, the colours of transparent pixels as well") {
    const Lowered lowered = crop({1, 0, 1, 1}, {2, 1});
    const Image clear = image((cv::Mat_<cv::Vec2f>(1, 1) << cv::Vec2f(7, 0)), true);
    const Image canvas = image((cv::Mat_<cv::Vec2f>(1, 2) << cv::Vec2f(5, 0), cv::Vec2f(9, 0)), true);
    check_near(paste(cpu(), lowered, clear, canvas).pixels, row({5, 0, 9, 0}), 0);
}

TEST_CASE("paste and add_adjoint: sums are not rounded where float32 is asked for") {
    // Steps of ⅔ of a pixel: sums of thirds.
    const Crop resized{Crop::BoxForm{{2, 1, 4, 6}, Units::pixels}, Size{6, 9}, {}, Resampling::bilinear, {}};
    const Lowered lowered = lower(resized, picture);
    for (const int type : {CV_8UC3, CV_16UC1, CV_8UC4}) {
        const Image canvas = image(noise(picture, type, 31), type == CV_8UC4);
        const Image glimpse = image(noise({6, 9}, type, 32), type == CV_8UC4);
        const Image in_float = image(in_float32(glimpse.pixels), type == CV_8UC4);
        for (const bool pasted : {false, true}) {
            const auto written = [&](const Image& g, std::optional<int> depth) {
                return (pasted ? paste(cpu(), lowered, g, canvas, depth)
                               : add_adjoint(cpu(), lowered.map, g, canvas, depth))
                    .pixels;
            };
            const cv::Mat exact = written(glimpse, CV_32F);
            const cv::Mat rounded = written(glimpse, {});
            CHECK(exact.type() == CV_MAKETYPE(CV_32F, canvas.pixels.channels()));
            CHECK(rounded.type() == type);
            CHECK(difference(rounded_to(exact, canvas.pixels.depth()), rounded) == 0);
            CHECK(difference(exact, in_float32(rounded)) > 0.1);
            // Float32 in the canvas's units is the same glimpse.
            CHECK(difference(written(in_float, CV_32F), exact) == 0);
            CHECK(difference(written(in_float, {}), rounded) == 0);
        }
    }
}

TEST_CASE("paste: a float glimpse keeps its fractions on a canvas of whole numbers") {
    const Lowered lowered = crop({1, 0, 2, 1}, {3, 1});
    const Image glimpse = image((cv::Mat_<float>(1, 2) << 20.25F, 1000.5F));
    const Image canvas = image((cv::Mat_<std::uint8_t>(1, 3) << 7, 8, 9));
    check_near(paste(cpu(), lowered, glimpse, canvas, CV_32F).pixels, row({7, 20.25, 1000.5}), 0);
    check_near(paste(cpu(), lowered, glimpse, canvas).pixels, row({7, 20, 255}), 0);
}

TEST_CASE("paste: what is not a number stays where it is not covered") {
    const Lowered lowered = crop({1, 0, 1, 1}, {3, 1});
    const Image canvas = image((cv::Mat_<float>(1, 3) << NAN, 2, 3));
    const cv::Mat pasted = paste(cpu(), lowered, image((cv::Mat_<float>(1, 1) << 5.5F)), canvas).pixels;
    CHECK(std::isnan(pasted.at<float>(0)));
    CHECK(pasted.at<float>(1) == 5.5F);
}

TEST_CASE("paste and add_adjoint: sizes, colours and depths must fit") {
    const Lowered lowered = crop({3, 2, 4, 5});
    const Image canvas = image(noise(picture, CV_8UC3, 8));
    const Image small = image(noise({4, 4}, CV_8UC3, 9));
    const Image grey = image(noise({4, 5}, CV_8UC1, 9));
    const Image deep = image(noise({4, 5}, CV_16UC3, 9));
    CHECK_THROWS_AS(paste(cpu(), lowered, small, canvas), Error);
    CHECK_THROWS_AS(add_adjoint(cpu(), lowered.map, small, canvas), Error);
    CHECK_THROWS_AS(paste(cpu(), lowered, grey, canvas), Error);
    CHECK_THROWS_AS(add_adjoint(cpu(), lowered.map, grey, canvas), Error);
    CHECK_THROWS_AS(paste(cpu(), lowered, deep, canvas), Error);

    SpatialTransformer flat;
    flat.form = SpatialTransformer::MatrixForm{{{{{0, 0, 2.5}, {0, 1, 0.5}}}}};
    flat.size = Size{4, 4};
    CHECK_THROWS_AS(paste(cpu(), lower(flat, picture), small, canvas), Error);
}

TEST_CASE("paste: a glimpse from beyond the image changes nothing") {
    const Image canvas = image(noise(picture, CV_8UC1, 10));
    for (const double slope : {0.0, 0.25}) {
        SpatialTransformer far;
        far.form = SpatialTransformer::MatrixForm{{{{{1, slope, 400}, {slope, 1, -300}}}}};
        far.size = Size{4, 4};
        const Image glimpse = image(noise({4, 4}, CV_8UC1, 11));
        CHECK(difference(paste(cpu(), lower(far, picture), glimpse, canvas).pixels, canvas.pixels) == 0);
        CHECK(difference(add_adjoint(cpu(), lower(far, picture).map, glimpse, canvas).pixels,
                         canvas.pixels) == 0);
    }
}
