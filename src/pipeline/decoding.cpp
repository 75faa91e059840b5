#include "pipeline/decoding.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

#include "pipeline/decoding_plan.hpp"

namespace glimpse {

int shrink_for(std::span<const LoweredGlimpse> glimpses, int most) {
    if (glimpses.empty()) return 1;
    double least = pitch(glimpses.front().lowered);
    for (const LoweredGlimpse& glimpse : glimpses) least = std::min(least, pitch(glimpse.lowered));
    int n = 1;
    while (2 * n <= most && least >= 2 * (2 * n)) n *= 2;
    return n;
}

void shrink_maps(std::span<LoweredGlimpse> glimpses, int n) {
    for (LoweredGlimpse& glimpse : glimpses) glimpse.shrunk = shrunk(glimpse.lowered, n);
}

std::vector<GlimpsesOfPart> parts_with_glimpses(std::span<const LoweredGlimpse> glimpses, bool seekable) {
    std::vector<Rectangle> wanted;
    for (const LoweredGlimpse& glimpse : glimpses) wanted.push_back(needed(glimpse.decoded()));
    std::vector<GlimpsesOfPart> parts;
    for (const DecodedPart& planned : parts_to_decode(wanted, seekable)) {
        GlimpsesOfPart& part = parts.emplace_back(GlimpsesOfPart{planned.region, {}});
        for (const std::size_t n : planned.needed) part.glimpses.push_back(&glimpses[n]);
    }
    return parts;
}

std::vector<GlimpsesOfPart> whole_with_glimpses(std::span<const LoweredGlimpse> glimpses, Size image) {
    GlimpsesOfPart part{whole(image), {}};
    for (const LoweredGlimpse& glimpse : glimpses) part.glimpses.push_back(&glimpse);
    return {part};
}

ImageRegion decode_region(ImageReader& image, const Rectangle& region, int n) {
    const ImageInfo& info = image.info();
    if (region.empty()) return {region, cv::Mat(0, 0, CV_MAKETYPE(info.depth, info.channels)), info.alpha};
    return {region, image.decode_shrunk(region, n), info.alpha};
}

}  // namespace glimpse
