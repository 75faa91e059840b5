#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "glimpse/figure.hpp"
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

/// The parts of an image that hold what the glimpses need (`parts_to_decode`), in coordinates of the image
/// that `LoweredGlimpse::decoded` is for.
std::vector<GlimpsesOfPart> parts_with_glimpses(std::span<const LoweredGlimpse> glimpses, bool seekable);

/// The image as its only part.
std::vector<GlimpsesOfPart> whole_with_glimpses(std::span<const LoweredGlimpse> glimpses, Size image);

/// The bytes that decoding any of the parts of the image shrunk n times, and reading glimpses from it, holds
/// at most.
std::int64_t decoding_memory(const ImageReader& image, std::span<const GlimpsesOfPart> parts, int n);

/// How many times an image is shrunk for a picture of it: by the least power of two that takes its longer
/// side to at most so many pixels.
int shrink_for_picture(Size image, int longest);

/// How many times an image is shrunk for a place of that size: by the greatest power of two with which it
/// still fills it along both axes, or 1.
int shrink_to_fill(Size image, Size place);

/// Likewise for a picture that is to be fitted to so many pixels along its longer side.
int shrink_to_fit(Size image, int longest);

/// How many rows of an image of that height are decoded at a time, where not all are wanted together: enough
/// for a row of tiles; without tiles or strips each portion would be decoded from the top.
int rows_at_once(const ImageInfo& info, int height);

/// The image shrunk n times, a power of two, for a picture: as the format decodes it smaller, and the means
/// of blocks of that. What a format decodes by its tiles or strips is decoded some rows at a time.
cv::Mat decode_picture(ImageReader& image, int n);

/// The bytes a pixel of a picture that drawing attention on it takes: that of all, and that of one.
inline constexpr std::int64_t attention_bytes = 13;

/// The bytes of the picture of an image shrunk n times, and of the figures in that format that show it.
std::int64_t drawing_memory(const ImageInfo& image, int n, FigureFormat format = FigureFormat::png);

/// The bytes that `decode_picture` holds at most, and `drawing_memory`.
std::int64_t picture_memory(const ImageReader& image, int n, FigureFormat format = FigureFormat::png);

/// Decodes a region, which may be empty, of the image shrunk n times.
ImageRegion decode_region(ImageReader& image, const Rectangle& region, int n);

}  // namespace glimpse
