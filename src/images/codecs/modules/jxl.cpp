#include <jxl/color_encoding.h>
#include <jxl/decode.h>
#include <jxl/version.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <set>
#include <string_view>

#include "glimpse/error.hpp"
#include "images/codecs/boxes.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "system/module_export.hpp"

// JPEG XL (ISO/IEC 18181). libjxl decodes all of a picture, whose parts depend on one another.

namespace glimpse {

namespace {

struct DecoderDeleter {
    void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};

/// A file that is decoded once, event by event.
class Decoder {
  public:
    Decoder(std::span<const std::uint8_t> bytes, int events) : decoder_(JxlDecoderCreate(nullptr)) {
        if (!decoder_) throw std::bad_alloc();
        require(JxlDecoderSubscribeEvents(decoder_.get(), events));
        require(JxlDecoderSetKeepOrientation(decoder_.get(), JXL_TRUE));
        require(JxlDecoderSetUnpremultiplyAlpha(decoder_.get(), JXL_TRUE));
        require(JxlDecoderSetInput(decoder_.get(), bytes.data(), bytes.size()));
    }

    [[nodiscard]] JxlDecoder* get() const { return decoder_.get(); }

    /// The next event, or `JXL_DEC_SUCCESS` at the end. Throws `Error` for a damaged file.
    [[nodiscard]] JxlDecoderStatus next() {
        require_decoding_time();
        const JxlDecoderStatus status = JxlDecoderProcessInput(decoder_.get());
        if (status == JXL_DEC_ERROR || status == JXL_DEC_NEED_MORE_INPUT) fail_corrupt();
        return status;
    }

    static void require(JxlDecoderStatus status) {
        if (status != JXL_DEC_SUCCESS) fail_corrupt();
    }

  private:
    std::unique_ptr<JxlDecoder, DecoderDeleter> decoder_;
};

/// What libjxl holds at once, in pixels: the largest layer, which may reach beyond the picture, and pictures
/// that later layers are laid on, in four places. It does not tell of layers that are never shown, of which
/// patches are taken.
class Layers {
  public:
    explicit Layers(std::int64_t picture) : picture_(picture), largest_(picture) {}

    void add(const JxlFrameHeader& frame) {
        const JxlLayerInfo& layer = frame.layer_info;
        largest_ = std::max(largest_, bounded_product(std::int64_t{layer.xsize}, std::int64_t{layer.ysize}));
        const bool is_kept =
            frame.is_last == JXL_FALSE && (layer.save_as_reference != 0 || frame.duration == 0);
        if (is_kept) kept_.insert(layer.save_as_reference);
    }

    [[nodiscard]] std::int64_t largest() const { return largest_; }
    [[nodiscard]] std::int64_t kept() const {
        return bounded_product(static_cast<std::int64_t>(kept_.size()), picture_);
    }

