#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

#include "kernels/kernels.hpp"
#include "matrices.hpp"

// Sampling points, and the weights of footprints, in every instruction set against float64 loops.

using namespace glimpse;

namespace {

/// Float64, of sums of a few hundred terms.
constexpr double tolerance = 1e-13;

std::vector<double> numbers(std::size_t count, double low, double high, cv::RNG& random) {
    std::vector<double> all(count);
    for (double& number : all) number = random.uniform(low, high);
    return all;
}

double triangle(double t) {
    return std::max(0.0, 1 - std::abs(t));
}

}  // namespace

TEST_CASE("kernels: the extent of points, of which one may be NaN") {
    cv::RNG random(41);
    for (std::size_t count = 1; count < 40; ++count) {
        const std::vector<double> points = numbers(2 * count, -9, 9, random);
        double low[2] = {points[0], points[1]};
        double high[2] = {points[0], points[1]};
        for (std::size_t k = 0; k < points.size(); ++k) {
            low[k % 2] = std::min(low[k % 2], points[k]);
            high[k % 2] = std::max(high[k % 2], points[k]);
        }
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            const PointExtent all = kernels->extent(points.data(), count);
            CHECK_FALSE(all.has_nan);
            CHECK(all.low_x == low[0]);
            CHECK(all.low_y == low[1]);
            CHECK(all.high_x == high[0]);
            CHECK(all.high_y == high[1]);
            for (std::size_t k = 0; k < points.size(); ++k) {
                std::vector<double> faulty = points;
                faulty[k] = std::numeric_limits<double>::quiet_NaN();
                CHECK(kernels->extent(faulty.data(), count).has_nan);
            }
            if (count == 1) continue;
            constexpr double infinity = std::numeric_limits<double>::infinity();
            std::vector<double> endless = points;  // opposite infinities, whose sum is NaN
            endless[0] = -infinity;
            endless[2] = infinity;
            const PointExtent widest = kernels->extent(endless.data(), count);
            CHECK_FALSE(widest.has_nan);
            CHECK(widest.low_x == -infinity);
            CHECK(widest.high_x == infinity);
        }
    }
}

TEST_CASE("kernels: rows of a homography have the bits of each point alone, and NaN behind the viewer") {
    cv::RNG random(43);
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (int count = 1; count < 40; ++count) {
        std::vector<double> m = numbers(9, -3, 3, random);
        m[6] = count % 3 == 0 ? 0.25 : m[6];
        m[7] = count % 3 == 0 ? 0 : m[7];
        m[8] = count % 3 == 0 ? -1 : m[8];  // d is 0 at j = 4
        if (count % 4 == 0) std::ranges::for_each(m, [](double& number) { number *= 1e-307; });
        const int first = random.uniform(-9, 9);
        const int i = random.uniform(-9, 9);
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            std::vector<double> points(2 * static_cast<std::size_t>(count) + 1, 7);
            kernels->projective_row({m.data(), first, i, count, points.data()});
            for (int n = 0; n < count; ++n) {
                const int j = first + n;
                const double d = m[6] * j + m[7] * i + m[8];
                const double expected[2] = {(m[0] * j + m[1] * i + m[2]) / (d > 0 ? d : nan),
                                            (m[3] * j + m[4] * i + m[5]) / (d > 0 ? d : nan)};
                for (std::size_t axis = 0; axis < 2; ++axis) {
                    const double found = points[2 * static_cast<std::size_t>(n) + axis];
                    CHECK((found == expected[axis] || (std::isnan(found) && !(d > 0))));
                }
            }
            CHECK(points.back() == 7);
        }
    }
}

TEST_CASE("kernels: rows that are scaled and displaced, number by number and bit by bit") {
    cv::RNG random(46);
    for (int count = 1; count < 20; ++count) {
        CAPTURE(count);
        const auto length = 2 * static_cast<std::size_t>(count);
        const std::vector<double> from = numbers(length, -9, 9, random);
        std::vector<double> places = numbers(length, 0, 9, random);
        for (std::size_t k = 1; k < length; k += 2) places[k] = 0;
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            std::vector<double> scaled(length + 1, 7);
            std::vector<double> displaced(length + 1, 7);
            kernels->scaled_row({from.data(), 0.3, 1.7, 2.1, -0.9, count, scaled.data()});
            kernels->displaced_row({places.data(), 5.3, from.data(), count, displaced.data()});
            for (std::size_t k = 0; k < length; k += 2) {
                CHECK(scaled[k] == 0.3 * from[k] + 2.1);
                CHECK(scaled[k + 1] == 1.7 * from[k + 1] - 0.9);
                CHECK(displaced[k] == (places[k] + from[k]) - 0.5);
                CHECK(displaced[k + 1] == (5.3 + from[k + 1]) - 0.5);
            }
            CHECK(scaled.back() == 7);
            CHECK(displaced.back() == 7);
        }
    }
}

