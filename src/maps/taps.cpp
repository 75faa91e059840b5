#include "maps/taps.hpp"

#include <algorithm>

namespace glimpse {

RowBuilder::RowBuilder(BandedMatrix& matrix)
    : matrix_(matrix), weights_(static_cast<std::size_t>(matrix.columns())) {}

void RowBuilder::add(int column, double weight) {
    weights_[static_cast<std::size_t>(column)] += weight;
    touched_ = touched_.empty()
                   ? Interval{column, column + 1}
                   : Interval{std::min(touched_.begin, column), std::max(touched_.end, column + 1)};
}

void RowBuilder::add(const AxisTaps& taps) {
    for (std::size_t t = 0; t < static_cast<std::size_t>(taps.count); ++t) add(taps.index[t], taps.weight[t]);
}

void RowBuilder::finish_row() {
    const auto row = std::span(weights_).subspan(static_cast<std::size_t>(touched_.begin),
                                                 static_cast<std::size_t>(touched_.length()));
    matrix_.append_row(touched_.begin, row);
    std::ranges::fill(row, 0.0);
    touched_ = {};
}

}  // namespace glimpse
