#pragma once

#include <span>
#include <vector>

#include "pipeline/lowering.hpp"

namespace glimpse {

/// A region that is decoded in one go, and the glimpses that are read from it.
struct GlimpsesOfPart {
    Rectangle region;
    std::vector<const LoweredGlimpse*> glimpses;
};

/// The factor n by which the image may be decoded smaller: the largest power of two with n ≤ `most` for which
/// every glimpse shrinks by at least 2n. 1 without glimpses.
int shrink_for(std::span<const LoweredGlimpse> glimpses, int most);

/// Gives each glimpse its map for the image shrunk n times, n > 1.
void shrink_maps(std::span<LoweredGlimpse> glimpses, int n);

/// The parts of an image that hold what the glimpses need (`parts_to_decode`), in coordinates of the shrunk
/// image where their maps are for that.
std::vector<GlimpsesOfPart> parts_with_glimpses(std::span<const LoweredGlimpse> glimpses, bool seekable);

/// The image as its only part.
std::vector<GlimpsesOfPart> whole_with_glimpses(std::span<const LoweredGlimpse> glimpses, Size image);

/// Decodes a region, which may be empty, of the image shrunk n times.
ImageRegion decode_region(ImageReader& image, const Rectangle& region, int n);

}  // namespace glimpse
