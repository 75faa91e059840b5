#include "pipeline/decoding.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

#include "pipeline/decoding_plan.hpp"
#include "pixels/block_means.hpp"

namespace glimpse {

namespace {

/// How a picture is decoded: shrunk `by_format` times, some rows at a time, and `further` times by means.
struct PictureDecoding {
    int by_format;
    int further;
    Size decoded;  ///< all of it, shrunk by the format
    int rows;      ///< at a time

    [[nodiscard]] Rectangle portion(int first) const {
        return {0, first, decoded.width, std::min(rows, decoded.height - first)};
    }
};

PictureDecoding picture_decoding(const ImageInfo& info, int n) {
    PictureDecoding how{};
    how.by_format = std::min(n, info.maximum_shrink);
    how.further = n / how.by_format;
    how.decoded = shrunk(info.size, how.by_format);
    const int rows = rows_at_once(info, how.decoded.height);
    how.rows = how.further == 1 ? how.decoded.height : std::max(how.further, rows);
    return how;
}

}  // namespace

int rows_at_once(const ImageInfo& info, int height) {
    constexpr int some_rows = 512;
    return info.seekable ? some_rows : height;
}

int shrink_for(std::span<const LoweredGlimpse> glimpses, int most) {
    // A mean over pixels is no longer one of E(-n, I).
    const auto bends = [](const LoweredGlimpse& glimpse) { return bool(glimpse.lowered.transition); };
    if (glimpses.empty() || std::ranges::any_of(glimpses, bends)) return 1;
    double least = pitch(glimpses.front().lowered);
    for (const LoweredGlimpse& glimpse : glimpses) least = std::min(least, pitch(glimpse.lowered));
    int n = 1;
    while (2 * n <= most && least >= 2 * (2 * n)) n *= 2;
    return n;
}

void shrink_maps(std::span<LoweredGlimpse> glimpses, int n) {
    for (LoweredGlimpse& glimpse : glimpses) {
        glimpse.shrunk = std::make_unique<const Lowered>(shrunk(glimpse.lowered, n));
    }
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

std::int64_t decoding_memory(const ImageReader& image, std::span<const GlimpsesOfPart> parts, int n) {
    std::int64_t most = 0;
    for (const GlimpsesOfPart& part : parts) {
        if (part.region.empty()) continue;
        most = std::max(
            most, image.decoding_memory(part.region, n) + premultiplied_bytes(image.info(), part.region));
    }
    return most;
}

int shrink_for_picture(Size image, int longest) {
    int n = 1;
    constexpr int most = 1 << 30;
    for (Size size = image; std::max(size.width, size.height) > longest && n < most; size = shrunk(image, n))
        n *= 2;
    return n;
}

int shrink_to_fill(Size image, Size place) {
    const auto fills = [&](int n) {
        const Size size = shrunk(image, n);
        return size.width >= place.width && size.height >= place.height;
    };
    int n = 1;
    while (2 * n <= std::max(image.width, image.height) && fills(2 * n)) n *= 2;
    return n;
}

int shrink_to_fit(Size image, int longest) {
    return shrink_to_fill(image, image.width >= image.height ? Size{longest, 1} : Size{1, longest});
}

cv::Mat decode_picture(ImageReader& image, int n) {
    const ImageInfo& info = image.info();
    const PictureDecoding how = picture_decoding(info, n);
    if (how.further == 1) return image.decode_shrunk(whole(how.decoded), how.by_format);
    const Size size = shrunk(info.size, n);
    cv::Mat picture(size.height, size.width, CV_MAKETYPE(info.depth, info.channels));
    for (int y = 0; y < how.decoded.height; y += how.rows) {
        const cv::Mat decoded = image.decode_shrunk(how.portion(y), how.by_format);
        const cv::Mat means = block_means(decoded, how.further, info.alpha);
        means.copyTo(picture.rowRange(y / how.further, y / how.further + means.rows));
    }
    return picture;
}

std::int64_t drawing_memory(const ImageInfo& image, int n, FigureFormat format) {
    // Bytes a pixel: as it is shown and as it is drawn, with the attention on it.
    constexpr std::int64_t pixels = 3;
    constexpr std::int64_t drawn = 2 * pixels + attention_bytes;
    // After that, of a panel with a glimpse of all of the image: two pictures, for PDF in words of 4 bytes,
    // their file, which is no smaller where they are noise, while it grows to twice its size, and its copy.
    constexpr std::int64_t words = 4;
    constexpr std::int64_t embedded = 2 * pixels + 2 * words + 2 * (2 * pixels) + pixels;
    const Rectangle picture = whole(shrunk(image.size, n));
    return pixel_bytes(image, picture) +
           bounded_product(format == FigureFormat::png ? drawn : embedded, picture.area());
}

std::int64_t picture_memory(const ImageReader& image, int n, FigureFormat format) {
    const PictureDecoding how = picture_decoding(image.info(), n);
    std::int64_t decoding = 0;
    for (int y = 0; y < how.decoded.height; y += how.rows) {
        decoding = std::max(decoding, image.decoding_memory(how.portion(y), how.by_format));
    }
    return decoding + drawing_memory(image.info(), n, format);
}

ImageRegion decode_region(ImageReader& image, const Rectangle& region, int n) {
    const ImageInfo& info = image.info();
    if (region.empty()) return {region, cv::Mat(0, 0, CV_MAKETYPE(info.depth, info.channels)), info.alpha};
    return {region, image.decode_shrunk(region, n), info.alpha};
}

}  // namespace glimpse
