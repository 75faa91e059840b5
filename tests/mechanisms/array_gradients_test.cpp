#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "filters.hpp"
#include "glimpse/error.hpp"
#include "glimpse/gradients.hpp"
#include "gradient_checks.hpp"
#include "reference.hpp"
#include "warps.hpp"

// The gradient of a loss L = Σ λ g by whole arrays, against central differences of a float64 glimpse.

using namespace glimpse;
using namespace glimpse::gradient_checks;

namespace {

/// λ, of one sign nowhere.
Values loss_gradient(Size size) {
    Values all(size.height, size.width);
    cv::RNG(11).fill(all, cv::RNG::UNIFORM, -1.0, 1.0);
    return all;
}

/// ∂L/∂F out of an array's parts.
std::vector<double> contracted(const ArrayGradient& array, const Values& by_glimpse) {
    const Values image = smooth_noise();
    std::vector<cv::Mat> planes;
    for (int k = 0; k < array.count; ++k) {
        const Values values = applied(array.part(k).map, image, false);
        if (by_glimpse.total() == 1) {
            planes.emplace_back(values * by_glimpse(0, 0));
        } else {
            planes.emplace_back(values.mul(by_glimpse));
        }
    }
    return array.pulled_back(planes);
}

using OfNumbers = std::function<Mechanism(const std::vector<double>&)>;

/// Beside numbers whose points lie near a whole position, where derivatives jump.
using Skips = std::function<bool(std::size_t)>;

void check_array(
    const std::vector<double>& numbers, const OfNumbers& make, const Glimpse64& glimpse,
    std::size_t which = 0, const Skips& skips = [](std::size_t) { return false; }) {
    const Mechanism mechanism = make(numbers);
    const auto arrays = array_gradients(mechanism, image_size);
    REQUIRE(which < arrays.size());
    const Values middle = glimpse(mechanism);
    const Values by_glimpse = loss_gradient({middle.cols, middle.rows});
    const std::vector<double> found = contracted(arrays[which], by_glimpse);
    REQUIRE(found.size() == numbers.size());
    std::int64_t count = 1;
    for (const int length : arrays[which].shape) count *= length;
    CHECK(count == static_cast<std::int64_t>(found.size()));
    const double magnitude = cv::norm(cv::Mat(found), cv::NORM_INF) + 1;
    for (std::size_t k = 0; k < numbers.size(); ++k) {
        if (skips(k)) continue;
        CAPTURE(k);
        std::vector<double> other = numbers;
        other[k] += step;
        const Values after = glimpse(make(other));
        other[k] -= 2 * step;
        const Values before = glimpse(make(other));
        const double expected = (after - before).dot(by_glimpse) / (2 * step);
        CHECK(std::abs(found[k] - expected) <= 10 * of_float32 * magnitude);
    }
}

std::vector<double> noise(std::size_t count, double low, double high) {
    cv::Mat_<double> all(1, static_cast<int>(count));
    cv::RNG(13).fill(all, cv::RNG::UNIFORM, low, high);
    return {all.begin(), all.end()};
}

std::shared_ptr<const PointField> field_of(const std::vector<double>& numbers, int width) {
    std::vector<Point> points;
    for (std::size_t k = 0; k < numbers.size(); k += 2) points.push_back({numbers[k], numbers[k + 1]});
    return warps::field(points, width);
}

Size size_of_glimpse(const SpatialTransformer& stn) {
    const auto& warp = *std::get<SpatialTransformer::WarpForm>(stn.form).warp;
    return stn.size ? *stn.size : own_size(warp, image_size);
}

Values sampled_glimpse(const Mechanism& mechanism) {
    const auto& stn = std::get<SpatialTransformer>(mechanism);
    const Values image = smooth_noise();
    const Size size = size_of_glimpse(stn);
    const SamplingPoints points = sampling_points(stn, image_size, size);
    const reference::Sampling sampling{stn.align_corners, stn.interpolation,
                                       stn.padding.value_or(Padding::zeros)};
    constexpr int beyond_any_footprint = 24;
    Values glimpse(size.height, size.width);
    for (int i = 0; i < size.height; ++i) {
        for (int j = 0; j < size.width; ++j) {
            const auto [x, y] = points.at(j, i);
            const auto d = points.jacobian(j, i);
            glimpse(i, j) = stn.antialias ? reference::sample_antialiased(
                                                image, {{x, y}, {d[0][0], d[0][1], d[1][0], d[1][1]}},
                                                beyond_any_footprint,
                                                {stn.align_corners, Interpolation::nearest, sampling.padding})
                                          : reference::sample(image, x, y, sampling);
        }
    }
    return glimpse;
}

/// A mask's weights in float64: of a map that lies on all of the image.
struct DenseMask {
    Values weights;

