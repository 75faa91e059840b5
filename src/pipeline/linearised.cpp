#include "pipeline/linearised.hpp"

#include <memory>

#include "backends/cpu.hpp"
#include "glimpses/transition_reading.hpp"
#include "pipeline/decoding.hpp"

namespace glimpse {

void linearise(Lowered& lowered, ImageReader& image) {
    if (!lowered.transition) return;
    const ImageRegion decoded = decode_region(image, needed(lowered), 1);
    lowered.linearised =
        std::make_shared<const ImageRegion>(linearised_attention(CpuBackend(), lowered, decoded));
}

void linearise(Lowered& lowered, const ImageSource& source, const OpenOptions& open) {
    if (!lowered.transition) return;
    OpenOptions options = open;
    options.memory = {};
    linearise(lowered, *source.open(options));
}

}  // namespace glimpse
