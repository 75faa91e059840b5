#include "glimpse/location_policy.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <functional>
#include <numbers>
#include <opencv2/core.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"

using namespace glimpse;

namespace {

using Kind = LocationPolicy::Kind;
using Cells = LocationPolicy::Cells;
using LocationUnits = LocationPolicy::Units;

constexpr Size image{40, 30};

LocationPolicy policy_of(Kind kind, int count) {
    LocationPolicy policy;
    policy.kind = kind;
    policy.count = count;
    policy.size = {3, 3};
    return policy;
}

Mask grid_mask(const cv::Mat& values, Mask::Activation activation = Mask::Activation::none) {
    Mask mask;
    mask.form = Mask::GridForm{values};
    mask.kind = Mask::Kind::free;
    mask.activation = activation;
    return mask;
}

CellMap map_of(const cv::Mat& weights) {
    return cell_map(grid_mask(weights), image, Cells::map);
}

std::string refusal(const std::function<void()>& step) {
    try {
        step();
    } catch (const InvalidParameter& error) {
        return error.field() + ": " + error.what();
    } catch (const Error& error) {
        return error.what();
    }
    return "";
}

/// log softmax(z) of one cell.
double log_softmax(const cv::Mat& z, int row, int column) {
    double sum = 0;
    for (const double value : cv::Mat_<double>(z)) sum += std::exp(value);
    return z.at<double>(row, column) - std::log(sum);
}

/// How often each cell was drawn, row by row.
std::vector<int> counts_of(const std::vector<DrawnLocation>& all, const cv::Mat& weights) {
    std::vector<int> counts(weights.total());
    for (const DrawnLocation& drawn : all) ++counts[drawn.cell->row * weights.cols + drawn.cell->column];
    return counts;
}

/// Σ (observed - expected)²/expected.
double chi_square(const std::vector<int>& counts, const cv::Mat& weights, int draws) {
    const double sum = cv::sum(weights)[0];
    double distance = 0;
    for (std::size_t k = 0; k < counts.size(); ++k) {
        const double expected = draws * weights.ptr<double>()[k] / sum;
        if (expected > 0) distance += (counts[k] - expected) * (counts[k] - expected) / expected;
    }
    return distance;
}

/// The mean of a function of normal draws, and the variance of one of them.
struct Moments {
    double mean = 0;
    double variance = 0;
};

Moments moments(const std::vector<double>& values) {
    Moments m;
    const auto n = static_cast<double>(values.size());
    for (const double value : values) m.mean += value / n;
    for (const double value : values) m.variance += (value - m.mean) * (value - m.mean) / (n - 1);
    return m;
}

}  // namespace

TEST_CASE("categorical: cells are drawn as often as their weights say") {
    const cv::Mat weights = (cv::Mat_<double>(2, 3) << 1, 2, 3, 4, 0, 10);
    constexpr int draws = 20000;
    // Of 4 degrees of freedom, exceeded by one seed in 10⁴; a cell that takes another's place gives
    // thousands.
    constexpr double greatest = 23.51;
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
        LocationPolicy policy = policy_of(Kind::categorical, draws);
        policy.seed = seed;
        const std::vector<int> counts = counts_of(draw(map_of(weights), policy, image, {}), weights);
        CHECK(counts[4] == 0);
        CHECK(chi_square(counts, weights, draws) < greatest);
    }
}

TEST_CASE("categorical: neither the first nor the last cell is drawn where it weighs nothing") {
    const cv::Mat weights = (cv::Mat_<double>(1, 4) << 0, 1e-300, 3e-300, 0);
    const std::vector<int> counts =
        counts_of(draw(map_of(weights * 1e290), policy_of(Kind::categorical, 1000), image, {}), weights);
    CHECK(counts[0] == 0);
    CHECK(counts[3] == 0);
    CHECK(counts[1] + counts[2] == 1000);
}

