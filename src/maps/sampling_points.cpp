#include "glimpse/sampling_points.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <utility>

#include "glimpse/error.hpp"
#include "maps/border_places.hpp"
#include "maps/point_differences.hpp"
#include "maps/point_extent.hpp"

namespace glimpse {

namespace {

/// The point half a pixel from (j, i) towards its neighbour, `across` and `down` being -1, 0 or 1; edge
/// coordinates.
Point beyond(const SamplingPoints& points, int j, int i, int across, int down) {
    const auto [x, y] = points.at(j, i);
    const auto d = points.jacobian(j, i);
    return {edge_from_centre(x + (across * d[0][0] + down * d[0][1]) / 2),
            edge_from_centre(y + (across * d[1][0] + down * d[1][1]) / 2)};
}

}  // namespace

/// Points that are given, or of a field; then the list and the extent are made when they are first needed.
class SamplingPoints::List {
  public:
    List(std::vector<Point> points, int width, std::vector<Point> border, std::optional<Extent> extent)
        : given_(std::move(points)),
          points_(given_),
          width_(width),
          border_(std::move(border)),
          extent_(extent) {
        if (width < 1 || points_.empty() || points_.size() % static_cast<std::size_t>(width) != 0)
            throw std::invalid_argument("sampling points are listed in whole rows");
        height_ = static_cast<int>(points_.size() / static_cast<std::size_t>(width));
    }
    explicit List(std::shared_ptr<const SamplingField> field)
        : field_(std::move(field)),
          width_(field_->size().width),
          height_(field_->size().height),
          is_cheap_(!field_->is_costly() || field_->size().area() > most_cached),
          makes_rows_(is_cheap_ || field_->has_quick_extent()) {}

    [[nodiscard]] int width() const { return width_; }
    [[nodiscard]] int height() const { return height_; }
    [[nodiscard]] std::span<const Point> points() const {
        if (field_) std::call_once(list_is_made_, [&] { make_list(); });
        return points_;
    }
    [[nodiscard]] const std::optional<Extent>& extent() const {
        if (!makes_rows_)
            static_cast<void>(points());
        else
            std::call_once(extent_is_found_, [&] { extent_ = field_->extent(); });
        return extent_;
    }
    [[nodiscard]] bool has_border() const { return field_ ? field_->has_border() : !border_.empty(); }
    [[nodiscard]] std::vector<Point> border() const { return field_ ? field_->border() : border_; }

    void for_each_row(const std::function<void(const Row&)>& visit) const {
        if (is_cheap_ || (makes_rows_ && !are_read_.exchange(true))) return for_each_made_row(visit);
        const std::span<const Point> all = points();
        const auto width = static_cast<std::size_t>(width_);
        for (int i = 0; i < height_; ++i)
            visit({i, all.subspan(static_cast<std::size_t>(i) * width, width), extent()});
    }

  private:
    /// The most points whose list stays in the cache until they are read: 4 MiB.
    static constexpr std::int64_t most_cached = 1 << 18;

    void make_list() const {
        const auto count = static_cast<std::size_t>(field_->size().area());
        made_.reset(static_cast<Point*>(::operator new(count * sizeof(Point))));
        const std::span all(made_.get(), count);
        if (makes_rows_) {
            auto to = all.begin();
            for_each_made_row([&](const Row& row) { to = std::ranges::copy(row.points, to).out; });
        } else {
            field_->list(all);
            extent_ = known_extent(all);
        }
        points_ = all;
    }
    /// What is decoded of an image depends on the extent: points that have changed since lead nowhere else.
    void for_each_made_row(const std::function<void(const Row&)>& visit) const {
        int i = 0;
        field_->for_each_row([&](std::span<const Point> points) {
            const std::optional<Extent> of_row = known_extent(points);
            if (extent() && !(of_row && lies_within(*of_row, *extent())))
                throw Error("the sampling points have changed while they were used");
            visit({i++, points, of_row});
        });
    }

