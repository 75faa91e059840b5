#include "maps/taps.hpp"

#include <algorithm>

namespace glimpse {

void RowBuilder::add(int column, double weight) {
    if (touched_.empty()) touched_ = {column, column};
    if (column < touched_.begin) {
        weights_.insert(weights_.begin(), static_cast<std::size_t>(touched_.begin - column), 0.0);
        touched_.begin = column;
    }
    if (column >= touched_.end) {
        touched_.end = column + 1;
        weights_.resize(static_cast<std::size_t>(touched_.length()));
    }
    weights_[static_cast<std::size_t>(column - touched_.begin)] += weight;
}

void RowBuilder::add(const AxisTaps& taps) {
    for (std::size_t t = 0; t < static_cast<std::size_t>(taps.count); ++t) add(taps.index[t], taps.weight[t]);
}

void RowBuilder::finish_row() {
    matrix_.append_row(touched_.begin, weights_);
    weights_.clear();
    touched_ = {};
}

}  // namespace glimpse
