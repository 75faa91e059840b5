#include "backends/device_plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <opencv2/core.hpp>
#include <span>
#include <variant>

#include "backends/device_work.hpp"
#include "maps/needed_parts.hpp"
#include "maps/samples.hpp"
#include "system/numbers.hpp"
#include "system/parallel.hpp"

namespace glimpse {

namespace {

using device_work::ColumnRange;
using device_work::threads_of_block;

constexpr std::size_t aligned(std::size_t bytes) {
    return ceil_div(bytes, alignof(std::max_align_t)) * alignof(std::max_align_t);
}

template <typename T>
void copy(std::byte* to, std::span<const T> values) {
    if (!values.empty()) std::memcpy(to, values.data(), values.size_bytes());
}

void pack(std::byte* to, const device_work::BandedRows& rows, const BandedMatrix& matrix) {
    const BandedMatrix::Storage storage = matrix.storage();
    copy(to + rows.begin, storage.begins);
    copy(to + rows.first, storage.firsts);
    copy(to + rows.weights, storage.weights);
}

/// The columns that rows [begin, end) of a matrix have weights for.
ColumnRange columns_of(const BandedMatrix& matrix, int begin, int end) {
    ColumnRange range{0, 0};
    for (int j = begin; j < end; ++j) {
        const auto [first, weights] = matrix.row(j);
        if (weights.empty()) continue;
        const int last = first + static_cast<int>(weights.size());
        if (range.begin == range.end) range = {first, last};
        range = {std::min(range.begin, first), std::max(range.end, last)};
    }
    return range;
}

void pack_ranges(std::byte* to, const BandedMatrix& columns, int channels) {
    const std::int64_t length = std::int64_t{columns.rows()} * channels;
    for (std::int64_t value = 0; value < length; value += threads_of_block) {
        const std::int64_t end = std::min(value + threads_of_block, length);
        const ColumnRange range = columns_of(columns, static_cast<int>(value / channels),
                                             static_cast<int>(ceil_div(end, std::int64_t{channels})));
        std::memcpy(to, &range, sizeof range);
        to += sizeof range;
    }
}

/// The transpose of a banded matrix, the columns of its support as rows, in CSR form.
struct Transpose {
    std::vector<std::size_t> begin;
    std::vector<int> index;
    std::vector<float> weights;

    explicit Transpose(const BandedMatrix& matrix)
        : begin(static_cast<std::size_t>(matrix.support().length()) + 1) {
        const Interval support = matrix.support();
        const auto for_each_weight = [&](auto&& visit) {
            for (int i = 0; i < matrix.rows(); ++i) {
                const auto [first, row] = matrix.row(i);
                for (std::size_t k = 0; k < row.size(); ++k) {
                    visit(static_cast<std::size_t>(first - support.begin) + k, i, row[k]);
                }
            }
        };
        for_each_weight([&](std::size_t column, int, float) { ++begin[column + 1]; });
        std::partial_sum(begin.begin(), begin.end(), begin.begin());
        index.resize(begin.back());
        weights.resize(begin.back());
        std::vector<std::size_t> next = begin;
        for_each_weight([&](std::size_t column, int i, float weight) {
            const std::size_t n = next[column]++;
            index[n] = i;
            weights[n] = weight;
        });
    }

    /// Appends it to the bytes of a plan.
    [[nodiscard]] device_work::SparseRows append_to(std::vector<std::byte>& bytes) const {
        const auto append = [&]<typename T>(const std::vector<T>& values) {
            const std::size_t at = bytes.size();
            bytes.resize(at + aligned(values.size() * sizeof(T)));
            copy(bytes.data() + at, std::span(values));
            return at;
        };
        return {append(begin), append(index), append(weights)};
    }
};

}  // namespace

std::size_t DevicePlan::reserve(std::size_t bytes) {
    const std::size_t offset = bytes_;
    bytes_ += aligned(bytes);
    return offset;
}

device_work::BandedRows DevicePlan::reserve(const BandedMatrix& matrix) {
    const BandedMatrix::Storage storage = matrix.storage();
    return {reserve(storage.begins.size_bytes()), reserve(storage.firsts.size_bytes()),
            reserve(storage.weights.size_bytes())};
}

std::size_t DevicePlan::place(std::int64_t pixels) {
    const std::size_t position = values_out_;
    values_out_ += static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels_);
    return position;
}

void DevicePlan::add(const LinearMap& map) {
    if (sees_nothing(map)) return;
    std::visit([&](const auto& kind) { add(map, kind); }, map.kind);
}

void DevicePlan::add_divided(const LinearMap& map, float gain) {
    device_work::AlphaTask task{0, values_out_, gain};
    add(map);
    task.count = static_cast<std::int64_t>((values_out_ - task.out) / static_cast<std::size_t>(channels_));
    divisions_.add(task, ceil_div(task.count, std::int64_t{threads_of_block}));
}

void DevicePlan::add(const LinearMap& /*map*/, const Window& /*window*/) {}

void DevicePlan::add(const LinearMap& /*map*/, const WeightedSum& /*sum*/) {}

void DevicePlan::add(const LinearMap& /*map*/, const Filters& /*filters*/) {}

void DevicePlan::add(const LinearMap& /*map*/, const Footprints& /*footprints*/) {}

void DevicePlan::add(const LinearMap& /*map*/, const SparseMatrix& /*matrix*/) {}

