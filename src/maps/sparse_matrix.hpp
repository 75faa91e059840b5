#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/lowered.hpp"
#include "maps/merged_weights.hpp"

// `SparseMatrix`: any map of few weights, as the derivatives of samples are. Every backend applies it on the
// host.

namespace glimpse {

// What belongs to every kind: see maps/kinds.hpp.
Rectangle support(const SparseMatrix& matrix, const LinearMap& map);
cv::Mat attention(const SparseMatrix& matrix, const LinearMap& map, const Rectangle& support);
ImageRegion block_attention(const SparseMatrix& matrix, const LinearMap& map, int n);
cv::Mat row_sums(const SparseMatrix& matrix, const LinearMap& map);
double inside(const SparseMatrix& matrix, const Lowered& lowered);
bool mixes_pixels(const SparseMatrix& matrix);
MapKind shrunk(const SparseMatrix& matrix, int n);
constexpr bool has_border(const SparseMatrix& /*matrix*/) {
    return false;
}
constexpr bool is_signed(const SparseMatrix& /*matrix*/) {
    return true;
}
std::vector<Point> outline(const SparseMatrix& matrix, const Lowered& lowered);
double pitch(const SparseMatrix& matrix, const Lowered& lowered);
std::int64_t multiply_adds(const SparseMatrix& matrix, const LinearMap& map);
GLIMPSE_EXPORT cv::Mat read(const SparseMatrix& matrix, const LinearMap& map, const ImageRegion& image,
                            int depth);
GLIMPSE_EXPORT ImageRegion write(const SparseMatrix& matrix, const LinearMap& map, const cv::Mat& glimpse);

/// Builds them, a row after the other, out of weights in any order; those of the same pixel add up.
class SparseMatrixBuilder {
  public:
    /// For an image of so many columns, at least 1.
    explicit SparseMatrixBuilder(int columns) : columns_(columns) {}
    /// (x, y) is a pixel of the image.
    void add(int x, int y, double weight) {
        if (weight != 0) row_.emplace_back(std::int64_t{y} * columns_ + x, weight);
    }
    void finish_row();
    [[nodiscard]] SparseMatrix matrix() && { return std::move(matrix_); }

  private:
    int columns_;
    PixelWeights row_{};
    SparseMatrix matrix_{};
};

/// The bytes that one of so many weights takes at most while it is built; fewer than 2^34.
constexpr std::int64_t sparse_memory(double weights) {
    constexpr double as_lists_grow = 3;  // the old list beside one of twice its length
    return static_cast<std::int64_t>(weights * as_lists_grow *
                                     static_cast<double>(sizeof(SparseMatrix::Entry)));
}

/// Calls entry(pixel, weight) for each weight, pixel being its number, and end_row() after each row.
template <typename Entry, typename EndRow>
void for_each_sparse_entry(const SparseMatrix& matrix, Size image, Entry&& entry, EndRow&& end_row) {
    for (std::size_t k = 1; k < matrix.begin.size(); ++k, end_row()) {
        const std::size_t first = matrix.begin[k - 1];
        for (const auto& [x, y, weight] : std::span(matrix.entries).subspan(first, matrix.begin[k] - first))
            entry(std::int64_t{y} * image.width + x, weight);
    }
}

}  // namespace glimpse
