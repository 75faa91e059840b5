#include "mechanisms/plate_field.hpp"

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "maps/border_places.hpp"
#include "mechanisms/plate_extent.hpp"
#include "mechanisms/plate_rows.hpp"

namespace glimpse {

namespace {

class PlateField final : public SamplingField {
  public:
    PlateField(ThinPlate surface, Size glimpse) : surface_(std::move(surface)), size_(glimpse) {}

    [[nodiscard]] Size size() const override { return size_; }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        PlateRows rows(surface_, size_);
        std::vector<Point> row(static_cast<std::size_t>(size_.width));
        for (int i = 0; i < size_.height; ++i) {
            rows.list(i, 0, row);
            visit(row);
        }
    }
    void list(std::span<Point> all) const override {
        PlateRows rows(surface_, size_);
        const auto width = static_cast<std::size_t>(size_.width);
        for (int i = 0; i < size_.height; ++i, all = all.subspan(width)) rows.list(i, 0, all.first(width));
    }
    [[nodiscard]] std::optional<Extent> extent() const override { return plate_extent(surface_, size_); }
    [[nodiscard]] bool has_quick_extent() const override { return size_.area() > most_near; }
    [[nodiscard]] bool is_costly() const override { return true; }
    [[nodiscard]] bool has_border() const override { return true; }
    [[nodiscard]] std::vector<Point> border() const override {
        std::vector<Point> border;
        for_each_border_place(size_, [&](int j, int i, int across, int down) {
            border.push_back(
                surface_({edge_from_centre(j) + across / 2.0, edge_from_centre(i) + down / 2.0}));
        });
        return border;
    }

  private:
    /// The pixels of a glimpse in which many terms are near: they are summed faster one row after another.
    static constexpr std::int64_t most_near = 1 << 15;

    ThinPlate surface_;
    Size size_;
};

}  // namespace

ThinPlate surface_of(const ThinPlateWarp& plate, Size image, Size glimpse) {
    std::vector<Point> from = plate.from;
    std::vector<Point> to = plate.to;
    if (plate.units == Units::fraction) {
        for (Point& point : from) point = {point.x * glimpse.width, point.y * glimpse.height};
        for (Point& point : to) point = {point.x * image.width, point.y * image.height};
    }
    return {from, to};
}

SamplingPoints plate_points(const ThinPlateWarp& plate, Size image, Size glimpse) {
    return SamplingPoints(std::make_shared<const PlateField>(surface_of(plate, image, glimpse), glimpse));
}

}  // namespace glimpse
