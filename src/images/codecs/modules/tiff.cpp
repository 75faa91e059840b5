#include <tiffio.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>

#include "glimpse/error.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/modules/tiff_memory.hpp"
#include "images/codecs/modules/tiff_rules.hpp"
#include "images/codecs/modules/tiff_samples.hpp"
#include "images/decoding_clock.hpp"
#include "system/module_export.hpp"

namespace glimpse {

namespace {

/// A larger tile or strip is refused, unless the file is larger still.
constexpr std::uint64_t largest_block = std::uint64_t{1} << 31;

/// The most bytes that a byte of compressed data can become: for Deflate, LZW and PackBits, the longest match
/// in the shortest code. The others have no bound: libtiff reads uncompressed data beyond their stated
/// length, and some formats have runs of any length.
std::uint64_t most_inflated(std::uint16_t compression) {
    switch (compression) {
        case COMPRESSION_PACKBITS:
            return 64;  // 128 bytes of 2
        case COMPRESSION_ADOBE_DEFLATE:
        case COMPRESSION_DEFLATE:
            return 1032;  // 258 bytes of 2 bits
        case COMPRESSION_LZW:
            return 2731;  // 4096 bytes of 12 bits
        default:
            return std::numeric_limits<std::uint64_t>::max();
    }
}

template <typename T>
using Memory = std::unique_ptr<T[], decltype(&std::free)>;

/// Zeroed pages are committed only when they are written: a header may ask for much more than its data fill.
template <typename T>
Memory<T> allocate(std::size_t count) {
    auto* const memory = static_cast<T*>(std::calloc(count, sizeof(T)));
    if (!memory) throw Error("the image needs more memory than there is");
    return {memory, std::free};
}

/// A tile, or a strip as wide as the image.
struct Block {
    std::uint32_t x;
    std::uint32_t y;
    std::uint32_t width;
    std::uint32_t height;
};

class TiffReader final : public ImageReader {
  public:
    TiffReader(std::span<const std::uint8_t> bytes, int page)
        : file_(bytes, page), tiff_(file_.handle()), storage_(tiff_) {
        if (page == 0) require_no_thumbnail(tiff_, file_.pages());
        require_no_volume(tiff_);
        info_.pages = file_.pages();
        info_.lacks_pages = file_.lacks_directories();
        const auto width = tiff_field<std::uint32_t>(tiff_, TIFFTAG_IMAGEWIDTH, 0);
        const auto height = tiff_field<std::uint32_t>(tiff_, TIFFTAG_IMAGELENGTH, 0);
        constexpr std::uint32_t largest = std::numeric_limits<int>::max();
        if (width == 0 || height == 0 || width > largest || height > largest)
            throw Error("the TIFF header has no sensible size");
        info_.size = {static_cast<int>(width), static_cast<int>(height)};
        describe_pixels();
        read_metadata();
        info_.seekable = storage_.tiled || first_block().height < height;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        return storage_.plain() ? decode_plain(region) : decode_as_rgba(region);
    }

    /// A tile or strip, which is kept for the next call, and what libtiff inflates it in; the region twice
    /// where it is inverted.
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        const Block size = first_block();
        const std::int64_t raster =
            bounded_product(std::int64_t{size.width} * sizeof(std::uint32_t), size.height);
        const std::int64_t row = std::min<std::uint64_t>(storage_.row_bytes(size.width), most_bytes);
        const std::int64_t stored = bounded_product(row, size.height);
        if (storage_.plain()) {
            const int copies = storage_.photometric == PHOTOMETRIC_MINISWHITE ? 2 : 1;
            return copies * pixel_bytes(info_, region) + 2 * stored;
        }
        const int planes = storage_.separate ? storage_.samples : 1;
        return pixel_bytes(info_, region) + bounded_product(1 + planes, stored) + raster;
    }

  private:
    void describe_pixels() {
        require_known_compression(tiff_);
        if (storage_.lab()) require_lab(storage_);
        if (storage_.plain()) {
            require_plain_bands(storage_);
            info_.depth = storage_.depth();
            info_.channels = storage_.samples;
            info_.alpha = storage_.alpha;
            return;
        }
        require_convertible(storage_);
        require_subsampling(tiff_, storage_, info_.size.width, first_block().width);
        char reason[1024] = "";
        if (!TIFFRGBAImageOK(tiff_, reason))
            throw Error(std::string("this kind of TIFF cannot be read: ") + reason);
        info_.depth = CV_8U;
        info_.channels = storage_.grey() ? 1 : 3;
    }

