#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "gradient_checks.hpp"
#include "reference.hpp"
#include "warps.hpp"

// The derivatives of what looks at more than the taps of a point: antialiased samples, turned Gaussians, and
// crops that are sampled between pixels.

using namespace glimpse;
using namespace glimpse::gradient_checks;

namespace {

constexpr Size small{5, 4};

/// J of a projective map, and of any other by differences of its points.
cv::Matx22d jacobian_at(const SpatialTransformer& stn, const SamplingPoints& points, int j, int i) {
    const auto* const form = std::get_if<SpatialTransformer::WarpForm>(&stn.form);
    const auto matrix = form ? homography(*form->warp, image_size, *stn.size) : std::nullopt;
    if (!matrix) {
        const auto all = points.jacobian(j, i);
        return {all[0][0], all[0][1], all[1][0], all[1][1]};
    }
    const cv::Matx33d h(matrix->front().data());
    const cv::Vec3d at = h * cv::Vec3d(j, i, 1);
    cv::Matx22d all;
    for (int r = 0; r < 2; ++r) {
        for (int c = 0; c < 2; ++c) all(r, c) = (h(r, c) - at[r] / at[2] * h(2, c)) / at[2];
    }
    return all;
}

Values antialiased_glimpse(const Mechanism& mechanism) {
    const auto& stn = std::get<SpatialTransformer>(mechanism);
    const Values image = smooth_noise();
    const SamplingPoints points = sampling_points(stn, image_size, *stn.size);
    const reference::Sampling sampling{stn.align_corners, Interpolation::nearest,
                                       stn.padding.value_or(Padding::zeros)};
    constexpr int beyond_any_footprint = 24;
    Values glimpse(stn.size->height, stn.size->width);
    for (int i = 0; i < glimpse.rows; ++i) {
        for (int j = 0; j < glimpse.cols; ++j) {
            const auto [x, y] = points.at(j, i);
            glimpse(i, j) = reference::sample_antialiased(image, {{x, y}, jacobian_at(stn, points, j, i)},
                                                          beyond_any_footprint, sampling);
        }
    }
    return glimpse;
}

/// Of every padding.
void check_antialiased(const std::function<SpatialTransformer(const std::string&, double)>& make) {
    for (const auto padding : {Padding::zeros, Padding::border, Padding::reflection}) {
        CAPTURE(static_cast<int>(padding));
        compare_beside_kinks(
            [&](const std::string& parameter, double by) {
                SpatialTransformer stn = make(parameter, by);
                stn.size = small;
                stn.antialias = true;
                stn.padding = padding;
                return stn;
            },
            antialiased_glimpse);
    }
}

/// A box in both units, and by any angle.
OrientedBox moved_box(const std::string& parameter, double by, Units units, double angle, Numbers more = {}) {
    const Point unit =
        units == Units::fraction ? Point{1.0 / image_size.width, 1.0 / image_size.height} : Point{1, 1};
    OrientedBox box{{3.31 * unit.x, 2.17 * unit.y, 14.27 * unit.x, 11.41 * unit.y}, units, angle};
    Numbers all{{"/box/0", &box.box.x},
                {"/box/1", &box.box.y},
                {"/box/2", &box.box.width},
                {"/box/3", &box.box.height},
                {"/angle", &box.angle}};
    all.insert(all.end(), more.begin(), more.end());
    named(parameter, all) += by;
    return box;
}

double clamped_sample(const Values& image, double x, double y) {
    if (x < -1 || y < -1 || x > image.cols || y > image.rows) return 0;
    return reference::sample_bilinear(image, std::clamp(x, 0.0, image.cols - 1.0),
                                      std::clamp(y, 0.0, image.rows - 1.0));
}

/// The mean of k×k samples in each of a box's cells, `at` being where a place of the box lies, 0 to 1.
template <typename At>
Values means(Size size, int k, At&& at) {
    const Values image = smooth_noise();
    Values glimpse(size.height, size.width, 0.0);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            for (int n = 0; n < k * k; ++n) {
                const Point p =
                    at((j + (n % k + 0.5) / k) / size.width, (i + (n / k + 0.5) / k) / size.height);
                glimpse(i, j) += clamped_sample(image, p.x, p.y) / (k * k);
            }
        }
    }
    return glimpse;
}