  private:
    std::int64_t picture_;
    std::int64_t largest_;
    std::set<std::uint32_t> kept_;
};

/// Whether colours are sRGB, or grey of its transfer function: what pixels without a profile are taken for.
bool is_srgb(const JxlColorEncoding& colours) {
    const bool white = colours.white_point == JXL_WHITE_POINT_D65;
    const bool curve = colours.transfer_function == JXL_TRANSFER_FUNCTION_SRGB;
    const bool grey = colours.color_space == JXL_COLOR_SPACE_GRAY;
    const bool rgb = colours.color_space == JXL_COLOR_SPACE_RGB && colours.primaries == JXL_PRIMARIES_SRGB;
    return white && curve && (grey || rgb);
}

/// Asks for sRGB where the file has a profile that libjxl does not carry out, of lossy compression: it would
/// give linear light, of which 8 bits hold few dark levels.
void prefer_srgb(JxlDecoder* decoder) {
    JxlBasicInfo basic;
    Decoder::require(JxlDecoderGetBasicInfo(decoder, &basic));
    if (basic.uses_original_profile != JXL_FALSE || basic.exponent_bits_per_sample > 0) return;
    const auto target = JXL_COLOR_PROFILE_TARGET_ORIGINAL;
    JxlColorEncoding colours;
#if JPEGXL_NUMERIC_VERSION >= JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
    const auto is_encoded = JxlDecoderGetColorAsEncodedProfile(decoder, target, &colours);
#else
    const auto is_encoded = JxlDecoderGetColorAsEncodedProfile(decoder, nullptr, target, &colours);
#endif
    if (is_encoded == JXL_DEC_SUCCESS) return;
    JxlColorEncoding srgb{};
    srgb.color_space = basic.num_color_channels == 1 ? JXL_COLOR_SPACE_GRAY : JXL_COLOR_SPACE_RGB;
    srgb.white_point = JXL_WHITE_POINT_D65;
    srgb.primaries = JXL_PRIMARIES_SRGB;
    srgb.transfer_function = JXL_TRANSFER_FUNCTION_SRGB;
    srgb.rendering_intent = JXL_RENDERING_INTENT_RELATIVE;
    Decoder::require(JxlDecoderSetPreferredColorProfile(decoder, &srgb));
}

/// The profile of the decoded pixels, which may not be the original's.
std::vector<std::uint8_t> profile_of(const JxlDecoder* decoder) {
    const auto target = JXL_COLOR_PROFILE_TARGET_DATA;
    JxlColorEncoding colours;
    std::size_t size = 0;
#if JPEGXL_NUMERIC_VERSION >= JPEGXL_COMPUTE_NUMERIC_VERSION(0, 9, 0)
    const bool is_encoded = JxlDecoderGetColorAsEncodedProfile(decoder, target, &colours) == JXL_DEC_SUCCESS;
    if (is_encoded && is_srgb(colours)) return {};
    if (JxlDecoderGetICCProfileSize(decoder, target, &size) != JXL_DEC_SUCCESS) return {};
    std::vector<std::uint8_t> profile(size);
    Decoder::require(JxlDecoderGetColorAsICCProfile(decoder, target, profile.data(), size));
#else
    const bool is_encoded =
        JxlDecoderGetColorAsEncodedProfile(decoder, nullptr, target, &colours) == JXL_DEC_SUCCESS;
    if (is_encoded && is_srgb(colours)) return {};
    if (JxlDecoderGetICCProfileSize(decoder, nullptr, target, &size) != JXL_DEC_SUCCESS) return {};
    std::vector<std::uint8_t> profile(size);
    Decoder::require(JxlDecoderGetColorAsICCProfile(decoder, nullptr, target, profile.data(), size));
#endif
    return profile;
}

class JxlReader final : public ImageReader {
  public:
    JxlReader(std::span<const std::uint8_t> bytes, int page) : bytes_(bytes), page_(page) {
        Decoder decoder(bytes, JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING | JXL_DEC_FRAME);
        Decoder::require(JxlDecoderSetCoalescing(decoder.get(), JXL_FALSE));
        info_.pages = 0;
        std::optional<Layers> layers;
        for (JxlDecoderStatus event{}; (event = decoder.next()) != JXL_DEC_SUCCESS;) {
            if (event == JXL_DEC_BASIC_INFO) {
                describe(decoder.get());
                layers.emplace(whole(info_.size).area());
            }
            if (event == JXL_DEC_COLOR_ENCODING) {
                prefer_srgb(decoder.get());
                info_.icc_profile = profile_of(decoder.get());
            }
            if (event == JXL_DEC_FRAME) count(decoder.get(), *layers);
        }
        require_page(page, info_.pages);
        const std::int64_t channels = std::max(info_.channels, 3);
        libjxl_bytes_ = bounded_product(bytes_a_channel * channels, layers->largest()) +
                        bounded_product(bytes_a_kept_channel * channels, layers->kept());
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        if (all_.empty()) decode_all();
        return all_(rect(region)).clone();
    }

    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        const Rectangle all = whole(info_.size);
        return pixel_bytes(info_, region) + pixel_bytes(info_, all) + libjxl_bytes_;
    }

  private:
    /// libjxl decodes in planes of float32, and keeps some of them; three of greys, too.
    static constexpr std::int64_t bytes_a_channel = 3 * sizeof(float);
    static constexpr std::int64_t bytes_a_kept_channel = sizeof(float);
    /// A layer that ends a page: the last, or one that is shown for some time.
    void count(const JxlDecoder* decoder, Layers& layers) {
        JxlFrameHeader frame;
        Decoder::require(JxlDecoderGetFrameHeader(decoder, &frame));
        layers.add(frame);
        if (frame.is_last != JXL_FALSE || frame.duration > 0) ++info_.pages;
    }