    void read_metadata() {
        const auto orientation = tiff_field<std::uint16_t>(tiff_, TIFFTAG_ORIENTATION, 1);
        info_.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
        std::uint32_t length = 0;
        const std::uint8_t* profile = nullptr;
        // L*a*b* becomes sRGB.
        if (!storage_.lab() && TIFFGetField(tiff_, TIFFTAG_ICCPROFILE, &length, &profile))
            info_.icc_profile = std::vector<std::uint8_t>(profile, profile + length);
    }

    [[nodiscard]] Block first_block() const {
        const auto width = static_cast<std::uint32_t>(info_.size.width);
        const auto height = static_cast<std::uint32_t>(info_.size.height);
        if (storage_.tiled) {
            return {0, 0, tiff_field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0),
                    tiff_field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0)};
        }
        return {0, 0, width,
                std::min(height, tiff_field<std::uint32_t>(tiff_, TIFFTAG_ROWSPERSTRIP, height))};
    }

    /// Calls `visit` with each tile or strip that the region touches, all of the first one's size.
    template <typename Visit>
    static void visit_blocks(const Block& size, const Rectangle& region, const Visit& visit) {
        const auto first = [](int position, std::uint32_t step) {
            return static_cast<std::uint32_t>(position) / step * step;
        };
        const auto right = static_cast<std::uint32_t>(region.right());
        const auto bottom = static_cast<std::uint32_t>(region.bottom());
        for (std::uint32_t y = first(region.y, size.height); y < bottom; y += size.height) {
            for (std::uint32_t x = first(region.x, size.width); x < right; x += size.width) {
                require_decoding_time();  // whose cost lies in what is stored, not in its pixels
                visit(Block{x, y, size.width, size.height});
            }
        }
    }

    /// The part of a block inside the image; a block may reach beyond it, and beyond what an int holds.
    [[nodiscard]] Rectangle visible(const Block& block) const {
        const auto clipped = [](std::uint32_t begin, std::uint32_t length, int end) {
            return static_cast<int>(std::min<std::uint64_t>(length, static_cast<std::uint32_t>(end) - begin));
        };
        return {static_cast<int>(block.x), static_cast<int>(block.y),
                clipped(block.x, block.width, info_.size.width),
                clipped(block.y, block.height, info_.size.height)};
    }

    [[noreturn]] static void refuse_blocks() {
        throw Error("the TIFF header has tiles or strips of no sensible size");
    }

    /// JPEG cannot store longer sides (ITU-T T.81, B.2.2).
    void require_jpeg_fits(const Block& size) const {
        constexpr std::uint32_t longest = 65535;
        const auto compression = tiff_field<std::uint16_t>(tiff_, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
        const bool is_jpeg = compression == COMPRESSION_JPEG || compression == COMPRESSION_OJPEG;
        if (is_jpeg && (size.width > longest || size.height > longest)) refuse_blocks();
    }

    [[noreturn]] void refuse_data() const { fail_corrupt(file_.complaint()); }

    /// The bytes of a block. Throws `Error` where its size makes no sense.
    [[nodiscard]] std::size_t block_bytes(const Block& size) const {
        const std::uint64_t row = storage_.row_bytes(size.width);
        const std::uint64_t least =
            size.height > std::numeric_limits<std::uint64_t>::max() / std::max<std::uint64_t>(row, 1)
                ? std::numeric_limits<std::uint64_t>::max()
                : row * size.height;
        // libtiff gives 0 where the product does not fit its type.
        const tmsize_t bytes = storage_.tiled ? TIFFTileSize(tiff_) : TIFFStripSize(tiff_);
        if (bytes <= 0 || least == 0 || static_cast<std::uint64_t>(bytes) < least) refuse_blocks();
        if (static_cast<std::uint64_t>(bytes) > std::max(largest_block, file_.length())) refuse_blocks();
        return static_cast<std::size_t>(bytes);
    }

    cv::Mat decode_plain(const Rectangle& region) {
        const Block size = first_block();
        require_jpeg_fits(size);
        const std::size_t bytes = block_bytes(size);
        if (!buffer_) buffer_ = allocate<std::uint8_t>(bytes);
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        for (int plane = 0; plane < (storage_.separate ? storage_.samples : 1); ++plane) {
            visit_blocks(size, region, [&](const Block& block) {
                hold(number_of(block, plane), [&] {
                    require_filled(block, plane);
                    read_plain(block, plane, {buffer_.get(), bytes});
                });
                copy_plain(buffer_.get(), block, plane, region, out);
            });
        }
        storage_.normalise(out);
        return out;
    }

    /// Reads a block, unless it is the one that was read last: of a picture that is asked for by rows, the
    /// same strip is wanted again and again.
    template <typename Read>
    void hold(std::uint32_t number, const Read& read) {
        if (held_ == number) return;
        held_.reset();
        read();
        held_ = number;
    }

    /// The number of a tile or strip.
    [[nodiscard]] std::uint32_t number_of(const Block& block, int plane) const {
        const auto sample = static_cast<std::uint16_t>(plane);
        return storage_.tiled ? TIFFComputeTile(tiff_, block.x, block.y, 0, sample)
                              : TIFFComputeStrip(tiff_, block.y, sample);
    }

    /// Before anything is inflated: a header may ask for gigabytes that its data cannot become.
    void require_filled(const Block& block, int plane) const {
        const std::uint64_t stored = TIFFGetStrileByteCount(tiff_, number_of(block, plane));
        if (stored == 0) {
            throw Error(
                std::string("a TIFF whose ") + (storage_.tiled ? "tile " : "strip ") +
                std::to_string(number_of(block, plane)) +
                " has no data, as GDAL's sparse files have it, is not supported; gdal_translate writes "
                "all of it");
        }
        const std::uint64_t most =
            most_inflated(tiff_field<std::uint16_t>(tiff_, TIFFTAG_COMPRESSION, COMPRESSION_NONE));
        const tmsize_t bytes = storage_.tiled
                                   ? TIFFTileSize(tiff_)
                                   : TIFFVStripSize(tiff_, static_cast<std::uint32_t>(visible(block).height));
        constexpr std::uint64_t always_allowed = std::uint64_t{1} << 24;
        if (bytes <= 0 || static_cast<std::uint64_t>(bytes) <= always_allowed) return;
        if (static_cast<std::uint64_t>(bytes) / most <= stored) return;
        fail_corrupt(std::to_string(stored) + " bytes cannot become a " +
                     (storage_.tiled ? "tile" : "strip") + " of " + std::to_string(bytes));
    }

    void read_plain(const Block& block, int plane, std::span<std::uint8_t> buffer) {
        const std::uint32_t number = number_of(block, plane);
        auto needed = static_cast<tmsize_t>(buffer.size());
        tmsize_t read = 0;
        if (storage_.tiled) {
            read = TIFFReadEncodedTile(tiff_, number, buffer.data(), needed);
        } else {
            read = TIFFReadEncodedStrip(tiff_, number, buffer.data(), needed);
            needed = TIFFVStripSize(tiff_, static_cast<std::uint32_t>(visible(block).height));
        }
        if (read < needed) refuse_data();
    }

    void copy_plain(const std::uint8_t* buffer, const Block& block, int plane, const Rectangle& region,
                    cv::Mat& out) const {
        const Rectangle from = visible(block);
        const Rectangle both = intersection(from, region);
        for (int y = both.y; y < both.bottom(); ++y) {
            const std::uint8_t* row =
                buffer + static_cast<std::size_t>(y - from.y) * storage_.row_bytes(block.width);
            std::uint8_t* to =
                out.ptr(y - region.y, both.x - region.x) + static_cast<std::size_t>(plane) * out.elemSize1();
            storage_.convert(row, static_cast<std::size_t>(both.x - from.x), to, both.width, out.elemSize());
        }
    }

    /// Palettes, YCbCr, CMYK, bits: as libtiff converts them, to 8 bits a sample.
    cv::Mat decode_as_rgba(const Rectangle& region) {
        const Block size = first_block();
        require_jpeg_fits(size);
        const std::uint64_t pixels = std::uint64_t{size.width} * size.height;
        const auto image_pixels = static_cast<std::uint64_t>(info_.size.area());
        constexpr std::uint64_t always_allowed = largest_block / sizeof(std::uint32_t);
        if (pixels == 0 || pixels > std::max(always_allowed, image_pixels)) refuse_blocks();
        if (!raster_) raster_ = allocate<std::uint32_t>(pixels);
        // Rows as they are stored: the orientation is applied by `oriented`.
        TIFFSetField(tiff_, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
        cv::Mat out(region.height, region.width, CV_8UC(info_.channels));
        visit_blocks(size, region, [&](const Block& block) {
            hold(number_of(block, 0), [&] { read_rgba(block); });
            copy_rgba(raster_.get(), block, region, out);
        });
        return out;
    }

    void read_rgba(const Block& block) {
        for (int plane = 0; plane < (storage_.separate ? storage_.samples : 1); ++plane)
            require_filled(block, plane);
        prepare_reversed_tiles();
        const int read = storage_.tiled ? TIFFReadRGBATileExt(tiff_, block.x, block.y, raster_.get(), 1)
                                        : TIFFReadRGBAStripExt(tiff_, block.y, raster_.get(), 1);
        if (read == 0) refuse_data();
    }

    /// libtiff reverses the bits of uncompressed tiles in a buffer that it rounds up, and then takes its
    /// length for the tile's: it is given one.
    void prepare_reversed_tiles() {
        const bool is_reversed =
            storage_.tiled && tiff_field<std::uint16_t>(tiff_, TIFFTAG_FILLORDER, 1) == FILLORDER_LSB2MSB &&
            tiff_field<std::uint16_t>(tiff_, TIFFTAG_COMPRESSION, COMPRESSION_NONE) == COMPRESSION_NONE;
        if (!is_reversed || reversed_) return;
        const std::size_t bytes = block_bytes(first_block());
        reversed_ = allocate<std::uint8_t>(bytes);
        if (TIFFReadBufferSetup(tiff_, reversed_.get(), static_cast<tmsize_t>(bytes)) == 0) refuse_data();
    }

    /// libtiff's raster begins with the last row: of a tile, that of the whole tile; of a strip, the last
    /// inside the image.
    void copy_rgba(const std::uint32_t* raster, const Block& block, const Rectangle& region,
                   cv::Mat& out) const {
        const Rectangle from = visible(block);
        const std::size_t rows = storage_.tiled ? block.height : static_cast<std::size_t>(from.height);
        const Rectangle both = intersection(from, region);
        for (int y = both.y; y < both.bottom(); ++y) {
            const std::size_t row = rows - 1 - static_cast<std::size_t>(y - from.y);
            const std::uint32_t* pixel = raster + row * block.width + (both.x - from.x);
            std::uint8_t* to = out.ptr(y - region.y, both.x - region.x);
            for (int x = 0; x < both.width; ++x) to = put(*pixel++, to);
        }
    }

    /// Grey comes as equal red, green and blue.
    [[nodiscard]] std::uint8_t* put(std::uint32_t abgr, std::uint8_t* to) const {
        const std::array<std::uint32_t, 3> colours{TIFFGetR(abgr), TIFFGetG(abgr), TIFFGetB(abgr)};
        return std::copy_n(colours.begin(), info_.channels, to);
    }

    TiffFile file_;
    TIFF* tiff_;
    TiffStorage storage_;
    ImageInfo info_;
    Memory<std::uint8_t> buffer_{nullptr, std::free};    ///< of a block, as it is stored
    Memory<std::uint32_t> raster_{nullptr, std::free};   ///< of a block, as libtiff converts it
    Memory<std::uint8_t> reversed_{nullptr, std::free};  ///< of a tile, before its bits are reversed
    std::optional<std::uint32_t> held_;                  ///< the number of the block in one of them
};

void set_fields(TIFF* tiff, const Image& image) {
    const cv::Mat& pixels = image.pixels;
    const int channels = pixels.channels();
    const bool floats = pixels.depth() == CV_32F;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, pixels.cols);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, pixels.rows);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(pixels.elemSize1() * 8));
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
    TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, floats ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, channels >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(tiff, TIFFTAG_PREDICTOR, floats ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
    if (image.alpha) {
        const std::uint16_t unassociated = EXTRASAMPLE_UNASSALPHA;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &unassociated);
    }
    if (!image.icc_profile.empty()) {
        TIFFSetField(tiff, TIFFTAG_ICCPROFILE, static_cast<std::uint32_t>(image.icc_profile.size()),
                     image.icc_profile.data());
    }
}

std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes, const CodecRequest& request) {
    return std::make_unique<TiffReader>(bytes, request.page);
}

std::vector<std::uint8_t> encode(const Image& image, std::string_view /*extension*/) {
    if (!is_grey_or_colour(image)) fail_to_hold(image, "tiff", "grey or RGB, with or without alpha");
    TiffFile output;
    set_fields(output.handle(), image);
    cv::Mat row;  // the predictor works in place
    for (int y = 0; y < image.pixels.rows; ++y) {
        image.pixels.row(y).copyTo(row);
        if (TIFFWriteScanline(output.handle(), row.data, static_cast<std::uint32_t>(y), 0) < 0) {
            output.fail_writing();
        }
    }
    return output.finish();
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Coder, glimpse::open, glimpse::encode);