/// Of a Gaussian's box in both units, with one sigma and two.
void check_boxes(const std::optional<Padding>& padding, double angle) {
    for (const auto units : {Units::pixels, Units::fraction}) {
        for (const bool has_two : {false, true}) {
            const auto normalise = has_two ? Gaussian::Normalise::safe : Gaussian::Normalise::eps;
            compare(
                [&](const std::string& parameter, double by) -> Mechanism {
                    double sigma = 0.7;
                    double sigma_y = 0.9;
                    Gaussian::BoxForm form;
                    static_cast<OrientedBox&>(form) =
                        moved_box(parameter, by, units, angle,
                                  {{has_two ? "/sigma/0" : "/sigma", &sigma}, {"/sigma/1", &sigma_y}});
                    form.sigma = sigma;
                    if (has_two) form.sigma_y = sigma_y;
                    Gaussian gaussian;
                    gaussian.form = form;
                    gaussian.size = small;
                    gaussian.normalise = normalise;
                    if (padding) gaussian.outside = Gaussian::Outside{*padding, {}};
                    return gaussian;
                },
                turned_gaussian);
        }
    }
}

}  // namespace

TEST_CASE("antialiased samples move with theta, scale, a matrix and a box") {
    check_antialiased(with_moved_theta);
    check_antialiased(with_moved_scale);
    // Of which the footprint and the upright kernel have a share each; thin; and one that enlarges.
    for (const auto& m : std::vector<Affine>{{{{{1.31, 0.61, 3.37}, {-0.273, 1.19, 2.417}}}},
                                             {{{{2.31, 1.97, 3.37}, {1.273, 1.99, 2.417}}}},
                                             {{{{0.41, 0.13, 3.37}, {-0.273, 0.59, 2.417}}}}}) {
        check_antialiased(
            [&](const std::string& parameter, double by) { return with_moved_matrix(m, parameter, by); });
    }
    for (const auto units : {Units::pixels, Units::fraction}) {
        for (const double angle : {0.0, 31.7}) {
            CAPTURE(angle);
            check_antialiased([&](const std::string& parameter, double by) {
                SpatialTransformer stn;
                stn.form = moved_box(parameter, by, units, angle);
                return stn;
            });
        }
    }
}

