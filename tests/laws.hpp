#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "glimpse/backend.hpp"
#include "glimpse/lowered.hpp"
#include "maps/image_region.hpp"
#include "maps/matrix_entries.hpp"
#include "matrices.hpp"

// The laws that every mechanism, every kind of map and every backend obeys, as one check: `check_laws`.

namespace glimpse::laws {

/// The bound of the dot test itself, relative to ‖A |I|‖ ‖g‖.
constexpr double dot_tolerance = 1e-5;
/// Float32 weights and sums against float64 ones, relative to the largest value that the sum could have: a
/// weight and each partial sum are off by at most 6e-8, and no row here has more than some thirty weights.
constexpr double float32_tolerance = 2e-6;
/// Linearity: both sides are rounded, and so is aI + bJ.
constexpr double linearity_tolerance = 3 * float32_tolerance;
/// The sum of a row's weights against 1 with the 1e-8 of the Gaussian's definition and float32 weights.
constexpr double full_weight_tolerance = 1e-6;

/// What the laws need to be told about a map.
struct Expectation {
    std::string name;
    /// A glimpse pixel has its full weight when its sampling point is at least so far inside the image, in
    /// pixels: -infinity for everywhere, +infinity for nowhere.
    double margin_x = 0;
    double margin_y = 0;
};

/// A (h·w rows, H·W columns) in float64, and the map that it is of.
struct Dense {
    cv::Mat_<double> a;
    Size image;
    Size glimpse;

    /// The largest value that a glimpse of an image of ±1 could have.
    [[nodiscard]] double read_gain() const { return largest_sum(1); }
    /// The largest value that `write` could make of a glimpse of ±1.
    [[nodiscard]] double write_gain() const { return largest_sum(0); }

