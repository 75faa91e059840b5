#include "images/codecs/built_in.hpp"

#include <csetjmp>
#include <cstdio>
// jpeglib.h needs the C types of stdio, and jerror.h numbers its messages by what jpeglib.h defines.
#include <jpeglib.h>
// clang-format off
#include <jerror.h>
// clang-format on

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/exif.hpp"
#include "images/codecs/lengths.hpp"
#include "images/codecs/multi_picture.hpp"
#include "images/codecs/signature.hpp"
#include "images/decoding_clock.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

#if defined(C_ARITH_CODING_SUPPORTED) || defined(D_ARITH_CODING_SUPPORTED)
// Were jerror.h included first, it would lack this name, and JWRN_BOGUS_ICC be two less than the library's.
static_assert(JWRN_ARITH_BAD_CODE < JWRN_BOGUS_ICC);
#endif

constexpr int encoding_quality = 95;

/// libjpeg fails by longjmp, which runs no destructor: the frames that it leaves hold nothing that needs one.
struct ErrorManager {
    jpeg_error_mgr base;
    std::jmp_buf jump;
    std::array<char, JMSG_LENGTH_MAX> message;
    bool is_out_of_time;
    std::int64_t extraneous_bytes;
};

[[noreturn]] void fail(j_common_ptr info) {
    auto* manager = reinterpret_cast<ErrorManager*>(info->err);
    manager->base.format_message(info, manager->message.data());
    std::longjmp(manager->jump, 1);
}

/// Likewise where the time to decode is over, after so many bytes of work.
void limit_time(j_common_ptr info, std::size_t bytes) {
    if (!decoding_time_is_over(bytes)) return;
    auto* manager = reinterpret_cast<ErrorManager*>(info->err);
    manager->is_out_of_time = true;
    std::longjmp(manager->jump, 1);
}

/// Whether the scans of a progressive file leave coefficients open.
bool leaves_open(const jpeg_decompress_struct& info) {
    if (!info.coef_bits) return false;
    return std::any_of(info.coef_bits, info.coef_bits + info.num_components, [](const auto& bits) {
        return std::any_of(std::begin(bits), std::end(bits), [](int open) { return open != 0; });
    });
}

/// Whether a component has no scan at all: libjpeg takes its coefficients for zeros.
bool lacks_component(const jpeg_decompress_struct& info) {
    if (info.progressive_mode) {
        return info.coef_bits && std::any_of(info.coef_bits, info.coef_bits + info.num_components,
                                             [](const auto& bits) { return bits[0] < 0; });
    }
    // libjpeg keeps a component's table from its scan on.
    return std::any_of(info.comp_info, info.comp_info + info.num_components,
                       [](const jpeg_component_info& component) { return component.quant_table == nullptr; });
}

/// Whether every scan that the image needs has begun, so that the end of the file may be missing: if data of
/// the last scan were too, Huffman's decoder would warn of them by another warning. The arithmetic one would
/// take them for zeros.
bool has_all_scans(const jpeg_decompress_struct& info) {
    if (info.input_scan_number == 0 || info.arith_code) return false;
    if (info.progressive_mode) return info.coef_bits && !leaves_open(info);
    return !lacks_component(info);
}

/// libjpeg only warns of some damage, and paints it grey: here that is an error, unless the warning is of a
/// kind that leaves the pixels intact. What is no warning it says of each marker, and it looks through all
/// that it keeps of the header before it keeps another one.
void record_warning(j_common_ptr info, int level) {
    constexpr std::size_t bytes_a_marker = 1024;
    if (level >= 0) return limit_time(info, bytes_a_marker);
    switch (info->err->msg_code) {
        case JWRN_EXTRANEOUS_DATA:
            reinterpret_cast<ErrorManager*>(info->err)->extraneous_bytes += info->err->msg_parm.i[0];
            ++info->err->num_warnings;
            return;
        case JWRN_ADOBE_XFORM:
        case JWRN_BOGUS_ICC:
        case JWRN_JFIF_MAJOR:
        case JWRN_NOT_SEQUENTIAL:
            ++info->err->num_warnings;
            return;
        case JWRN_JPEG_EOF:
            if (!has_all_scans(*reinterpret_cast<j_decompress_ptr>(info))) fail(info);
            return;
        default:
            fail(info);
    }
}

