#include <spng.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <new>
#include <opencv2/core.hpp>
#include <optional>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/apng.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/byte_order.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/decoded.hpp"
#include "images/codecs/exif.hpp"
#include "images/codecs/lengths.hpp"
#include "images/codecs/png_chunks.hpp"
#include "images/codecs/png_palette.hpp"
#include "images/codecs/png_profile.hpp"
#include "images/codecs/png_raw_profile.hpp"
#include "images/codecs/profile.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

/// Photographs repeat little after Paeth's filter: run-length coding is a few times as fast as zlib's default
/// search for matches, and files are no larger.
constexpr int compression_strategy = Z_RLE;
constexpr int row_filter = SPNG_FILTER_CHOICE_PAETH;

/// Of an animation's frame: the canvas, what it was before, a picture as decoded and with alpha, its
/// channels.
constexpr int decoded_canvases = 5;

/// A text that inflates to more is refused.
constexpr std::size_t largest_chunk = std::size_t{64} << 20;

struct ContextDeleter {
    void operator()(spng_ctx* context) const { spng_ctx_free(context); }
};
using Context = std::unique_ptr<spng_ctx, ContextDeleter>;

void require(int status) {
    if (status == SPNG_EMEM) throw std::bad_alloc();
    if (status != 0) fail_corrupt(spng_strerror(status));
}

int read_chunks(spng_ctx* /*context*/, void* chunks, void* out, std::size_t length) {
    const bool done = static_cast<PngChunks*>(chunks)->read({static_cast<std::uint8_t*>(out), length});
    return done ? 0 : SPNG_IO_EOF;
}

/// A file to be decoded once.
class Decoder {
  public:
    explicit Decoder(std::span<const std::uint8_t> bytes) : chunks_(bytes), context_(spng_ctx_new(0)) {
        if (!context_) throw std::bad_alloc();
        require(spng_set_chunk_limits(context_.get(), largest_chunk, 2 * largest_chunk));
        require(spng_set_png_stream(context_.get(), read_chunks, &chunks_));
    }
    Decoder(const Decoder&) = delete;  // libspng keeps the address of the chunks
    Decoder& operator=(const Decoder&) = delete;

    [[nodiscard]] spng_ctx* context() const { return context_.get(); }

    [[nodiscard]] bool has_transparency() const { return chunks_.have_transparency(); }

    /// To be called behind rows above the last.
    void verify() const { chunks_.verify(); }

    /// Reads what comes after the last row, its checksum above all.
    void finish() {
        const int status = spng_decode_chunks(context_.get());
        if (status != SPNG_IO_EOF || !chunks_.lacks_only_the_end()) require(status);
    }

  private:
    PngChunks chunks_;
    Context context_;
};

/// Which of libspng's formats gives the file's own channels in 8 or 16 bits.
struct Layout {
    int format;
    int stored_channels;  ///< as libspng delivers them
    int channels;
    int depth;
};

Layout layout_of(const spng_ihdr& header, bool transparency) {
    const int depth = header.bit_depth == 16 ? CV_16U : CV_8U;
    const int rgba = depth == CV_16U ? SPNG_FMT_RGBA16 : SPNG_FMT_RGBA8;
    switch (header.color_type) {
        case SPNG_COLOR_TYPE_GRAYSCALE:
            // Grey with a transparent value comes as RGBA, of which one colour and alpha are kept.
            if (transparency) return {rgba, 4, 2, depth};
            return depth == CV_16U ? Layout{SPNG_FMT_PNG, 1, 1, depth} : Layout{SPNG_FMT_G8, 1, 1, depth};
        case SPNG_COLOR_TYPE_GRAYSCALE_ALPHA:
            return {SPNG_FMT_PNG, 2, 2, depth};
        case SPNG_COLOR_TYPE_TRUECOLOR_ALPHA:
            return {SPNG_FMT_PNG, 4, 4, depth};
        case SPNG_COLOR_TYPE_TRUECOLOR:
            return transparency ? Layout{rgba, 4, 4, depth} : Layout{SPNG_FMT_PNG, 3, 3, depth};
        default:  // indices, to which the palette is applied here
            return {SPNG_FMT_PNG, 1, transparency ? 4 : 3, CV_8U};
    }
}

/// Of the optional chunks before the image data, those that matter.
struct Metadata {
    bool transparency = false;
    int orientation = 1;
};

