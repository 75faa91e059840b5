#include <OpenImageIO/filesystem.h>
#include <OpenImageIO/imageio.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <new>
#include <opencv2/core.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/heif_header.hpp"
#include "images/codecs/jpeg2000_header.hpp"
#include "images/codecs/openimageio_formats.hpp"
#include "images/codecs/openimageio_lengths.hpp"
#include "images/codecs/profile.hpp"
#include "images/codecs/scaling.hpp"
#include "images/codecs/targa.hpp"
#include "maps/image_region.hpp"
#include "pixels/alpha.hpp"
#include "system/descriptors.hpp"
#include "system/module_export.hpp"

// A module: OpenImageIO loads some 200 libraries.

namespace glimpse {

namespace {

/// A file without a name that holds the bytes, for the formats that OpenImageIO reads from files alone.
class MemoryFile {
  public:
    explicit MemoryFile(std::span<const std::uint8_t> bytes)
        : descriptor_(memfd_create("glimpse", MFD_CLOEXEC)) {
        if (!descriptor_.is_open())
            throw Error(with_reason("there is no memory for the file", std::strerror(errno)));
        write_all(descriptor_.number(), bytes);
    }

    [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_.number()); }

  private:
    Descriptor descriptor_;
};

/// Throws OpenImageIO's message, which does not tell damage from kinds that it does not read.
[[noreturn]] void fail(OIIO::ImageInput* input) {
    std::string reason = input ? input->geterror() : OIIO::geterror();
    std::ranges::replace(reason, '\n', ' ');
    throw Error(with_reason("the file is damaged, or of a kind that OpenImageIO does not read", reason));
}

/// By the channel's name, which may follow its layer's.
bool is_alpha(const std::string& channel) {
    return channel == "A" || channel.ends_with(".A");
}

/// Whether channels are grey or RGB of one layer, with or without alpha.
bool is_picture(const std::vector<std::string>& channels) {
    const std::string layer = channels.front().substr(0, channels.front().rfind('.') + 1);
    std::string letters;
    for (const std::string& channel : channels) {
        if (channel.size() != layer.size() + 1 || !channel.starts_with(layer)) return false;
        letters += channel.back();
    }
    constexpr std::array<std::string_view, 4> known{"Y", "YA", "RGB", "RGBA"};
    return std::ranges::count(known, letters) > 0;
}

/// Whether the channels are plain numbers in the file's order, which is alphabetical: OpenImageIO reorders
/// some names. None is a colour difference, or an alpha of others.
bool are_numbers(const std::vector<std::string>& channels) {
    const auto is_difference = [](const std::string& channel) {
        const std::string name = channel.substr(channel.rfind('.') + 1);
        return name == "RY" || name == "BY";
    };
    const bool is_matte = channels.size() > 1 && is_alpha(channels.back());
    return !is_matte && std::ranges::is_sorted(channels) && std::ranges::none_of(channels, is_difference);
}

class OpenImageIoReader final : public ImageReader {
  public:
    /// `opened` bytes are held from now on.
    OpenImageIoReader(std::span<const std::uint8_t> bytes, const OpenImageIoFormat& format, int page,
                      std::int64_t opened)
        : opened_(opened),
          bytes_(bytes),
          format_(format),
          page_(page),
          memory_(bytes.data(), bytes.size()),
          input_(OIIO::ImageInput::create(std::string(format.name))) {
        if (!input_) fail(nullptr);
        open(bytes);
        select_page();
        require_plain();
        if (format.name == "jpeg2000") jpeg2000_ = parse_jpeg2000(bytes);
        describe();
        if (!format.decodes_at_once) return;
        all_ = read(whole(info_.size));
        if (format.name == "heif") finish_heif();
        info_.seekable = true;
        info_.decoded = true;
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    /// Of an image that is decoded already: for as long as the reader lives.
    void keep(MemoryBudget::Reservation reserved) { reserved_ = std::move(reserved); }

    cv::Mat decode(const Rectangle& region) override {
        if (!all_.empty()) return all_(rect(region)).clone();
        return read(region);
    }

    /// Rows or tiles, and the region out of them; of a Targa, OpenImageIO holds all that is decoded.
    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        if (!all_.empty()) return pixel_bytes(info_, region);
        const Rectangle blocks = blocks_around(region);
        const std::int64_t held = format_.name == "targa" ? pixel_bytes(info_, whole(info_.size)) : 0;
        return opened_ + 2 * pixel_bytes(info_, blocks) + pixel_bytes(info_, region) + held;
    }