/// A scan of a few bytes may cover a whole progressive image: a small file could take hours.
void limit_scans(j_common_ptr info) {
    constexpr int most_scans = 1000;
    if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number > most_scans) {
        info->err->msg_code = JERR_BAD_PROGRESSION;
        fail(info);
    }
}

/// Called with each row, and of several scans with each row of blocks.
void watch_progress(j_common_ptr info) {
    limit_scans(info);
    const auto& image = *reinterpret_cast<j_decompress_ptr>(info);
    limit_time(info, std::size_t{image.image_width} * static_cast<std::size_t>(image.num_components));
}

void set_up(ErrorManager& manager) {
    jpeg_std_error(&manager.base);
    manager.base.error_exit = fail;
    manager.base.emit_message = record_warning;
    manager.base.output_message = [](j_common_ptr) {};
}

/// From CMYK to RGB. What is stored is 255 - ink: Adobe's convention, which decoders follow without its
/// marker, too.
void to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels) {
    for (int x = 0; x < pixels; ++x, cmyk += 4, rgb += 3) {
        for (int c = 0; c < 3; ++c) rgb[c] = static_cast<std::uint8_t>((cmyk[c] * cmyk[3] + 127) / 255);
    }
}

/// The columns `first` to `first + count - 1` of every row.
struct Columns {
    JDIMENSION first;
    JDIMENSION count;
};

class Decompressor {
  public:
    explicit Decompressor(std::span<const std::uint8_t> bytes) {
        set_up(errors_);
        info_.err = &errors_.base;
        if (setjmp(errors_.jump)) throw_error();
        jpeg_create_decompress(&info_);
        jpeg_mem_src(&info_, bytes.data(), bytes.size());
        jpeg_save_markers(&info_, JPEG_APP0 + 1, 0xFFFF);
        jpeg_save_markers(&info_, JPEG_APP0 + 2, 0xFFFF);
        jpeg_read_header(&info_, TRUE);
    }
    ~Decompressor() { jpeg_destroy_decompress(&info_); }
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    [[nodiscard]] ImageInfo describe() {
        ImageInfo info;
        info.size = {static_cast<int>(info_.image_width), static_cast<int>(info_.image_height)};
        info.depth = CV_8U;
        info.maximum_shrink = DCTSIZE;
        info.channels = info_.num_components == 1 ? 1 : 3;
        for (auto* marker = info_.marker_list; marker; marker = marker->next) {
            if (marker->marker == JPEG_APP0 + 1 && marker->data_length > 6 &&
                std::equal(marker->data, marker->data + 4, "Exif")) {
                info.orientation = exif_orientation({marker->data, marker->data_length});
                break;
            }
        }
        info.icc_profile = profile();
        return info;
    }

    /// Of several scans libjpeg keeps all coefficients until the last.
    [[nodiscard]] std::int64_t coefficient_bytes() {
        if (!jpeg_has_multiple_scans(&info_)) return 0;
        std::int64_t blocks = 0;
        for (int c = 0; c < info_.num_components; ++c) {
            const jpeg_component_info& component = info_.comp_info[c];
            const auto whole_units = [](JDIMENSION length, int factor) {
                return ceil_div(std::int64_t{length}, std::int64_t{factor}) * factor;
            };
            blocks += whole_units(component.width_in_blocks, component.h_samp_factor) *
                      whole_units(component.height_in_blocks, component.v_samp_factor);
        }
        return blocks * static_cast<std::int64_t>(sizeof(JBLOCK));
    }

