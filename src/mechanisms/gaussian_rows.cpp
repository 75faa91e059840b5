#include "mechanisms/gaussian_rows.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "maps/axis_taps.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

/// Of derivatives: z² exp(-½ z²) is 1.1e-9 there.
constexpr double cutoff_of_derivatives = 7;

/// The Gaussian of one centre on the pixels of an axis.
struct AxisFilter {
    double centre;
    double s;
    int nearest;  ///< the pixel of the image that is nearest to the centre

    AxisFilter(double filter_centre, double filter_s, int size)
        : centre(filter_centre),
          s(filter_s),
          nearest(static_cast<int>(std::clamp(std::nearbyint(centre), 0.0, size - 1.0))) {}

    /// m_ik.
    [[nodiscard]] double weight(int k) const { return gaussian_form::weight((k - centre) / s); }

    /// m_ik divided by that of the nearest pixel, the greatest; for any centre and s: the squares of the two
    /// distances, which may be huge and nearly alike, are subtracted before they are computed.
    [[nodiscard]] double relative_weight(int k) const {
        if (k == nearest) return 1;
        return std::exp(-0.5 * ((k - nearest) * ((k - centre) + (nearest - centre)) / s / s));
    }

    /// The columns that are kept, which the derivatives keep more of: they fall off later.
    [[nodiscard]] Interval kept(int size, double cutoff) const {
        const double beyond = std::abs(nearest - centre);
        const double radius = cutoff * s;
        const double reach = std::hypot(beyond, radius);
        double first = std::ceil(centre - reach);
        double last = std::floor(centre + reach);
        constexpr double far = 1 << 24;  // beyond it centre ± reach would lose too many digits
        if (beyond > far) {
            const double seen = std::isinf(radius) ? size : std::floor(radius * (radius / (reach + beyond)));
            first = nearest - seen;
            last = nearest + seen;
        }
        return {static_cast<int>(std::clamp(first, 0.0, double(nearest))),
                static_cast<int>(std::clamp(last, double(nearest), size - 1.0)) + 1};
    }
};

/// The weights of one centre before they are normalised, or these times one number.
struct Row {
    int first;
    std::vector<double> m;
    double mass;
};

Row gaussian_row(const AxisFilter& filter, int size, Gaussian::Normalise normalise, double cutoff) {
    const bool safe = normalise == Gaussian::Normalise::safe;
    if (!safe && filter.weight(filter.nearest) == 0) return {filter.nearest, {}, 0};
    const Interval kept = filter.kept(size, cutoff);
    Row row{kept.begin, {}, 0};
    row.m.reserve(static_cast<std::size_t>(kept.length()));
    for (int k = kept.begin; k < kept.end; ++k) {
        row.m.push_back(safe ? filter.relative_weight(k) : filter.weight(k));
        row.mass += row.m.back();
    }
    return row;
}

/// The Gaussian of one centre over all whole positions, its weights divided by that of the nearest.
struct PaddedRow {
    double first;
    std::vector<double> m{};
    double mass = 0;

    PaddedRow(double centre, double s, double cutoff) {
        const double nearest = std::nearbyint(centre);
        const double reach = std::hypot(std::abs(nearest - centre), cutoff * s);
        require_reach(reach);
        first = std::min(nearest, std::ceil(centre - reach));
        const double last = std::max(nearest, std::floor(centre + reach));
        const auto steps = static_cast<std::size_t>(last - first);
        m.reserve(steps + 1);
        for (std::size_t n = 0; n <= steps; ++n) {
            const double k = position(n);
            m.push_back(std::exp(-0.5 * ((k - nearest) * ((k - centre) + (nearest - centre)) / s / s)));
            mass += m.back();
        }
    }

    [[nodiscard]] double position(std::size_t n) const { return first + static_cast<double>(n); }
    [[nodiscard]] bool is_seen(const AxisSampler& sampler) const {
        const double last = position(m.size() - 1);
        return sampler.padding != Padding::zeros || (last >= 0 && first < sampler.size);
    }
};

/// Adds those of its weights that the padding gives a pixel.
void add_padded(RowBuilder& builder, const AxisSampler& sampler, const PaddedRow& row) {
    for (std::size_t n = 0; row.is_seen(sampler) && n < row.m.size(); ++n) {
        const AxisTaps tap = axis_taps(sampler, row.position(n));
        if (tap.count == 1) builder.add(tap.index[0], row.m[n]);
    }
    builder.finish_row();
}

/// How one Gaussian changes.
struct MovingGaussian {
    double centre;  ///< c
    double s;
    double of_centre;  ///< ∂c
    double of_s;       ///< ∂s

    /// ∂ log m at a position.
    [[nodiscard]] double slope(double position) const {
        const double z = (position - centre) / s;
        return (z * of_centre + z * z * of_s) / s;
    }
    /// The same less that at another position: squares that may be huge and nearly alike are subtracted
    /// before they are computed.
    [[nodiscard]] double slope_from(double anchor, double position) const {
        if (position == anchor) return 0;
        const double distance = (position - anchor) / s;
        const double sum = (position - centre) / s + (anchor - centre) / s;
        return distance * (of_centre + sum * of_s) / s;
    }
};

