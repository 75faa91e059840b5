#include "reference.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <utility>

#include "filters.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"
#include "resizing_choices.hpp"
#include "sampling_choices.hpp"
#include "warps.hpp"

// The library against the dense float64 reference, over random parameters.

using namespace glimpse;

namespace {

/// The promise of docs/mathematics.md, section 11, kept by every mechanism, as a share of max|I|.
constexpr double bound = 1e-6;
constexpr int trials = 400;
constexpr double range = 255;

class Draws {
  public:
    explicit Draws(std::uint64_t seed) : random_(seed) {}
    double uniform(double low, double high) { return random_.uniform(low, high); }
    /// Log-uniform.
    double spread(double low, double high) { return low * std::pow(high / low, random_.uniform(0.0, 1.0)); }
    int whole(int low, int high) { return random_.uniform(low, high + 1); }
    bool coin() { return whole(0, 1) == 1; }
    template <typename Choices>
    auto one_of(const Choices& choices) {
        return choices[static_cast<std::size_t>(whole(0, static_cast<int>(choices.size()) - 1))];
    }
    Size size(int largest) { return {whole(1, largest), whole(1, largest)}; }
    cv::Mat image(Size size) {
        cv::Mat values(size.height, size.width, CV_8U);
        random_.fill(values, cv::RNG::UNIFORM, 0, range + 1);
        return values;
    }
    Interpolation interpolation() { return one_of(all_interpolations); }
    Padding padding() { return one_of(all_paddings); }

  private:
    cv::RNG random_;
};

/// The largest difference to the reference, as a share of the range.
double error(const Mechanism& mechanism, const cv::Mat& image, const reference::Values& expected) {
    static const auto cpu = make_backend("cpu");
    const Size size{image.cols, image.rows};
    const LinearMap map = lower(mechanism, size).map;
    const cv::Mat glimpse = read_one(*cpu, map, {whole(size), image}, CV_32F);
    REQUIRE(glimpse.size() == expected.size());
    REQUIRE(cv::checkRange(glimpse));  // max() and norm() may pass over NaN
    REQUIRE(cv::checkRange(expected));
    return cv::norm(reference::Values(glimpse), expected, cv::NORM_INF) / range;
}

struct GaussianTrial {
    Gaussian::Axis x;
    Gaussian::Axis y;
    Size size;
    Gaussian::Normalise normalise;
};

double error(const GaussianTrial& trial, const cv::Mat& image) {
    Gaussian gaussian;
    gaussian.form = Gaussian::AxesForm{trial.x, trial.y};
    gaussian.size = trial.size;
    gaussian.normalise = trial.normalise;
    const auto filter = [](const Gaussian::Axis& a) { return reference::Filter{a.u, a.s, a.d}; };
    const double epsilon = trial.normalise == Gaussian::Normalise::eps ? 1e-8 : 0;
    return error(gaussian, image,
                 reference::gaussian(image, filter(trial.x), filter(trial.y), trial.size, epsilon));
}

Gaussian::Axis random_axis(Draws& draws, int size, double smallest_s, double largest_s) {
    const double s = draws.spread(smallest_s, largest_s);
    // From well outside on one side to well outside on the other, and d of either sign or none at all.
    const double u = draws.uniform(-8 * s, size + 8 * s);
    const double far = draws.uniform(-4, 4);
    const double near = draws.uniform(-1, 1) * s;
    const double d = draws.one_of(std::array{0.0, near, far});
    return {u, s, d};
}

double worst_gaussian(Draws draws, int largest_image, double smallest_s, double largest_s) {
    double worst = 0;
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(largest_image);
        const cv::Mat image = draws.image(size);
        const GaussianTrial trial{random_axis(draws, size.width, smallest_s, largest_s),
                                  random_axis(draws, size.height, smallest_s, largest_s), draws.size(5),
                                  draws.coin() ? Gaussian::Normalise::eps : Gaussian::Normalise::safe};
        worst = std::max(worst, error(trial, image));
    }
    return worst;
}

