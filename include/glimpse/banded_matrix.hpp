#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "glimpse/export.hpp"

namespace glimpse {

/// A half-open range of indices [begin, end).
struct Interval {
    int begin = 0;
    int end = 0;
    [[nodiscard]] bool empty() const { return end <= begin; }
    [[nodiscard]] int length() const { return end - begin; }
};

/// A matrix whose rows each hold a few neighbouring weights: a first column and the weights from there on.
/// Weights are rounded to float32 when they are stored.
class GLIMPSE_EXPORT BandedMatrix {
  public:
    /// The weights of one row, the others being 0.
    struct Row {
        int first;  ///< the column of the first weight
        std::span<const float> weights;
    };

    /// A matrix of no rows and `columns` columns.
    explicit BandedMatrix(int columns = 0) : columns_(columns) {}

    /// Appends a row that is `weights` in columns first, first + 1, … and 0 elsewhere; zeros at either end
    /// are dropped. 0 ≤ first and first + weights.size() ≤ columns, unless `weights` is empty.
    void append_row(int first, std::span<const double> weights);

    /// The numbers of rows and columns, those of zeros included.
    [[nodiscard]] int rows() const { return static_cast<int>(first_.size()); }
    [[nodiscard]] int columns() const { return columns_; }
    /// 0 ≤ index < rows(). The weights are valid until a row is appended.
    [[nodiscard]] Row row(int index) const {
        const auto i = static_cast<std::size_t>(index);
        return {first_[i], std::span(weights_).subspan(begin_[i], begin_[i + 1] - begin_[i])};
    }

    /// All rows as they are stored: the weights of row i are numbers [begins[i], begins[i + 1]) of `weights`,
    /// from column firsts[i] on. Valid until a row is appended.
    struct Storage {
        std::span<const int> firsts;
        std::span<const std::size_t> begins;  ///< one more than there are rows
        std::span<const float> weights;
    };
    [[nodiscard]] Storage storage() const { return {first_, begin_, weights_}; }

    /// The smallest range of columns outside which every weight is 0.
    [[nodiscard]] Interval support() const { return support_; }
    /// Whether no row has more than one weight, and that is 1: the matrix selects columns, and mixes them
    /// neither with each other nor with the zeros outside the image.
    [[nodiscard]] bool selects() const { return selects_; }
    /// The number of weights in all rows.
    [[nodiscard]] std::size_t weight_count() const { return weights_.size(); }
    /// The greatest number of weights in one row.
    [[nodiscard]] int widest() const { return widest_; }

    /// Σ_k A[i, k] for every row i.
    [[nodiscard]] std::vector<double> row_sums() const;
    /// Σ_i A[i, k] for every column k within the support, the first being `support().begin`.
    [[nodiscard]] std::vector<double> column_sums() const;

  private:
    int columns_;
    int widest_ = 0;
    bool selects_ = true;
    Interval support_;
    std::vector<int> first_;
    std::vector<std::size_t> begin_{0};
    std::vector<float> weights_;
};

}  // namespace glimpse