/// Replaces m by gain · ∂A, `position(n)` being that of m[n]. Where A is m / Σm, what all slopes have in
/// common drops out: they are those from the `anchor`.
template <typename Position>
void derive(std::vector<double>& m, double mass, const MovingGaussian& change, double anchor,
            const Divisor& divisor, double gain, Position&& position) {
    const bool is_relative = divisor.added == 0 && divisor.follows(mass);
    const double total = divisor.of(mass);
    std::vector<double> slopes(m.size());
    double mean = 0;  // of the slopes, as far as the divisor follows the mass
    for (std::size_t n = 0; n < m.size(); ++n) {
        m[n] /= total;
        if (m[n] == 0) continue;
        slopes[n] = is_relative ? change.slope_from(anchor, position(n)) : change.slope(position(n));
        if (divisor.follows(mass)) mean += m[n] * slopes[n];
    }
    for (std::size_t n = 0; n < m.size(); ++n) m[n] *= (slopes[n] - mean) * gain;
}

}  // namespace

void require_reach(double reach) {
    constexpr double most = 1 << 22;
    if (2 * reach <= most) return;
    throw Error("padded, a Gaussian looks at " + number_text(2 * reach) + " pixels of a line, and " +
                number_text(most) + " are the most; give it a lesser standard deviation, or no padding");
}

Divisor divisor_of(const Gaussian& gaussian) {
    constexpr double epsilon = 1e-8;
    constexpr double epsilon_of_jbornschein = 1e-4;
    if (gaussian.code == Gaussian::Code::ericjang) return {0, epsilon};
    if (gaussian.code == Gaussian::Code::jbornschein) return {epsilon_of_jbornschein, 0};
    return {gaussian.normalise == Gaussian::Normalise::eps ? epsilon : 0.0, 0};
}

FilterBank filter_bank(const Gaussian::Axis& axis, int count, int size, const Gaussian& gaussian,
                       double gain) {
    FilterBank bank{BandedMatrix(size)};
    const Divisor divisor = divisor_of(gaussian);
    for (int i = 0; i < count; ++i) {
        const AxisFilter filter(axis.u + i * axis.d, axis.s, size);
        Row row = gaussian_row(filter, size, gaussian.normalise, gaussian_cutoff);
        const double total = divisor.of(row.mass);
        // Between the pixels of a narrow Gaussian what is added takes much, and nothing of that lies outside.
        const bool lies_inside = std::abs(filter.centre - filter.nearest) <= 0.5;
        bank.inside += lies_inside ? 1 : row.mass / total;
        for (double& m : row.m) m = m / total * gain;  // gain / total may overflow
        bank.a.append_row(row.first, row.m);
    }
    bank.inside /= count;
    return bank;
}

BandedMatrix padded_filters(const Gaussian::Axis& axis, int count, int size, Padding padding, double gain) {
    BandedMatrix matrix(size);
    RowBuilder builder(matrix);
    const AxisSampler sampler{size, Interpolation::nearest, padding, Mirror::edges};
    for (int i = 0; i < count; ++i) {
        PaddedRow row(axis.u + i * axis.d, axis.s, gaussian_cutoff);
        for (double& m : row.m) m = m / row.mass * gain;
        add_padded(builder, sampler, row);
    }
    return matrix;
}

BandedMatrix derivative_of_filters(const Gaussian::Axis& axis, const Gaussian::Axis& moves, int count,
                                   int size, const Gaussian& gaussian, double gain) {
    BandedMatrix matrix(size);
    RowBuilder builder(matrix);
    for (int i = 0; i < count; ++i) {
        const MovingGaussian change{axis.u + i * axis.d, axis.s, moves.u + i * moves.d, moves.s};
        if (gaussian.outside) {
            PaddedRow row(change.centre, axis.s, cutoff_of_derivatives);
            derive(row.m, row.mass, change, std::nearbyint(change.centre), {0, 0}, gain,
                   [&](std::size_t n) { return row.position(n); });
            add_padded(builder, {size, Interpolation::nearest, gaussian.outside->padding, Mirror::edges},
                       row);
        } else {
            const AxisFilter filter(change.centre, axis.s, size);
            Row row = gaussian_row(filter, size, gaussian.normalise, cutoff_of_derivatives);
            derive(row.m, row.mass, change, filter.nearest, divisor_of(gaussian), gain,
                   [&](std::size_t n) { return row.first + static_cast<double>(n); });
            matrix.append_row(row.first, row.m);
        }
    }
    return matrix;
}

std::vector<double> mean_distances(const Gaussian::Axis& axis, int count, int size,
                                   const Gaussian& gaussian) {
    const Divisor divisor = gaussian.outside ? Divisor{0, 0} : divisor_of(gaussian);
    std::vector<double> means;
    for (int i = 0; i < count; ++i) {
        const double centre = axis.u + i * axis.d;
        const auto mean_of = [&](const std::vector<double>& m, double mass, double first) {
            double sum = 0;
            for (std::size_t n = 0; n < m.size(); ++n)
                sum += m[n] * (first + static_cast<double>(n) - centre);
            return divisor.follows(mass) && mass > 0 ? sum / divisor.of(mass) : 0.0;
        };
        if (gaussian.outside) {
            const PaddedRow row(centre, axis.s, cutoff_of_derivatives);
            means.push_back(mean_of(row.m, row.mass, row.first));
        } else {
            const Row row = gaussian_row(AxisFilter(centre, axis.s, size), size, gaussian.normalise,
                                         cutoff_of_derivatives);
            means.push_back(mean_of(row.m, row.mass, row.first));
        }
    }
    return means;
}

}  // namespace glimpse