reference::Theta random_theta(Draws& draws) {
    // Half of them axis-aligned, so that both kinds of map are tried.
    const bool general = draws.coin();
    const auto shear = [&] { return general ? draws.uniform(-1.5, 1.5) : 0.0; };
    return {{{draws.uniform(-2, 2), shear(), draws.uniform(-2, 2)},
             {shear(), draws.uniform(-2, 2), draws.uniform(-2, 2)}}};
}

}  // namespace

TEST_CASE("reference: Gaussian attention") {
    CHECK(worst_gaussian(Draws(1), 40, 0.05, 2) <= bound);
    CHECK(worst_gaussian(Draws(2), 120, 0.5, 50) <= bound);
    CHECK(worst_gaussian(Draws(3), 400, 30, 100) <= bound);
}

TEST_CASE("reference: Gaussian attention with the worst images") {
    // On a step, the truncated weights of a row add up with one sign; on a constant image, the roundings of a
    // float32 sum.
    Draws draws(4);
    double worst = 0;
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(300);
        cv::Mat image(size.height, size.width, CV_8U, cv::Scalar(range));
        if (draws.coin()) image.colRange(0, draws.whole(0, size.width)).setTo(0);
        const GaussianTrial trial{random_axis(draws, size.width, 0.3, 60),
                                  random_axis(draws, size.height, 0.3, 60), draws.size(4),
                                  draws.coin() ? Gaussian::Normalise::eps : Gaussian::Normalise::safe};
        worst = std::max(worst, error(trial, image));
    }
    CHECK(worst <= bound);
}

TEST_CASE("reference: Gaussian attention, thousands of weights in a row") {
    const Size size{3000, 2000};
    Draws draws(9);
    for (const bool constant : {true, false}) {
        cv::Mat image = draws.image(size);
        if (constant) image.setTo(range);
        for (const double s : {50.0, 150.0, 400.0}) {
            CAPTURE(constant);
            CAPTURE(s);
            const GaussianTrial trial{
                {700.3, s, 401.7}, {-100.2, 1.1 * s, 603.1}, {3, 4}, Gaussian::Normalise::eps};
            CHECK(error(trial, image) <= bound);
        }
    }
}

TEST_CASE("reference: Gaussian attention, centres far outside, d = 0, d < 0") {
    Draws draws(5);
    const cv::Mat image = draws.image({30, 20});
    for (const auto normalise : {Gaussian::Normalise::eps, Gaussian::Normalise::safe}) {
        for (const double s : {0.05, 0.7, 3.0, 50.0}) {
            for (const double u : {-1e6, -300.0, -12.3, -0.4, 14.6, 45.1, 900.0, 1e9}) {
                for (const double d : {0.0, -2.3, 1.1}) {
                    CAPTURE(s);
                    CAPTURE(u);
                    CAPTURE(d);
                    CHECK(error(GaussianTrial{{u, s, d}, {8.2, 1, 1.5}, {4, 3}, normalise}, image) <= bound);
                    CHECK(error(GaussianTrial{{8.2, 1, 1.5}, {u, s, d}, {4, 3}, normalise}, image) <= bound);
                }
            }
        }
    }
}

TEST_CASE("reference: safe Gaussian attention at every s, inside and far outside") {
    // Between 37 and 39 standard deviations the masses leave float64: what is left of them has few bits.
    Draws draws(10);
    const cv::Mat image = draws.image({30, 20});
    double worst = 0;
    for (int n = 0; n < trials; ++n) {
        const double s = draws.spread(1e-3, 1e5);
        const double z = draws.one_of(std::array{0.3, 6.0, 36.9, 37.7, 38.3, 38.56, 38.7, 40.0, 1e3, 1e5});
        const double beyond = z * s * draws.uniform(0.99, 1.01);
        const double u = draws.coin() ? -beyond : 29 + beyond;
        const double d = draws.coin() ? 0.0 : 0.1 * s;
        worst = std::max(
            worst, error(GaussianTrial{{u, s, d}, {u, s, d}, {3, 2}, Gaussian::Normalise::safe}, image));
    }
    CHECK(worst <= bound);
}