TEST_CASE("kernels: sums of r² log r² at any distance, and 0 at none") {
    cv::RNG random(42);
    for (const double scale : {1e-150, 1e-9, 1.0, 3.0, 1e6}) {
        for (int trial = 0; trial < 20; ++trial) {
            const auto centres = static_cast<std::size_t>(random.uniform(1, 9));
            const int count = plate_lanes * random.uniform(1, 6);
            const std::vector<double> at = numbers(2 * centres, -scale, scale, random);
            const std::vector<double> weights = numbers(2 * centres, -3, 3, random);
            std::vector<double> x = numbers(static_cast<std::size_t>(count), -scale, scale, random);
            x[0] = at[0];  // just there
            const double y = at[1];
            for (const Kernels* kernels : available_kernels()) {
                CAPTURE(kernels->instruction_set);
                std::vector<double> sum_x(x.size());
                std::vector<double> sum_y(x.size());
                kernels->plate_row({at.data(), weights.data(), static_cast<int>(centres), 0.25, -0.5, 2, -1,
                                    x.data(), y, count, sum_x.data(), sum_y.data()});
                for (std::size_t j = 0; j < x.size(); ++j) {
                    double expected_x = 0.25 + 2 * x[j];
                    double expected_y = -0.5 - x[j];
                    double size = 1 + std::abs(x[j]);
                    for (std::size_t k = 0; k < centres; ++k) {
                        const double squared = std::pow(x[j] - at[2 * k], 2) + std::pow(y - at[2 * k + 1], 2);
                        const double bending = squared > 0 ? squared * std::log(squared) : 0;
                        expected_x += weights[2 * k] * bending;
                        expected_y += weights[2 * k + 1] * bending;
                        size += std::abs(weights[2 * k] * squared) + std::abs(weights[2 * k + 1] * bending);
                    }
                    CHECK(std::abs(sum_x[j] - expected_x) <= tolerance * size);
                    CHECK(std::abs(sum_y[j] - expected_y) <= tolerance * size);
                }
            }
        }
    }
}

TEST_CASE("kernels: the lines of a tile, and their pixels, by the sums that define them") {
    cv::RNG random(45);
    const std::vector<double> basis = numbers(2 * tile_terms * tile_half, -1, 1, random);
    const std::vector<double> nodes = numbers(2 * tile_terms * tile_line, -1, 1, random);
    const std::vector<double> columns = numbers(tile_side, -1, 1, random);
    // Even and odd parts: q of the coefficients from `first` on, `step` apart.
    const auto at = [&](const std::vector<double>& parts, int first, int step, int odd_first, int pixel) {
        const bool is_behind = pixel >= tile_half;
        const int n = is_behind ? pixel - tile_half : tile_half - 1 - pixel;
        double even = 0;
        double odd = 0;
        for (int q = 0; q < tile_terms; ++q) {
            even += parts[std::size_t(first + q * step)] * basis[std::size_t(q * tile_half + n)];
            odd += parts[std::size_t(odd_first + q * step)] *
                   basis[std::size_t((tile_terms + q) * tile_half + n)];
        }
        return is_behind ? even + odd : even - odd;
    };
    for (const Kernels* kernels : available_kernels()) {
        CAPTURE(kernels->instruction_set);
        std::vector<double> lines(tile_side * tile_line);
        kernels->tile({basis.data(), nodes.data(), lines.data()});
        for (int row = 0; row < tile_side; ++row) {
            for (int k = 0; k < tile_line; ++k) {
                const double expected = at(nodes, k, tile_line, tile_terms * tile_line + k, row);
                CHECK(std::abs(lines[std::size_t(row * tile_line + k)] - expected) <= tolerance);
            }
            const int line = row * tile_line;
            std::vector<double> sum_x(tile_side);
            std::vector<double> sum_y(tile_side);
            std::vector<double> points(2 * tile_side);
            TileRowTask task{{nullptr, nullptr, 0, 0.5, -0.5, 3, 2, columns.data(), 0, tile_side,
                              sum_x.data(), sum_y.data()},
                             0,
                             true,
                             basis.data(),
                             lines.data() + line,
                             points.data()};
            kernels->tile_row(task);
            for (int pixel = 0; pixel < tile_side; ++pixel) {
                const int y = line + 2 * tile_terms;
                const auto j = std::size_t(pixel);
                const double of_x = points[2 * j] - (0.5 + 3 * columns[j]);
                const double of_y = points[2 * j + 1] - (-0.5 + 2 * columns[j]);
                CHECK(std::abs(of_x - at(lines, line, 1, line + tile_terms, pixel)) <= tolerance);
                CHECK(std::abs(of_y - at(lines, y, 1, y + tile_terms, pixel)) <= tolerance);
            }
            task.has_sums = false;
            kernels->tile_row(task);
            for (int pixel = 0; pixel < tile_side; ++pixel) {
                const double of_x = points[2 * std::size_t(pixel)];
                CHECK(std::abs(of_x - at(lines, line, 1, line + tile_terms, pixel)) <= tolerance);
            }
            task.has_sums = true;
            for (int first = 0; first < tile_side; first += plate_lanes) {
                std::vector<double> part(2 * tile_side, -1.0);
                TileRowTask some = task;
                some.first = first;
                some.sums.x += first;
                some.sums.count = std::min(3 * plate_lanes, tile_side - first);
                some.points = part.data();
                kernels->tile_row(task);
                kernels->tile_row(some);
                for (int n = 0; n < 2 * tile_side; ++n) {
                    const bool is_wanted = n < 2 * some.sums.count;
                    CHECK(part[std::size_t(n)] == (is_wanted ? points[std::size_t(2 * first + n)] : -1));
                }
            }
            task.line = nullptr;
            kernels->tile_row(task);
            CHECK(points.back() == doctest::Approx(-0.5 + 2 * columns.back()));
        }
    }
}

