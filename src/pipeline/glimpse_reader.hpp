#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "glimpse/backend.hpp"
#include "pipeline/lowering.hpp"

namespace glimpse {

/// Glimpses of one decoded part.
using GlimpseSpan = std::span<const LoweredGlimpse* const>;

/// How many glimpses, from the first on, are held in memory together: at least one, and about 2²⁵ values.
std::size_t portion_of(GlimpseSpan glimpses, int channels);

/// Reads glimpses with a backend, or with its fallback once it fails. Not thread-safe.
class GlimpseReader {
  public:
    explicit GlimpseReader(const Backend& backend) : backend_(backend) {}

    /// Takes glimpses that were read together, and their pixels: empty for one that failed, whose report says
    /// why.
    using Take = std::function<void(GlimpseSpan glimpses, std::span<cv::Mat> pixels)>;

    /// Reads glimpses of `depth` in portions, so that thousands of them are not all in memory at once.
    void read(GlimpseSpan glimpses, const ImageRegion& image, int depth, const Take& take);

    /// The names of the devices that have read glimpses.
    [[nodiscard]] const std::set<std::string>& devices() const { return devices_; }

  private:
    const Backend& backend_;
    std::set<std::string> devices_;
};

}  // namespace glimpse
