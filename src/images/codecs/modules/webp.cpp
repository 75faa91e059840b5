#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/decoded.hpp"
#include "images/codecs/exif.hpp"
#include "images/codecs/profile.hpp"
#include "images/codecs/webp_pictures.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "system/module_export.hpp"

namespace glimpse {

namespace {

struct MuxDeleter {
    void operator()(WebPMux* mux) const { WebPMuxDelete(mux); }
};
using Mux = std::unique_ptr<WebPMux, MuxDeleter>;

/// WebPData that libwebp allocated.
struct OwnedData {
    WebPData data{};
    OwnedData() = default;
    ~OwnedData() { WebPDataClear(&data); }
    OwnedData(const OwnedData&) = delete;
    OwnedData& operator=(const OwnedData&) = delete;
};

/// Null where libwebp refuses it. A file of several pictures that is no animation it refuses when it has
/// listed them all.
Mux container_of(std::span<const std::uint8_t> bytes, bool animated) {
    const std::size_t pictures = count_webp_pictures(bytes);
    if (pictures > most_webp_pictures) {
        if (!animated) return nullptr;
        throw Error("a WebP of " + std::to_string(pictures) +
                    " frames is not supported: " + std::to_string(most_webp_pictures) + " are the most");
    }
    const WebPData data{bytes.data(), bytes.size()};
    return Mux(WebPMuxCreate(&data, 0));
}

std::span<const std::uint8_t> chunk(const WebPMux* mux, const char* name) {
    WebPData data{};
    if (!mux || WebPMuxGetChunk(mux, name, &data) != WEBP_MUX_OK) return {};
    return {data.bytes, data.size};
}

class WebpReader final : public ImageReader {
  public:
    explicit WebpReader(std::span<const std::uint8_t> bytes) {
        WebPBitstreamFeatures features{};
        if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
            fail_corrupt();
        }
        const bool animated = features.has_animation != 0;
        const Mux mux = container_of(bytes, animated);
        // A reference into the bytes rather than a copy, unless the container is animated.
        picture_ = animated ? first_frame(mux.get()) : bytes;
        if (animated && WebPGetFeatures(picture_.data(), picture_.size(), &features) != VP8_STATUS_OK) {
            throw Error("the file's first frame is truncated or corrupt");
        }
        frame_region_.width = features.width;
        frame_region_.height = features.height;
        info_.size = animated ? canvas_size(mux.get()) : Size{features.width, features.height};
        if (animated && WebPMuxNumChunks(mux.get(), WEBP_CHUNK_ANMF, &info_.pages) != WEBP_MUX_OK)
            fail_corrupt();
        if (!whole(info_.size).contains(frame_region_)) fail_corrupt("a frame leaves its canvas");
        filtered_alpha_ = features.has_alpha != 0 && features.format != lossless;
        lossless_ = features.format == lossless;
        const auto profile = chunk(mux.get(), "ICCP");
        info_.icc_profile = std::vector<std::uint8_t>(profile.begin(), profile.end());
        if (const auto exif = chunk(mux.get(), "EXIF"); !exif.empty())
            info_.orientation = exif_orientation(exif);
        info_.depth = CV_8U;
        // A frame that does not fill its canvas has transparent pixels around it.
        info_.alpha = features.has_alpha != 0 || frame_region_ != whole(info_.size);
        info_.channels = info_.alpha ? 4 : 3;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        const Rectangle seen = intersection(region, frame_region_);
        if (seen == region) return decode_frame(moved(region));
        cv::Mat canvas = cv::Mat::zeros(region.height, region.width, CV_8UC(info_.channels));
        if (!seen.empty()) decode_frame(moved(seen)).copyTo(canvas(rect_in(region, seen)));
        return canvas;
    }

    /// What is decoded around the region, and the region; of a lossless picture all of its pixels in 32 bits,
    /// as of alpha that is stored so, beside its filtered plane.
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        const Rectangle above{0, 0, info_.size.width, region.bottom()};
        constexpr int lossless_bytes = 5;  // a pixel, with what predicts it
        const int planes = (lossless_ || info_.alpha ? lossless_bytes : 0) + (filtered_alpha_ ? 1 : 0);
        const std::int64_t decoded = pixel_bytes(info_, filtered_alpha_ ? above : region);
        return decoded + pixel_bytes(info_, region) + planes * whole(info_.size).area();
    }

