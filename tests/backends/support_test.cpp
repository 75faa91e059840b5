#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

#include "laws.hpp"
#include "sampling_choices.hpp"

// The support of general samples against the weights themselves, over random maps; the laws do the same for
// the maps of the mechanisms.

using namespace glimpse;

namespace {

constexpr int trials = 300;

class Draws {
  public:
    int whole(int low, int high) { return random_.uniform(low, high + 1); }
    template <typename Choices>
    auto one_of(const Choices& choices) {
        return choices[static_cast<std::size_t>(whole(0, static_cast<int>(choices.size()) - 1))];
    }
    double uniform(double low, double high) { return random_.uniform(low, high); }
    /// Whole and half numbers, where weights are 0, half of the time.
    double number(double low, double high) {
        const double any = uniform(low, high);
        return whole(0, 1) == 0 ? any : std::nearbyint(2 * any) / 2;
    }

  private:
    cv::RNG random_{20260101};
};

Lowered random_samples(Draws& draw) {
    const Size image{draw.whole(1, 9), draw.whole(1, 9)};
    const Size glimpse{draw.whole(1, 7), draw.whole(1, 7)};
    Affine affine;
    for (std::size_t axis = 0; axis < 2; ++axis) {
        affine.m[axis] = {draw.number(-3, 3), draw.number(-3, 3), draw.number(-12, 20)};
    }
    const auto interpolation = draw.one_of(all_interpolations);
    const auto padding = draw.one_of(all_paddings);
    const auto mirror = static_cast<Mirror>(draw.whole(0, 1));
    const Samples samples{
        .points = affine, .interpolation = interpolation, .padding = padding, .mirror = mirror};
    return {.map = {.image = image, .glimpse = glimpse, .kind = samples}, .matrix = affine};
}

/// The same with arbitrary points.
Lowered random_list(Draws& draw) {
    Lowered lowered = random_samples(draw);
    const Size size = lowered.map.glimpse;
    std::vector<Point> points;
    for (int n = 0; n < size.width * size.height; ++n) {
        points.push_back({draw.number(-12, 20), draw.number(-12, 20)});
    }
    const bool are_inside = draw.whole(0, 1) == 0;
    if (are_inside) {
        const Size image = lowered.map.image;
        for (auto& [x, y] : points) {
            x = std::clamp(x / 2, 0.0, image.width - 1.0);
            y = std::clamp(y / 2, 0.0, image.height - 1.0);
        }
    }
    std::get<Samples>(lowered.map.kind).points = {points, size.width};
    lowered.matrix.reset();
    return lowered;
}

}  // namespace

TEST_CASE("the support of listed points is the smallest, padded or not") {
    const auto cpu = make_backend("cpu");
    Draws draw;
    for (int trial = 0; trial < trials; ++trial) {
        const Lowered lowered = random_list(draw);
        CAPTURE(trial);
        laws::check_support(lowered, laws::dense_by_reading(*cpu, lowered.map));
    }
}

TEST_CASE("the support of samples holds every weight, and without padding nothing else") {
    const auto cpu = make_backend("cpu");
    Draws draw;
    int partly_outside = 0;
    for (int trial = 0; trial < trials; ++trial) {
        const Lowered lowered = random_samples(draw);
        CAPTURE(trial);
        laws::check_support(lowered, laws::dense_by_reading(*cpu, lowered.map));
        const double share = inside(lowered);
        partly_outside += share > 0 && share < 1 ? 1 : 0;
    }
    CHECK(partly_outside > trials / 50);
}

TEST_CASE("a padded sample just outside the image does not ask for all of it") {
    const Size image{1000, 800};
    for (const Mirror mirror : {Mirror::centres, Mirror::edges}) {
        for (const Interpolation interpolation : all_interpolations) {
            for (const double corner : {-3.0, 985.0}) {
                const Affine turned{{{{1, 0.1, corner}, {-0.1, 1, 400}}}};
                const Samples samples{.points = turned,
                                      .interpolation = interpolation,
                                      .padding = Padding::reflection,
                                      .mirror = mirror};
                const LinearMap map{.image = image, .glimpse = {20, 20}, .kind = samples};
                CHECK(support(map).width <= 26);
            }
        }
    }
}

TEST_CASE("the support reaches beyond a sample at the row's end whose outer taps have no weight") {
    // Bicubic, at 3, 3.5, … 7: the first and the last look at one pixel each, their neighbours at 2 … 5 and 5
    // … 8.
    const Affine forth{{{{0.5, 0, 3}, {0, 1, 4}}}};
    const Affine back{{{{-0.5, 0, 7}, {0, 1, 4}}}};
    for (const Affine& affine : {forth, back}) {
        const Samples samples{.points = affine, .interpolation = Interpolation::bicubic};
        const LinearMap map{.image = {20, 10}, .glimpse = {9, 1}, .kind = samples};
        CHECK(support(map) == Rectangle{2, 4, 7, 1});
    }
}

TEST_CASE("a bicubic sample at a whole position sees one pixel, whatever lies beside it") {
    // Weights of 0, but a NaN times 0 would show: column 0 is beside the first sample, and in
    // memory behind the last.
    const Size size{40, 6};
    cv::Mat pixels(size.height, size.width, CV_32F, cv::Scalar(0.5));
    pixels.col(0).setTo(std::numeric_limits<float>::quiet_NaN());
    const Affine whole_positions{{{{1, 0, 1}, {0, 1, 2}}}};
    const Samples samples{.points = whole_positions, .interpolation = Interpolation::bicubic};
    const LinearMap map{.image = size, .glimpse = {size.width - 2, 1}, .kind = samples};
    const std::vector<const LinearMap*> maps{&map};
    const cv::Mat glimpse = make_backend("cpu")->read(maps, {whole(size), pixels}, CV_32F).front();
    CHECK(cv::countNonZero(glimpse == 0.5) == glimpse.cols);
}