/// Throws for a chunk that is damaged.
bool is_there(int status) {
    if (status != SPNG_ECHUNKAVAIL) require(status);
    return status == 0;
}

/// Reads the transparent colour or palette; false where there is none. "If the image bit depth is less than
/// 16 bits, the least significant bits are used" of a grey (PNG, 11.3.2.1), all of which libspng would
/// compare.
bool read_transparency(spng_ctx* context) {
    spng_trns transparency{};
    if (!is_there(spng_get_trns(context, &transparency))) return false;
    spng_ihdr header{};
    require(spng_get_ihdr(context, &header));
    if (header.color_type == SPNG_COLOR_TYPE_GRAYSCALE && header.bit_depth < 16) {
        transparency.gray &= static_cast<std::uint16_t>((1U << header.bit_depth) - 1);
        require(spng_set_trns(context, &transparency));
    }
    return true;
}

Metadata read_metadata(spng_ctx* context) {
    Metadata metadata;
    metadata.transparency = read_transparency(context);
    spng_exif exif{};
    if (is_there(spng_get_exif(context, &exif))) {
        metadata.orientation =
            exif_orientation({reinterpret_cast<const std::uint8_t*>(exif.data), exif.length});
    }
    return metadata;
}

void keep_grey_and_alpha(const std::uint8_t* rgba, std::uint8_t* out, int pixels, std::size_t bytes) {
    for (int x = 0; x < pixels; ++x, rgba += 4 * bytes, out += 2 * bytes) {
        std::copy_n(rgba, bytes, out);
        std::copy_n(rgba + 3 * bytes, bytes, out + bytes);
    }
}

