#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "glimpse/backend.hpp"

namespace glimpse {

/// What decides between a CPU and a GPU, in seconds.
struct DeviceCosts {
    double cpu_multiply_add;  ///< by all cores of the run together
    double gpu_call;          ///< of a GPU: a call
    double gpu_glimpse;       ///< a glimpse more, beside its bytes
    double byte_there;        ///< a byte that is sent to it
    double byte_back;         ///< a byte that comes back
    double gpu_portion = 0;   ///< a portion more of those that are read one after another, beside its bytes
    double byte_packed = 0;   ///< a byte that describes glimpses, beside being sent
    double gpu_multiply_add = 0;
};

/// Seconds since some moment.
using Clock = std::function<double()>;

/// The costs on this machine; infinite ones of a GPU that fails. The best of several times, so that the
/// first, which loads libraries and kernels, does not count:
///
///     a call       one pixel out of a few
///     a glimpse    hundreds of such pixels
///     bytes        two pixels at the corners of 16 MB, all of which are sent; a glimpse of 16 MB
///     a portion    four glimpses, each of which fills one
///     packing      hundreds of products that are nothing but their description
///     the GPU      a product of long rows
///     the CPU      a product on the calling thread, by the cores of the run: others may be at work
DeviceCosts measured_costs(const Backend& cpu, const Backend& gpu, const Clock& clock);
DeviceCosts measured_costs(const Backend& cpu, const Backend& gpu);

/// Whether a GPU is likely to read these glimpses sooner than the CPU.
bool gpu_pays(std::span<const LinearMap* const> maps, const ImageRegion& image, int depth,
              const DeviceCosts& costs);

/// `make_backend("auto")`: a GPU reads where it is likely to finish first; the CPU reads everything else, and
/// what the GPU fails at. The GPU is opened once the CPU would have worked about as long as opening takes: so
/// a run takes at most twice as long as it would have with the better choice from the beginning.
class AutomaticBackend final : public Backend {
  public:
    /// Null where there is no GPU, or none that works.
    using Open = std::function<std::unique_ptr<Backend>()>;
    using Measure = std::function<DeviceCosts(const Backend& cpu, const Backend& gpu)>;

    /// CUDA's libraries and a context on the device: 0.35 seconds on a machine with an H200.
    static constexpr double seconds_to_open = 0.35;

    AutomaticBackend(
        std::unique_ptr<Backend> cpu, Open open,
        Measure measure = [](const Backend& cpu, const Backend& gpu) { return measured_costs(cpu, gpu); },
        double seconds = seconds_to_open)
        : cpu_(std::move(cpu)),
          open_(std::move(open)),
          measure_(std::move(measure)),
          seconds_left_(seconds) {}

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
    /// Of the GPU, since when the CPU reads everything.
    [[nodiscard]] std::string loss() const override;

  private:
    enum class State { closed, opening, opened };

    /// Whether the GPU is open, or there is known to be none; opens it where enough work has come. Other
    /// threads go on with the CPU meanwhile.
    bool is_open(std::span<const LinearMap* const> maps, int channels) const;

    std::unique_ptr<Backend> cpu_;
    Open open_;
    Measure measure_;
    mutable std::mutex mutex_;
    mutable State state_ = State::closed;
    mutable double seconds_left_;  ///< of the CPU's work, before the GPU is opened
    mutable std::unique_ptr<Backend> gpu_;
    mutable DeviceCosts costs_{};
};

}  // namespace glimpse
