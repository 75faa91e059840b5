#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"

namespace glimpse {

/// Points or displacements, x before y, of a glimpse's pixels or of larger cells: h×w×2 numbers, which are
/// read or computed when an image needs them. Thread-safe.
class GLIMPSE_EXPORT PointField {
  public:
    virtual ~PointField() = default;
    /// w×h
    [[nodiscard]] virtual Size size() const = 0;
    /// Calls visit(row) for the w points of each row, in order. Throws `Error`.
    virtual void for_each_row(const std::function<void(std::span<const Point>)>& visit) const = 0;
    /// Writes all of them, row by row, to w·h points. Throws `Error`.
    virtual void list(std::span<Point> all) const;
    /// Likewise.
    [[nodiscard]] std::vector<Point> points() const;
};

/// The extent of a field's points; none where one is NaN. Throws as the field does.
GLIMPSE_EXPORT std::optional<Extent> extent(const PointField& field);

/// The sampling points of a glimpse in centre coordinates, one that is NaN seeing nothing; the same whenever
/// they are asked for.
class GLIMPSE_EXPORT SamplingField : public PointField {
  public:
    /// That of the points, exactly; none where one is NaN. Throws as `for_each_row`.
    [[nodiscard]] virtual std::optional<Extent> extent() const { return glimpse::extent(*this); }
    /// Whether that takes a fraction of the time that all points do.
    [[nodiscard]] virtual bool has_quick_extent() const { return false; }
    /// Whether a point takes longer to make once more than to be listed, while the list stays in the cache.
    [[nodiscard]] virtual bool is_costly() const { return false; }
    /// Whether `border` is known.
    [[nodiscard]] virtual bool has_border() const { return false; }
    /// As `SamplingPoints::border` returns it.
    [[nodiscard]] virtual std::vector<Point> border() const { return {}; }
};

}  // namespace glimpse
