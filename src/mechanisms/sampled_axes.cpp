#include "mechanisms/sampled_axes.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "maps/sample_slopes.hpp"
#include "maps/taps.hpp"

namespace glimpse {

namespace {

using Rule = crop_form::SamplingRule;

/// A row's weights, of samples that are added one after another.
class SampledRow {
  public:
    explicit SampledRow(int size) : size_(size) {}

    /// `place` is clamped to 0 … size - 1.
    void add(double place, double weight) {
        const double p = std::clamp(place, 0.0, size_ - 1.0);
        const int low = std::min(static_cast<int>(p), size_ - 1);
        const double share = p - low;
        add_to(low, weight * (1 - share));
        if (share > 0) add_to(low + 1, weight * share);
    }

    void append_to(BandedMatrix& matrix) const { matrix.append_row(first_, weights_); }

  private:
    /// Positions do not fall from one sample to the next.
    void add_to(int pixel, double weight) {
        if (weights_.empty()) first_ = pixel;
        const auto at = static_cast<std::size_t>(pixel - first_);
        if (weights_.size() <= at) weights_.resize(at + 1);
        weights_[at] += weight;
    }

    int size_;
    int first_ = 0;
    std::vector<double> weights_;
};

/// The same line as TensorFlow computes it, in float32, which decides what is outside and what is nearest.
class FloatLine {
  public:
    explicit FloatLine(const SampledAxis& axis)
        : a_(static_cast<float>(axis.a)),
          b_(static_cast<float>(axis.b)),
          last_(static_cast<float>(axis.size - 1)),
          is_one_(axis.pixels == 1),
          step_(is_one_ ? 0 : (b_ - a_) * last_ / static_cast<float>(axis.pixels - 1)) {}

    [[nodiscard]] float at(int i) const {
        if (is_one_) return static_cast<float>(0.5 * (a_ + b_) * last_);
        return a_ * last_ + static_cast<float>(i) * step_;
    }

  private:
    float a_;
    float b_;
    float last_;
    bool is_one_;
    float step_;
};

/// The bins along an axis as torchvision computes them, in float32, which decides how many samples each has
/// and which of these are outside.
struct FloatBins {
    float start;
    float bin;

    FloatBins(const SampledAxis& axis, Rule rule) {
        const float offset = rule == Rule::roi_align ? 0.5F : 0.0F;
        start = static_cast<float>(axis.a) - offset;
        float length = (static_cast<float>(axis.b) - offset) - start;
        if (rule != Rule::roi_align) length = std::max(length, 1.0F);
        bin = length / static_cast<float>(axis.pixels);
    }

    [[nodiscard]] int samples() const { return static_cast<int>(std::ceil(bin)); }
    /// The m-th of k of the i-th bin.
    [[nodiscard]] float sample(int i, int m, int k) const {
        return start + static_cast<float>(i) * bin +
               (static_cast<float>(m) + 0.5F) * bin / static_cast<float>(k);
    }
};

/// A sample, and how it moves with both ends of what is sampled.
struct PlacedSample {
    double place;
    double weight;
    MovingEnds slopes;
};

/// Calls sample(placed) for the samples of each glimpse pixel, and end_row() after them.
template <typename Sample, typename EndRow>
void crop_and_resize(const SampledAxis& axis, bool nearest, Sample&& sample, EndRow&& end_row) {
    const double last = axis.size - 1.0;
    const bool is_one = axis.pixels == 1;
    const Line line = line_of(axis, Rule::crop_and_resize);
    const FloatLine in_float(axis);
    for (int i = 0; i < axis.pixels; ++i, end_row()) {
        // The last lies at the second corner, also where the steps come to an ulp more.
        const bool is_last = !is_one && i == axis.pixels - 1;
        const double p = is_last ? axis.b * last : line.step * i + line.start;
        const double along = is_one ? 0.5 : double(i) / (axis.pixels - 1);
        const float decisive = in_float.at(i);
        if (decisive >= 0 && decisive <= last)
            sample(PlacedSample{nearest ? std::round(decisive) : p, 1, {last * (1 - along), last * along}});
    }
}

/// The same.
template <typename Sample, typename EndRow>
void roi_align(const SampledAxis& axis, Rule rule, int samples, Sample&& sample, EndRow&& end_row) {
    const Line line = line_of(axis, rule);
    const double start = axis.a - (rule == Rule::roi_align ? 0.5 : 0);
    const double bin = line.step;
    const FloatBins in_float(axis, rule);
    const int k = samples > 0 ? samples : in_float.samples();
    const bool is_held = rule == Rule::roi_align_unaligned && axis.b - axis.a < 1;  // its length, at 1
    for (int i = 0; i < axis.pixels; ++i, end_row()) {
        for (int m = 0; m < k; ++m) {
            const double bins = i + (m + 0.5) / k;
            const float decisive = in_float.sample(i, m, k);
            if (decisive < -1 || decisive > static_cast<float>(axis.size)) continue;
            const double along = is_held ? 0 : bins / axis.pixels;
            sample(PlacedSample{start + bins * bin, 1.0 / k, {1 - along, along}});
        }
    }
}

template <typename Sample, typename EndRow>
void for_each_sample(const SampledAxis& axis, const Crop::SampledForm& form, bool nearest, Sample&& sample,
                     EndRow&& end_row) {
    if (form.rule == Rule::crop_and_resize) return crop_and_resize(axis, nearest, sample, end_row);
    roi_align(axis, form.rule, form.samples, sample, end_row);
}

}  // namespace

Line line_of(const SampledAxis& axis, Rule rule) {
    if (rule == Rule::crop_and_resize) {
        const double last = axis.size - 1.0;
        return axis.pixels == 1 ? Line{0, 0.5 * (axis.a + axis.b) * last}
                                : Line{(axis.b - axis.a) * last / (axis.pixels - 1), axis.a * last};
    }
    const bool is_aligned = rule == Rule::roi_align;
    const double length = is_aligned ? axis.b - axis.a : std::max(axis.b - axis.a, 1.0);
    const double bin = length / axis.pixels;
    return {bin, axis.a - (is_aligned ? 0.5 : 0) + bin / 2};
}

BandedMatrix sampled_axis(const SampledAxis& axis, const Crop::SampledForm& form, Resampling interpolation) {
    BandedMatrix rows(axis.size);
    SampledRow row(axis.size);
    for_each_sample(
        axis, form, interpolation == Resampling::nearest,
        [&](const PlacedSample& sample) { row.add(sample.place, sample.weight); },
        [&] {
            row.append_to(rows);
            row = SampledRow(axis.size);
        });
    return rows;
}

BandedMatrix derivative_of_sampled_axis(const SampledAxis& axis, const Crop::SampledForm& form,
                                        const MovingEnds& moves) {
    BandedMatrix rows(axis.size);
    RowBuilder row(rows);
    // What lies outside is moved to the nearest end, as a border is.
    const AxisSampler sampler{axis.size, Interpolation::bilinear, Padding::border};
    for_each_sample(
        axis, form, false,
        [&](const PlacedSample& sample) {
            const double speed = sample.weight * (sample.slopes.a * moves.a + sample.slopes.b * moves.b);
            const AxisSlopes slopes = axis_slopes(sampler, sample.place);
            for (const auto& tap : std::span(slopes.taps).first(static_cast<std::size_t>(slopes.count)))
                row.add(tap.index, speed * tap.slope);
        },
        [&] { row.finish_row(); });
    return rows;
}

}  // namespace glimpse