TEST_CASE("categorical: log p and its gradient are those of log softmax, by central differences") {
    const cv::Mat logits = (cv::Mat_<double>(2, 3) << 0.3, -1, 2, 0.5, 1.5, -0.25);
    constexpr double temperature = 2;
    Mask mask = grid_mask(logits, Mask::Activation::softmax);
    mask.map_options =
        std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.temperature = temperature});
    const CellMap map = cell_map(mask, image, Cells::map);
    const cv::Mat z = logits / temperature;
    constexpr double exact = 1e-14;  // of float64, of a few operations
    // Central differences err by h² and by rounding over h.
    constexpr double h = 1e-5;
    constexpr double of_differences = 1e-9;
    for (const DrawnLocation& drawn : draw(map, policy_of(Kind::categorical, 8), image, {})) {
        const auto [row, column] = *drawn.cell;
        CHECK(std::abs(*drawn.log_prob - log_softmax(z, row, column)) < exact);
        const cv::Mat gradient = gradient_by_logits(drawn);
        CHECK(std::abs(cv::sum(gradient)[0]) < exact);
        for (int y = 0; y < z.rows; ++y) {
            for (int x = 0; x < z.cols; ++x) {
                cv::Mat above = z.clone();
                cv::Mat below = z.clone();
                above.at<double>(y, x) += h;
                below.at<double>(y, x) -= h;
                const double slope =
                    (log_softmax(above, row, column) - log_softmax(below, row, column)) / (2 * h);
                CHECK(std::abs(gradient.at<double>(y, x) - slope) < of_differences);
            }
        }
    }
}

TEST_CASE("categorical: the expected gradient is 0 where all places are as good") {
    const cv::Mat weights = (cv::Mat_<double>(1, 3) << 1, 2, 5);
    constexpr int draws = 40000;
    cv::Mat mean = cv::Mat::zeros(1, 3, CV_64F);
    for (const auto& drawn : draw(map_of(weights), policy_of(Kind::categorical, draws), image, {}))
        mean += gradient_by_logits(drawn) / draws;
    // Five standard errors, of sqrt(p (1 - p)/n) each, at most ½/sqrt(n).
    CHECK(cv::norm(mean, cv::NORM_INF) < 5 * 0.5 / std::sqrt(draws));
}

TEST_CASE("a draw depends on its seed, image, map and number, and on nothing else") {
    const CellMap map = map_of(cv::Mat::ones(64, 64, CV_64F));
    LocationPolicy policy = policy_of(Kind::categorical, 4);
    const auto places = [&](const DrawKey& key, int count = 4) {
        policy.count = count;
        std::vector<std::pair<int, int>> all;
        for (const DrawnLocation& drawn : draw(map, policy, image, key))
            all.emplace_back(drawn.cell->row, drawn.cell->column);
        return all;
    };
    const auto first = places({1, 0});
    CHECK(places({1, 0}) == first);
    const auto more = places({1, 0}, 9);
    CHECK(std::vector(more.begin(), more.begin() + 4) == first);
    CHECK(std::set(more.begin(), more.end()).size() > 7);
    CHECK(places({1, 1}) != first);
    CHECK(places({2, 0}) != first);
    CHECK(places({std::uint64_t{1} << 32U, 0}) != first);
    policy.seed = 1;
    CHECK(places({1, 0}) != first);
    policy.seed = std::uint64_t{1} << 32U;
    CHECK(places({1, 0}) != first);
}

TEST_CASE("top-k: the greatest first, equal ones by rows, and no cell twice") {
    const cv::Mat weights = (cv::Mat_<double>(2, 3) << 1, 5, 2, 5, 0, 2);
    std::vector<std::array<int, 2>> cells;
    for (const DrawnLocation& drawn : draw(map_of(weights), policy_of(Kind::top_k, 5), image, {})) {
        cells.push_back({drawn.cell->row, drawn.cell->column});
        CHECK_FALSE(drawn.log_prob);
        CHECK(gradient_by_logits(drawn).empty());
    }
    CHECK(cells == std::vector<std::array<int, 2>>{{0, 1}, {1, 0}, {0, 2}, {1, 2}, {0, 0}});
    CHECK(refusal([&] { draw(map_of(weights), policy_of(Kind::top_k, 6), image, {}); }) ==
          "policy.count 6 of top-k: 5 of the map's 6 cells weigh more than 0; give at most as many");
}

TEST_CASE("a cell's centre lies where the map does") {
    const cv::Mat weights = (cv::Mat_<double>(2, 4) << 0, 0, 0, 1, 0, 0, 0, 0);
    const auto location = [](const Mechanism& mechanism, Cells cells) {
        return draw(cell_map(mechanism, image, cells), policy_of(Kind::top_k, 1), image, {}).front().location;
    };
    Mask mask = grid_mask(weights);
    CHECK(location(mask, Cells::map).x == 35);  // the last of four cells of 10 pixels
    CHECK(location(mask, Cells::map).y == 7.5);
    mask.map_options =
        std::make_shared<const mask_form::MapOptions>(mask_form::MapOptions{.placement = Box{8, -6, 16, 12}});
    CHECK(location(mask, Cells::map).x == 22);
    CHECK(location(mask, Cells::map).y == -3);
    mask.form = Mask::BoxForm{{12, 5, 1, 1}};
    mask.map_options = nullptr;
    CHECK(location(mask, Cells::map).x == 12.5);
    CHECK(location(mask, Cells::pixels).y == 5.5);
    Crop crop;
    crop.form = Crop::BoxForm{{12, 5, 1, 1}};  // whose attention is that of its one pixel
    CHECK(location(crop, Cells::map).x == 12.5);
}

