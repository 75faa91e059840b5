#include "images/codecs/apng.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <opencv2/core.hpp>
#include <string_view>
#include <vector>

#include "images/codecs/built_in.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/png_chunks.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"
#include "pixels/rounding.hpp"

namespace glimpse {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t sequence_length = 4;  // of the number that fcTL and fdAT begin with

/// What becomes of a frame's region of the canvas before the next frame.
enum class Disposal : std::uint8_t { none, background, previous };
/// How a frame is put on the canvas.
enum class Blending : std::uint8_t { source, over };

struct Frame {
    Rectangle region;
    Disposal disposal{};
    Blending blending{};
    std::vector<Bytes> data;  ///< of its image, compressed
};

struct Animation {
    Size canvas;
    int frames = 0;                    ///< as acTL says
    bool begins_with_default = false;  ///< the default image is its first frame
    std::vector<Bytes> shared;         ///< the chunks that every frame is decoded with: palette, transparency
    Bytes header;                      ///< the data of IHDR
};

std::vector<std::uint8_t> big_endian_bytes(std::size_t number) {
    return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
            static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

void append(std::vector<std::uint8_t>& out, Bytes bytes) {
    out.insert(out.end(), bytes.begin(), bytes.end());
}

void append_chunk(std::vector<std::uint8_t>& out, std::string_view type, Bytes data) {
    append(out, big_endian_bytes(data.size()));
    const std::size_t checked = out.size();
    out.insert(out.end(), type.begin(), type.end());
    append(out, data);
    append(out, big_endian_bytes(crc32_z(0, out.data() + checked, out.size() - checked)));
}

Bytes intact_data(const PngChunk& chunk) {
    require_decoding_time(chunk.length);
    if (!chunk.is_intact()) fail_corrupt("a chunk of its animation is damaged");
    return chunk.data();
}

int length_at(Bytes data, std::size_t offset) {
    const std::size_t length = big_endian(data.subspan(offset, 4));
    if (length > std::numeric_limits<int>::max()) fail_corrupt("a frame leaves its canvas");
    return static_cast<int>(length);
}

/// The chunks before the image data.
Animation read_animation(Bytes file) {
    Animation animation;
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(file, at);) {
        at += chunk->length;
        if (chunk->type == "IDAT") break;
        constexpr std::array<std::string_view, 5> looked_at{"IHDR", "acTL", "fcTL", "PLTE", "tRNS"};
        // Damage that matters is the decoder's to tell; a profile's checksum would take as long as the rest.
        if (std::ranges::find(looked_at, chunk->type) == looked_at.end() || !chunk->is_intact()) continue;
        if (chunk->type == "IHDR" && chunk->data().size() >= 8) {
            animation.header = chunk->data();
            animation.canvas = {length_at(animation.header, 0), length_at(animation.header, 4)};
        } else if (chunk->type == "acTL" && chunk->data().size() >= 8) {
            animation.frames = length_at(chunk->data(), 0);
        } else if (chunk->type == "fcTL") {
            animation.begins_with_default = true;
        } else if (chunk->type == "PLTE" || chunk->type == "tRNS") {
            animation.shared.push_back(chunk->bytes);
        }
    }
    return animation;
}

Frame frame_of(Bytes control, Size canvas) {
    constexpr std::size_t length = 26;
    if (control.size() < length) fail_corrupt("a frame has no description");
    Frame frame;
    frame.region = {length_at(control, 12), length_at(control, 16), length_at(control, 4),
                    length_at(control, 8)};
    if (frame.region.empty() || !whole(canvas).contains(frame.region))
        fail_corrupt("a frame leaves its canvas");
    if (control[24] > 2 || control[25] > 1) fail_corrupt("a frame is of an unknown kind");
    frame.disposal = static_cast<Disposal>(control[24]);
    frame.blending = static_cast<Blending>(control[25]);
    return frame;
}

/// The first `count` frames. Those of the default image are in IDAT.
std::vector<Frame> read_frames(Bytes file, const Animation& animation, std::size_t count) {
    std::vector<Frame> frames;
    std::size_t expected = 0;
    const auto require_next = [&](Bytes data) {
        if (data.size() < sequence_length || big_endian(data.first(sequence_length)) != expected++)
            fail_corrupt("the chunks of its animation are out of order");
    };
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(file, at);) {
        at += chunk->length;
        if (chunk->type == "fcTL") {
            require_next(intact_data(*chunk));
            if (frames.size() == count) break;
            frames.push_back(frame_of(chunk->data(), animation.canvas));
        } else if (chunk->type == "fdAT" && !frames.empty()) {
            require_next(intact_data(*chunk));
            frames.back().data.push_back(chunk->data().subspan(sequence_length));
        } else if (chunk->type == "IDAT" && !frames.empty()) {
            frames.back().data.push_back(intact_data(*chunk));
        }
    }
    if (frames.size() < count) fail_corrupt("its animation ends early");
    return frames;
}

