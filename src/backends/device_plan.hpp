#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "backends/device_tasks.hpp"
#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse {

/// Tasks, and the blocks of threads that work on them: those of task n are [first_block[n],
/// first_block[n + 1]).
template <typename Task>
struct TaskList {
    std::vector<Task> tasks;
    std::vector<std::int64_t> first_block{0};

    void add(const Task& task, std::int64_t blocks) {
        tasks.push_back(task);
        first_block.push_back(first_block.back() + blocks);
    }
    [[nodiscard]] std::int64_t blocks() const { return first_block.back(); }
};

/// Linear maps laid out as work for a device that reads them: the bytes that its threads read, and how many
/// values they write. The maps must live until it is packed.
class GLIMPSE_EXPORT DevicePlan {
  public:
    /// For pixels of C channels.
    explicit DevicePlan(int channels) : channels_(channels) {}

    /// Of a map that `stays_on_host` or `sees_nothing` there is nothing to add. Of weights the values are
    /// those of their region, of others those of the glimpse.
    void add(const LinearMap& map);
    /// The same, the glimpse being divided by its alpha.
    void add_divided(const LinearMap& map, float gain);

    /// Where a list of tasks lies in the plan.
    struct Place {
        std::size_t tasks;
        std::size_t first_block;
    };
    struct Places {
        Place products;
        std::array<Place, 3> samples;
        Place weights;
        Place divisions;
    };
    /// Everything that threads read takes so many bytes.
    [[nodiscard]] std::size_t size_in_bytes() const;
    /// Writes them, on all cores.
    Places pack(std::byte* to) const;

    [[nodiscard]] const TaskList<device_work::ProductTask>& products() const { return products_; }
    /// Those of nearest, bilinear and bicubic interpolation, which are of different lengths.
    [[nodiscard]] const std::array<TaskList<device_work::SampleTask>, 3>& samples() const { return samples_; }
    [[nodiscard]] const TaskList<device_work::WeightTask>& weights() const { return weights_; }
    /// Of the glimpses that are divided by their alpha.
    [[nodiscard]] const TaskList<device_work::AlphaTask>& divisions() const { return divisions_; }
    [[nodiscard]] std::size_t values_out() const { return values_out_; }

    /// The size of what is read together: enough to outweigh its launches, and so little that several such
    /// portions overlap.
    static constexpr std::size_t values_of_portion = std::size_t{1} << 23;
    /// Values that are written, and four bytes of the plan for each more.
    [[nodiscard]] std::size_t size() const { return values_out_ + size_in_bytes() / sizeof(float); }
    [[nodiscard]] int channels() const { return channels_; }

  private:
    void add(const LinearMap& map, const Window& window);
    void add(const LinearMap& map, const Separable& separable);
    void add(const LinearMap& map, const Samples& samples);
    void add(const LinearMap& map, const Weights& weights);
    void add(const LinearMap& map, const WeightedSum& sum);
    void add(const LinearMap& map, const Filters& filters);
    void add(const LinearMap& map, const Footprints& footprints);
    void add(const LinearMap& map, const SparseMatrix& matrix);
    /// Reserves bytes of the plan; returns their offset.
    std::size_t reserve(std::size_t bytes);
    device_work::BandedRows reserve(const BandedMatrix& matrix);
    /// Reserves the output of a glimpse of so many pixels; returns its position.
    std::size_t place(std::int64_t pixels);

    int channels_;
    std::size_t bytes_ = 0;
    std::size_t values_out_ = 0;
    TaskList<device_work::ProductTask> products_;
    std::array<TaskList<device_work::SampleTask>, 3> samples_;
    TaskList<device_work::WeightTask> weights_;
    TaskList<device_work::AlphaTask> divisions_;
    std::vector<const Separable*> separables_;  ///< what the tasks were made of, in their order
    std::array<std::vector<const Samples*>, 3> sampled_;
    std::vector<const Weights*> weighted_;
};

/// Whether the host reads the map, and nothing is sent for it.
inline bool stays_on_host(const LinearMap& map) {
    return std::holds_alternative<Window>(map.kind) || std::holds_alternative<WeightedSum>(map.kind) ||
           std::holds_alternative<Filters>(map.kind) || std::holds_alternative<Footprints>(map.kind) ||
           std::holds_alternative<SparseMatrix>(map.kind);
}

/// Whether a product or weights fall on no pixel: the glimpse is black, and nothing is sent for it. Such a
/// map lies in no region that is sent. Of samples only their taps, which there are none of, would have to.
inline bool sees_nothing(const LinearMap& map) {
    if (const auto* product = std::get_if<Separable>(&map.kind))
        return product->rows.support().empty() || product->columns.support().empty();
    const auto* weights = std::get_if<Weights>(&map.kind);
    return weights && weights->region.empty();
}

/// What is sent to a device of an image's region that is read: where only a few maps look at it, the part
/// that they look at. Finding that out for many takes longer than sending all.
GLIMPSE_EXPORT Rectangle sent_to_device(std::span<const LinearMap* const> maps, const Rectangle& region);

/// Aᵀ g of a product, on the map's support, and the bytes that threads read.
struct AdjointPlan {
    std::vector<std::byte> bytes;
    device_work::AdjointTask task;
};
GLIMPSE_EXPORT AdjointPlan adjoint_plan(const Separable& separable);

/// The scale of sums in fixed point of a glimpse's values, which are finite: that of the largest numbers for
/// which no sum overflows, wherever the samples lie.
GLIMPSE_EXPORT double fixed_point_scale(const cv::Mat& glimpse);

}  // namespace glimpse