  private:
    static constexpr int lossless = 2;  ///< of `WebPBitstreamFeatures::format`

    /// From the canvas to the frame.
    [[nodiscard]] Rectangle moved(Rectangle region) const {
        region.x -= frame_region_.x;
        region.y -= frame_region_.y;
        return region;
    }

    [[nodiscard]] cv::Mat decode_frame(const Rectangle& region) const {
        // libwebp moves odd corners to even ones, and upsamples chroma across them: decode wider, then crop.
        Rectangle wide =
            intersection({(region.x - 2) & ~1, (region.y - 2) & ~1, region.width + 6, region.height + 6},
                         {0, 0, frame_region_.width, frame_region_.height});
        // libwebp 1.2.4 undoes alpha's filter from the first wanted row on, rather than from row 0.
        if (filtered_alpha_) wide = {wide.x, 0, wide.width, wide.bottom()};
        cv::Mat out(wide.height, wide.width, CV_8UC(info_.channels));
        WebPDecoderConfig config;
        if (!WebPInitDecoderConfig(&config)) throw Error("libwebp is of another version");
        config.options.use_cropping = 1;
        config.options.crop_left = wide.x;
        config.options.crop_top = wide.y;
        config.options.crop_width = wide.width;
        config.options.crop_height = wide.height;
        config.output.colorspace = info_.alpha ? MODE_RGBA : MODE_RGB;
        config.output.is_external_memory = 1;
        config.output.u.RGBA = {out.data, static_cast<int>(out.step),
                                out.step * static_cast<std::size_t>(out.rows)};
        const VP8StatusCode status = WebPDecode(picture_.data(), picture_.size(), &config);
        WebPFreeDecBuffer(&config.output);
        if (status != VP8_STATUS_OK) fail_corrupt();
        return out(rect_in(wide, region)).clone();
    }

    static Size canvas_size(const WebPMux* mux) {
        Size size;
        if (WebPMuxGetCanvasSize(mux, &size.width, &size.height) != WEBP_MUX_OK) fail_corrupt();
        return size;
    }

    std::span<const std::uint8_t> first_frame(const WebPMux* mux) {
        WebPMuxFrameInfo frame{};
        if (!mux || WebPMuxGetFrame(mux, 1, &frame) != WEBP_MUX_OK) fail_corrupt();
        frame_.data = frame.bitstream;
        frame_region_ = {frame.x_offset, frame.y_offset, 0, 0};
        return {frame_.data.bytes, frame_.data.size};
    }

    std::span<const std::uint8_t> picture_;
    OwnedData frame_;
    Rectangle frame_region_;  ///< in the canvas
    bool filtered_alpha_ = false;
    bool lossless_ = false;
    ImageInfo info_;
};

struct AnimationDeleter {
    void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};

/// A frame of an animation after the first, on the canvas that those before it have left.
cv::Mat decode_canvas(std::span<const std::uint8_t> bytes, Size size, int page) {
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options)) throw Error("libwebp is of another version");
    const WebPData data{bytes.data(), bytes.size()};
    const std::unique_ptr<WebPAnimDecoder, AnimationDeleter> decoder(WebPAnimDecoderNew(&data, &options));
    if (!decoder) fail_corrupt();
    std::uint8_t* canvas = nullptr;
    for (int k = 0; k <= page; ++k) {
        require_decoding_time();
        int milliseconds = 0;
        if (!WebPAnimDecoderGetNext(decoder.get(), &canvas, &milliseconds)) fail_corrupt();
    }
    return cv::Mat(size.height, size.width, CV_8UC4, canvas).clone();
}

