#include "maps/separable.hpp"

#include "maps/banded_product.hpp"
#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

double mean_share(const BandedMatrix& matrix, double full) {
    double shares = 0;
    for (const double sum : matrix.row_sums()) shares += share_of(sum, full);
    return shares / matrix.rows();
}

/// Sums the weights of each n columns.
BandedMatrix binned(const BandedMatrix& matrix, int n) {
    BandedMatrix small(ceil_div(matrix.columns(), n));
    std::vector<double> bins;
    for (int i = 0; i < matrix.rows(); ++i) {
        const auto [first, weights] = matrix.row(i);
        const int first_bin = first / n;
        bins.assign(weights.size() / static_cast<std::size_t>(n) + 2, 0.0);
        int column = first;
        for (const float weight : weights) bins[static_cast<std::size_t>(column++ / n - first_bin)] += weight;
        small.append_row(first_bin, bins);
    }
    return small;
}

}  // namespace

Rectangle support(const Separable& separable, const LinearMap& /*map*/) {
    return rectangle(separable.columns.support(), separable.rows.support());
}

cv::Mat attention(const Separable& separable, const LinearMap& /*map*/, const Rectangle& /*support*/) {
    return outer_product(separable.rows.column_sums(), separable.columns.column_sums());
}

ImageRegion block_attention(const Separable& separable, const LinearMap& map, int n) {
    return block_attention_by_shrinking(map, shrunk(separable, n), n);
}

cv::Mat row_sums(const Separable& separable, const LinearMap& /*map*/) {
    return outer_product(separable.rows.row_sums(), separable.columns.row_sums());
}

double inside(const Separable& separable, const Lowered& lowered) {
    // A gain is in the rows alone.
    return mean_share(separable.rows, lowered.full_weight) * mean_share(separable.columns, 1);
}

bool mixes_pixels(const Separable& separable) {
    return !separable.rows.selects() || !separable.columns.selects();
}

MapKind shrunk(const Separable& separable, int n) {
    return Separable{.rows = binned(separable.rows, n), .columns = binned(separable.columns, n)};
}

std::vector<Point> outline(const Separable& /*separable*/, const Lowered& lowered) {
    return outline_by_matrix(lowered);
}

double pitch(const Separable& /*separable*/, const Lowered& lowered) {
    return pitch_by_matrix(lowered);
}

std::int64_t multiply_adds_columns_first(const Separable& separable, std::int64_t lines) {
    return lines * static_cast<std::int64_t>(separable.columns.weight_count()) +
           separable.columns.rows() * static_cast<std::int64_t>(separable.rows.weight_count());
}

std::int64_t multiply_adds(const Separable& separable, const LinearMap& /*map*/) {
    return multiply_adds_columns_first(separable, separable.rows.support().length());
}

cv::Mat read(const Separable& separable, const LinearMap& /*map*/, const ImageRegion& image, int depth) {
    return banded_product(separable, image, depth);
}

ImageRegion write(const Separable& separable, const LinearMap& /*map*/, const cv::Mat& glimpse) {
    return transposed_banded_product(separable, glimpse);
}

}  // namespace glimpse
