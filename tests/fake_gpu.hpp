#pragma once

#include <atomic>
#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <vector>

#include "backends/automatic.hpp"
#include "backends/cpu.hpp"
#include "glimpse/error.hpp"
#include "glimpse/mechanism.hpp"

// A GPU that is none, for tests of what chooses between it and the CPU.

namespace glimpse {

using Maps = std::span<const LinearMap* const>;

/// The CPU's backend, or one that fails.
class FakeGpu final : public Backend {
  public:
    /// One that fails may be lost by its first failure.
    explicit FakeGpu(bool fails, bool recovers = true) : fails_(fails), recovers_(recovers) {}
    [[nodiscard]] std::string name() const override { return "fake"; }
    [[nodiscard]] std::string loss() const override { return lost_ ? "fake: it fell off the bus" : ""; }
    [[nodiscard]] std::vector<cv::Mat> read(Maps maps, const ImageRegion& image, int depth) const override {
        if (fails_ && !recovers_) lost_ = true;
        if (fails_) throw Error("fake: the GPU has not enough free memory for this image");
        return CpuBackend().read(maps, image, depth);
    }
    [[nodiscard]] ImageRegion write(const LinearMap& /*map*/, const cv::Mat& /*glimpse*/) const override {
        throw Error("nothing is written with the GPU");
    }

  private:
    bool fails_;
    bool recovers_;
    mutable std::atomic<bool> lost_ = false;  ///< several threads use one backend
};

/// A CPU of 20 · 10⁹ multiply-adds a second, a bus of 6 GB a second, 200 µs a call and 1 µs a glimpse.
constexpr DeviceCosts usual{1 / 20e9, 200e-6, 1e-6, 1 / 6e9, 1 / 6e9};

/// With a GPU that is opened at once.
inline AutomaticBackend automatic(bool fails) {
    return {std::make_unique<CpuBackend>(), [fails] { return std::make_unique<FakeGpu>(fails); },
            [](const Backend&, const Backend&) { return usual; }, 0};
}

/// A Gaussian over all of an image: much work for each byte.
inline Gaussian wide(Size size) {
    Gaussian gaussian;
    gaussian.form = Gaussian::BoxForm{{{0, 0, 1, 1}, Units::fraction}, 20};
    gaussian.size = size;
    return gaussian;
}

}  // namespace glimpse
