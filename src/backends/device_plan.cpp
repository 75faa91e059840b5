#include "backends/device_plan.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "maps/samples.hpp"
#include "system/numbers.hpp"

namespace glimpse {

/// A sparse matrix in CSR form, as `device_work::SparseRows` describes it.
struct DevicePlan::SparseMatrix {
    std::vector<std::int64_t> begin{0};
    std::vector<int> index;
    std::vector<float> weights;

    [[nodiscard]] int rows() const { return static_cast<int>(begin.size()) - 1; }

    static SparseMatrix of_zeros(int rows) {
        SparseMatrix sparse;
        sparse.begin.assign(static_cast<std::size_t>(rows) + 1, 0);
        return sparse;
    }

    /// The matrix itself; a column's index counts from `origin`.
    static SparseMatrix of(const BandedMatrix& matrix, int origin) {
        SparseMatrix sparse;
        for (int i = 0; i < matrix.rows(); ++i) {
            const auto [first, weights] = matrix.row(i);
            for (std::size_t k = 0; k < weights.size(); ++k) {
                sparse.index.push_back(first - origin + static_cast<int>(k));
            }
            sparse.weights.insert(sparse.weights.end(), weights.begin(), weights.end());
            sparse.begin.push_back(static_cast<std::int64_t>(sparse.weights.size()));
        }
        return sparse;
    }

    /// Its transpose: the columns of its support as rows.
    static SparseMatrix transpose_of(const BandedMatrix& matrix) {
        const Interval support = matrix.support();
        SparseMatrix sparse;
        sparse.begin.assign(static_cast<std::size_t>(support.length()) + 1, 0);
        const auto for_each_weight = [&](auto&& visit) {
            for (int i = 0; i < matrix.rows(); ++i) {
                const auto [first, row] = matrix.row(i);
                for (std::size_t k = 0; k < row.size(); ++k) {
                    visit(static_cast<std::size_t>(first - support.begin) + k, i, row[k]);
                }
            }
        };
        for_each_weight([&](std::size_t column, int, float) { ++sparse.begin[column + 1]; });
        std::partial_sum(sparse.begin.begin(), sparse.begin.end(), sparse.begin.begin());
        sparse.index.resize(static_cast<std::size_t>(sparse.begin.back()));
        sparse.weights.resize(sparse.index.size());
        std::vector<std::int64_t> next = sparse.begin;
        for_each_weight([&](std::size_t column, int i, float weight) {
            const auto n = static_cast<std::size_t>(next[column]++);
            sparse.index[n] = i;
            sparse.weights[n] = weight;
        });
        return sparse;
    }
};

std::size_t DevicePlan::reserved(std::size_t bytes) {
    constexpr std::size_t alignment = alignof(std::max_align_t);
    const std::size_t offset = ceil_div(bytes_.size(), alignment) * alignment;
    bytes_.resize(offset + bytes);
    return offset;
}

template <typename T>
std::size_t DevicePlan::stored(const std::vector<T>& values) {
    const std::size_t offset = reserved(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(bytes_.data() + offset, values.data(), values.size() * sizeof(T));
    return offset;
}

device_work::SparseRows DevicePlan::stored(const SparseMatrix& matrix) {
    return {stored(matrix.begin), stored(matrix.index), stored(matrix.weights)};
}

std::size_t DevicePlan::place(std::int64_t pixels) {
    const std::size_t position = values_out_;
    values_out_ += static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels_);
    return position;
}

void DevicePlan::add_product(const SparseMatrix& rows, const SparseMatrix& columns) {
    // Lines for which R has no weight are not computed.
    std::vector<int> lines = rows.index;
    std::ranges::sort(lines);
    lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
    SparseMatrix among_lines = rows;
    for (int& index : among_lines.index) {
        index = static_cast<int>(std::ranges::lower_bound(lines, index) - lines.begin());
    }

    device_work::ProductTask task{};
    task.height = rows.rows();
    task.width = columns.rows();
    task.line_count = static_cast<int>(lines.size());
    task.lines = stored(lines);
    task.rows = stored(among_lines);
    task.columns = stored(columns);
    task.between = floats_between_;
    task.out = place(std::int64_t{task.height} * task.width);
    floats_between_ +=
        lines.size() * static_cast<std::size_t>(task.width) * static_cast<std::size_t>(channels_);
    products_.push_back(task);
}

void DevicePlan::add(const Separable& separable) {
    // A map with an empty support has an empty region, in which the other axis need not lie.
    if (separable.rows.support().empty() || separable.columns.support().empty()) {
        return add_product(SparseMatrix::of_zeros(separable.rows.rows()),
                           SparseMatrix::of_zeros(separable.columns.rows()));
    }
    add_product(SparseMatrix::of(separable.rows, region_.y), SparseMatrix::of(separable.columns, region_.x));
}

void DevicePlan::add_adjoint(const Separable& separable) {
    add_product(SparseMatrix::transpose_of(separable.rows), SparseMatrix::transpose_of(separable.columns));
}

void DevicePlan::add(const LinearMap& map, const Samples& samples) {
    device_work::SampleTask task{};
    task.height = map.glimpse.height;
    task.width = map.glimpse.width;
    task.sampler = image_sampler(samples, map.image);
    if (const auto* points = samples.points.listed()) {
        task.listed = true;
        task.points = stored(*points);
    } else {
        task.affine = *samples.points.affine();
    }
    task.out = place(std::int64_t{task.height} * task.width);
    samples_.push_back(task);
}

void DevicePlan::add(const Weights& weights) {
    const Rectangle& r = weights.region;
    device_work::WeightTask task{};
    task.height = r.height;
    task.width = r.width;
    task.x = r.x - region_.x;
    task.y = r.y - region_.y;
    const std::size_t row = static_cast<std::size_t>(r.width) * sizeof(float);
    task.weights = reserved(row * static_cast<std::size_t>(r.height));
    for (int i = 0; i < r.height; ++i) {
        std::memcpy(bytes_.data() + task.weights + static_cast<std::size_t>(i) * row, weights.a.ptr<float>(i),
                    row);
    }
    task.out = place(r.area());
    weights_.push_back(task);
}

DevicePlan::Packed DevicePlan::packed() && {
    const std::size_t products_at = stored(products_);
    const std::size_t samples_at = stored(samples_);
    const std::size_t weights_at = stored(weights_);
    return {std::move(bytes_), products_at, samples_at, weights_at};
}

}  // namespace glimpse