  private:
    void open(std::span<const std::uint8_t> bytes) {
        OIIO::ImageSpec wishes;
        wishes["oiio:UnassociatedAlpha"] = 1;
        std::string path = "glimpse." + std::string(format_.name);
        if (input_->supports("ioproxy")) {
            input_->set_ioproxy(&memory_);
        } else {
            file_ = std::make_unique<MemoryFile>(bytes);
            path = file_->path();
        }
        OIIO::ImageSpec ignored;
        if (input_->open(path, ignored, wishes)) return;
        if (format_.explain) format_.explain(bytes);
        fail(input_.get());
    }

    void select_page() {
        if (format_.name == "openexr") {
            while (input_->seek_subimage(info_.pages, 0)) ++info_.pages;
            static_cast<void>(input_->geterror());
        }
        if (format_.name == "heif") {
            heif_pictures_ = heif_pictures(bytes_);
            info_.pages = static_cast<int>(heif_pictures_.size());
        }
        require_page(page_, info_.pages);
        if (format_.name == "heif") require_untransformed_parts(bytes_, heif_picture());
        if (info_.pages > 1 && !input_->seek_subimage(page_, 0)) fail(input_.get());
    }

    [[nodiscard]] const OIIO::ImageSpec& spec() const { return input_->spec(); }

    /// The page's item.
    [[nodiscard]] std::uint32_t heif_picture() const {
        return heif_pictures_[static_cast<std::size_t>(page_)];
    }

    /// Throws `Error` for images that are more, or other, than one grid of pixels.
    void require_plain() const {
        const OIIO::ImageSpec& s = spec();
        if (s.depth > 1 || s.deep) throw Error("an image of volumes or of deep pixels is not supported");
        if (s.nchannels < 1 || s.nchannels > CV_CN_MAX) {
            throw Error("an image of " + std::to_string(s.nchannels) + " channels is not supported");
        }
        if (s.x != s.full_x || s.y != s.full_y || s.width != s.full_width || s.height != s.full_height) {
            throw Error("an image whose data window is not its display window is not supported");
        }
        constexpr std::array held{OIIO::TypeDesc::UINT8, OIIO::TypeDesc::UINT16, OIIO::TypeDesc::HALF,
                                  OIIO::TypeDesc::FLOAT};
        const auto holds = [&](const OIIO::TypeDesc& type) {
            return std::ranges::count(held, type.basetype) > 0;
        };
        if (!holds(s.format) || !std::ranges::all_of(s.channelformats, holds)) {
            throw Error("samples of type " + std::string(s.format.c_str()) + " are not supported");
        }
        // Which channels such an alpha multiplies could not be told.
        if (s.channelnames.empty()) return;
        if (std::any_of(s.channelnames.begin(), s.channelnames.end() - 1, is_alpha)) {
            throw Error("an image whose alpha is not its last channel is not supported");
        }
        if (format_.name != "openexr") return;
        // OpenImageIO 2.5 makes colours of luminance and colour differences, under their names.
        const bool has_differences = s.get_int_attribute("openexr:luminancechroma") != 0;
        if (has_differences || (!is_picture(s.channelnames) && !are_numbers(s.channelnames))) {
            throw Error("an OpenEXR image of the channels " +
                        (has_differences ? "BY, RY, Y" : join(s.channelnames)) +
                        " is not supported: grey (Y) or R, G, B of one layer are, with A or without, and "
                        "numbers of other names in the file's order");
        }
    }

