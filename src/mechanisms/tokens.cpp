#include "mechanisms/tokens.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "mechanisms/upsampling.hpp"

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

std::vector<double> FusedHeads::of(std::size_t heads) && {
    if (fusion_ == HeadFusion::mean) {
        for (double& number : fused_) number /= static_cast<double>(heads);
    }
    return std::move(fused_);
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

std::optional<std::size_t> cell_at(const Point& point, const Box& region, Size grid) {
    const double x = (point.x - region.x) * grid.width / region.width;
    const double y = (point.y - region.y) * grid.height / region.height;
    if (!(x >= 0 && x < grid.width && y >= 0 && y < grid.height)) return std::nullopt;
    return static_cast<std::size_t>(nearest_cell(y, grid.height)) * static_cast<std::size_t>(grid.width) +
           static_cast<std::size_t>(nearest_cell(x, grid.width));
}

namespace {

/// What rounding to float16 makes of the sum of a softmax.
constexpr double sum_rounding = 0.01;

bool is_softmax(const cv::Mat& rows) {
    for (int i = 0; i < rows.rows; ++i) {
        const std::span row(rows.ptr<double>(i), static_cast<std::size_t>(rows.cols));
        double sum = 0;
        for (const double number : row) {
            if (!(number >= 0)) return false;
            sum += number;
        }
        if (std::abs(sum - 1) > sum_rounding) return false;
    }
    return true;
}

}  // namespace

bool is_drawn(const cv::Mat& map) {
    const auto is_drawn_number = [](double number) { return number == 0 || number == 1; };
    if (std::all_of(map.begin<double>(), map.end<double>(), is_drawn_number)) return true;
    const cv::Mat repeated = cv::repeat(map.row(0), map.rows, 1);
    return cv::countNonZero(map != repeated) == 0;
}

std::optional<TokenCounts> tokens_of_size(Size map) {
    constexpr int least_side = 7;
    if (map.width != map.height) return std::nullopt;
    for (const int prefix : {1, 2, 5}) {
        const TokenCounts tokens{prefix, static_cast<int>(std::sqrt(std::max(map.width - prefix, 0)))};
        if (tokens.side >= least_side && tokens.count() == map.width) return tokens;
    }
    return std::nullopt;
}

namespace {

/// "1 + 14×14": the tokens of a matrix of so many rows, or their number alone from 7×7 of them on; empty
/// where they are neither.
std::string tokens_in_words(int rows) {
    constexpr int least = 3;  // of rows of cells: fewer are met by chance
    for (const int prefix : {1, 0, 2, 5}) {
        if (rows - prefix < least * least) continue;
        const auto side = static_cast<int>(std::lround(std::sqrt(rows - prefix)));
        if (side * side + prefix != rows) continue;
        const std::string cells = std::to_string(side) + "×" + std::to_string(side);
        return prefix == 0 ? cells : std::to_string(prefix) + " + " + cells;
    }
    constexpr int least_of_any = 49;  // whose rows have the sum 1 by no chance
    return rows < least_of_any ? "" : std::to_string(rows);
}

}  // namespace

std::string attention_matrix_in(const cv::Mat& map) {
    if (map.rows != map.cols) return {};
    const std::string tokens = tokens_in_words(map.rows);
    if (tokens.empty() || !is_softmax(map) || is_drawn(map)) return {};
    return to_string(Size{map.cols, map.rows}) +
           " numbers, each row with the sum 1, are no map but an attention matrix of " + tokens + " tokens";
}

void require_map(const cv::Mat& map, std::string_view key) {
    if (const std::string matrix = attention_matrix_in(map); !matrix.empty()) {
        throw Error(matrix + R"(; "tokens" in place of ")" + std::string(key) + R"(" makes a map of it)");
    }
}

}  // namespace glimpse