TEST_CASE("reference: DRAW's patch") {
    Draws draws(6);
    double worst = 0;
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(40);
        const int patch = draws.whole(2, 6);
        // The paper's square, or one whose stride is that of a square of its longer side.
        const Size glimpse{patch, n % 2 == 0 ? patch : draws.whole(1, patch)};
        const cv::Mat image = draws.image(size);
        const Gaussian::DrawForm form{draws.uniform(-1.2, 1.2), draws.uniform(-1.2, 1.2),
                                      draws.uniform(-3, 3), draws.uniform(-3, 0.5), draws.uniform(-1, 1)};
        // The paper's equations 19 to 26, 1-based as they stand there.
        const double sigma = std::sqrt(std::exp(form.log_sigma2));
        const double stride =
            (std::max(size.width, size.height) - 1.0) / (patch - 1) * std::exp(form.log_delta);
        const auto filter = [&](double g, int length, int count) {
            const double centre = (length + 1) / 2.0 * (g + 1);
            const double first = centre + (1 - count / 2.0 - 0.5) * stride;
            return reference::Filter{first - 1, sigma, stride};
        };
        reference::Values expected =
            reference::gaussian(image, filter(form.gx, size.width, glimpse.width),
                                filter(form.gy, size.height, glimpse.height), glimpse, 1e-8);
        expected *= std::exp(form.log_gamma);
        const double gain = std::max(1.0, std::exp(form.log_gamma));
        worst = std::max(worst, error(Gaussian{form, glimpse, {}}, image, expected) / gain);
    }
    CHECK(worst <= bound);
}

TEST_CASE("reference: spatial transformer") {
    // A sampling point halfway between two centres has no nearest one: the last bit of its coordinate
    // decides, which two ways of computing it need not agree on. Random real numbers avoid such ties; that
    // they go to the even pixel is worked by hand elsewhere.
    Draws draws(7);
    for (int n = 0; n < 4 * trials; ++n) {
        const Size size = draws.size(12);
        const cv::Mat image = draws.image(size);
        const reference::Theta theta = random_theta(draws);
        const reference::Sampling sampling{draws.coin(), draws.interpolation(), draws.padding()};
        const Size glimpse = draws.size(8);
        const SpatialTransformer stn{SpatialTransformer::ThetaForm{theta},
                                     glimpse,
                                     sampling.align_corners,
                                     {},
                                     sampling.interpolation,
                                     sampling.padding,
                                     {}};
        const double off = error(stn, image, reference::spatial_transformer(image, theta, glimpse, sampling));
        CAPTURE(n);
        CHECK(off <= bound);
    }
}

TEST_CASE("reference: a quadrilateral, and a projective map") {
    Draws draws(17);
    for (int n = 0; n < 4 * trials; ++n) {
        const Size size = draws.size(12);
        const cv::Mat image = draws.image(size);
        const Size glimpse = draws.size(24);  // longer rows than the loops of the kernels need
        const reference::Sampling sampling{false, draws.interpolation(), draws.padding()};
        // Corners of a square, each moved by less than would make it concave.
        const Box box{draws.uniform(-3, 6), draws.uniform(-3, 6), draws.uniform(3, 20), draws.uniform(3, 20)};
        std::array<Point, 4> to;
        for (std::size_t k = 0; k < 4; ++k) {
            const bool right = k == 1 || k == 2;
            to[k] = {box.x + box.width * ((right ? 1 : 0) + draws.uniform(-0.24, 0.24)),
                     box.y + box.height * ((k >= 2 ? 1 : 0) + draws.uniform(-0.24, 0.24))};
        }
        if (draws.coin()) std::swap(to[1], to[3]);  // mirrored
        const cv::Matx33d matrix = reference::homography(to, glimpse);
        SpatialTransformer stn{warps::form(QuadWarp{to}), glimpse,          false, {},
                               sampling.interpolation,    sampling.padding, {}};
        CAPTURE(n);
        CHECK(error(stn, image, reference::projected(image, matrix, glimpse, sampling)) <= bound);
        // The same in centre coordinates, times any number.
        const cv::Matx33d centred =
            draws.uniform(-2, 3) * (cv::Matx33d(1, 0, -0.5, 0, 1, -0.5, 0, 0, 1) * matrix *
                                    cv::Matx33d(1, 0, 0.5, 0, 1, 0.5, 0, 0, 1));
        ProjectiveWarp projective;
        for (int k = 0; k < 9; ++k)
            projective.matrix[std::size_t(k / 3)][std::size_t(k % 3)] = centred.val[k];
        stn.form = warps::form(projective);
        CHECK(error(stn, image, reference::projected(image, matrix, glimpse, sampling)) <= bound);
    }
}

