#include <tiffio.h>

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <limits>
#include <opencv2/core.hpp>

#include "codecs/codec.hpp"
#include "codecs/tiff_memory.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

namespace {

template <typename T>
T field(TIFF* tiff, std::uint32_t tag, T otherwise) {
    T value = otherwise;
    TIFFGetFieldDefaulted(tiff, tag, &value);
    return value;
}

/// How the samples of an image are stored.
struct Storage {
    std::uint16_t bits = 1;
    std::uint16_t format = SAMPLEFORMAT_UINT;
    std::uint16_t samples = 1;
    std::uint16_t photometric = PHOTOMETRIC_MINISBLACK;
    bool separate = false;
    bool tiled = false;
    bool alpha = false;
    bool premultiplied = false;

    [[nodiscard]] std::size_t sample_bytes() const { return bits / 8U; }
    /// Stored as plain numbers that need no libtiff but to unpack them.
    [[nodiscard]] bool plain() const {
        const bool grey = (photometric == PHOTOMETRIC_MINISBLACK || photometric == PHOTOMETRIC_MINISWHITE) &&
                          colours() == 1;
        const bool rgb = photometric == PHOTOMETRIC_RGB && colours() == 3;
        const bool integers = format == SAMPLEFORMAT_UINT && (bits == 8 || bits == 16);
        const bool floats = format == SAMPLEFORMAT_IEEEFP && (bits == 32 || bits == 64);
        return (grey || rgb) && (integers || floats) && !premultiplied;
    }
    [[nodiscard]] int colours() const { return samples - (alpha ? 1 : 0); }
    [[nodiscard]] int depth() const { return bits == 8 ? CV_8U : bits == 16 ? CV_16U : CV_32F; }
};

Storage storage_of(TIFF* tiff) {
    Storage s;
    s.bits = field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
    s.format = field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT);
    s.samples = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
    s.photometric = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    s.separate =
        field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) == PLANARCONFIG_SEPARATE;
    s.tiled = TIFFIsTiled(tiff) != 0;
    std::uint16_t extras = 0;
    std::uint16_t* kinds = nullptr;
    if (TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &extras, &kinds) && extras == 1 && kinds) {
        s.alpha = kinds[0] == EXTRASAMPLE_UNASSALPHA || kinds[0] == EXTRASAMPLE_ASSOCALPHA ||
                  (kinds[0] == EXTRASAMPLE_UNSPECIFIED && (s.samples == 2 || s.samples == 4));
        s.premultiplied = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
    }
    return s;
}

/// A tile, or a strip as wide as the image.
struct Block {
    std::uint32_t width;
    std::uint32_t height;
};

class TiffReader final : public ImageReader {
  public:
    explicit TiffReader(std::span<const std::uint8_t> bytes)
        : file_(bytes), tiff_(file_.handle()), storage_(storage_of(tiff_)) {
        const auto width = field<std::uint32_t>(tiff_, TIFFTAG_IMAGEWIDTH, 0);
        const auto height = field<std::uint32_t>(tiff_, TIFFTAG_IMAGELENGTH, 0);
        constexpr std::uint32_t largest = std::numeric_limits<int>::max();
        if (width == 0 || height == 0 || width > largest || height > largest)
            throw Error("the TIFF header has no sensible size");
        info_.size = {static_cast<int>(width), static_cast<int>(height)};
        const auto orientation = field<std::uint16_t>(tiff_, TIFFTAG_ORIENTATION, 1);
        info_.orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
        std::uint32_t length = 0;
        const std::uint8_t* profile = nullptr;
        if (TIFFGetField(tiff_, TIFFTAG_ICCPROFILE, &length, &profile))
            info_.icc_profile.assign(profile, profile + length);
        describe_pixels();
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        return storage_.plain() ? decode_blocks(region) : decode_as_rgba(region);
    }

  private:
    void describe_pixels() {
        if (storage_.plain()) {
            info_.depth = storage_.depth();
            info_.channels = storage_.samples;
            info_.alpha = storage_.alpha;
            return;
        }
        char reason[1024] = "";
        if (!TIFFRGBAImageOK(tiff_, reason))
            throw Error(std::string("this kind of TIFF cannot be read: ") + reason);
        info_.depth = CV_8U;
        info_.alpha = storage_.alpha;
        info_.channels = info_.alpha ? 4 : 3;
    }

