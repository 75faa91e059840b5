#include "maps/sparse_matrix.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "maps/image_region.hpp"
#include "maps/placement.hpp"
#include "pixels/element_type.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

/// The entries of row k.
std::span<const SparseMatrix::Entry> row_of(const SparseMatrix& matrix, std::size_t k) {
    return std::span(matrix.entries).subspan(matrix.begin[k], matrix.begin[k + 1] - matrix.begin[k]);
}

std::size_t row_count(const SparseMatrix& matrix) {
    return matrix.begin.size() - 1;
}

}  // namespace

void SparseMatrixBuilder::finish_row() {
    for_each_merged(row_, [&](std::int64_t pixel, float weight) {
        const int x = static_cast<int>(pixel % columns_);
        const int y = static_cast<int>(pixel / columns_);
        matrix_.entries.push_back({x, y, weight});
        matrix_.region = smallest_containing(matrix_.region, {x, y, 1, 1});
    });
    matrix_.begin.push_back(matrix_.entries.size());
    row_.clear();
}

Rectangle support(const SparseMatrix& matrix, const LinearMap& /*map*/) {
    return matrix.region;
}

cv::Mat attention(const SparseMatrix& matrix, const LinearMap& /*map*/, const Rectangle& support) {
    cv::Mat sums = cv::Mat::zeros(support.height, support.width, CV_64F);
    for (const auto& [x, y, weight] : matrix.entries) sums.at<double>(y - support.y, x - support.x) += weight;
    cv::Mat rounded_sums;
    sums.convertTo(rounded_sums, CV_32F);
    return rounded_sums;
}

ImageRegion block_attention(const SparseMatrix& matrix, const LinearMap& map, int n) {
    if (matrix.region.empty()) return {};
    return means_over_blocks({matrix.region, attention(matrix, map, matrix.region)}, map.image, n);
}

cv::Mat row_sums(const SparseMatrix& matrix, const LinearMap& map) {
    cv::Mat sums(map.glimpse.height, map.glimpse.width, CV_32F);
    auto* out = sums.ptr<float>();
    for (std::size_t k = 0; k < row_count(matrix); ++k) {
        double sum = 0;
        for (const SparseMatrix::Entry& entry : row_of(matrix, k)) sum += entry.weight;
        *out++ = static_cast<float>(sum);
    }
    return sums;
}

double inside(const SparseMatrix& /*matrix*/, const Lowered& /*lowered*/) {
    return 1;
}

bool mixes_pixels(const SparseMatrix& /*matrix*/) {
    return true;
}

MapKind shrunk(const SparseMatrix& /*matrix*/, int /*n*/) {
    throw std::logic_error("a sparse matrix takes the pixels of the image as it is");
}

std::vector<Point> outline(const SparseMatrix& /*matrix*/, const Lowered& lowered) {
    return outline_by_matrix(lowered);
}

double pitch(const SparseMatrix& /*matrix*/, const Lowered& /*lowered*/) {
    return 1;
}

std::int64_t multiply_adds(const SparseMatrix& matrix, const LinearMap& /*map*/) {
    return static_cast<std::int64_t>(matrix.entries.size());
}

cv::Mat read(const SparseMatrix& matrix, const LinearMap& map, const ImageRegion& image, int depth) {
    const int channels = image.pixels.channels();
    cv::Mat out(map.glimpse.height, map.glimpse.width, CV_32FC(channels));
    std::vector<double> sums(static_cast<std::size_t>(channels));
    with_element_type(image.pixels.depth(), [&]<typename T>(T) {
        auto* to = out.ptr<float>();
        for (std::size_t k = 0; k < row_count(matrix); ++k) {
            std::ranges::fill(sums, 0.0);
            for (const auto& [x, y, weight] : row_of(matrix, k)) {
                const T* value =
                    image.pixels.ptr<T>(y - image.region.y) + std::ptrdiff_t{x - image.region.x} * channels;
                for (double& sum : sums) sum += double{weight} * static_cast<double>(*value++);
            }
            for (const double sum : sums) *to++ = static_cast<float>(sum);
        }
    });
    return rounded_to(out, depth);
}

ImageRegion write(const SparseMatrix& matrix, const LinearMap& /*map*/, const cv::Mat& glimpse) {
    const Rectangle& region = matrix.region;
    if (region.empty()) return {};
    const int channels = glimpse.channels();
    cv::Mat sums = cv::Mat::zeros(region.height, region.width, CV_64FC(channels));
    for (std::size_t k = 0; k < row_count(matrix); ++k) {
        const int width = glimpse.cols;
        const auto pixel = static_cast<int>(k);
        const float* const g = glimpse.ptr<float>(pixel / width) + std::ptrdiff_t{pixel % width} * channels;
        for (const auto& [x, y, weight] : row_of(matrix, k)) {
            double* const to = sums.ptr<double>(y - region.y) + std::ptrdiff_t{x - region.x} * channels;
            for (int c = 0; c < channels; ++c) to[c] += double{weight} * double{g[c]};
        }
    }
    cv::Mat out;
    sums.convertTo(out, CV_32F);
    return {region, out};
}

}  // namespace glimpse