class PngReader final : public ImageReader {
  public:
    explicit PngReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
        if (const auto first = png_chunk_at(bytes, png_signature_length); first && first->type == "CgBI")
            throw Error("a PNG that Xcode has made for iPhones (CgBI) is not read; save it as PNG again");
        const Decoder decoder(bytes);
        require(spng_get_ihdr(decoder.context(), &header_));
        constexpr std::uint32_t largest = std::numeric_limits<int>::max();
        if (header_.width > largest || header_.height > largest) throw Error("the image is too large");
        const Metadata metadata = read_metadata(decoder.context());
        const bool has_alpha = (header_.color_type & SPNG_COLOR_TYPE_GRAYSCALE_ALPHA) != 0;
        // libspng passes over a chunk that cannot be, without an error.
        doubts_.lacks_transparency = decoder.has_transparency() && !metadata.transparency && !has_alpha;
        layout_ = layout_of(header_, metadata.transparency);
        if (header_.color_type == SPNG_COLOR_TYPE_INDEXED) {
            palette_.emplace(decoder.context(), header_.bit_depth, metadata.transparency);
        }
        // Of a palette it is applied with the colours.
        applied_by_decoder_ = metadata.transparency && !palette_;
        info_.size = {static_cast<int>(header_.width), static_cast<int>(header_.height)};
        info_.depth = layout_.depth;
        info_.channels = layout_.channels;
        info_.alpha = layout_.channels % 2 == 0;
        info_.orientation = metadata.orientation;
        if (info_.orientation == 1) {
            const auto late =
                find_chunk_at_end(bytes, "eXIf", PngChunk::type_offset, [](const PngChunk&) { return true; });
            info_.orientation = late && !late->data().empty() ? exif_orientation(late->data())
                                                              : exif_orientation(raw_exif_profile(bytes));
        }
        info_.icc_profile = png_profile(bytes);
        info_.pages = apng_pages(bytes);
        info_.lacks_pages = lacks_apng_frames(bytes);
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }
    [[nodiscard]] Doubts doubts() const override { return doubts_; }

    cv::Mat decode(const Rectangle& region) override {
        require_enough_bytes();
        Decoder decoder(bytes_);
        spng_ctx* const context = decoder.context();
        if (applied_by_decoder_) static_cast<void>(read_transparency(context));
        const int flags = SPNG_DECODE_PROGRESSIVE | (applied_by_decoder_ ? SPNG_DECODE_TRNS : 0);
        require(spng_decode_image(context, nullptr, 0, layout_.format, flags));
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        if (header_.interlace_method != SPNG_INTERLACE_NONE) {
            decode_interlaced(context, region, out);
        } else {
            decode_rows(context, region, out);
        }
        region.bottom() == info_.size.height ? decoder.finish() : decoder.verify();
        return out;
    }

    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        constexpr std::int64_t few = 3;  // libspng's two, and ours
        const std::int64_t rows =
            header_.interlace_method != SPNG_INTERLACE_NONE ? header_.height + few : few;
        return pixel_bytes(info_, region) + bounded_product(rows, static_cast<std::int64_t>(row_bytes()));
    }

  private:
    /// A header alone must not cause a large allocation.
    void require_enough_bytes() const {
        constexpr std::uint64_t best_ratio = 1032;  // of zlib's format
        const std::uint64_t pixels = std::uint64_t{header_.width} * header_.height;
        if (pixels / 8 * header_.bit_depth > best_ratio * bytes_.size()) {
            fail_corrupt("it is too short for its size");
        }
    }

    [[nodiscard]] std::size_t sample_bytes() const { return info_.depth == CV_16U ? 2 : 1; }
    [[nodiscard]] std::size_t row_bytes() const {
        if (palette_) return palette_->row_bytes(header_.width);
        return std::size_t{header_.width} * static_cast<std::size_t>(layout_.stored_channels) *
               sample_bytes();
    }

    /// Rows come from the top; nothing below the region is inflated.
    void decode_rows(spng_ctx* context, const Rectangle& region, cv::Mat& out) const {
        std::vector<std::uint8_t> row(row_bytes());
        for (int y = 0; y < region.bottom(); ++y) {
            // The last row's status is SPNG_EOI, which is no failure.
            const int status = spng_decode_row(context, row.data(), row.size());
            if (status != SPNG_EOI) require(status);
            require_decoding_time(row.size());
            if (y >= region.y) copy_row(row.data(), region, out.ptr(y - region.y));
        }
    }

    /// Each pass of an interlaced image brings some pixels of some rows: all passes are gathered.
    void decode_interlaced(spng_ctx* context, const Rectangle& region, cv::Mat& out) const {
        const std::size_t length = row_bytes();
        std::vector<std::uint8_t> all(length * header_.height);
        int status = 0;
        while (status == 0) {
            spng_row_info row{};
            status = spng_get_row_info(context, &row);
            if (status != 0) break;
            status = spng_decode_row(context, all.data() + row.row_num * length, length);
            require_decoding_time(length);
        }
        if (status != SPNG_EOI) require(status);
        for (int y = 0; y < region.height; ++y) {
            copy_row(all.data() + static_cast<std::size_t>(region.y + y) * length, region, out.ptr(y));
        }
    }

    void copy_row(const std::uint8_t* row, const Rectangle& region, std::uint8_t* out) const {
        if (palette_) {
            return palette_->apply(row, static_cast<std::size_t>(region.x),
                                   static_cast<std::size_t>(region.width), out);
        }
        const std::size_t pixel = static_cast<std::size_t>(layout_.stored_channels) * sample_bytes();
        const std::uint8_t* from = row + static_cast<std::size_t>(region.x) * pixel;
        if (layout_.stored_channels == layout_.channels) {
            std::copy_n(from, static_cast<std::size_t>(region.width) * pixel, out);
        } else {
            keep_grey_and_alpha(from, out, region.width, sample_bytes());
        }
    }

    std::span<const std::uint8_t> bytes_;
    spng_ihdr header_{};
    Layout layout_{};
    bool applied_by_decoder_ = false;  ///< a transparent colour
    std::optional<PngPalette> palette_;
    Doubts doubts_;
    ImageInfo info_;
};

void require_written(int status) {
    if (status != 0) throw Error(with_reason("the PNG cannot be written", spng_strerror(status)));
}

/// As a chunk that is compressed already. libspng keeps the pointer until the image is encoded.
void set_profile(spng_ctx* context, const std::vector<std::uint8_t>& data, spng_unknown_chunk& chunk) {
    constexpr std::string_view type = "iCCP";
    std::ranges::copy(type, chunk.type);
    chunk.length = data.size();
    chunk.data = const_cast<std::uint8_t*>(data.data());
    chunk.location = SPNG_AFTER_IHDR;
    require_written(spng_set_unknown_chunks(context, &chunk, 1));
}