TEST_CASE("antialiased samples move with projective maps, quadrilaterals, circles and plates") {
    check_antialiased([](const std::string& parameter, double by) {
        ProjectiveWarp warp{
            {{{-3.137, -0.213, -1.371}, {0.273, -3.191, -2.417}, {-0.0413, -0.0671, -0.933}}}};
        Numbers numbers;
        for (std::size_t r = 0; r < 3; ++r) {
            for (std::size_t c = 0; c < 3; ++c)
                numbers.emplace_back("/projective/" + std::to_string(r) + "/" + std::to_string(c),
                                     &warp.matrix[r][c]);
        }
        named(parameter, numbers) += by;
        return warps::transformer(warp);
    });
    for (const bool is_parallelogram : {false, true}) {
        CAPTURE(is_parallelogram);
        check_antialiased([&](const std::string& parameter, double by) {
            const Point last = is_parallelogram ? Point{17.32, 14.03} : Point{16.81, 14.63};
            QuadWarp warp{{{{3.13, 1.71}, {18.48, 3.29}, last, {1.97, 12.45}}}};
            Numbers numbers;
            for (std::size_t k = 0; k < 4; ++k) {
                numbers.emplace_back("/quad/" + std::to_string(k) + "/0", &warp.corners[k].x);
                numbers.emplace_back("/quad/" + std::to_string(k) + "/1", &warp.corners[k].y);
            }
            named(parameter, numbers) += by;
            return warps::transformer(warp);
        });
    }
    check_antialiased([](const std::string& parameter, double by) {
        LogPolarWarp warp{{10.37, 8.21}, {1.13, 7.19}};
        named(parameter, {{"/log_polar/centre/0", &warp.centre.x},
                          {"/log_polar/centre/1", &warp.centre.y},
                          {"/log_polar/radius/0", &warp.radius[0]},
                          {"/log_polar/radius/1", &warp.radius[1]}}) += by;
        return warps::transformer(warp);
    });
    check_antialiased([](const std::string& parameter, double by) {
        ThinPlateWarp warp;
        warp.from = {{0.1, 0.2}, {4.7, 0.4}, {4.9, 3.8}, {0.3, 3.6}, {2.2, 1.7}};
        warp.to = {{2.3, 1.9}, {17.1, 3.3}, {15.7, 13.9}, {4.1, 11.3}, {11.3, 6.9}};
        Numbers numbers;
        for (std::size_t k = 0; k < warp.from.size(); ++k) {
            const std::string place = "/" + std::to_string(k) + "/";
            numbers.emplace_back("/thin_plate/from" + place + "0", &warp.from[k].x);
            numbers.emplace_back("/thin_plate/from" + place + "1", &warp.from[k].y);
            numbers.emplace_back("/thin_plate/to" + place + "0", &warp.to[k].x);
            numbers.emplace_back("/thin_plate/to" + place + "1", &warp.to[k].y);
        }
        named(parameter, numbers) += by;
        return warps::transformer(warp);
    });
}

TEST_CASE("antialiased, a whole position has the derivative to its right, as samples have") {
    // By one column of the image per pixel of the glimpse nothing shrinks along x, and y is turned with it.
    const Values image = smooth_noise();
    SpatialTransformer stn;
    stn.form = SpatialTransformer::MatrixForm{{{{{1, 0, 5}, {0, 3, 6}}}}};
    stn.size = Size{1, 1};
    stn.antialias = true;
    const Values found = applied(gradients(stn, image_size)[2], image).values;
    double expected = 0;
    for (int k = -2; k <= 2; ++k) expected += (3.0 - std::abs(k)) / 9 * (image(6 + k, 6) - image(6 + k, 5));
    CHECK(found(0, 0) == doctest::Approx(expected));
}

TEST_CASE("a Gaussian moves with its box, its angle and sigma, turned and upright") {
    for (const auto padding :
         std::vector<std::optional<Padding>>{{}, Padding::zeros, Padding::border, Padding::reflection}) {
        for (const double angle : {31.7, 0.0, -180.0}) {
            check_boxes(padding, angle);
        }
    }
}

TEST_CASE("what is added to the sum of a turned Gaussian far from the image does not move") {
    compare(
        [](const std::string& parameter, double by) -> Mechanism {
            Gaussian::BoxForm form{{{-18.3, 2.17, 24.27, 11.41}, Units::pixels, 31.7}};
            form.sigma = 0.4;  // so that masses are some 1e-8 there
            named(parameter, {{"/box/0", &form.box.x},
                              {"/box/1", &form.box.y},
                              {"/box/2", &form.box.width},
                              {"/box/3", &form.box.height},
                              {"/angle", &form.angle},
                              {"/sigma", &form.sigma}}) += by;
            Gaussian gaussian;
            gaussian.form = form;
            gaussian.size = small;
            return gaussian;
        },
        turned_gaussian);
}

TEST_CASE("an unaligned box of less than a pixel is as long as one, wherever it ends") {
    Crop crop;
    crop.size = Size{1, 1};
    crop.form = Crop::SampledForm{{5.1, 6.2}, {5.5, 6.3}, crop_form::SamplingRule::roi_align_unaligned, 1};
    // One sample, at (5.6, 6.7).
    const Values image = smooth_noise();
    const auto found = gradients(crop, image_size);
    const double slope = 0.3 * (image(6, 6) - image(6, 5)) + 0.7 * (image(7, 6) - image(7, 5));
    CHECK(applied(found.at(0), image).values(0, 0) == doctest::Approx(slope));
    CHECK(applied(found.at(2), image).values(0, 0) == 0);
}

