#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "glimpse/colorbar.hpp"
#include "glimpse/overlay.hpp"

namespace glimpse {

/// A style with what follows from the maps of a figure.
struct SettledStyle {
    OverlayStyle style;
    std::int64_t clipped = 0;          ///< `clipped_values`
    std::optional<Colorbar> colorbar;  ///< where one is wanted and possible

    SettledStyle() = default;
    SettledStyle(const OverlayStyle& given, std::span<const LabelledMap> maps, bool wants_colorbar)
        : style(settled(given, maps)), clipped(clipped_values(maps, style)) {
        if (wants_colorbar) colorbar = colorbar_of(style);
    }
};

}  // namespace glimpse