    /// The blocks of several scans, each of which takes a bit of Huffman's codes at least; 0 where that is
    /// not known.
    [[nodiscard]] std::int64_t least_bits() {
        if (info_.arith_code || !jpeg_has_multiple_scans(&info_)) return 0;
        std::int64_t blocks = 0;
        for (int c = 0; c < info_.num_components; ++c) {
            const jpeg_component_info& component = info_.comp_info[c];
            blocks += std::int64_t{component.width_in_blocks} * component.height_in_blocks;
        }
        return blocks;
    }

    /// Starts to decode the image shrunk n times: libjpeg then uses the lower frequencies alone.
    void start(int n) {
        if (setjmp(errors_.jump)) throw_error();
        info_.scale_num = 1;
        info_.scale_denom = static_cast<unsigned>(n);
        info_.dct_method = JDCT_ISLOW;
        progress_.progress_monitor = watch_progress;
        info_.progress = &progress_;
        info_.out_color_space = info_.num_components == 1   ? JCS_GRAYSCALE
                                : info_.num_components == 4 ? JCS_CMYK
                                                            : JCS_RGB;
        jpeg_start_decompress(&info_);
        if (!jpeg_has_multiple_scans(&info_)) return;
        // All scans have been read. What is known of them is gone once libjpeg has finished.
        lacks_component_ = glimpse::lacks_component(info_);
        lacks_scans_ = info_.progressive_mode && leaves_open(info_);
    }

    /// Whether a component that the image needs is not there, once it was started.
    [[nodiscard]] bool lacks_component() const { return lacks_component_; }

    /// Crops the rows, before the first is read, to columns that include [x, x + width), where the values are
    /// exactly those of whole rows.
    Columns crop(int x, int width) {
        Columns columns{0, info_.output_width};
        // libjpeg estimates open coefficients from the neighbouring blocks (block smoothing), and at the
        // start of a cropped row as if at the image's edge. Shrunk rows of unusual samplings are cropped
        // wrongly by libjpeg-turbo before 3.0.
        if (leaves_open(info_) || info_.scale_denom != 1) return columns;
        // Upsampling of chroma needs the next sample, which is missing at the ends of a cropped row, and has
        // another filter where a component has a single sample left; a whole MCU on either side avoids both.
        const auto margin = static_cast<JDIMENSION>(info_.max_h_samp_factor) * DCTSIZE;
        const auto left = static_cast<JDIMENSION>(x);
        const JDIMENSION right = std::min(left + static_cast<JDIMENSION>(width) + margin, info_.image_width);
        columns.first = left - std::min(left, margin);
        columns.count = right - columns.first;
        if (setjmp(errors_.jump)) throw_error();
        jpeg_crop_scanline(&info_, &columns.first, &columns.count);
        return columns;
    }

    /// Skips the first rows, decoding only what later ones depend on. To be called before any row is read:
    /// after a later skip libjpeg-turbo can give a row twice (its issue 915).
    void skip_rows(int rows) {
        if (setjmp(errors_.jump)) throw_error();
        jpeg_skip_scanlines(&info_, static_cast<JDIMENSION>(rows));
    }

    void read_row(std::uint8_t* row) {
        if (setjmp(errors_.jump)) throw_error();
        JSAMPROW rows[1] = {row};
        jpeg_read_scanlines(&info_, rows, 1);
    }

    /// Whether scans are missing that would refine the image.
    [[nodiscard]] bool lacks_scans() const { return lacks_scans_; }

    /// To be called once the last row is read: looks for what is left before the end. No pixel comes of it,
    /// so that what is wrong there does not matter.
    void finish() {
        if (setjmp(errors_.jump)) {
            if (errors_.is_out_of_time) throw_error();
            return;
        }
        jpeg_finish_decompress(&info_);
    }

    [[nodiscard]] std::int64_t extraneous_bytes() const { return errors_.extraneous_bytes; }
    [[nodiscard]] bool is_cmyk() const { return info_.num_components == 4; }