spng_ihdr header_of(const cv::Mat& pixels) {
    constexpr std::array<std::uint8_t, 5> colour_types{
        0, SPNG_COLOR_TYPE_GRAYSCALE, SPNG_COLOR_TYPE_GRAYSCALE_ALPHA, SPNG_COLOR_TYPE_TRUECOLOR,
        SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
    spng_ihdr header{};
    header.width = static_cast<std::uint32_t>(pixels.cols);
    header.height = static_cast<std::uint32_t>(pixels.rows);
    header.bit_depth = pixels.depth() == CV_16U ? 16 : 8;
    header.color_type = colour_types[static_cast<std::size_t>(pixels.channels())];
    return header;
}

std::vector<std::uint8_t> written_bytes(spng_ctx* context) {
    std::size_t length = 0;
    int status = 0;
    const std::unique_ptr<void, void (*)(void*)> bytes(spng_get_png_buffer(context, &length, &status),
                                                       std::free);
    require_written(status);
    const auto* begin = static_cast<const std::uint8_t*>(bytes.get());
    return {begin, begin + length};
}

std::vector<std::uint8_t> encode_png(const Image& image) {
    const cv::Mat pixels = image.pixels.isContinuous() ? image.pixels : image.pixels.clone();
    const Context context(spng_ctx_new(SPNG_CTX_ENCODER));
    if (!context) throw std::bad_alloc();
    require_written(spng_set_option(context.get(), SPNG_ENCODE_TO_BUFFER, 1));
    require_written(spng_set_option(context.get(), SPNG_IMG_COMPRESSION_STRATEGY, compression_strategy));
    require_written(spng_set_option(context.get(), SPNG_FILTER_CHOICE, row_filter));
    spng_ihdr header = header_of(pixels);
    require_written(spng_set_ihdr(context.get(), &header));
    const auto profile = image.icc_profile.empty() ? nullptr : iccp_data(image.icc_profile);
    spng_unknown_chunk chunk{};
    if (profile) set_profile(context.get(), *profile, chunk);
    require_written(spng_encode_image(context.get(), pixels.data, pixels.total() * pixels.elemSize(),
                                      SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE));
    return written_bytes(context.get());
}

/// Before libspng counts the bytes of a row, which it may have no number for.
void require_pixels_of_header(std::span<const std::uint8_t> bytes, std::int64_t maximum) {
    const auto header = png_chunk_at(bytes, png_signature_length);
    constexpr std::size_t both_sides = 8;
    if (!header || header->type != "IHDR" || !header->is_intact() || header->data().size() < both_sides)
        return;
    const auto side = [&](std::size_t at) {
        constexpr std::size_t largest = std::numeric_limits<int>::max();
        return static_cast<int>(std::min(big_endian(header->data().subspan(at, 4)), largest));
    };
    const Size size{side(0), side(4)};
    if (size.width > 0 && size.height > 0) require_pixels(size, maximum);
}

class PngCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override {
        return {"png", std::string("libspng ") + spng_version_string(), {"png"}, {"png"}};
    }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        constexpr std::array<std::uint8_t, 8> signature{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
        return head.size() >= signature.size() && std::ranges::equal(head.first(signature.size()), signature);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& request) const override {
        require_pixels_of_header(bytes, request.maximum_pixels);
        auto picture = std::make_unique<PngReader>(bytes);
        if (request.page == 0) return picture;
        ImageInfo info = picture->info();
        require_page(request.page, info.pages);
        require_pixels(info.size, request.maximum_pixels);
        auto reserved = request.reserve(canvas_memory(info, decoded_canvases), info);
        cv::Mat canvas = decode_apng_page(bytes, request.page);
        if (!info.alpha) canvas = without_opaque_alpha(canvas);
        info.alpha = canvas.channels() % 2 == 0;
        return std::make_unique<DecodedReader>(std::move(canvas), std::move(info), std::move(reserved));
    }
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return png_length(bytes);
    }
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return may_be_whole_png(bytes);
    }
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view /*extension*/) const override {
        const int depth = image.pixels.depth();
        if ((depth != CV_8U && depth != CV_16U) || !is_grey_or_colour(image)) {
            fail_to_hold(image, "png", "8-bit or 16-bit grey or RGB, with or without alpha");
        }
        return encode_png(image);
    }
};

}  // namespace

const Codec& png_codec() {
    static const PngCodec codec;
    return codec;
}

}  // namespace glimpse