TEST_CASE("pixels weigh what a mask makes of them, and cells what they were given") {
    Mask mask = grid_mask((cv::Mat_<double>(1, 2) << 1, 3));
    mask.kind = Mask::Kind::hard;
    mask.threshold = 2;
    const std::string remedy =
        " acts on the image's pixels, not on the map's cells: leave it out, or draw pixels ("
        "policy.cells pixels)";
    CHECK(refusal([&] { cell_map(mask, image, Cells::map); }) == "/threshold: a threshold" + remedy);
    const CellMap pixels = cell_map(mask, image, Cells::pixels);
    CHECK(pixels.weights.size() == cv::Size(40, 30));
    CHECK(cv::sum(pixels.weights)[0] == 20 * 30);  // bilinear reaches 2 halfway
    mask.threshold.reset();
    mask.kind = Mask::Kind::free;
    mask.upsample = Mask::Upsample::nearest;
    CHECK(refusal([&] { cell_map(mask, image, Cells::map); }) == "/upsample: an upsampling" + remedy);
}

TEST_CASE("what is no distribution is refused, with the cell") {
    CHECK(
        refusal([] { map_of((cv::Mat_<double>(1, 2) << 1, -0.5)); }) ==
        "/grid: the cell in row 0, column 1 weighs -0.5, and no probability is negative: give an activation, "
        "softmax for logits or relu");
    CHECK(refusal([] { map_of(cv::Mat::zeros(2, 3, CV_64F)); }) ==
          "/grid: all 3×2 cells weigh 0, so that none has a probability: where these are logits, give the "
          "activation softmax");
}

TEST_CASE("crops stand about locations, the same size wherever these are") {
    LocationPolicy policy = policy_of(Kind::categorical, 1);
    policy.size = {4, 3};
    const auto box = [&](double x, double y) {
        return std::get<Crop::BoxForm>(crop_about({x, y}, policy).form).box;
    };
    CHECK(box(10.5, 7.5).x == 9);  // 8.5 and a half
    CHECK(box(10.5, 7.5).y == 6);
    CHECK(box(10.4, 7.5).x == 8);
    CHECK(box(-3, 0).x == -5);
    CHECK(box(-3, 0).y == -1);
    for (double x = 0; x < 1; x += 0.01) CHECK(rounded(box(x, x)).size() == Size{4, 3});
}

TEST_CASE("normal: log p and its gradients, by central differences") {
    LocationPolicy policy = policy_of(Kind::normal, 5);
    policy.units = LocationUnits::normalised;
    policy.mean = Point{0.25, -0.5};
    policy.sigma = 0.3;
    const auto log_density = [](const Point& l, const Point& mean, double sigma) {
        const double square = (l.x - mean.x) * (l.x - mean.x) + (l.y - mean.y) * (l.y - mean.y);
        return -square / (2 * sigma * sigma) - std::log(2 * std::numbers::pi * sigma * sigma);
    };
    constexpr double h = 1e-5;
    constexpr double near = 1e-7;  // third derivatives of about 1/σ³ times h², and rounding over h
    for (const DrawnLocation& drawn : draw(policy, image, {})) {
        const Point l{drawn.location.x / 20 - 1, drawn.location.y / 15 - 1};
        const Point m = *policy.mean;
        CHECK(std::abs(*drawn.log_prob - log_density(l, m, 0.3)) < 1e-12);
        const DrawnLocation::Normal& normal = *drawn.normal;
        const auto slope = [&](Point above, Point below) {
            return (log_density(l, above, 0.3) - log_density(l, below, 0.3)) / (2 * h);
        };
        CHECK(std::abs(normal.gradient_by_mean.x - slope({m.x + h, m.y}, {m.x - h, m.y})) < near);
        CHECK(std::abs(normal.gradient_by_mean.y - slope({m.x, m.y + h}, {m.x, m.y - h})) < near);
        const double by_log_sigma =
            (log_density(l, m, 0.3 * std::exp(h)) - log_density(l, m, 0.3 * std::exp(-h))) / (2 * h);
        CHECK(std::abs(normal.gradient_by_log_sigma - by_log_sigma) < near);
    }
}