std::unique_ptr<ImageReader> frame_reader(std::span<const std::uint8_t> bytes, ImageInfo info,
                                          const CodecRequest& request) {
    constexpr int canvases = 5;  // libwebp's two, what it decodes a frame in, and ours with its channels
    auto reserved = request.reserve(canvas_memory(info, canvases), info);
    cv::Mat canvas = decode_canvas(bytes, info.size, request.page);
    if (!info.alpha) canvas = without_opaque_alpha(canvas);
    info.alpha = canvas.channels() == 4;
    return std::make_unique<DecodedReader>(std::move(canvas), std::move(info), std::move(reserved));
}

/// Lossless: extraction must not alter pixels, not even the colour of transparent ones.
OwnedData& encode_picture(const cv::Mat& pixels, OwnedData& out) {
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture)) throw Error("libwebp is of another version");
    config.lossless = 1;
    config.exact = 1;
    config.quality = 50;
    picture.use_argb = 1;
    picture.width = pixels.cols;
    picture.height = pixels.rows;
    WebPMemoryWriter writer;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    const auto import = pixels.channels() == 4 ? WebPPictureImportRGBA : WebPPictureImportRGB;
    const bool done =
        import(&picture, pixels.data, static_cast<int>(pixels.step)) && WebPEncode(&config, &picture);
    const int error = picture.error_code;
    WebPPictureFree(&picture);
    out.data = {writer.mem, writer.size};
    if (!done)
        throw Error(with_reason("webp cannot hold this image", "libwebp's error " + std::to_string(error)));
    return out;
}

/// WebP has no grey.
cv::Mat as_colour(const cv::Mat& pixels) {
    if (pixels.channels() >= 3) return pixels.isContinuous() ? pixels : pixels.clone();
    std::vector<cv::Mat> channels;
    cv::split(pixels, channels);
    std::vector<cv::Mat> colour(3, channels.front());
    if (channels.size() == 2) colour.push_back(channels.back());
    cv::Mat out;
    cv::merge(colour, out);
    return out;
}

std::vector<std::uint8_t> with_profile(const WebPData& picture,
                                       const std::vector<std::uint8_t>& icc_profile) {
    const Mux mux(WebPMuxNew());
    const WebPData profile{icc_profile.data(), icc_profile.size()};
    OwnedData assembled;
    if (!mux || WebPMuxSetImage(mux.get(), &picture, 0) != WEBP_MUX_OK ||
        WebPMuxSetChunk(mux.get(), "ICCP", &profile, 0) != WEBP_MUX_OK ||
        WebPMuxAssemble(mux.get(), &assembled.data) != WEBP_MUX_OK) {
        throw Error("libwebp cannot put the colour profile into the file");
    }
    return {assembled.data.bytes, assembled.data.bytes + assembled.data.size};
}

/// The file's container, without what stands behind it, of which libwebpmux and libwebpdemux want none. The
/// metadata come after the picture: if they were cut off, its orientation would be lost.
std::span<const std::uint8_t> whole_container(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 12) fail_corrupt();
    constexpr std::size_t header = 8;
    const std::size_t length = header + little_endian(bytes.subspan(4, 4));
    if (length > bytes.size()) fail_corrupt();
    return bytes.first(std::min(bytes.size(), length + length % 2));
}

std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> file, const CodecRequest& request) {
    const std::span<const std::uint8_t> bytes = whole_container(file);
    auto first = std::make_unique<WebpReader>(bytes);
    if (request.page == 0) return first;
    require_page(request.page, first->info().pages);
    require_pixels(first->info().size, request.maximum_pixels);
    return frame_reader(bytes, first->info(), request);
}

std::vector<std::uint8_t> encode(const Image& image, std::string_view /*extension*/) {
    const cv::Mat& pixels = image.pixels;
    if (pixels.depth() != CV_8U || !is_grey_or_colour(image))
        fail_to_hold(image, "webp", "8-bit RGB or RGBA");
    require_length(image, "webp", WEBP_MAX_DIMENSION);
    OwnedData encoded;
    encode_picture(as_colour(pixels), encoded);
    // A grey profile does not describe the RGB that grey is stored as.
    if (!is_profile_of(image.icc_profile, 3))
        return {encoded.data.bytes, encoded.data.bytes + encoded.data.size};
    return with_profile(encoded.data, image.icc_profile);
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Coder, glimpse::open, glimpse::encode);
