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
    struct Row {
        int first;
        std::span<const float> weights;
    };

    /// A matrix of no rows and `columns` columns.
    explicit BandedMatrix(int columns = 0) : columns_(columns) {}

    /// Appends a row that is `weights` in columns first, first + 1, … and 0 elsewhere; zeros at either end
    /// are dropped. 0 ≤ first and first + weights.size() ≤ columns, unless `weights` is empty.
    void append_row(int first, std::span<const double> weights);

    [[nodiscard]] int rows() const { return static_cast<int>(first_.size()); }
    [[nodiscard]] int columns() const { return columns_; }
    [[nodiscard]] Row row(int index) const {
        const auto i = static_cast<std::size_t>(index);
        return {first_[i], std::span(weights_).subspan(begin_[i], begin_[i + 1] - begin_[i])};
    }

    /// The columns outside of which every weight is 0.
    [[nodiscard]] Interval support() const { return support_; }
    /// No row has more than one weight, and that is 1: the matrix picks, and mixes nothing, not even with the
    /// nothing outside the image.
    [[nodiscard]] bool selects() const { return selects_; }
    /// Weights in all rows.
    [[nodiscard]] std::size_t weight_count() const { return weights_.size(); }
    /// Most weights in one row.
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