    [[nodiscard]] Block block() const {
        const auto width = static_cast<std::uint32_t>(info_.size.width);
        const auto height = static_cast<std::uint32_t>(info_.size.height);
        if (storage_.tiled) {
            return {field<std::uint32_t>(tiff_, TIFFTAG_TILEWIDTH, 0),
                    field<std::uint32_t>(tiff_, TIFFTAG_TILELENGTH, 0)};
        }
        return {width, std::min(height, field<std::uint32_t>(tiff_, TIFFTAG_ROWSPERSTRIP, height))};
    }

    /// Only the tiles or strips that the region touches.
    cv::Mat decode_blocks(const Rectangle& region) {
        const Block size = block();
        if (size.width == 0 || size.height == 0) throw Error("the TIFF header has tiles of no size");
        const tmsize_t bytes = storage_.tiled ? TIFFTileSize(tiff_) : TIFFStripSize(tiff_);
        const std::size_t samples = storage_.separate ? 1 : storage_.samples;
        if (bytes <= 0 || static_cast<std::uint64_t>(bytes) <
                              std::uint64_t{size.width} * size.height * samples * storage_.sample_bytes()) {
            throw Error("the TIFF header has tiles of no sensible size");
        }
        std::vector<std::uint8_t> buffer(static_cast<std::size_t>(bytes));
        cv::Mat out(region.height, region.width, CV_MAKETYPE(info_.depth, info_.channels));
        const auto first = [](int position, std::uint32_t step) {
            return static_cast<std::uint32_t>(position) / step * step;
        };
        for (int plane = 0; plane < (storage_.separate ? storage_.samples : 1); ++plane) {
            for (std::uint32_t y = first(region.y, size.height);
                 y < static_cast<std::uint32_t>(region.bottom()); y += size.height) {
                for (std::uint32_t x = first(region.x, size.width);
                     x < static_cast<std::uint32_t>(region.right()); x += size.width) {
                    read_block(x, y, plane, buffer);
                    copy_block(buffer,
                               {static_cast<int>(x), static_cast<int>(y), static_cast<int>(size.width),
                                static_cast<int>(size.height)},
                               plane, region, out);
                }
            }
        }
        if (storage_.photometric == PHOTOMETRIC_MINISWHITE) invert_grey(out);
        return out;
    }

    void read_block(std::uint32_t x, std::uint32_t y, int plane, std::vector<std::uint8_t>& buffer) {
        const auto sample = static_cast<std::uint16_t>(plane);
        const auto size = static_cast<tmsize_t>(buffer.size());
        const tmsize_t read =
            storage_.tiled
                ? TIFFReadEncodedTile(tiff_, TIFFComputeTile(tiff_, x, y, 0, sample), buffer.data(), size)
                : TIFFReadEncodedStrip(tiff_, TIFFComputeStrip(tiff_, y, sample), buffer.data(), size);
        const tmsize_t needed_bytes =
            storage_.tiled
                ? size
                : TIFFVStripSize(tiff_,
                                 std::min(block().height, static_cast<std::uint32_t>(info_.size.height) - y));
        if (read < needed_bytes) throw Error("the file is truncated or corrupt" + file_.complaint());
    }

    void copy_block(const std::vector<std::uint8_t>& buffer, const Rectangle& where, int plane,
                    const Rectangle& region, cv::Mat& out) const {
        const Rectangle both = intersection(where, region);
        const std::size_t stored = storage_.separate ? 1 : storage_.samples;
        for (int y = both.y; y < both.bottom(); ++y) {
            const std::size_t first =
                (static_cast<std::size_t>(y - where.y) * static_cast<std::size_t>(where.width) +
                 static_cast<std::size_t>(both.x - where.x)) *
                stored;
            const std::uint8_t* from = buffer.data() + first * storage_.sample_bytes();
            std::uint8_t* to = out.ptr(y - region.y) +
                               static_cast<std::size_t>(both.x - region.x) * out.elemSize() +
                               static_cast<std::size_t>(plane) * out.elemSize1();
            copy_samples(from, to, both.width, stored);
        }
    }