    void describe() {
        const OIIO::ImageSpec& s = spec();
        info_.size = {s.width, s.height};
        info_.channels = s.nchannels;
        info_.alpha = has_alpha();
        info_.depth = s.format == OIIO::TypeDesc::UINT8    ? CV_8U
                      : s.format == OIIO::TypeDesc::UINT16 ? CV_16U
                                                           : CV_32F;
        info_.seekable = is_tiled();
        // libheif applies the orientation itself.
        if (format_.name != "heif") info_.orientation = s.get_int_attribute("Orientation", 1);
        if (info_.orientation < 1 || info_.orientation > 8) info_.orientation = 1;
        // OpenImageIO 2.4 confuses the two quarter turns, 6 and 8, of Radiance.
        if (format_.name == "hdr" && info_.orientation % 2 == 0 && info_.orientation >= 6)
            info_.orientation = 14 - info_.orientation;
        // OpenImageIO 2.4 leaves out the profile of HEIF.
        if (format_.name == "heif") {
            info_.icc_profile = heif_profile(bytes_, heif_picture());
            return;
        }
        const auto* const profile = s.find_attribute("ICCProfile");
        if (!profile) return;
        const auto* const data = static_cast<const std::uint8_t*>(profile->data());
        info_.icc_profile = std::vector<std::uint8_t>(data, data + profile->datasize());
    }

    /// What libheif and OpenImageIO leave undone.
    void finish_heif() {
        if (info_.alpha && heif_is_premultiplied(bytes_, heif_picture())) {
            constexpr double opaque = 255;
            unpremultiply_stored(all_, opaque, Transparent::black);
        }
        if (heif_is_grey(bytes_)) drop_colours();
    }

    /// OpenImageIO makes RGB of a grey HEIF or AVIF, whose three channels are the same.
    void drop_colours() {
        cv::Mat grey;
        cv::extractChannel(all_, grey, 0);
        // libheif 1.15 expands it with colours alone.
        if (heif_has_limited_range(bytes_, heif_picture())) {
            constexpr double black = 16;
            constexpr double scale = 255.0 / (235 - black);
            grey.convertTo(grey, CV_8U, scale, -black * scale);
        }
        if (info_.alpha) {
            cv::Mat alpha;
            cv::extractChannel(all_, alpha, info_.channels - 1);
            const cv::Mat both[] = {grey, alpha};
            cv::merge(both, 2, grey);
        }
        all_ = grey;
        info_.channels = all_.channels();
    }

    [[nodiscard]] bool has_alpha() const {
        const OIIO::ImageSpec& s = spec();
        if (s.nchannels % 2 != 0 || s.nchannels > 4) return false;
        // OpenImageIO takes any fourth component for alpha, and calls the second of Targa's channels green.
        return jpeg2000_ ? jpeg2000_->alpha : format_.name == "targa" || is_alpha(s.channelnames.back());
    }

    cv::Mat read(const Rectangle& region) {
        const OIIO::ImageSpec& s = spec();
        if (format_.name == "targa") targa::require_colours(bytes_, region);
        if (format_.name == "hdr") require_readable_runs();
        const Rectangle blocks = blocks_around(region);
        cv::Mat out(blocks.height, blocks.width, CV_MAKETYPE(info_.depth, s.nchannels));
        const OIIO::TypeDesc type = info_.depth == CV_8U    ? OIIO::TypeDesc::UINT8
                                    : info_.depth == CV_16U ? OIIO::TypeDesc::UINT16
                                                            : OIIO::TypeDesc::FLOAT;
        const bool done =
            is_tiled() ? input_->read_tiles(page_, 0, s.x + blocks.x, s.x + blocks.right(), s.y + blocks.y,
                                            s.y + blocks.bottom(), 0, 1, 0, s.nchannels, type, out.data)
                       : input_->read_scanlines(page_, 0, s.y + blocks.y, s.y + blocks.bottom(), 0, 0,
                                                s.nchannels, type, out.data);
        if (!done) fail(input_.get());
        if (format_.name == "openexr" && info_.alpha) unpremultiply_stored(out, 1, Transparent::kept);
        if (jpeg2000_) scale_samples(out);
        return blocks == region ? out : out(rect_in(blocks, region)).clone();
    }

    void require_readable_runs() {
        if (!std::exchange(are_runs_checked_, true)) require_readable_radiance_runs(bytes_);
    }

    [[nodiscard]] bool is_tiled() const { return spec().tile_width > 0; }

    /// What is read for a region: its tiles, or its rows.
    [[nodiscard]] Rectangle blocks_around(const Rectangle& region) const {
        return is_tiled() ? whole_tiles(region) : Rectangle{0, region.y, spec().width, region.height};
    }

