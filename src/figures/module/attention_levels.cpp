#include "figures/module/attention_levels.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

#include "figures/attention_scale.hpp"
#include "figures/module/coolwarm.hpp"
#include "maps/image_region.hpp"

namespace glimpse {

namespace {

constexpr int most_level = 255;
// Of a scale on which 0 has neighbours on both sides.
constexpr int middle_level = 128;
constexpr int levels_of_a_sign = 127;

/// The same as `levels_of` on a scale from 0 to `top`, but for rounding, in float32.
cv::Mat levels_from_0(const cv::Mat& attention, double top) {
    cv::Mat levels;
    // Clipped before, since converting saturates no more than 32 bits hold.
    cv::Mat(cv::min(attention, top)).convertTo(levels, CV_8U, most_level / top);
    return levels;
}

/// The levels of a map. Each map's own scale is 0 … 1, or -1 … 1, of its greatest attention.
cv::Mat levels_of(const cv::Mat& attention, const LevelScale& scale, double unit) {
    cv::Mat levels(attention.size(), CV_8U);
    for (int y = 0; y < attention.rows; ++y) {
        const auto* a = attention.ptr<float>(y);
        auto* level = levels.ptr<std::uint8_t>(y);
        for (int x = 0; x < attention.cols; ++x) level[x] = scale.level(a[x] / unit);
    }
    return levels;
}

/// Of two levels that which is farther from `rest`.
void join_levels(cv::Mat part, const cv::Mat& levels, int rest) {
    for (int y = 0; y < part.rows; ++y) {
        auto* joined = part.ptr<std::uint8_t>(y);
        const auto* other = levels.ptr<std::uint8_t>(y);
        for (int x = 0; x < part.cols; ++x) {
            if (std::abs(other[x] - rest) > std::abs(joined[x] - rest)) joined[x] = other[x];
        }
    }
}

}  // namespace

LevelScale::LevelScale(const AttentionRange& range)
    : range_(range),
      has_both_signs_(range.low < 0 && range.high > 0),
      farthest_(std::max(-range.low, range.high)) {}

std::uint8_t LevelScale::level(double attention) const {
    const double value = std::clamp(attention, range_.low, range_.high);
    const double steps = has_both_signs_
                             ? middle_level + std::round(levels_of_a_sign * value / farthest_)
                             : std::round(most_level * (value - range_.low) / (range_.high - range_.low));
    return static_cast<std::uint8_t>(steps);
}

double LevelScale::value(int level) const {
    const double value = has_both_signs_
                             ? farthest_ * (level - middle_level) / levels_of_a_sign
                             : range_.low + double(level) / most_level * (range_.high - range_.low);
    return std::clamp(value, range_.low, range_.high);
}

int LevelScale::reach() const {
    return std::max(level(range_.high) - rest(), rest() - level(range_.low));
}

AttentionColours::AttentionColours(const AttentionRange& range, Colormap colormap) : range_(range) {
    static_assert(int(Colormap::inferno) == cv::COLORMAP_INFERNO &&
                  int(Colormap::deepgreen) == cv::COLORMAP_DEEPGREEN);
    if (is_diverging(colormap)) return;
    cv::Mat levels(256, 1, CV_8U);
    for (int level = 0; level < 256; ++level)
        levels.at<std::uint8_t>(level) = static_cast<std::uint8_t>(level);
    cv::applyColorMap(levels, table_, static_cast<int>(colormap));
}

cv::Vec3d AttentionColours::of(double value) const {
    if (table_.empty()) {
        const cv::Vec3b rgb =
            coolwarm(0.5 + value / (2 * std::max(std::abs(range_.low), std::abs(range_.high))));
        return {double(rgb[0]), double(rgb[1]), double(rgb[2])};
    }
    const double place = (value - range_.low) / (range_.high - range_.low);
    const auto bgr = table_.at<cv::Vec3b>(static_cast<int>(std::lround(most_level * place)));
    return {double(bgr[2]), double(bgr[1]), double(bgr[0])};
}

AttentionLevels attention_levels(std::span<const LabelledMap> maps, cv::Size picture,
                                 const OverlayStyle& style) {
    const bool is_of_both_signs = is_diverging(style.colormap);
    const auto* const given = std::get_if<AttentionRange>(&style.scale);
    const AttentionRange range = given ? *given : AttentionRange{is_of_both_signs ? -1.0 : 0.0, 1};
    const LevelScale scale(range);
    AttentionLevels all{range, cv::Mat(picture, CV_8U, cv::Scalar(scale.rest()))};
    for (const LabelledMap& labelled : maps) {
        if (!labelled.lowered) continue;
        const ImageRegion attention = shown_attention(*labelled.lowered, style);
        if (attention.pixels.empty()) continue;
        const double unit = given ? 1 : greatest_attention(attention.pixels, is_of_both_signs);
        if (!(unit > 0)) continue;
        cv::Mat part = all.levels(rect(attention.region));
        constexpr double least_top = 1e-30;  // of which float32 holds 255 reciprocals
        if (const double top = unit * range.high; range.low == 0 && top >= least_top) {
            cv::max(part, levels_from_0(attention.pixels, top), part);
        } else {
            join_levels(part, levels_of(attention.pixels, scale, unit), scale.rest());
        }
    }
    return all;
}

}  // namespace glimpse