    /// `stored` samples a pixel, side by side, into pixels of `info_.channels`.
    void copy_samples(const std::uint8_t* from, std::uint8_t* to, int pixels, std::size_t stored) const {
        const std::size_t in = storage_.sample_bytes();
        const std::size_t out = storage_.depth() == CV_32F ? sizeof(float) : in;
        const std::size_t step = static_cast<std::size_t>(info_.channels) * out;
        for (int x = 0; x < pixels; ++x, to += step) {
            for (std::size_t s = 0; s < stored; ++s, from += in) {
                if (in == sizeof(double)) {
                    double wide = 0;
                    std::memcpy(&wide, from, sizeof wide);
                    const auto narrow = static_cast<float>(wide);
                    std::memcpy(to + s * out, &narrow, out);
                } else {
                    std::memcpy(to + s * out, from, in);
                }
            }
        }
    }

    void invert_grey(cv::Mat& pixels) const {
        std::vector<cv::Mat> channels;
        cv::split(pixels, channels);
        const double white = storage_.depth() == CV_8U ? 255 : storage_.depth() == CV_16U ? 65535 : 1;
        cv::subtract(cv::Scalar(white), channels.front(), channels.front());
        cv::merge(channels, pixels);
    }

    /// Palettes, YCbCr, CMYK, bits, premultiplied alpha: as libtiff shows them, 8 bits a sample.
    cv::Mat decode_as_rgba(const Rectangle& region) {
        const auto width = static_cast<std::uint32_t>(info_.size.width);
        const auto height = static_cast<std::uint32_t>(info_.size.height);
        std::vector<std::uint32_t> raster(std::size_t{width} * height);
        // Rows as they are stored: the orientation is somebody else's task.
        TIFFSetField(tiff_, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
        if (!TIFFReadRGBAImageOriented(tiff_, width, height, raster.data(), ORIENTATION_TOPLEFT, 1)) {
            throw Error("the file is truncated or corrupt" + file_.complaint());
        }
        cv::Mat out(region.height, region.width, CV_8UC(info_.channels));
        for (int y = 0; y < region.height; ++y) {
            const std::uint32_t* from =
                raster.data() + static_cast<std::size_t>(region.y + y) * width + region.x;
            std::uint8_t* to = out.ptr(y);
            for (int x = 0; x < region.width; ++x) to = put(from[x], to);
        }
        return out;
    }

    [[nodiscard]] std::uint8_t* put(std::uint32_t abgr, std::uint8_t* to) const {
        const std::uint32_t alpha = TIFFGetA(abgr);
        for (const std::uint32_t colour : {TIFFGetR(abgr), TIFFGetG(abgr), TIFFGetB(abgr)}) {
            const std::uint32_t straight =
                info_.alpha && alpha > 0 ? std::min(255U, (colour * 255 + alpha / 2) / alpha) : colour;
            *to++ = static_cast<std::uint8_t>(straight);
        }
        if (info_.alpha) *to++ = static_cast<std::uint8_t>(alpha);
        return to;
    }

    TiffInput file_;
    TIFF* tiff_;
    Storage storage_;
    ImageInfo info_;
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

class TiffCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override { return {"tiff", "libtiff", {}, {}}; }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> /*head*/) const override { return true; }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes) const override {
        return std::make_unique<TiffReader>(bytes);
    }
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view /*extension*/) const override {
        const int channels = image.pixels.channels();
        if (channels > 4 || image.alpha != (channels % 2 == 0)) {
            throw Error("tiff holds grey or RGB, with or without alpha; use npy");
        }
        TiffOutput output;
        set_fields(output.handle(), image);
        cv::Mat row;  // the predictor changes what it is handed
        for (int y = 0; y < image.pixels.rows; ++y) {
            image.pixels.row(y).copyTo(row);
            if (TIFFWriteScanline(output.handle(), row.data, static_cast<std::uint32_t>(y), 0) < 0) {
                throw Error("the TIFF cannot be written" + output.complaint());
            }
        }
        return output.finish();
    }
};

}  // namespace

}  // namespace glimpse

extern "C" const glimpse::Codec* glimpse_codec() {
    static const glimpse::TiffCodec codec;
    return &codec;
}