  private:
    [[noreturn]] void throw_error() {
        const std::string words = errors_.message.data();
        jpeg_destroy_decompress(&info_);
        if (errors_.is_out_of_time) fail_for_decoding_time();
        switch (errors_.base.msg_code) {
            case JERR_BAD_PRECISION:
            case JERR_SOF_UNSUPPORTED:
            case JERR_CONVERSION_NOTIMPL:
            case JERR_EMPTY_IMAGE:
                throw Error("this kind of JPEG is not supported: " + words);
            case JERR_OUT_OF_MEMORY:
                throw std::bad_alloc();
            case JERR_UNKNOWN_MARKER:
                if (words.ends_with("0xf7")) throw Error("the file is JPEG-LS, which is not read");
                fail_corrupt(words);
            default:
                fail_corrupt(words);
        }
    }

    [[nodiscard]] std::vector<std::uint8_t> profile() {
        JOCTET* data = nullptr;
        unsigned length = 0;
        if (setjmp(errors_.jump)) throw_error();
        if (!jpeg_read_icc_profile(&info_, &data, &length)) return {};
        std::vector<std::uint8_t> bytes(data, data + length);
        std::free(data);
        return bytes;
    }

    jpeg_decompress_struct info_{};
    jpeg_progress_mgr progress_{};
    bool lacks_component_ = false;
    bool lacks_scans_ = false;
    ErrorManager errors_{};
};

/// Throws `Error` for a file that was given its length before its content, and whose writing was interrupted:
/// the zeros in place of the rest are codes to Huffman's decoder.
void require_written(std::span<const std::uint8_t> bytes) {
    using namespace std::string_view_literals;
    if (ends_with(bytes, "\0\0"sv) && !jpeg_length(bytes))
        fail_corrupt("it ends in zeros, without the end of the image");
}

class JpegReader final : public ImageReader {
  public:
    /// `pages` is what the file has.
    JpegReader(std::span<const std::uint8_t> bytes, std::size_t pages) : bytes_(bytes) {
        Decompressor decompressor(bytes);
        require_written(bytes);
        info_ = decompressor.describe();
        info_.pages = static_cast<int>(pages);
        coefficient_bytes_ = decompressor.coefficient_bytes();
        least_bits_ = decompressor.least_bits();
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    /// Above and beside the region all but the adjacent MCUs is only entropy-decoded; below it nothing is
    /// read, unless there are several scans.
    cv::Mat decode(const Rectangle& region) override { return decode_shrunk(region, 1); }

    cv::Mat decode_shrunk(const Rectangle& region, int n) override {
        // A header alone must not make libjpeg fill gigabytes of coefficients.
        if (least_bits_ / 8 > std::ssize(bytes_)) fail_corrupt("it is too short for its size");
        Decompressor decompressor(bytes_);
        decompressor.start(n);
        if (decompressor.lacks_component()) fail_corrupt("a scan of its colours is missing");
        const Columns columns = decompressor.crop(region.x, region.width);
        decompressor.skip_rows(region.y);
        const int stored = decompressor.is_cmyk() ? 4 : info_.channels;
        std::vector<std::uint8_t> row(std::size_t{columns.count} * static_cast<std::size_t>(stored));
        const std::uint8_t* from = row.data() + (std::ptrdiff_t{region.x} - columns.first) * stored;
        cv::Mat out(region.height, region.width, CV_8UC(info_.channels));
        for (int y = 0; y < region.height; ++y) {
            decompressor.read_row(row.data());
            if (decompressor.is_cmyk()) {
                to_rgb(from, out.ptr(y), region.width);
            } else {
                std::copy_n(from, std::ptrdiff_t{region.width} * stored, out.ptr(y));
            }
        }
        if (region.bottom() == shrunk(info_.size, n).height) decompressor.finish();
        doubts_.lacks_scans = doubts_.lacks_scans || decompressor.lacks_scans();
        doubts_.extraneous_bytes = std::max(doubts_.extraneous_bytes, decompressor.extraneous_bytes());
        return out;
    }

    [[nodiscard]] Doubts doubts() const override { return doubts_; }

    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        constexpr std::int64_t samples_a_column = 64;  // of libjpeg's groups of rows
        const std::int64_t rows = samples_a_column * info_.size.width * info_.channels;
        return pixel_bytes(info_, region) + rows + coefficient_bytes_;
    }