    explicit DenseMask(const Mask& mask) {
        const auto* const grid = std::get_if<Mask::GridForm>(&mask.form);
        if (const auto* const form = std::get_if<Mask::VectorForm>(&mask.form)) {
            weights = Values(cv::Mat(form->y) * cv::Mat(form->x).t());
        } else {
            weights = upsampled(mask, activated(mask, Values(cv::Mat(grid->values))));
        }
        if (grid && mask.kind == Mask::Kind::soft) {
            weights = Values(cv::max(weights, 0.0));
            if (mask.normalise == Mask::Normalise::none) weights = Values(cv::min(weights, 1.0));
        }
        if (mask.normalise == Mask::Normalise::sum) weights /= cv::sum(weights)[0];
        if (mask.normalise == Mask::Normalise::max) weights /= cv::norm(weights, cv::NORM_INF);
    }

  private:
    static Values activated(const Mask& mask, const Values& grid) {
        Values a = grid.clone();
        for (double& v : a) {
            const double scaled = v / mask.map().temperature;
            if (mask.activation == Mask::Activation::sigmoid) v = 1 / (1 + std::exp(-scaled));
            if (mask.activation == Mask::Activation::softmax) v = std::exp(scaled);
            if (mask.activation == Mask::Activation::relu) v = std::max(v, 0.0);
        }
        if (mask.activation == Mask::Activation::softmax) a /= cv::sum(a)[0];
        return a;
    }
    static Values upsampled(const Mask& mask, const Values& grid) {
        reference::Sampling sampling{false, Interpolation::bilinear, Padding::border};
        if (mask.upsample == Mask::Upsample::nearest) sampling.interpolation = Interpolation::nearest;
        if (mask.upsample == Mask::Upsample::bicubic) sampling.interpolation = Interpolation::bicubic;
        Values all(image_size.height, image_size.width);
        for (int i = 0; i < all.rows; ++i) {
            for (int j = 0; j < all.cols; ++j) {
                all(i, j) = reference::sample(grid, (j + 0.5) * grid.cols / all.cols - 0.5,
                                              (i + 0.5) * grid.rows / all.rows - 0.5, sampling);
            }
        }
        return all;
    }
};

Values masked_glimpse(const Mechanism& mechanism) {
    const auto& mask = std::get<Mask>(mechanism);
    const Values product(DenseMask(mask).weights.mul(smooth_noise()));
    return mask.reduce == Mask::Reduce::sum ? Values(1, 1, cv::sum(product)[0]) : product;
}

constexpr Size cells{4, 3};

cv::Mat grid_of(const std::vector<double>& numbers) {
    return cv::Mat(numbers).reshape(1, cells.height).clone();
}

Mask with_options(Mask mask, double temperature) {
    auto options = std::make_shared<mask_form::MapOptions>();
    options->temperature = temperature;
    mask.map_options = options;
    return mask;
}

}  // namespace

TEST_CASE("samples move with the points of a grid, in its own units") {
    for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
        for (const auto padding : {Padding::zeros, Padding::border, Padding::reflection}) {
            for (const bool in_pixels : {false, true}) {
                for (const bool align_corners : {false, true}) {
                    CAPTURE(in_pixels);
                    CAPTURE(align_corners);
                    std::vector<double> numbers = noise(40, -1.3, 1.3);
                    for (std::size_t k = 0; in_pixels && k < numbers.size(); ++k)
                        numbers[k] = (numbers[k] + 1) / 2 * (k % 2 == 0 ? 23 : 17) - 0.5;
                    check_array(
                        numbers,
                        [&](const std::vector<double>& all) -> Mechanism {
                            SpatialTransformer stn =
                                warps::transformer(GridWarp{field_of(all, 5), in_pixels});
                            stn.interpolation = interpolation;
                            stn.padding = padding;
                            stn.align_corners = align_corners;
                            return stn;
                        },
                        sampled_glimpse);
                }
            }
        }
    }
}

TEST_CASE("samples move with a flow of the glimpse's size, and with one that is upsampled") {
    for (const Size size : {Size{5, 4}, Size{11, 6}, Size{3, 2}, Size{1, 1}}) {
        CAPTURE(size.width);
        check_array(
            noise(40, -2.3, 2.3),
            [&](const std::vector<double>& all) -> Mechanism {
                return warps::transformer(FlowWarp{field_of(all, 5)}, size);
            },
            sampled_glimpse);
    }
}

