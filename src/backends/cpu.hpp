#pragma once

#include "glimpse/backend.hpp"

namespace glimpse {

/// Applies linear maps: several are read side by side, on all cores.
class CpuBackend final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "cpu"; }
    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override;
    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override;
};

}  // namespace glimpse
