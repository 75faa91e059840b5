#include "pipeline/glimpse_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/reading.hpp"

namespace glimpse {

namespace {

/// What is read together.
struct Portion {
    GlimpseSpan glimpses;
    std::span<const Lowered* const> lowered;
    const ImageRegion& image;
    int depth;

    /// Tells each glimpse's report how many of its values are clipped.
    [[nodiscard]] std::vector<cv::Mat> read(const Backend& device) const {
        std::vector<std::int64_t> saturated(lowered.size());
        std::vector<cv::Mat> pixels = read_glimpses(device, lowered, image, depth, saturated);
        for (std::size_t k = 0; k < glimpses.size(); ++k) glimpses[k]->report->saturated = saturated[k];
        return pixels;
    }
};

/// One by one, so that a glimpse too large for the memory fails alone.
std::vector<cv::Mat> read_each(const Backend& device, const Portion& portion) {
    std::vector<cv::Mat> pixels(portion.glimpses.size());
    for (std::size_t k = 0; k < pixels.size(); ++k) {
        const Portion one{portion.glimpses.subspan(k, 1), portion.lowered.subspan(k, 1), portion.image,
                          portion.depth};
        guarded(*portion.glimpses[k]->report, [&] { pixels[k] = one.read(device).front(); });
    }
    return pixels;
}

/// What a device failed at: together on another one, which may have more memory, and else one by one.
std::vector<cv::Mat> read_again(const Backend& device, bool is_another, const Portion& portion) {
    if (is_another) {
        try {
            return portion.read(device);
        } catch (const std::exception&) {
            // Which of them fail, and why, each says itself.
        }
    }
    return read_each(device, portion);
}

}  // namespace

std::size_t portion_of(GlimpseSpan glimpses, int channels) {
    constexpr std::int64_t most_values = std::int64_t{1} << 25;
    std::int64_t values = 0;
    std::size_t count = 0;
    while (count < glimpses.size() && (count == 0 || values < most_values)) {
        values += glimpses[count++]->lowered.map.glimpse.area() * channels;
    }
    return count;
}

void GlimpseReader::read(GlimpseSpan glimpses, const ImageRegion& image, int depth, const Take& take) {
    std::vector<const Lowered*> lowered;
    lowered.reserve(glimpses.size());
    for (const LoweredGlimpse* glimpse : glimpses) lowered.push_back(&glimpse->decoded());
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const Backend* device = &backend_.for_reading(maps, image, depth_of_reading(lowered, depth));
    std::unique_ptr<const Backend> holding;  // the image, where one portion is not all
    for (std::size_t begin = 0; begin < glimpses.size();) {
        const std::size_t count = portion_of(glimpses.subspan(begin), image.pixels.channels());
        const Portion portion{glimpses.subspan(begin, count),
                              std::span<const Lowered* const>(lowered).subspan(begin, count), image, depth};
        std::vector<cv::Mat> pixels;
        try {
            if (begin == 0 && count < glimpses.size()) holding = device->holding(image, maps);
            pixels = portion.read(holding ? *holding : *device);
        } catch (...) {
            holding.reset();
            const Backend* const failed = std::exchange(device, &backend_.fallback_for(*device));
            pixels = read_again(*device, device != failed, portion);
        }
        for (std::size_t k = 0; k < count; ++k) {
            if (!pixels[k].empty()) devices_.insert(device->reader_of(*maps[begin + k]));
        }
        take(portion.glimpses, pixels);
        begin += count;
    }
}

}  // namespace glimpse