TEST_CASE("antialiased fields move with their neighbours' numbers, too") {
    for (const Size size : {Size{5, 4}, Size{7, 3}, Size{4, 1}}) {
        CAPTURE(size.width);
        check_array(
            noise(40, -2.3, 2.3),
            [&](const std::vector<double>& all) -> Mechanism {
                SpatialTransformer stn = warps::transformer(FlowWarp{field_of(all, 5)}, size);
                stn.antialias = true;
                return stn;
            },
            sampled_glimpse);
    }
    SpatialTransformer stn = warps::transformer(FlowWarp{field_of(noise(40, -2.3, 2.3), 5)});
    CHECK_NOTHROW(require_gradients(stn));
    stn.antialias = true;
    CHECK_THROWS_AS(require_gradients(stn), InvalidParameter);
    CHECK_NOTHROW(require_gradients(stn, true));
    CHECK_FALSE(array_gradients(stn, image_size).front().is_by_pixel);
}

TEST_CASE("each filter's weight changes its own pixel by a neighbour") {
    for (const auto padding : {Padding::zeros, Padding::border, Padding::reflection}) {
        for (const int side : {2, 3}) {
            CAPTURE(side);
            const auto taps = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
            const std::vector<float> weights(static_cast<std::size_t>(image_size.area()) * taps, 0.5F);
            Filter filter;
            filter.form =
                Filter::LocalForm{std::make_shared<const filters::Field>(weights, image_size, side)};
            filter.padding = padding;
            const auto all = array_gradients(filter, image_size);
            REQUIRE(all.size() == 1);
            CHECK(all[0].parameter == "/kernel");
            CHECK(all[0].shape == std::vector<int>{image_size.height, image_size.width, side, side});
            const Values by_glimpse = loss_gradient(image_size);
            const std::vector<double> found = contracted(all[0], by_glimpse);
            REQUIRE(found.size() == weights.size());
            const Values image = smooth_noise();
            const reference::Sampling sampling{false, Interpolation::nearest, padding};
            std::size_t n = 0;
            for (int i = 0; i < image.rows; ++i) {
                for (int j = 0; j < image.cols; ++j) {
                    for (int tap = 0; tap < side * side; ++tap) {
                        const double x = reference::padded(j + tap % side - side / 2, image.cols, sampling);
                        const double y = reference::padded(i + tap / side - side / 2, image.rows, sampling);
                        const double expected = by_glimpse(i, j) * reference::value_or_zero(image, x, y);
                        CHECK(std::abs(found[n++] - expected) <= of_float32);
                    }
                }
            }
        }
    }
}

TEST_CASE("a mask's weights change with its grid, whatever they are made by") {
    using Activation = Mask::Activation;
    for (const auto upsample : {Mask::Upsample::nearest, Mask::Upsample::bilinear, Mask::Upsample::bicubic}) {
        for (const auto activation :
             {Activation::none, Activation::sigmoid, Activation::softmax, Activation::relu}) {
            for (const auto normalise : {Mask::Normalise::none, Mask::Normalise::max, Mask::Normalise::sum}) {
                for (const auto kind : {Mask::Kind::soft, Mask::Kind::free}) {
                    for (const auto reduce : {Mask::Reduce::none, Mask::Reduce::sum}) {
                        CAPTURE(static_cast<int>(upsample));
                        CAPTURE(static_cast<int>(activation));
                        CAPTURE(static_cast<int>(normalise));
                        CAPTURE(static_cast<int>(kind));
                        // Softmax's are so small that float32 would lose their differences.
                        const bool has_signs =
                            activation == Activation::relu || activation == Activation::sigmoid;
                        const std::vector<double> numbers = noise(12, has_signs ? -0.9 : 0.05, 0.95);
                        const auto make = [&](const std::vector<double>& all) -> Mechanism {
                            Mask mask;
                            mask.form = Mask::GridForm{grid_of(all)};
                            mask.upsample = upsample;
                            mask.activation = activation;
                            mask.normalise = normalise;
                            mask.kind = kind;
                            mask.reduce = reduce;
                            const bool has_temperature =
                                activation == Activation::sigmoid || activation == Activation::softmax;
                            return has_temperature ? with_options(mask, 0.7) : mask;
                        };
                        check_array(numbers, make, masked_glimpse);
                        compare(
                            [&](const std::string& parameter, double by) -> Mechanism {
                                if (parameter == "/temperature")
                                    return with_options(std::get<Mask>(make(numbers)), 0.7 + by);
                                std::vector<double> all = numbers;
                                Numbers names;
                                for (std::size_t k = 0; k < all.size(); ++k) {
                                    names.emplace_back(
                                        "/grid/" + std::to_string(k / 4) + "/" + std::to_string(k % 4),
                                        &all[k]);
                                }
                                named(parameter, names) += by;
                                return make(all);
                            },
                            masked_glimpse);
                    }
                }
            }
        }
    }
}

