#include "mechanisms/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

void FusedHeads::add(std::size_t n, std::span<const double> head, std::size_t first) {
    for (std::size_t k = 0; k < head.size(); ++k) {
        double& fused = fused_[first + k];
        if (n == 0) {
            fused = head[k];
        } else if (fusion_ == HeadFusion::mean) {
            fused += head[k];
        } else {
            fused = fusion_ == HeadFusion::max ? std::max(fused, head[k]) : std::min(fused, head[k]);
        }
    }
}

std::vector<double>& FusedHeads::of(std::size_t heads) {
    if (fusion_ == HeadFusion::mean) {
        for (double& number : fused_) number /= static_cast<double>(heads);
    }
    return fused_;
}

void discard_lowest(std::span<double> attention, double share) {
    auto dropped = static_cast<std::size_t>(static_cast<double>(attention.size()) * share);
    if (dropped == 0) return;
    std::vector<double> sorted(attention.begin(), attention.end());
    const auto last = sorted.begin() + static_cast<std::ptrdiff_t>(dropped - 1);
    std::nth_element(sorted.begin(), last, sorted.end());
    const double highest = *last;
    auto equal = dropped - static_cast<std::size_t>(std::count_if(
                               sorted.begin(), last, [&](double number) { return number < highest; }));
    const double kept = attention.front();
    for (double& number : attention) {
        if (number > highest) continue;
        if (number == highest && equal == 0) continue;
        if (number == highest) --equal;
        number = 0;
    }
    attention.front() = kept;
}

Rollout::Rollout(std::size_t tokens, std::size_t query) : row_(tokens) {
    row_[query] = 1;
}

void Rollout::through(std::span<const double> attention) {
    const std::size_t tokens = row_.size();
    std::vector<double> below(tokens);
    for (std::size_t i = 0; i < tokens; ++i) {
        if (row_[i] == 0) continue;
        const std::span<const double> from = attention.subspan(i * tokens, tokens);
        double sum = 1;  // of the row of A + I, whose ½ goes with it
        for (const double number : from) sum += number;
        const double share = row_[i] / sum;
        for (std::size_t j = 0; j < tokens; ++j) below[j] += share * from[j];
        below[i] += share;
    }
    row_.swap(below);
}

std::size_t cell_at(const Point& point, const Box& region, Size grid) {
    const double x = (point.x - region.x) / region.width;
    const double y = (point.y - region.y) / region.height;
    if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) {
        throw Error("the query's point lies outside the map, which is on " + to_string(region) +
                    " of the image");
    }
    const auto cell = [](double share, int cells) {
        return std::min(static_cast<std::size_t>(share * cells), static_cast<std::size_t>(cells) - 1);
    };
    return cell(y, grid.height) * static_cast<std::size_t>(grid.width) + cell(x, grid.width);
}

}  // namespace glimpse
