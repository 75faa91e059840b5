#include "glimpse/banded_matrix.hpp"

#include <algorithm>
#include <numeric>

namespace glimpse {

void BandedMatrix::append_row(int first, std::span<const double> weights) {
    const auto is_zero = [](double weight) { return static_cast<float>(weight) == 0; };
    while (!weights.empty() && is_zero(weights.back())) weights = weights.first(weights.size() - 1);
    while (!weights.empty() && is_zero(weights.front())) {
        weights = weights.subspan(1);
        ++first;
    }
    const int count = static_cast<int>(weights.size());
    if (count == 0) {
        first = support_.begin;
    } else if (support_.empty()) {
        support_ = {first, first + count};
    } else {
        support_ = {std::min(support_.begin, first), std::max(support_.end, first + count)};
    }
    widest_ = std::max(widest_, count);
    if (count > 1 || (count == 1 && static_cast<float>(weights.front()) != 1)) selects_ = false;
    first_.push_back(first);
    weights_.insert(weights_.end(), weights.begin(), weights.end());
    begin_.push_back(weights_.size());
}

std::vector<double> BandedMatrix::row_sums() const {
    std::vector<double> sums(static_cast<std::size_t>(rows()));
    for (int i = 0; i < rows(); ++i) {
        const auto weights = row(i).weights;
        sums[static_cast<std::size_t>(i)] = std::accumulate(weights.begin(), weights.end(), 0.0);
    }
    return sums;
}

std::vector<double> BandedMatrix::column_sums() const {
    std::vector<double> sums(static_cast<std::size_t>(support_.length()));
    for (int i = 0; i < rows(); ++i) {
        auto [column, weights] = row(i);
        for (const float weight : weights)
            sums[static_cast<std::size_t>(column++ - support_.begin)] += weight;
    }
    return sums;
}

}  // namespace glimpse