  private:
    [[nodiscard]] double largest_sum(int dimension) const {
        cv::Mat sums;
        cv::reduce(cv::abs(a), sums, dimension, cv::REDUCE_SUM);
        double largest = 0;
        cv::minMaxLoc(sums, nullptr, &largest);
        return largest;
    }
};

inline cv::Mat read(const Backend& backend, const LinearMap& map, const cv::Mat& image, int depth = CV_32F) {
    return read_one(backend, map, {whole(map.image), image}, depth);
}

/// Aᵀ g on the whole image.
inline cv::Mat written(const Backend& backend, const LinearMap& map, const cv::Mat& glimpse) {
    cv::Mat out = cv::Mat::zeros(map.image.height, map.image.width, CV_32FC(glimpse.channels()));
    const ImageRegion part = backend.write(map, glimpse);
    CHECK(part.region == support(map));
    const Rectangle& r = part.region;
    if (!r.empty()) part.pixels.copyTo(out(rect(r)));
    return out;
}

/// A, column by column: the glimpses of unit images.
inline Dense dense_by_reading(const Backend& backend, const LinearMap& map) {
    Dense dense{{}, map.image, map.glimpse};
    dense.a.create(map.glimpse.width * map.glimpse.height, map.image.width * map.image.height);
    cv::Mat unit = cv::Mat::zeros(map.image.height, map.image.width, CV_32F);
    for (int p = 0; p < dense.a.cols; ++p) {
        unit.at<float>(p / map.image.width, p % map.image.width) = 1;
        flat(read(backend, map, unit)).copyTo(dense.a.col(p));
        unit.setTo(0);
    }
    return dense;
}

/// Aᵀ, column by column: what is written of unit glimpses.
inline cv::Mat_<double> dense_adjoint_by_writing(const Backend& backend, const LinearMap& map) {
    cv::Mat_<double> adjoint(map.image.width * map.image.height, map.glimpse.width * map.glimpse.height);
    cv::Mat unit = cv::Mat::zeros(map.glimpse.height, map.glimpse.width, CV_32F);
    for (int q = 0; q < adjoint.cols; ++q) {
        unit.at<float>(q / map.glimpse.width, q % map.glimpse.width) = 1;
        flat(written(backend, map, unit)).copyTo(adjoint.col(q));
        unit.setTo(0);
    }
    return adjoint;
}

/// Law 1: ⟨A I, g⟩ = ⟨I, Aᵀ g⟩.
inline void check_dot_test(const Backend& backend, const LinearMap& map, const cv::Mat& image,
                           const cv::Mat& glimpse) {
    const cv::Mat gathered = flat(read(backend, map, image));
    const cv::Mat scattered = flat(written(backend, map, glimpse));
    const cv::Mat g = flat(glimpse);
    // A I may cancel out where A |I| does not.
    const cv::Mat magnitudes = cv::Mat(cv::abs(image.reshape(1))).reshape(image.channels());
    const double size = cv::norm(flat(read(backend, map, magnitudes)));
    const double bound = dot_tolerance * size * cv::norm(g);
    CHECK(std::abs(gathered.dot(g) - flat(image).dot(scattered)) <= bound);
}

/// Law 2: A(aI + bJ) = a A I + b A J.
inline void check_linearity(const Backend& backend, const LinearMap& map, const Dense& dense,
                            cv::RNG& random) {
    constexpr double a = 0.75;
    constexpr double b = -1.5;
    const cv::Mat i = random_values(map.image, CV_32F, 3, random);
    const cv::Mat j = random_values(map.image, CV_32F, 3, random);
    const cv::Mat together = read(backend, map, a * i + b * j);
    const cv::Mat apart = a * read(backend, map, i) + b * read(backend, map, j);
    const double largest = (std::abs(a) + std::abs(b)) * dense.read_gain();
    CHECK(largest_difference(together, apart) <= linearity_tolerance * largest);
}

/// The share inside the image is the mean of A 1 / full weight, but for Gaussians that fade between pixels,
/// and bicubic samples, whose axes may have more than the full weight; and it is exactly 1 where nothing is
/// missing.
inline void check_inside(const Lowered& lowered, const Dense& dense, const cv::Mat& sums) {
    const cv::Mat shares = sums / lowered.full_weight;
    const double share = inside(lowered);
    CHECK(share >= 0);
    CHECK(share <= 1);
    if (cv::countNonZero(dense.a < 0) > 0) return;
    double least = 0;
    cv::minMaxLoc(shares, &least);
    const double mean = cv::mean(shares)[0];
    if (lowered.inside) {
        CHECK(share >= mean - full_weight_tolerance);
    } else {
        CHECK(std::abs(share - mean) <= full_weight_tolerance);
    }
    if (!lowered.inside && least >= 1 - full_weight_tolerance) CHECK(share == 1);
}

/// Law 3: M = Aᵀ1, zero outside the support, and ΣM = Σ A 1.
inline void check_attention_map(const Backend& backend, const Lowered& lowered, const Dense& dense) {
    const LinearMap& map = lowered.map;
    const ImageRegion attention = attention_map(map);
    const Rectangle& r = attention.region;
    CHECK(r == support(map));
    CHECK(whole(map.image).contains(r));
    CHECK(attention.pixels.size() == cv::Size(r.width, r.height));
    cv::Mat m = cv::Mat::zeros(map.image.height, map.image.width, CV_32F);
    if (!r.empty()) attention.pixels.copyTo(m(rect(r)));

    cv::Mat column_sums;
    cv::reduce(dense.a, column_sums, 0, cv::REDUCE_SUM);
    const double largest = dense.write_gain();
    CHECK(largest_difference(m, column_sums.reshape(1, map.image.height)) <= float32_tolerance * largest);
    const cv::Mat ones(map.glimpse.height, map.glimpse.width, CV_32F, cv::Scalar(1));
    CHECK(largest_difference(m, written(backend, map, ones)) <= float32_tolerance * largest);

    cv::Mat weights_of_rows;
    cv::reduce(dense.a, weights_of_rows, 1, cv::REDUCE_SUM);
    const cv::Mat sums = row_sums(map);
    CHECK(largest_difference(sums, weights_of_rows.reshape(1, map.glimpse.height)) <=
          float32_tolerance * dense.read_gain());
    const double all = cv::sum(cv::abs(dense.a))[0];
    CHECK(std::abs(cv::sum(m)[0] - cv::sum(sums)[0]) <= float32_tolerance * all);
    const bool leaves = !std::holds_alternative<Weights>(map.kind) &&
                        !std::holds_alternative<WeightedSum>(map.kind) &&
                        !std::holds_alternative<Filters>(map.kind);
    if (leaves) check_inside(lowered, dense, sums);
}

/// Every weight lies within the support, and the support is the smallest rectangle of which that holds; for
/// padded affine `Samples` it may be larger.
inline void check_support(const Lowered& lowered, const Dense& dense) {
    const LinearMap& map = lowered.map;
    Rectangle smallest;
    for (int p = 0; p < dense.a.cols; ++p) {
        if (cv::countNonZero(dense.a.col(p)) == 0) continue;
        smallest = smallest_containing(smallest, {p % map.image.width, p / map.image.width, 1, 1});
    }
    const auto* samples = std::get_if<Samples>(&map.kind);
    if (samples && samples->padding != Padding::zeros && samples->points.affine()) {
        CHECK(support(map).contains(smallest));
    } else {
        CHECK((support(map).empty() ? Rectangle{} : support(map)) == smallest);
    }
    CHECK(needed(lowered).contains(support(map)));
}

/// Law 4: a constant image gives a constant glimpse where everything that a pixel looks at lies inside.
inline void check_constant(const Backend& backend, const Lowered& lowered, const Expectation& expected) {
    const LinearMap& map = lowered.map;
    constexpr double value = 200;
    const cv::Mat image(map.image.height, map.image.width, CV_8U, cv::Scalar(value));
    const cv::Mat glimpse = read(backend, map, image);
    REQUIRE(cv::checkRange(glimpse));
    const auto within = [](double position, double margin, int size) {
        return position >= margin && position <= size - 1 - margin;
    };
    const auto* const samples = std::get_if<Samples>(&map.kind);
    const auto* const footprints = std::get_if<Footprints>(&map.kind);
    const SamplingPoints points = samples      ? samples->points
                                  : footprints ? footprints->points
                                               : SamplingPoints(lowered.matrix.value_or(Affine{}));
    double largest = 0;
    for (int i = 0; i < glimpse.rows; ++i) {
        for (int j = 0; j < glimpse.cols; ++j) {
            const Point p = points.at(j, i);
            if (!within(p.x, expected.margin_x, map.image.width)) continue;
            if (!within(p.y, expected.margin_y, map.image.height)) continue;
            const double off = std::abs(glimpse.at<float>(i, j) - value * lowered.full_weight);
            largest = std::max(largest, off);
        }
    }
    CHECK(largest <= full_weight_tolerance * value * std::max(lowered.full_weight, 1.0));
}

/// Law 5: the dense A reproduces `read` and `write`; reading needs no more than the support, and whole
/// numbers are the rounded float32 ones.
inline void check_against_dense(const Backend& backend, const LinearMap& map, const Dense& dense,
                                const cv::Mat& image, const cv::Mat& glimpse) {
    const cv::Mat expected = dense.a * flat(image);
    const cv::Mat whole_image = read(backend, map, image);
    CHECK(whole_image.type() == CV_MAKETYPE(CV_32F, image.channels()));
    CHECK(largest_difference(flat(whole_image), expected) <=
          float32_tolerance * dense.read_gain() * cv::norm(image.reshape(1), cv::NORM_INF));

    const cv::Mat back = flat(written(backend, map, glimpse));
    CHECK(largest_difference(back, dense.a.t() * flat(glimpse)) <=
          float32_tolerance * dense.write_gain() * cv::norm(glimpse.reshape(1), cv::NORM_INF));

    const Rectangle seen = support(map);
    const cv::Mat part = seen.empty() ? cv::Mat(0, 0, image.type()) : image(rect(seen)).clone();
    CHECK(largest_difference(read_one(backend, map, {seen, part}, CV_32F), whole_image) == 0);

    cv::Mat rounded_values;
    whole_image.convertTo(rounded_values, image.depth());
    CHECK(largest_difference(read(backend, map, image, image.depth()), rounded_values) == 0);
}

/// A matrix of a map as `for_each_entry` gives it: rows of ascending columns, and no zeros.
inline cv::Mat_<double> entries_of(const LinearMap& map, MatrixOf which) {
    const MatrixShape shape = shape_of(map, which);
    cv::Mat_<double> matrix(static_cast<int>(shape.rows), static_cast<int>(shape.columns), 0.0);
    int row = 0;
    std::int64_t before = -1;
    const auto entry = [&](std::int64_t column, float weight) {
        REQUIRE(row < matrix.rows);
        REQUIRE(column < shape.columns);
        CHECK(column > before);
        CHECK(weight != 0);
        matrix(row, static_cast<int>(column)) = weight;
        before = column;
    };
    const auto end_row = [&] {
        ++row;
        before = -1;
    };
    for_each_entry(map, which, entry, end_row);
    CHECK(row == shape.rows);
    return matrix;
}

/// A = A_y ⊗ A_x: row i·w + j and column y·W + x have A_y[i, y] A_x[j, x].
inline cv::Mat_<double> kronecker_product(const cv::Mat_<double>& a_y, const cv::Mat_<double>& a_x) {
    cv::Mat_<double> all(a_y.rows * a_x.rows, a_y.cols * a_x.cols);
    for (int i = 0; i < a_y.rows; ++i) {
        for (int y = 0; y < a_y.cols; ++y)
            all(cv::Rect(y * a_x.cols, i * a_x.rows, a_x.cols, a_x.rows)) = a_y(i, y) * a_x;
    }
    return all;
}

/// Law 6: the matrices that a map consists of are that A.
inline void check_matrices(const LinearMap& map, const Dense& dense) {
    const cv::Mat_<double> all =
        matrices_of(map).front() == MatrixOf::all
            ? entries_of(map, MatrixOf::all)
            : kronecker_product(entries_of(map, MatrixOf::y), entries_of(map, MatrixOf::x));
    CHECK(largest_difference(all, dense.a) <= float32_tolerance * dense.read_gain());
}

/// All six laws, for 1 to 5 channels and every depth.
inline void check_laws(const Lowered& lowered, const Backend& backend, const Expectation& expected) {
    const LinearMap& map = lowered.map;
    INFO(backend.name(), ": ", expected.name, ", image ", map.image.width, "x", map.image.height,
         ", glimpse ", map.glimpse.width, "x", map.glimpse.height);
    cv::RNG random(20150216);
    const Dense dense = dense_by_reading(backend, map);
    CHECK(largest_difference(dense_adjoint_by_writing(backend, map), dense.a.t()) <=
          float32_tolerance * dense.write_gain());
    check_linearity(backend, map, dense, random);
    check_attention_map(backend, lowered, dense);
    check_support(lowered, dense);
    check_constant(backend, lowered, expected);
    check_matrices(map, dense);
    for (const int depth : {CV_8U, CV_16U, CV_32F}) {
        for (int channels = 1; channels <= 5; ++channels) {
            CAPTURE(depth);
            CAPTURE(channels);
            const cv::Mat image = random_values(map.image, depth, channels, random);
            const cv::Mat glimpse = random_values(map.glimpse, CV_32F, channels, random);
            check_dot_test(backend, map, image, glimpse);
            check_against_dense(backend, map, dense, image, glimpse);
        }
    }
}

}  // namespace glimpse::laws