TEST_CASE("kernels: a row of a footprint, and its sum without scales") {
    cv::RNG random(43);
    for (int trial = 0; trial < 200; ++trial) {
        const int count = random.uniform(1, 30);
        FootprintRowTask task{.first = random.uniform(-9.0, 0.0),
                              .count = count,
                              .across = random.uniform(-1.0, 1.0),
                              .across_slope = random.uniform(-1.0, 1.0),
                              .down = random.uniform(-1.0, 1.0),
                              .down_slope = random.uniform(-1.0, 1.0),
                              .footprint = random.uniform(0.0, 1.0),
                              .upright = random.uniform(0.0, 1.0),
                              .upright_slope = random.uniform(0.0, 1.0),
                              .weights = nullptr};
        double expected = 0;
        std::vector<double> weights;
        for (int n = 0; n < count; ++n) {
            const double d = task.first + n;
            const double product =
                triangle(task.across + task.across_slope * d) * triangle(task.down + task.down_slope * d);
            expected += product;
            weights.push_back(task.footprint * product + task.upright * triangle(task.upright_slope * d));
        }
        for (const Kernels* kernels : available_kernels()) {
            CAPTURE(kernels->instruction_set);
            constexpr float untouched = -7;
            std::vector<float> found(static_cast<std::size_t>(count) + 1, untouched);
            task.weights = nullptr;
            CHECK(std::abs(kernels->footprint_row(task) - expected) <= tolerance * count);
            task.weights = found.data();
            CHECK(std::abs(kernels->footprint_row(task) - expected) <= tolerance * count);
            for (std::size_t n = 0; n < weights.size(); ++n)
                CHECK(std::abs(double(found[n]) - weights[n]) <= std::numeric_limits<float>::epsilon());
            CHECK(found.back() == untouched);
        }
    }
}

TEST_CASE("kernels: a run of weighed pixels at the end of the data, of any depth and channels") {
    cv::RNG random(44);
    for (const int depth : {CV_8U, CV_16U, CV_32F}) {
        for (int channels = 1; channels <= 5; ++channels) {
            for (int count = 1; count < 30; ++count) {
                const cv::Mat pixels = laws::random_values({count, 1}, depth, channels, random);
                std::vector<float> weights;
                for (int n = 0; n < count; ++n) weights.push_back(random.uniform(0.0F, 1.0F));
                cv::Mat values;
                pixels.convertTo(values, CV_64F);
                for (const Kernels* kernels : available_kernels()) {
                    CAPTURE(kernels->instruction_set);
                    std::vector<double> sums(static_cast<std::size_t>(channels), 0.5);
                    const auto bytes = static_cast<std::size_t>(count) * pixels.elemSize();
                    kernels->add_run({pixels.data, pixels.data + bytes,
                                      depth == CV_8U    ? Element::uint8
                                      : depth == CV_16U ? Element::uint16
                                                        : Element::float32,
                                      channels, weights.data(), count, sums.data()});
                    for (int c = 0; c < channels; ++c) {
                        double expected = 0.5;
                        for (int n = 0; n < count; ++n)
                            expected +=
                                double(weights[std::size_t(n)]) * values.ptr<double>()[n * channels + c];
                        CHECK(sums[std::size_t(c)] == doctest::Approx(expected).epsilon(tolerance));
                    }
                }
            }
        }
    }
}
