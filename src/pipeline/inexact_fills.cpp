#include "pipeline/inexact_fills.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <variant>
#include <vector>

#include "images/output_format.hpp"
#include "pixels/alpha.hpp"

namespace glimpse {

void tell_inexact_fills(std::span<const LoweredGlimpse> glimpses, const std::string& format, int depth,
                        FinishedJob& done) {
    if (is_array_format(format) || depth == CV_32F) return;
    const auto is_inexact = [white = full_scale(depth)](double value) {
        return value < 0 || value > white || value != std::floor(value);
    };
    for (const LoweredGlimpse& glimpse : glimpses) {
        const auto* const fill = std::get_if<Constant>(&glimpse.lowered.fill);
        if (!fill || glimpse.report->inside >= 1) continue;
        const std::vector<double>& values = fill->values.get();
        const auto found = std::ranges::find_if(values, is_inexact);
        if (found == values.end()) continue;
        InexactFills& inexact = done.inexact_fills;
        if (inexact.count++ == 0) {
            inexact.first = glimpse.glimpse->id;
            inexact.value = *found;
        }
    }
}

}  // namespace glimpse
