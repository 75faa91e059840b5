#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/device_work.hpp"
#include "glimpse/export.hpp"
#include "glimpse/linear_map.hpp"

namespace glimpse {

/// Linear maps laid out as work for a device: the bytes that its threads read, the tasks, and how much memory
/// they write to.
class GLIMPSE_EXPORT DevicePlan {
  public:
    /// For pixels of C channels that stand at `region` of the image.
    DevicePlan(const Rectangle& region, int channels) : region_(region), channels_(channels) {}

    /// A I. The map's support lies in the region.
    void add(const Separable& separable);
    /// A I; or Aᵀ g, for which the pixels are the glimpse's and the region all of it.
    void add(const LinearMap& map, const Samples& samples);
    /// a ⊙ I, or a ⊙ g, on the weights' region, which is what its values are of.
    void add(const Weights& weights);
    /// Aᵀ g on the map's support; the pixels are the glimpse's, and the region all of it.
    void add_adjoint(const Separable& separable);

    /// Everything that threads read, with the tasks at its end; `products_at`, `samples_at` and `weights_at`
    /// are their offsets.
    struct Packed {
        std::vector<std::byte> bytes;
        std::size_t products_at;
        std::size_t samples_at;
        std::size_t weights_at;
    };
    [[nodiscard]] Packed packed() &&;

    [[nodiscard]] const std::vector<device_work::ProductTask>& products() const { return products_; }
    [[nodiscard]] const std::vector<device_work::SampleTask>& samples() const { return samples_; }
    [[nodiscard]] const std::vector<device_work::WeightTask>& weights() const { return weights_; }
    /// What threads read, without the tasks.
    [[nodiscard]] std::size_t size_in_bytes() const { return bytes_.size(); }
    [[nodiscard]] std::size_t floats_between() const { return floats_between_; }
    [[nodiscard]] std::size_t values_out() const { return values_out_; }
    [[nodiscard]] int channels() const { return channels_; }
    [[nodiscard]] bool empty() const { return values_out_ == 0; }

  private:
    struct SparseMatrix;
    void add_product(const SparseMatrix& rows, const SparseMatrix& columns);
    device_work::SparseRows stored(const SparseMatrix& matrix);
    /// Appends so many bytes, or the values; returns their offset.
    std::size_t reserved(std::size_t bytes);
    template <typename T>
    std::size_t stored(const std::vector<T>& values);
    /// Reserves the output of a glimpse of so many pixels; returns its position.
    std::size_t place(std::int64_t pixels);

    Rectangle region_;
    int channels_;
    std::vector<std::byte> bytes_;
    std::vector<device_work::ProductTask> products_;
    std::vector<device_work::SampleTask> samples_;
    std::vector<device_work::WeightTask> weights_;
    std::size_t floats_between_ = 0;
    std::size_t values_out_ = 0;
};

}  // namespace glimpse
