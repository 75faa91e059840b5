#include "conversion/matrix_distance.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "maps/matrix_entries.hpp"

namespace glimpse::conversion {

namespace {

struct TooMany {};

/// The weights of a matrix that are not 0, row by row.
struct SparseRows {
    std::vector<std::size_t> begins{0};
    std::vector<std::pair<std::int64_t, float>> entries{};

    [[nodiscard]] std::size_t count() const { return begins.size() - 1; }
    [[nodiscard]] std::span<const std::pair<std::int64_t, float>> row(std::size_t k) const {
        return std::span(entries).subspan(begins[k], begins[k + 1] - begins[k]);
    }
};

/// Throws `TooMany`.
SparseRows rows_of(const LinearMap& map, MatrixOf which, std::int64_t most) {
    SparseRows rows;
    for_each_entry(
        map, which,
        [&](std::int64_t column, float weight) {
            if (static_cast<std::int64_t>(rows.entries.size()) >= most) throw TooMany{};
            rows.entries.emplace_back(column, weight);
        },
        [&] { rows.begins.push_back(rows.entries.size()); });
    return rows;
}

/// Calls visit(a, b) for each column in which either row has a weight.
template <typename Row, typename OtherRow, typename Visit>
void merge(const Row& a, const OtherRow& b, const Visit& visit) {
    std::size_t k = 0;
    std::size_t n = 0;
    while (k < a.size() || n < b.size()) {
        const bool takes_a = n == b.size() || (k < a.size() && a[k].first <= b[n].first);
        const bool takes_b = k == a.size() || (n < b.size() && b[n].first <= a[k].first);
        visit(takes_a ? double(a[k].second) : 0.0, takes_b ? double(b[n].second) : 0.0);
        k += takes_a ? 1 : 0;
        n += takes_b ? 1 : 0;
    }
}

/// Sums over all entries a of A and b of B, d = a - b.
struct Sums {
    double aa = 0;
    double bb = 0;
    double dd = 0;
    double ad = 0;
    double bd = 0;

    void operator()(double a, double b) {
        const double d = a - b;
        aa += a * a;
        bb += b * b;
        dd += d * d;
        ad += a * d;
        bd += b * d;
    }
};

Sums sums_of_axis(const LinearMap& a, const LinearMap& b, MatrixOf which, std::int64_t most) {
    const SparseRows of_a = rows_of(a, which, most);
    const SparseRows of_b = rows_of(b, which, most);
    Sums sums;
    for (std::size_t k = 0; k < of_a.count(); ++k)
        merge(of_a.row(k), of_b.row(k), [&](double x, double y) { sums(x, y); });
    return sums;
}

/// ‖D‖² and ‖A‖² of A_y ⊗ A_x - B_y ⊗ B_x = D_y ⊗ A_x + B_y ⊗ D_x, in which nothing cancels.
std::pair<double, double> squares_of_axes(const LinearMap& a, const LinearMap& b, std::int64_t most) {
    const Sums y = sums_of_axis(a, b, MatrixOf::y, most);
    const Sums x = sums_of_axis(a, b, MatrixOf::x, most);
    return {y.dd * x.aa + 2 * y.bd * x.ad + y.bb * x.dd, y.aa * x.aa};
}

bool is_separable(const LinearMap& map) {
    return matrices_of(map).front() != MatrixOf::all;
}

/// The rows of A itself, also where the map is that of its axes. Throws `TooMany`.
SparseRows whole_rows(const LinearMap& map, std::int64_t most) {
    if (!is_separable(map)) return rows_of(map, MatrixOf::all, most);
    const SparseRows of_y = rows_of(map, MatrixOf::y, most);
    const SparseRows of_x = rows_of(map, MatrixOf::x, most);
    if (double(of_y.entries.size()) * double(of_x.entries.size()) > double(most)) throw TooMany{};
    SparseRows rows;
    for (std::size_t i = 0; i < of_y.count(); ++i) {
        for (std::size_t j = 0; j < of_x.count(); ++j) {
            for (const auto& [y, weight_y] : of_y.row(i)) {
                for (const auto& [x, weight_x] : of_x.row(j))
                    rows.entries.emplace_back(y * map.image.width + x, weight_y * weight_x);
            }
            rows.begins.push_back(rows.entries.size());
        }
    }
    return rows;
}

std::pair<double, double> squares(const LinearMap& a, const LinearMap& b, std::int64_t most) {
    if (is_separable(a) && is_separable(b)) return squares_of_axes(a, b, most);
    const SparseRows of_a = whole_rows(a, most);
    const SparseRows of_b = whole_rows(b, most);
    Sums sums;
    for (std::size_t k = 0; k < of_a.count(); ++k)
        merge(of_a.row(k), of_b.row(k), [&](double x, double y) { sums(x, y); });
    return {sums.dd, sums.aa};
}

}  // namespace

std::optional<double> relative_distance(const LinearMap& a, const LinearMap& b, std::int64_t most) {
    try {
        const auto [difference, all] = squares(a, b, most);
        if (difference <= 0) return 0.0;
        return all > 0 ? std::optional(std::sqrt(difference / all)) : std::nullopt;
    } catch (const TooMany&) {
        return std::nullopt;
    }
}

}  // namespace glimpse::conversion
