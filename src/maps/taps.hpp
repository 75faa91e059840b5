#pragma once

#include <vector>

#include "glimpse/banded_matrix.hpp"
#include "maps/axis_taps.hpp"

namespace glimpse {

/// Builds the rows of a banded matrix out of taps in any order; taps of the same column add up. It holds as
/// much as the band of a row, however long the rows are.
class RowBuilder {
  public:
    explicit RowBuilder(BandedMatrix& matrix) : matrix_(matrix) {}
    /// 0 ≤ column < matrix.columns()
    void add(int column, double weight);
    void add(const AxisTaps& taps);
    /// Appends the row and starts the next one.
    void finish_row();

  private:
    BandedMatrix& matrix_;
    Interval touched_;
    std::vector<double> weights_;  ///< of the columns that were touched
};

}  // namespace glimpse
