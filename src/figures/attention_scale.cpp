#include "figures/attention_scale.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

#include "glimpse/colorbar.hpp"

namespace glimpse {

namespace {

bool is_signed_map(const LabelledMap& map) {
    return map.lowered && is_signed(*map.lowered);
}

/// Calls visit(attention) with what is shown of each map in that style.
template <typename Visit>
void for_each_attention(std::span<const LabelledMap> maps, const OverlayStyle& style, const Visit& visit) {
    for (const LabelledMap& map : maps) {
        if (!map.lowered) continue;
        const ImageRegion attention = shown_attention(*map.lowered, style);
        if (!attention.pixels.empty()) visit(attention.pixels);
    }
}

/// Whether a scale was given whose ends have both signs: figures of a run then compare, whichever of them has
/// a map with both.
bool is_of_both_signs(const AttentionScale& scale) {
    const auto* const range = std::get_if<AttentionRange>(&scale);
    return range && range->low < 0 && range->high > 0;
}

Colormap colormap_for(const OverlayStyle& style, std::span<const LabelledMap> maps) {
    const bool any_signed = is_of_both_signs(style.scale) || std::ranges::any_of(maps, is_signed_map);
    // Without colours, what was chosen says nothing of how strong negative attention is.
    const OverlayStyle usual;
    const OverlayStyle& chosen = style.kind == OverlayStyle::Kind::dim ? usual : style;
    return any_signed ? chosen.signed_colormap : chosen.colormap;
}

std::int64_t clipped_of(const cv::Mat& attention, const AttentionRange& range) {
    constexpr double steps = 255;
    const double unseen = (range.high - range.low) / steps / 2;
    std::int64_t count = 0;
    for (int y = 0; y < attention.rows; ++y) {
        const auto* a = attention.ptr<float>(y);
        for (int x = 0; x < attention.cols; ++x) {
            if (a[x] == 0) continue;
            if (a[x] < range.low - unseen || a[x] > range.high + unseen) ++count;
        }
    }
    return count;
}

}  // namespace

ImageRegion shown_attention(const Lowered& lowered, const OverlayStyle& style) {
    ImageRegion attention =
        style.smooth ? cell_attention(lowered, style.shrink) : block_attention(lowered, style.shrink);
    if (!attention.pixels.empty() && !is_signed(lowered)) attention.pixels = cv::max(attention.pixels, 0.0);
    return attention;
}

double greatest_attention(const cv::Mat& attention, bool of_both_signs) {
    double least = 0;
    double greatest = 0;
    cv::minMaxLoc(attention, &least, &greatest);
    return std::max({greatest, of_both_signs ? -least : 0, 0.0});
}

OverlayStyle settled(OverlayStyle style, std::span<const LabelledMap> maps) {
    if (!has_scale(style.kind)) return style;
    style.colormap = style.signed_colormap = colormap_for(style, maps);
    if (!std::holds_alternative<SharedScale>(style.scale)) return style;
    const bool of_both_signs = is_diverging(style.colormap);
    double greatest = 0;
    for_each_attention(maps, style, [&](const cv::Mat& attention) {
        greatest = std::max(greatest, greatest_attention(attention, of_both_signs));
    });
    style.scale = OwnScale{};
    if (greatest > 0) style.scale = AttentionRange{of_both_signs ? -greatest : 0, greatest};
    return style;
}

std::optional<Colorbar> colorbar_of(const OverlayStyle& settled) {
    const auto* const range = std::get_if<AttentionRange>(&settled.scale);
    if (!has_colours(settled.kind) || !range) return std::nullopt;
    return Colorbar{*range, settled.colormap};
}

std::int64_t clipped_values(std::span<const LabelledMap> maps, const OverlayStyle& settled) {
    if (!has_scale(settled.kind)) return 0;
    const auto* const given = std::get_if<AttentionRange>(&settled.scale);
    const bool of_both_signs = is_diverging(settled.colormap);
    // A scale of its own leaves out what is negative alone.
    if (!given && (of_both_signs || std::ranges::none_of(maps, is_signed_map))) return 0;
    std::int64_t count = 0;
    for_each_attention(maps, settled, [&](const cv::Mat& attention) {
        const AttentionRange range = given ? *given : AttentionRange{0, greatest_attention(attention, false)};
        count += clipped_of(attention, range);
    });
    return count;
}

}  // namespace glimpse