/// The frame as a picture of its own.
Image decode_frame(const Frame& frame, const Animation& animation, Bytes file) {
    std::vector<std::uint8_t> png(file.begin(), file.begin() + png_signature_length);
    std::vector<std::uint8_t> header(animation.header.begin(), animation.header.end());
    std::ranges::copy(big_endian_bytes(static_cast<std::size_t>(frame.region.width)), header.begin());
    std::ranges::copy(big_endian_bytes(static_cast<std::size_t>(frame.region.height)), header.begin() + 4);
    append_chunk(png, "IHDR", header);
    for (const Bytes chunk : animation.shared) append(png, chunk);
    for (const Bytes data : frame.data) append_chunk(png, "IDAT", data);
    append_chunk(png, "IEND", {});
    const auto reader = png_codec().open(png, {.maximum_pixels = std::numeric_limits<std::int64_t>::max()});
    return {.pixels = reader->decode(whole(reader->info().size)), .alpha = reader->info().alpha};
}

cv::Mat with_alpha(const Image& image) {
    return image.alpha ? image.pixels : with_opaque_alpha(image.pixels, full_scale(image.pixels.depth()));
}

/// Porter and Duff's "over" of colours that are not multiplied by alpha: α = f + b (1 - f),
/// c = (c_f f + c_b b (1 - f)) / α.
template <typename T>
void blend_over(const cv::Mat& frame, cv::Mat& canvas) {
    constexpr double opaque = std::numeric_limits<T>::max();
    const int channels = frame.channels();
    for (int y = 0; y < frame.rows; ++y) {
        const T* front = frame.ptr<T>(y);
        T* back = canvas.ptr<T>(y);
        for (int x = 0; x < frame.cols; ++x, front += channels, back += channels) {
            const double f = front[channels - 1] / opaque;
            const double b = back[channels - 1] / opaque * (1 - f);
            if (f + b == 0) continue;
            for (int c = 0; c < channels - 1; ++c) {
                back[c] = rounded_to<T>((front[c] * f + back[c] * b) / (f + b));
            }
            back[channels - 1] = rounded_to<T>((f + b) * opaque);
        }
    }
}

void draw(const cv::Mat& picture, Blending blending, cv::Mat region) {
    if (blending == Blending::source) {
        picture.copyTo(region);
    } else if (picture.depth() == CV_8U) {
        blend_over<std::uint8_t>(picture, region);
    } else {
        blend_over<std::uint16_t>(picture, region);
    }
}

/// A header may claim any number: each frame has a description.
int described_frames(Bytes file) {
    int frames = 0;
    for (std::size_t at = png_signature_length; const auto chunk = png_chunk_at(file, at);) {
        at += chunk->length;
        frames += chunk->type == "fcTL" ? 1 : 0;
    }
    return frames;
}

}  // namespace

bool lacks_apng_frames(Bytes file) {
    const int said = read_animation(file).frames;
    return said > 0 && described_frames(file) < said;
}

int apng_pages(Bytes file) {
    const Animation animation = read_animation(file);
    if (animation.frames == 0) return 1;
    const int frames = std::min(described_frames(file), animation.frames);
    return std::max(1, animation.begins_with_default ? frames : frames + 1);
}

cv::Mat decode_apng_page(Bytes file, int page) {
    const Animation animation = read_animation(file);
    const auto count = static_cast<std::size_t>(animation.begins_with_default ? page + 1 : page);
    const std::vector<Frame> frames = read_frames(file, animation, count);
    cv::Mat canvas;
    cv::Mat before;
    for (std::size_t k = 0; k < count; ++k) {
        require_decoding_time();
        const cv::Mat picture = with_alpha(decode_frame(frames[k], animation, file));
        if (canvas.empty()) {
            canvas = cv::Mat::zeros(animation.canvas.height, animation.canvas.width, picture.type());
        }
        const cv::Mat region = canvas(rect(frames[k].region));
        // Before the first frame there is only the transparent canvas.
        const bool keeps = frames[k].disposal == Disposal::previous && k > 0;
        if (keeps) region.copyTo(before);
        draw(picture, frames[k].blending, region);
        if (k + 1 == count || frames[k].disposal == Disposal::none) continue;
        if (keeps) {
            before.copyTo(region);
        } else {
            canvas(rect(frames[k].region)).setTo(cv::Scalar::all(0));
        }
    }
    return canvas;
}

}  // namespace glimpse