TEST_CASE("reference: antialiased affine maps, also thin ones, and ones that collapse") {
    Draws draws(31);
    constexpr int reach = 40;
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(20);
        const cv::Mat image = draws.image(size);
        const Size glimpse{draws.whole(1, 4), draws.whole(1, 4)};
        const reference::Sampling sampling{draws.coin(), Interpolation::bilinear, draws.padding()};
        const double first = draws.uniform(-4, 4);
        // The second column is turned from the first one by any angle, or by none.
        const double turn = draws.coin() ? draws.uniform(-1, 1) : 0.0;
        const double scale = draws.spread(0.2, 8);
        const double other = draws.whole(0, 9) == 0 ? 0 : draws.spread(0.2, 8);
        const double angle =
            draws.coin() ? first + turn + std::numbers::pi / 2 : first + draws.uniform(-0.5, 0.5);
        const Affine matrix{
            {{{scale * std::cos(first), other * std::cos(angle), draws.uniform(-3, size.width)},
              {scale * std::sin(first), other * std::sin(angle), draws.uniform(-3, size.height)}}}};
        SpatialTransformer stn{SpatialTransformer::MatrixForm{matrix},
                               glimpse,
                               sampling.align_corners,
                               {},
                               {},
                               sampling.padding,
                               {}};
        stn.antialias = true;
        reference::Values expected(glimpse.height, glimpse.width);
        for (int i = 0; i < glimpse.height; ++i) {
            for (int j = 0; j < glimpse.width; ++j) {
                const Point p = matrix(j, i);
                const auto& m = matrix.m;
                expected(i, j) = reference::sample_antialiased(
                    image, {{p.x, p.y}, {m[0][0], m[0][1], m[1][0], m[1][1]}}, reach, sampling);
            }
        }
        CAPTURE(n);
        CHECK(error(stn, image, expected) <= bound);
    }
}

TEST_CASE("reference: an antialiased quadrilateral, by its own Jacobian") {
    Draws draws(32);
    constexpr int reach = 60;
    for (int n = 0; n < trials / 4; ++n) {
        const Size size = draws.size(20);
        const cv::Mat image = draws.image(size);
        const Size glimpse{draws.whole(1, 6), draws.whole(1, 6)};
        const reference::Sampling sampling{false, Interpolation::bilinear, draws.padding()};
        const double side = draws.uniform(3, 20);
        const std::array<Point, 4> to{{{draws.uniform(-1, 1), draws.uniform(-1, 1)},
                                       {side + draws.uniform(-1, 0), draws.uniform(-1, 1)},
                                       {side, side},
                                       {draws.uniform(-1, 1), side + draws.uniform(-1, 0)}}};
        SpatialTransformer stn{warps::form(QuadWarp{to}), glimpse, false, {}, {}, sampling.padding, {}};
        stn.antialias = true;
        const cv::Matx33d h = reference::homography(to, glimpse);
        reference::Values expected(glimpse.height, glimpse.width);
        for (int i = 0; i < glimpse.height; ++i) {
            for (int j = 0; j < glimpse.width; ++j) {
                const auto at = [&](double u, double v) {
                    const cv::Vec3d p = h * cv::Vec3d(u, v, 1);
                    return cv::Vec2d(p[0] / p[2] - 0.5, p[1] / p[2] - 0.5);
                };
                // Central differences of a smooth map: off by some 1e-9.
                constexpr double step = 1e-4;
                const double u = j + 0.5;
                const double v = i + 0.5;
                const cv::Vec2d across = (at(u + step, v) - at(u - step, v)) / (2 * step);
                const cv::Vec2d down = (at(u, v + step) - at(u, v - step)) / (2 * step);
                expected(i, j) = reference::sample_antialiased(
                    image, {at(u, v), {across[0], down[0], across[1], down[1]}}, reach, sampling);
            }
        }
        CAPTURE(n);
        CHECK(error(stn, image, expected) <= bound);
    }
}

