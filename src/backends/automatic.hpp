#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "glimpse/backend.hpp"

namespace glimpse {

/// The overhead of a call to a GPU, beside its arithmetic.
struct GpuCost {
    double seconds_per_call;
    double seconds_per_byte;  ///< transferred, in either direction
};

/// Seconds since some moment.
using Clock = std::function<double()>;

/// The cost of a GPU, or an infinite one where it fails: measured by reading one pixel out of an image of a
/// few bytes and out of one of 16 MB, which is sent as a whole. The best of several times, so that the first,
/// which loads libraries and kernels, does not count.
GpuCost measured_cost(const Backend& gpu, const Clock& clock);
GpuCost measured_cost(const Backend& gpu);

/// Whether a GPU of that cost is likely to read these glimpses sooner than a CPU with `threads` threads, by
/// the multiply-adds and the bytes to transfer. Pixels with alpha are sent premultiplied, as float32.
bool gpu_pays(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth, int threads,
              const GpuCost& cost);

/// `make_backend("auto")` where there is a GPU: it reads where it is likely to finish first; the CPU reads
/// everything else, and what the GPU fails at.
class AutomaticBackend final : public Backend {
  public:
    using Measure = std::function<GpuCost(const Backend&)>;

    /// The GPU's cost is measured when it is first asked for.
    AutomaticBackend(
        std::unique_ptr<Backend> cpu, std::unique_ptr<Backend> gpu,
        Measure measure = [](const Backend& gpu) { return measured_cost(gpu); })
        : cpu_(std::move(cpu)), gpu_(std::move(gpu)), measure_(std::move(measure)) {}

    [[nodiscard]] std::string name() const override { return "auto"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override;
    /// A single glimpse is not worth its transfer to a GPU.
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return cpu_->write(map, glimpse);
    }
    [[nodiscard]] const Backend& for_reading(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                             int depth) const override;
    [[nodiscard]] const Backend& fallback_for(const Backend& /*failed*/) const override { return *cpu_; }

  private:
    std::unique_ptr<Backend> cpu_;
    std::unique_ptr<Backend> gpu_;
    Measure measure_;
    mutable std::once_flag measured_;
    mutable GpuCost cost_{};
};

}  // namespace glimpse
