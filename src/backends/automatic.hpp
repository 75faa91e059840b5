#pragma once

#include <memory>

#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

/// `--device auto` where there is a GPU: it reads where it is likely to be done first, and the CPU reads
/// everything else, and what the GPU fails at.
class AutomaticBackend final : public Backend {
  public:
    AutomaticBackend(std::unique_ptr<Backend> cpu, std::unique_ptr<Backend> gpu)
        : cpu_(std::move(cpu)), gpu_(std::move(gpu)) {}

    [[nodiscard]] std::string name() const override { return "auto"; }

    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap> maps, const ImageRegion& image,
                                            int depth) const override {
        const Backend& chosen = for_reading(maps, image, depth);
        try {
            return chosen.read(maps, image, depth);
        } catch (const Error&) {
            if (&chosen == cpu_.get()) throw;
            return cpu_->read(maps, image, depth);
        }
    }
    /// One glimpse is never work for a GPU, which must first receive it.
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        return cpu_->write(map, glimpse);
    }

    [[nodiscard]] const Backend& for_reading(std::span<const LinearMap> maps, const ImageRegion& image,
                                             int depth) const override;
    [[nodiscard]] const Backend& instead_of(const Backend& /*failed*/) const override { return *cpu_; }

  private:
    std::unique_ptr<Backend> cpu_;
    std::unique_ptr<Backend> gpu_;
};

/// Whether a GPU is likely to read these glimpses sooner than a CPU with `threads` threads, by what there is
/// to multiply and what there is to transfer. What has alpha goes there glimpse by glimpse, premultiplied.
bool gpu_pays(std::span<const LinearMap> maps, const ImageRegion& image, int depth, int threads);

}  // namespace glimpse