TEST_CASE("reference: resized crop") {
    Draws draws(8);
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(30);
        const cv::Mat image = draws.image(size);
        const Rectangle box{draws.whole(-20, size.width - 1), draws.whole(-20, size.height - 1),
                            draws.whole(21, 60), draws.whole(21, 60)};
        const Size glimpse = draws.size(70);
        const Box edges{double(box.x), double(box.y), double(box.width), double(box.height)};
        Crop crop{Crop::BoxForm{edges, Units::pixels}, glimpse, draws.padding(), {}, {}};
        CAPTURE(n);
        for (const resizing::Choice& choice : resizing::choices) {
            CAPTURE(choice.words);
            crop.interpolation = choice.resampling;
            const reference::Values expected =
                reference::resized_crop(image, box, glimpse, *crop.padding, choice.resampling);
            CHECK(error(crop, image, expected) <= bound);
        }
        crop.interpolation = Resampling::nearest;
        CHECK(error(crop, image, reference::nearest_crop(image, box, glimpse, *crop.padding)) == 0);
    }
}

TEST_CASE("reference: a retina pools as RAM does") {
    Draws draws(21);
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(30);
        const cv::Mat image = draws.image(size);
        const cv::Point centre(draws.whole(0, size.width - 1), draws.whole(0, size.height - 1));
        Retina retina;
        retina.form = Retina::CentreForm{{double(centre.x), double(centre.y)}};
        retina.size = draws.size(9);
        retina.padding = Padding::zeros;
        const int factor = draws.whole(2, 4);
        retina.scales = std::make_shared<const RetinaScales>(RetinaScales{.factor = double(factor)});
        CAPTURE(n);
        int scale = 1;
        for (const Retina& one : windows(retina)) {
            CHECK(error(one, image, reference::ram_glimpse(image, centre, *retina.size, scale)) <= bound);
            scale *= factor;
        }
    }
}

TEST_CASE("reference: filters of all pixels, and of each") {
    Draws draws(16);
    cv::RNG random(1605);
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(20);
        const cv::Mat image = draws.image(size);
        const int side = draws.whole(1, 9);
        const auto taps = static_cast<std::size_t>(side * side);
        const Padding padding = draws.padding();
        // As those of a softmax, up to their sign: they make no more than the range.
        const auto drawn = [&](std::size_t count) {
            std::vector<float> weights = filters::weights(count, random);
            for (float& weight : weights) weight /= static_cast<float>(taps);
            return weights;
        };
        CAPTURE(n);
        const std::vector<float> kernel = drawn(taps);
        CHECK(error(filters::of_kernel({kernel.begin(), kernel.end()}, padding), image,
                    reference::filtered(image, side, padding, [&](int, int, int u, int v) {
                        return double{kernel[static_cast<std::size_t>(u * side + v)]};
                    })) <= bound);
        const std::vector<float> all = drawn(static_cast<std::size_t>(size.area()) * taps);
        CHECK(error(filters::of_each_pixel(all, size, side, padding), image,
                    reference::filtered(image, side, padding, [&](int i, int j, int u, int v) {
                        return double{
                            all[static_cast<std::size_t>(((i * size.width + j) * side + u) * side + v)]};
                    })) <= bound);
    }
}

TEST_CASE("reference: sampling points of deformable attention") {
    Draws draws(2021);
    for (int n = 0; n < trials; ++n) {
        const Size size = draws.size(20);
        const cv::Mat image = draws.image(size);
        std::vector<AttendedPoint> points;
        reference::Values expected(1, 1, 0.0);
        for (int k = draws.whole(1, 32); k > 0; --k) {
            const AttendedPoint point{{draws.uniform(-0.2, 1.2), draws.uniform(-0.2, 1.2)},
                                      draws.uniform(-1, 1) / 32};
            points.push_back(point);
            const auto& [x, y] = point.location;
            expected(0, 0) +=
                point.weight * reference::bilinear_at(image, x * size.width - 0.5, y * size.height - 0.5);
        }
        DeformablePoints mechanism;
        mechanism.points = std::make_shared<const std::vector<AttendedPoint>>(points);
        CAPTURE(n);
        CHECK(error(mechanism, image, expected) <= bound);
    }
}