void DevicePlan::add(const LinearMap& /*map*/, const Separable& separable) {
    device_work::ProductTask task{};
    task.height = separable.rows.rows();
    task.width = separable.columns.rows();
    const std::int64_t blocks = device_work::blocks_of_row(std::int64_t{task.width} * channels_);
    task.rows = reserve(separable.rows);
    task.columns = reserve(separable.columns);
    task.ranges = reserve(static_cast<std::size_t>(blocks) * sizeof(ColumnRange));
    task.out = place(std::int64_t{task.height} * task.width);
    products_.add(task, blocks * ceil_div(task.height, device_work::rows_of_block));
    separables_.push_back(&separable);
}

void DevicePlan::add(const LinearMap& map, const Samples& samples) {
    device_work::SampleTask task{};
    task.height = map.glimpse.height;
    task.width = map.glimpse.width;
    task.sampler = image_sampler(samples, map.image);
    if (const Affine* const affine = samples.points.affine()) {
        task.affine = *affine;
    } else {
        task.listed = true;
        task.points = reserve(samples.points.listed().size_bytes());
    }
    task.out = place(task.pixels());
    const auto kind = static_cast<std::size_t>(samples.interpolation);
    samples_[kind].add(task, ceil_div(task.pixels(), std::int64_t{threads_of_block}));
    sampled_[kind].push_back(&samples);
}

void DevicePlan::add(const LinearMap& /*map*/, const Weights& weights) {
    device_work::WeightTask task{};
    task.height = weights.region.height;
    task.width = weights.region.width;
    task.x = weights.region.x;
    task.y = weights.region.y;
    task.weights = reserve(static_cast<std::size_t>(task.pixels()) * sizeof(float));
    task.out = place(task.pixels());
    weights_.add(task, ceil_div(task.pixels(), std::int64_t{threads_of_block}));
    weighted_.push_back(&weights);
}

namespace {

template <typename Task>
std::size_t bytes_of(const TaskList<Task>& list) {
    return aligned(list.tasks.size() * sizeof(Task)) +
           aligned(list.first_block.size() * sizeof(std::int64_t));
}

template <typename Task>
DevicePlan::Place pack_list(std::byte* to, std::size_t& offset, const TaskList<Task>& list) {
    const DevicePlan::Place place{offset, offset + aligned(list.tasks.size() * sizeof(Task))};
    copy(to + place.tasks, std::span(list.tasks));
    copy(to + place.first_block, std::span(list.first_block));
    offset += bytes_of(list);
    return place;
}

}  // namespace

std::size_t DevicePlan::size_in_bytes() const {
    return std::accumulate(samples_.begin(), samples_.end(),
                           bytes_ + bytes_of(products_) + bytes_of(weights_) + bytes_of(divisions_),
                           [](std::size_t sum, const auto& list) { return sum + bytes_of(list); });
}

DevicePlan::Places DevicePlan::pack(std::byte* to) const {
    for_each_in_parallel(separables_.size(), [&](std::size_t n) {
        const device_work::ProductTask& task = products_.tasks[n];
        glimpse::pack(to, task.rows, separables_[n]->rows);
        glimpse::pack(to, task.columns, separables_[n]->columns);
        pack_ranges(to + task.ranges, separables_[n]->columns, channels_);
    });
    for (std::size_t kind = 0; kind < sampled_.size(); ++kind) {
        for (std::size_t n = 0; n < sampled_[kind].size(); ++n) {
            const device_work::SampleTask& task = samples_[kind].tasks[n];
            if (task.listed) copy(to + task.points, sampled_[kind][n]->points.listed());
        }
    }
    for (std::size_t n = 0; n < weighted_.size(); ++n) {
        const device_work::WeightTask& task = weights_.tasks[n];
        const auto row = static_cast<std::size_t>(task.width);
        for_each_in_parallel(static_cast<std::size_t>(task.height), [&](std::size_t i) {
            copy(to + task.weights + i * row * sizeof(float),
                 std::span(weighted_[n]->a.ptr<float>(static_cast<int>(i)), row));
        });
    }
    std::size_t offset = bytes_;
    Places places{};
    places.products = pack_list(to, offset, products_);
    for (std::size_t kind = 0; kind < samples_.size(); ++kind) {
        places.samples[kind] = pack_list(to, offset, samples_[kind]);
    }
    places.weights = pack_list(to, offset, weights_);
    places.divisions = pack_list(to, offset, divisions_);
    return places;
}

Rectangle sent_to_device(std::span<const LinearMap* const> maps, const Rectangle& region) {
    constexpr std::size_t few = 64;
    if (maps.size() > few) return region;
    NeededParts parts;
    for (const LinearMap* map : maps) {
        if (!stays_on_host(*map)) parts.add(support(*map));
    }
    return parts.bounds();
}

AdjointPlan adjoint_plan(const Separable& separable) {
    AdjointPlan plan;
    plan.task.glimpse_height = separable.rows.rows();
    plan.task.height = separable.rows.support().length();
    plan.task.width = separable.columns.support().length();
    plan.task.rows = Transpose(separable.rows).append_to(plan.bytes);
    plan.task.columns = Transpose(separable.columns).append_to(plan.bytes);
    return plan;
}

double fixed_point_scale(const cv::Mat& glimpse) {
    // The weights of a sample have absolute values that sum to less than 4, and all may fall on one pixel.
    constexpr double most_weight = 4;
    constexpr int bits = 62;
    const double most = most_weight * double(glimpse.total()) * cv::norm(glimpse.reshape(1), cv::NORM_INF);
    return most > 0 ? std::ldexp(1.0, bits - 1 - std::ilogb(most)) : 1;
}

}  // namespace glimpse
