#pragma once

#include <variant>

// What the colours of attention stand for.

namespace glimpse {

/// The ends of a scale, values of attention: low < high, which float32 can hold and tell apart.
struct AttentionRange {
    double low = 0;
    double high = 1;
};

/// Each map by its own greatest attention m: 0 … m, and in diverging colours -m … m, m = max |a|.
struct OwnScale {};

/// Likewise, m being the greatest of all maps that a figure shows.
struct SharedScale {};

/// Of the attention a on a scale l … h, c = max(l, min(a, h)) is shown: what lies beyond is clipped.
///
/// A map of colours shows the one at (c - l) / (h - l). A diverging one shows that at ½ + c / (2 max(|l|,
/// |h|)), so that 0 is always in its middle, and both signs have equal steps. How strongly attention is shown
/// is v = |c - z| / max(h - z, z - l), z = max(l, min(0, h)): 0 where there is none, 1 at the farther end.
using AttentionScale = std::variant<OwnScale, SharedScale, AttentionRange>;

}  // namespace glimpse