    void describe(const JxlDecoder* decoder) {
        JxlBasicInfo basic;
        Decoder::require(JxlDecoderGetBasicInfo(decoder, &basic));
        constexpr std::uint32_t largest = std::numeric_limits<int>::max();
        if (basic.xsize > largest || basic.ysize > largest) throw Error("the image is too large");
        const bool alpha = basic.alpha_bits > 0;
        if (basic.num_extra_channels != (alpha ? 1 : 0)) {
            throw Error("a JPEG XL picture with channels beside its colours and alpha is not supported");
        }
        const bool floats = basic.exponent_bits_per_sample > 0;
        const std::uint32_t bits = std::max(basic.bits_per_sample, basic.alpha_bits);
        constexpr std::uint32_t most_bits = 16;
        if (!floats && bits > most_bits) {
            throw Error("a JPEG XL picture of " + std::to_string(bits) + " bits a sample is not supported");
        }
        info_.size = {static_cast<int>(basic.xsize), static_cast<int>(basic.ysize)};
        info_.depth = floats ? CV_32F : bits > 8 ? CV_16U : CV_8U;
        info_.channels = static_cast<int>(basic.num_color_channels) + (alpha ? 1 : 0);
        info_.alpha = alpha;
        info_.orientation = basic.orientation;
    }

    [[nodiscard]] JxlPixelFormat format() const {
        const JxlDataType type = info_.depth == CV_8U    ? JXL_TYPE_UINT8
                                 : info_.depth == CV_16U ? JXL_TYPE_UINT16
                                                         : JXL_TYPE_FLOAT;
        return {static_cast<std::uint32_t>(info_.channels), type, JXL_NATIVE_ENDIAN, 0};
    }

    void decode_all() {
        Decoder decoder(bytes_, JXL_DEC_COLOR_ENCODING | JXL_DEC_FULL_IMAGE);
        JxlDecoderSkipFrames(decoder.get(), static_cast<std::size_t>(page_));
        cv::Mat pixels(info_.size.height, info_.size.width, CV_MAKETYPE(info_.depth, info_.channels));
        for (JxlDecoderStatus event{}; (event = decoder.next()) != JXL_DEC_FULL_IMAGE;) {
            if (event == JXL_DEC_COLOR_ENCODING) {
                prefer_srgb(decoder.get());
                continue;
            }
            if (event != JXL_DEC_NEED_IMAGE_OUT_BUFFER) fail_corrupt();
            const JxlPixelFormat wanted = format();
            Decoder::require(JxlDecoderSetImageOutBuffer(decoder.get(), &wanted, pixels.data,
                                                         pixels.total() * pixels.elemSize()));
        }
        all_ = pixels;
    }

    std::span<const std::uint8_t> bytes_;
    int page_;
    std::int64_t libjxl_bytes_ = 0;
    cv::Mat all_;
    ImageInfo info_;
};

std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes, const CodecRequest& request) {
    return std::make_unique<JxlReader>(bytes, request.page);
}

/// The offset behind the last frame's data, of which nothing is decoded.
std::size_t end_of_frames(std::span<const std::uint8_t> bytes) {
    Decoder decoder(bytes, JXL_DEC_FULL_IMAGE);
    JxlDecoderSkipFrames(decoder.get(), std::numeric_limits<std::size_t>::max());
    if (decoder.next() != JXL_DEC_SUCCESS) fail_corrupt();
    return bytes.size() - JxlDecoderReleaseInput(decoder.get());
}

/// A container is a file of boxes, among which there may be some behind the frames.
std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) {
    if (bytes[0] == 0xFF) return end_of_frames(bytes);
    return boxes_length(bytes, [&](std::string_view, std::span<const std::uint8_t> content) {
        const std::size_t end = end_of_frames(bytes);
        const auto begin = static_cast<std::size_t>(content.data() - bytes.data());
        return end >= begin ? std::optional(end - begin) : std::nullopt;  // of another box than the frames'
    });
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Coder, glimpse::open, nullptr, glimpse::length);
