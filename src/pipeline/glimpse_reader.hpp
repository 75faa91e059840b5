#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "glimpse/backend.hpp"
#include "pipeline/lowering.hpp"

namespace glimpse {

/// Glimpses of one part of an image, in one thread's hands.
using GlimpseSpan = std::span<const LoweredGlimpse* const>;

/// How many glimpses, from the first on, are held in memory together: one at least, and about 2²⁵ values of
/// `channels` channels.
std::size_t portion_of(GlimpseSpan glimpses, int channels);

/// Reads glimpses with a backend, or with what stands in for it where it fails. For one thread.
class GlimpseReader {
  public:
    explicit GlimpseReader(const Backend& backend) : backend_(backend) {}

    /// Takes glimpses that were read together with the pixels of each, which are empty where its report says
    /// what failed.
    using Take = std::function<void(GlimpseSpan glimpses, std::span<cv::Mat> pixels)>;

    /// Reads glimpses of `depth` in portions, so that thousands of them are not all in memory at once.
    void read(GlimpseSpan glimpses, const ImageRegion& image, int depth, const Take& take);

    /// The names of those devices that have read anything.
    [[nodiscard]] const std::set<std::string>& devices() const { return devices_; }

  private:
    const Backend& backend_;
    std::set<std::string> devices_;
};

}  // namespace glimpse