    std::shared_ptr<const SamplingField> field_;  ///< null where all else is given
    /// Memory in which no points are made before they are written, as a vector makes them.
    struct Free {
        void operator()(Point* points) const { ::operator delete(points); }
    };
    std::vector<Point> given_;
    mutable std::unique_ptr<Point[], Free> made_;
    mutable std::span<const Point> points_;  ///< one of these
    int width_ = 0;
    int height_ = 0;
    bool is_cheap_ = false;    ///< the field makes rows each time
    bool makes_rows_ = false;  ///< it makes them for the first reading; any other reads the list
    mutable std::atomic<bool> are_read_ = false;
    std::vector<Point> border_;  ///< empty where it is not known
    mutable std::optional<Extent> extent_;
    mutable std::once_flag list_is_made_;
    mutable std::once_flag extent_is_found_;
};

SamplingPoints::SamplingPoints(std::vector<Point> points, int width, std::vector<Point> border) {
    const std::optional<Extent> extent = points.empty() ? std::nullopt : known_extent(points);
    points_ = std::make_shared<const List>(std::move(points), width, std::move(border), extent);
}

SamplingPoints::SamplingPoints(std::shared_ptr<const SamplingField> field)
    : points_(std::make_shared<const List>(std::move(field))) {}

Point SamplingPoints::listed_at(int j, int i) const {
    const List& list = **std::get_if<1>(&points_);
    return list.points()[static_cast<std::size_t>(i) * static_cast<std::size_t>(list.width()) +
                         static_cast<std::size_t>(j)];
}

std::span<const Point> SamplingPoints::listed() const {
    if (affine()) return {};
    return std::get<1>(points_)->points();
}

const Extent* SamplingPoints::listed_extent() const {
    if (affine()) return nullptr;
    const std::optional<Extent>& all = std::get<1>(points_)->extent();
    return all ? &*all : nullptr;
}

bool SamplingPoints::has_known_border() const {
    return !affine() && std::get<1>(points_)->has_border();
}

void SamplingPoints::for_each_row(const std::function<void(const Row&)>& visit) const {
    if (affine()) throw std::logic_error("an affine map has rows of any length");
    std::get<1>(points_)->for_each_row(visit);
}

std::vector<Point> SamplingPoints::border(Size size) const {
    if (const Affine* map = affine()) return border_in_image(*map, size);
    if (has_known_border()) return std::get<1>(points_)->border();
    std::vector<Point> polygon;
    for_each_border_place(size, [&](int j, int i, int across, int down) {
        polygon.push_back(beyond(*this, j, i, across, down));
    });
    return polygon;
}

Extent SamplingPoints::bounds(Size size) const {
    if (const Extent* all = listed_extent()) return *all;
    if (!affine()) return extent(listed());
    const int right = size.width - 1;
    const int bottom = size.height - 1;
    return extent(std::array{at(0, 0), at(right, 0), at(right, bottom), at(0, bottom)});
}

SamplingPoints::Jacobian SamplingPoints::jacobian(int j, int i) const {
    if (const Affine* map = affine()) {
        const auto& m = map->m;
        return {{{m[0][0], m[0][1]}, {m[1][0], m[1][1]}}};
    }
    const List& list = *std::get<1>(points_);
    const Point across = difference(j, list.width(), {1, 0}, [&](int k) { return at(k, i); });
    const Point down = difference(i, list.height(), {0, 1}, [&](int k) { return at(j, k); });
    return {{{across.x, down.x}, {across.y, down.y}}};
}

SamplingPoints SamplingPoints::shrunk(int n) const {
    if (const Affine* map = affine()) return glimpse::shrunk(*map, n);
    const List& list = *std::get<1>(points_);
    std::vector<Point> small(list.points().begin(), list.points().end());
    for (auto& [x, y] : small) {
        x = shrunk_centre(x, n);
        y = shrunk_centre(y, n);
    }
    std::vector<Point> border = list.has_border() ? list.border() : std::vector<Point>{};
    for (auto& [x, y] : border) {  // edge coordinates
        x /= n;
        y /= n;
    }
    return {std::move(small), list.width(), std::move(border)};
}

}  // namespace glimpse
