#pragma once

#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "glimpse/mechanisms/spatial_transformer.hpp"

// Warps of spatial transformers, made in a word.

namespace glimpse::warps {

inline SpatialTransformer::WarpForm form(Warp warp) {
    return {std::make_shared<const Warp>(std::move(warp))};
}

inline SpatialTransformer transformer(Warp warp, std::optional<Size> size = {}) {
    SpatialTransformer stn;
    stn.form = form(std::move(warp));
    stn.size = size;
    return stn;
}

class Field : public PointField {
  public:
    Field(std::vector<Point> points, int width) : points_(std::move(points)), width_(width) {}
    [[nodiscard]] Size size() const override { return {width_, static_cast<int>(points_.size()) / width_}; }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        const auto width = static_cast<std::size_t>(width_);
        for (std::size_t k = 0; k < points_.size(); k += width) visit(std::span(points_).subspan(k, width));
    }

  private:
    std::vector<Point> points_;
    int width_;
};

inline std::shared_ptr<const PointField> field(std::vector<Point> points, int width) {
    return std::make_shared<const Field>(std::move(points), width);
}

}  // namespace glimpse::warps