    /// The tiles that a region touches, up to the image's edge.
    [[nodiscard]] Rectangle whole_tiles(const Rectangle& region) const {
        const OIIO::ImageSpec& s = spec();
        const int left = region.x / s.tile_width * s.tile_width;
        const int top = region.y / s.tile_height * s.tile_height;
        const auto end = [](int position, int tile, int length) {
            return static_cast<int>(
                std::min<std::int64_t>((std::int64_t{position} + tile - 1) / tile * tile, length));
        };
        return {left, top, end(region.right(), s.tile_width, s.width) - left,
                end(region.bottom(), s.tile_height, s.height) - top};
    }

    /// OpenImageIO gives samples of 1, 2 and 4 bits unscaled or with their bits repeated in 8, and those of 9
    /// to 15 with their bits repeated in 16.
    void scale_samples(cv::Mat& pixels) const {
        const int bits = jpeg2000_->bits;
        if (bits == 8 || bits == 16) return;
        const std::uint32_t top = (1U << bits) - 1;
        const auto scale = [&](auto white, int shift) {
            using T = decltype(white);
            for (int y = 0; y < pixels.rows; ++y) {
                T* const row = pixels.ptr<T>(y);
                std::transform(row, row + pixels.cols * pixels.channels(), row, [&](std::uint32_t sample) {
                    return static_cast<T>(scaled_sample(sample >> shift & top, top, white));
                });
            }
        };
        if (bits < 8) return scale(std::numeric_limits<std::uint8_t>::max(), 0);
        scale(std::numeric_limits<std::uint16_t>::max(), 16 - bits);
    }

    MemoryBudget::Reservation reserved_;
    std::int64_t opened_;
    std::span<const std::uint8_t> bytes_;
    const OpenImageIoFormat& format_;
    int page_;
    OIIO::Filesystem::IOMemReader memory_;
    std::unique_ptr<MemoryFile> file_;
    std::unique_ptr<OIIO::ImageInput> input_;
    std::optional<Jpeg2000Header> jpeg2000_;
    std::vector<std::uint32_t> heif_pictures_;  ///< by page
    cv::Mat all_;
    ImageInfo info_;
    bool are_runs_checked_ = false;
};

/// What is known of a picture that is decoded at once before it is.
ImageInfo known_before(const OpenImageIoFormat& format, std::span<const std::uint8_t> bytes, Size size) {
    ImageInfo info;
    info.size = size;
    info.depth = CV_8U;
    info.channels = 4;
    if (format.name == "jpeg2000") {
        const Jpeg2000Header header = parse_jpeg2000(bytes);
        info.depth = header.bits > 8 ? CV_16U : CV_8U;
        info.channels = header.colours > 0 ? header.colours : header.components;
    }
    return info;
}

/// What opening holds, `opened` bytes, and of a picture that is decoded at once what is made of it.
MemoryBudget::Reservation reserve_opening(const OpenImageIoFormat& format,
                                          std::span<const std::uint8_t> bytes, Size size, std::int64_t opened,
                                          const CodecRequest& request) {
    // Less than this is no more than any header may take.
    constexpr std::int64_t unnoticed = std::int64_t{1} << 24;
    if (format.decodes_at_once) return request.reserve(opened, known_before(format, bytes, size));
    if (opened <= unnoticed || !request.options) return nullptr;
    return request.options->memory.reserve(opened);
}

/// OpenImageIO's own threads would compete with the pipeline's.
void set_up() {
    static const bool done = OIIO::attribute("threads", 1) && OIIO::attribute("exr_threads", -1);
    static_cast<void>(done);
}

std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes, const CodecRequest& request) {
    set_up();
    const OpenImageIoFormat& format = *openimageio_format(bytes);
    const Size size = format.size ? format.size(bytes) : Size{};
    if (format.size) require_pixels(size, request.maximum_pixels);
    const std::int64_t opened = format.memory ? format.memory(bytes) : 0;
    MemoryBudget::Reservation reserved = reserve_opening(format, bytes, size, opened, request);
    try {
        auto reader = std::make_unique<OpenImageIoReader>(bytes, format, request.page, opened);
        // Else it is given back, and asked for again with the region: nobody asks while holding some.
        if (format.decodes_at_once) reader->keep(std::move(reserved));
        return reader;
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw;
    } catch (const std::exception& exception) {
        fail_corrupt(exception.what());
    }
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Coder, glimpse::open, nullptr);