TEST_CASE("a mask's weights change with its vectors") {
    for (const auto normalise : {Mask::Normalise::none, Mask::Normalise::max, Mask::Normalise::sum}) {
        for (const std::size_t which : {std::size_t{0}, std::size_t{1}}) {
            CAPTURE(which);
            const auto length = static_cast<std::size_t>(which == 0 ? image_size.width : image_size.height);
            check_array(
                noise(length, -0.5, 1),
                [&](const std::vector<double>& all) -> Mechanism {
                    std::vector<double> other(
                        static_cast<std::size_t>(which == 0 ? image_size.height : image_size.width), 0.3);
                    other[3] = 0.7;
                    Mask mask;
                    mask.form = which == 0 ? Mask::VectorForm{all, other} : Mask::VectorForm{other, all};
                    mask.normalise = normalise;
                    mask.kind = Mask::Kind::free;
                    return mask;
                },
                masked_glimpse, which);
        }
    }
}

TEST_CASE("a mask of Gaussians changes with their centres and widths") {
    using Peak = Mask::GaussianForm::Normalise;
    for (const auto peak : {Peak::peak, Peak::sum}) {
        for (const auto normalise : {Mask::Normalise::none, Mask::Normalise::max, Mask::Normalise::sum}) {
            CAPTURE(static_cast<int>(peak));
            CAPTURE(static_cast<int>(normalise));
            const auto make = [&](const std::string& parameter, double by) -> Mechanism {
                Mask::GaussianForm form{{9.3, 4.1}, {-0.8, 3.3}, peak};
                named(parameter,
                      {{"/x/u", &form.x.u}, {"/x/s", &form.x.s}, {"/y/u", &form.y.u}, {"/y/s", &form.y.s}}) +=
                    by;
                Mask mask;
                mask.form = form;
                mask.normalise = normalise;
                return mask;
            };
            compare(make, [&](const Mechanism& mechanism) {
                const auto& form = std::get<Mask::GaussianForm>(std::get<Mask>(mechanism).form);
                const auto vector = [&](const Mask::GaussianForm::Axis& axis, int size) {
                    std::vector<double> a;
                    double sum = 0;
                    for (int k = 0; k < size; ++k) {
                        a.push_back(std::exp(-0.5 * std::pow((k - axis.u) / axis.s, 2)));
                        sum += a.back();
                    }
                    for (double& one : a) one /= peak == Peak::sum ? sum : 1;
                    return a;
                };
                Mask dense = std::get<Mask>(mechanism);
                dense.form =
                    Mask::VectorForm{vector(form.x, image_size.width), vector(form.y, image_size.height)};
                return masked_glimpse(dense);
            });
        }
    }
}

TEST_CASE("a mask's map on a part of the image, smoothed, changes as its unit grids weigh") {
    // Without activation and normalisation the weights are a linear function of the grid.
    for (const auto upsample : {Mask::Upsample::gaussian, Mask::Upsample::bicubic}) {
        const auto made = [&](const std::vector<double>& all) {
            Mask mask;
            mask.form = Mask::GridForm{grid_of(all)};
            mask.upsample = upsample;
            mask.kind = Mask::Kind::free;
            auto options = std::make_shared<mask_form::MapOptions>();
            options->placement = Box{3.3, -2.6, 14.1, 13.2};
            mask.map_options = options;
            return mask;
        };
        const auto all = array_gradients(made(std::vector<double>(12, 0.5)), image_size);
        const Values by_glimpse = loss_gradient(image_size);
        const std::vector<double> found = contracted(all.at(0), by_glimpse);
        for (std::size_t k = 0; k < found.size(); ++k) {
            CAPTURE(k);
            std::vector<double> unit(12, 0.0);
            unit[k] = 1;
            Values unit_weights;
            weights(made(unit), image_size).convertTo(unit_weights, CV_64F);
            const double expected = unit_weights.mul(smooth_noise()).dot(by_glimpse);
            CHECK(std::abs(found[k] - expected) <= 10 * of_float32 * (std::abs(expected) + 1));
        }
    }
}

TEST_CASE("beside arrays there are the numbers that no array has") {
    Mask mask;
    mask.form = Mask::GridForm{cv::Mat(cv::Mat::ones(2, 2, CV_64F))};
    mask.activation = Mask::Activation::softmax;
    std::vector<std::string> names;
    for_each_gradient(
        mask, image_size, [&](const ParameterGradient& one) { names.push_back(one.parameter); }, true);
    CHECK(names == std::vector<std::string>{"/temperature"});
    CHECK(gradients(mask, image_size).size() == 5);
}