  private:
    std::span<const std::uint8_t> bytes_;
    std::int64_t coefficient_bytes_ = 0;
    std::int64_t least_bits_ = 0;
    Doubts doubts_;
    ImageInfo info_;
};

class Compressor {
  public:
    Compressor() {
        set_up(errors_);
        info_.err = &errors_.base;
        if (setjmp(errors_.jump)) throw_error();
        jpeg_create_compress(&info_);
        jpeg_mem_dest(&info_, &bytes_, &length_);
    }
    ~Compressor() {
        jpeg_destroy_compress(&info_);
        std::free(bytes_);
    }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    std::vector<std::uint8_t> compress(const Image& image) {
        write(image.pixels, image.icc_profile);
        return {bytes_, bytes_ + length_};
    }

  private:
    [[noreturn]] void throw_error() {
        jpeg_destroy_compress(&info_);
        throw Error(with_reason("the JPEG cannot be written", errors_.message.data()));
    }

    void write(const cv::Mat& pixels, const std::vector<std::uint8_t>& icc_profile) {
        if (setjmp(errors_.jump)) throw_error();
        info_.image_width = static_cast<JDIMENSION>(pixels.cols);
        info_.image_height = static_cast<JDIMENSION>(pixels.rows);
        info_.input_components = pixels.channels();
        info_.in_color_space = pixels.channels() == 1 ? JCS_GRAYSCALE : JCS_RGB;
        jpeg_set_defaults(&info_);
        jpeg_set_quality(&info_, encoding_quality, TRUE);
        for (int c = 0; c < info_.num_components; ++c) {  // colour is not subsampled
            info_.comp_info[c].h_samp_factor = info_.comp_info[c].v_samp_factor = 1;
        }
        jpeg_start_compress(&info_, TRUE);
        if (!icc_profile.empty()) {
            jpeg_write_icc_profile(&info_, icc_profile.data(), static_cast<unsigned>(icc_profile.size()));
        }
        while (info_.next_scanline < info_.image_height) {
            auto* row = const_cast<JSAMPROW>(pixels.ptr(static_cast<int>(info_.next_scanline)));
            jpeg_write_scanlines(&info_, &row, 1);
        }
        jpeg_finish_compress(&info_);
    }

    jpeg_compress_struct info_{};
    ErrorManager errors_{};
    unsigned char* bytes_ = nullptr;
    unsigned long length_ = 0;
};

class JpegCodec final : public Codec {
  public:
    [[nodiscard]] CodecDescription description() const override {
        return {"jpeg",
                "libjpeg API " + std::to_string(JPEG_LIB_VERSION),
                {"jpg", "jpeg", "jpe", "jfif", "mpo"},
                {"jpg", "jpeg"}};
    }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return head.size() >= 3 && head[0] == 0xFF && head[1] == 0xD8 && head[2] == 0xFF;
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& request) const override {
        const auto pictures = jpeg_pictures(bytes);
        require_page(request.page, static_cast<int>(pictures.size()));
        return std::make_unique<JpegReader>(pictures[static_cast<std::size_t>(request.page)],
                                            pictures.size());
    }
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return jpeg_length(bytes);
    }
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return may_be_whole_jpeg(bytes);
    }
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view /*extension*/) const override {
        const int type = image.pixels.type();
        if (image.alpha || (type != CV_8UC1 && type != CV_8UC3)) {
            fail_to_hold(image, "jpg", "8-bit grey or RGB without alpha");
        }
        require_length(image, "jpg", int{JPEG_MAX_DIMENSION});
        return Compressor().compress(image);
    }
};

}  // namespace

const Codec& jpeg_codec() {
    static const JpegCodec codec;
    return codec;
}

}  // namespace glimpse