TEST_CASE("normal: the mean is the centre of mass, in the policy's units") {
    LocationPolicy policy = policy_of(Kind::normal, 1);
    policy.sigma = 1e-9;
    const CellMap map = map_of((cv::Mat_<double>(1, 2) << 1, 3));
    // Centres 10 and 30, and 15 in both.
    const auto mean = [&](LocationUnits units) {
        policy.units = units;
        return draw(map, policy, image, {}).front().normal->mean;
    };
    CHECK(mean(LocationUnits::pixels).x == doctest::Approx(25));
    CHECK(mean(LocationUnits::pixels).y == doctest::Approx(15));
    CHECK(mean(LocationUnits::fraction).x == doctest::Approx(0.625));
    CHECK(mean(LocationUnits::fraction).y == doctest::Approx(0.5));
    CHECK(mean(LocationUnits::normalised).x == doctest::Approx(0.25));
    CHECK(mean(LocationUnits::normalised).y == doctest::Approx(0));
    CHECK(draw(map, policy, image, {}).front().location.x == doctest::Approx(25));
}

TEST_CASE("normal: the estimator has the mean and the variances that theory says") {
    // f = (x - k)², m = μ - k: of (f - b)(x - μ)/σ² the mean is 2m, and the variance m⁴/σ² + 14m² + 15σ² for
    // b = 0, and 8m² + 10σ² for b = E f = m² + σ². By log σ the mean is 2σ².
    constexpr int draws = 200000;
    for (const auto& [m, sigma, variance, with_baseline] :
         {std::array{1.0, 1.0, 30.0, 18.0}, std::array{2.0, 0.5, 123.75, 34.5}}) {
        LocationPolicy policy = policy_of(Kind::normal, draws);
        policy.mean = Point{10, 20};
        policy.sigma = sigma;
        const double baseline = m * m + sigma * sigma;
        std::vector<double> plain;
        std::vector<double> better;
        std::vector<double> by_log_sigma;
        std::vector<double> constant;
        for (const DrawnLocation& drawn : draw(policy, image, {})) {
            const double offset = drawn.location.x - 10 + m;
            const double f = offset * offset;
            plain.push_back(f * drawn.normal->gradient_by_mean.x);
            better.push_back((f - baseline) * drawn.normal->gradient_by_mean.x);
            by_log_sigma.push_back((f - baseline) * drawn.normal->gradient_by_log_sigma);
            constant.push_back(drawn.normal->gradient_by_mean.y);
        }
        // Five standard errors of a mean, and a few per cent of a variance, whose own error is about 2 %.
        const auto near = [&](const Moments& found, double mean) {
            return std::abs(found.mean - mean) < 5 * std::sqrt(found.variance / draws);
        };
        CHECK(near(moments(plain), 2 * m));
        CHECK(near(moments(better), 2 * m));
        CHECK(near(moments(by_log_sigma), 2 * sigma * sigma));
        CHECK(near(moments(constant), 0));
        CHECK(moments(plain).variance == doctest::Approx(variance).epsilon(0.06));
        CHECK(moments(better).variance == doctest::Approx(with_baseline).epsilon(0.06));
    }
}

TEST_CASE("a policy that is wrong whatever the map is refused") {
    const auto refused = [](Kind kind, const std::function<void(LocationPolicy&)>& change) {
        LocationPolicy policy = policy_of(kind, 1);
        policy.sigma = 1;
        change(policy);
        return refusal([&] { validate(policy); });
    };
    CHECK(refused(Kind::normal, [](auto&) {}).empty());
    CHECK(refused(Kind::top_k, [](auto& p) { p.count = 0; }) ==
          "policy.count 0: 1 to 2^20 locations are needed");
    CHECK(refused(Kind::top_k, [](auto& p) { p.count = most_draws + 1; }) ==
          "policy.count 1048577: 1 to 2^20 locations are needed");
    CHECK(refused(Kind::normal, [](auto& p) { p.sigma = 0; }) ==
          "policy.sigma 0: a normal policy has a finite standard deviation > 0");
    CHECK(refused(Kind::normal, [](auto& p) {
              p.mean = Point{NAN, 0};
          }) == "policy.mean: two finite numbers are needed");
    CHECK(refused(Kind::categorical, [](auto& p) { p.size = {}; }).starts_with("policy.size: "));
}
