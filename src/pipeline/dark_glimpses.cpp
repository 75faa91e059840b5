#include "pipeline/dark_glimpses.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <optional>
#include <variant>

#include "images/output_format.hpp"

namespace glimpse {

namespace {

double greatest_of(const std::vector<double>& numbers) {
    return numbers.empty() ? 0 : *std::ranges::max_element(numbers);
}

/// The greatest sum of the weights of a glimpse's pixel: white pixels of the image become no brighter. None
/// of the glimpses that no weights make dark, and of a sum, which is no picture.
std::optional<double> greatest_sum(const LoweredGlimpse& glimpse) {
    if (glimpse.lowered.transition) return std::nullopt;
    const MapKind& kind = glimpse.lowered.map.kind;
    if (const auto* weights = std::get_if<Weights>(&kind)) {
        double greatest = 0;
        if (!weights->region.empty()) cv::minMaxLoc(weights->a, nullptr, &greatest);
        return std::max(greatest, 0.0);
    }
    // What else lacks weight lies outside, and is the padding.
    if (!glimpse.lowered.fades) return std::nullopt;
    if (const auto* filters = std::get_if<Separable>(&kind))
        return greatest_of(filters->rows.row_sums()) * greatest_of(filters->columns.row_sums());
    double greatest = 0;
    cv::minMaxLoc(row_sums(glimpse.lowered.map), nullptr, &greatest);
    return greatest;
}

}  // namespace

void tell_dark(std::span<const LoweredGlimpse> glimpses, const std::string& format, int depth,
               FinishedJob& done) {
    if (is_array_format(format) || depth == CV_32F) return;
    for (const LoweredGlimpse& glimpse : glimpses) {
        const std::optional<double> greatest = greatest_sum(glimpse);
        if (!greatest || *greatest > darkest_visible) continue;
        const bool is_mask = std::holds_alternative<Mask>(glimpse.glimpse->mechanism);
        DarkGlimpses& dark = is_mask ? done.dark_masks : done.dark_gaussians;
        // A mask that the remedy helps is named rather than one of zeros.
        const bool is_helped = is_mask && dark.greatest == 0 && *greatest > 0;
        if (dark.count++ == 0 || is_helped) {
            dark.first = glimpse.glimpse->id;
            dark.greatest = *greatest;
        }
        if (*greatest > 0) dark.are_black = false;
    }
}

}  // namespace glimpse