TEST_CASE("crops that are sampled move with their boxes") {
    using Rule = crop_form::SamplingRule;
    for (const Rule rule : {Rule::crop_and_resize, Rule::roi_align, Rule::roi_align_unaligned}) {
        for (const int samples : {0, 3}) {
            if (rule == Rule::crop_and_resize && samples > 0) continue;
            CAPTURE(static_cast<int>(rule));
            const auto make = [&](const std::string& parameter, double by) -> Mechanism {
                std::array<double, 4> box{1.37, -0.73, 18.81, 14.17};  // the first samples lie outside
                if (rule == Rule::crop_and_resize) box = {0.137, 0.213, 0.911, 0.817};
                Numbers numbers;
                for (std::size_t k = 0; k < 4; ++k)
                    numbers.emplace_back("/box/" + std::to_string(k), &box.at(k));
                named(parameter, numbers) += by;
                Crop crop;
                crop.size = small;
                const bool is_y_first = rule == Rule::crop_and_resize;
                crop.form = Crop::SampledForm{{box[is_y_first ? 1 : 0], box[is_y_first ? 0 : 1]},
                                              {box[is_y_first ? 3 : 2], box[is_y_first ? 2 : 3]},
                                              rule,
                                              samples};
                return crop;
            };
            const auto glimpse = [&](const Mechanism& mechanism) {
                const auto& form = std::get<Crop::SampledForm>(std::get<Crop>(mechanism).form);
                const auto& [a, b] = std::pair(form.first, form.second);
                if (rule == Rule::crop_and_resize) {
                    Values all(small.height, small.width);
                    for (int i = 0; i < small.height; ++i) {
                        for (int j = 0; j < small.width; ++j) {
                            const double x = a.x + (b.x - a.x) * j / (small.width - 1);
                            const double y = a.y + (b.y - a.y) * i / (small.height - 1);
                            all(i, j) = clamped_sample(smooth_noise(), x * (image_size.width - 1),
                                                       y * (image_size.height - 1));
                        }
                    }
                    return all;
                }
                const double half = rule == Rule::roi_align ? 0.5 : 0;
                const int k = samples > 0 ? samples : 4;  // 17.44/5 and 14.9/4, rounded up
                return means(small, k, [&, first = a, second = b](double u, double v) {
                    return Point{first.x - half + u * (second.x - first.x),
                                 first.y - half + v * (second.y - first.y)};
                });
            };
            compare(make, glimpse);
        }
    }
}

TEST_CASE("a crop of a turned box that is sampled moves with its centre, sides and angle") {
    const auto make = [](const std::string& parameter, double by) -> Mechanism {
        Crop::TurnedForm form{{10.37, 8.21}, 15.3, 11.7, 23.1, 3};
        named(parameter, {{"/box/0", &form.centre.x},
                          {"/box/1", &form.centre.y},
                          {"/box/2", &form.width},
                          {"/box/3", &form.height},
                          {"/box/4", &form.angle}}) += by;
        Crop crop;
        crop.size = small;
        crop.form = form;
        return crop;
    };
    compare_beside_kinks(make, [](const Mechanism& mechanism) {
        const auto& form = std::get<Crop::TurnedForm>(std::get<Crop>(mechanism).form);
        const double angle = form.angle * std::numbers::pi / 180;
        return means(small, 3, [&](double u, double v) {
            const double x = (u - 0.5) * form.width;
            const double y = (v - 0.5) * form.height;
            return Point{form.centre.x - 0.5 + std::cos(angle) * x + std::sin(angle) * y,
                         form.centre.y - 0.5 - std::sin(angle) * x + std::cos(angle) * y};
        });
    });
}
