#include "mechanisms/averages.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

namespace glimpse {

namespace {

using GridLine = std::vector<float>;

/// A row of a matrix, and which of its weights is the greatest.
struct Average {
    explicit Average(const BandedMatrix::Row& row)
        : first(row.first),
          weights(row.weights),
          greatest(static_cast<std::size_t>(std::ranges::max_element(row.weights) - row.weights.begin())) {}

    int first;
    std::span<const float> weights;
    std::size_t greatest;
};

/// One line of a grid, averaged along itself.
GridLine averaged(const float* line, const std::vector<Average>& columns) {
    GridLine out;
    out.reserve(columns.size());
    for (const Average& column : columns) {
        const float* const seen = line + column.first;
        const double base = static_cast<double>(seen[column.greatest]);
        double sum = 0;
        for (std::size_t k = 0; k < column.weights.size(); ++k)
            sum += static_cast<double>(column.weights[k]) * (static_cast<double>(seen[k]) - base);
        out.push_back(static_cast<float>(base + sum));
    }
    return out;
}

/// The lines of a grid, each averaged along itself when it is first asked for.
class AveragedLines {
  public:
    AveragedLines(const cv::Mat& grid, const BandedMatrix& columns) : grid_(grid) {
        columns_.reserve(static_cast<std::size_t>(columns.rows()));
        for (int j = 0; j < columns.rows(); ++j) columns_.emplace_back(columns.row(j));
    }

    const GridLine& operator[](int y) {
        auto found = lines_.find(y);
        if (found == lines_.end()) found = lines_.emplace(y, averaged(grid_.ptr<float>(y), columns_)).first;
        return found->second;
    }

    /// Those above a line are not kept.
    void forget_above(int y) { lines_.erase(lines_.begin(), lines_.lower_bound(y)); }

  private:
    const cv::Mat& grid_;
    std::vector<Average> columns_;
    std::map<int, GridLine> lines_;
};

/// sums[x] += weight · (line[x] - base[x]).
void add_difference(float weight, const GridLine& line, const GridLine& base, std::vector<double>& sums) {
    for (std::size_t x = 0; x < sums.size(); ++x)
        sums[x] +=
            static_cast<double>(weight) * (static_cast<double>(line[x]) - static_cast<double>(base[x]));
}

}  // namespace

cv::Mat averages(const BandedMatrix& rows, const BandedMatrix& columns, const cv::Mat& grid) {
    cv::Mat out(rows.rows(), columns.rows(), CV_32F);
    AveragedLines lines(grid, columns);
    std::vector<double> sums(static_cast<std::size_t>(out.cols));
    for (int i = 0; i < out.rows; ++i) {
        const Average row(rows.row(i));
        lines.forget_above(row.first);
        const GridLine& base = lines[row.first + static_cast<int>(row.greatest)];
        std::ranges::fill(sums, 0.0);
        for (std::size_t k = 0; k < row.weights.size(); ++k) {
            if (k != row.greatest)
                add_difference(row.weights[k], lines[row.first + static_cast<int>(k)], base, sums);
        }
        std::transform(
            base.begin(), base.end(), sums.begin(), out.ptr<float>(i),
            [](float value, double sum) { return static_cast<float>(static_cast<double>(value) + sum); });
    }
    return out;
}

}  // namespace glimpse
