#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <new>
#include <opencv2/core.hpp>
#include <optional>
#include <string_view>
#include <vector>

#include "glimpse/error.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/lengths.hpp"
#include "images/decoding_clock.hpp"
#include "maps/image_region.hpp"
#include "system/module_export.hpp"

// GIF89a ("Graphics Interchange Format, Version 89a", CompuServe 1990). giflib decodes the frames, which are
// laid on their canvas here.

namespace glimpse {

namespace {

enum class Disposal : std::uint8_t { keep, clear, restore };

/// A picture of the file, before its pixels are decoded.
struct Frame {
    Rectangle region;  ///< of the canvas; may reach beyond it
    bool interlaced = false;
    Disposal disposal = Disposal::keep;
    int transparent = NO_TRANSPARENT_COLOR;  ///< index of the palette
};

/// A file that is read from its beginning.
class GifFile {
  public:
    explicit GifFile(std::span<const std::uint8_t> bytes) : rest_(bytes) {
        int error = 0;
        handle_.reset(DGifOpen(this, read, &error));
        if (!handle_) fail(error);
    }
    GifFile(const GifFile&) = delete;  // giflib keeps the address
    GifFile& operator=(const GifFile&) = delete;

    [[nodiscard]] Size canvas() const { return {handle_->SWidth, handle_->SHeight}; }

    /// Goes to the next picture, whose pixels are then to be read or skipped. Throws `Error` where there is
    /// none.
    Frame next_frame() {
        GraphicsControlBlock control{};
        control.TransparentColor = NO_TRANSPARENT_COLOR;
        while (true) {
            require_decoding_time();
            while (!rest_.empty() && rest_.front() == 0) rest_ = rest_.subspan(1);  // a block ended twice
            GifRecordType type{};
            require(DGifGetRecordType(handle_.get(), &type));
            if (type == EXTENSION_RECORD_TYPE) {
                read_extension(control);
            } else if (type == IMAGE_DESC_RECORD_TYPE) {
                return frame_of(control);
            } else {
                fail_corrupt("it has no picture");
            }
        }
    }

    /// The ICC profile of what has been read.
    [[nodiscard]] const std::vector<std::uint8_t>& profile() const { return profile_; }

    void read_line(std::span<std::uint8_t> indices) {
        require_decoding_time(indices.size());
        require(DGifGetLine(handle_.get(), indices.data(), static_cast<int>(indices.size())));
    }

    void skip_pixels() {
        int code_size = 0;
        GifByteType* block = nullptr;
        require(DGifGetCode(handle_.get(), &code_size, &block));
        while (block) {
            require_decoding_time(block[0]);
            require(DGifGetCodeNext(handle_.get(), &block));
        }
    }

    /// A colour of the current picture's palette. Throws `Error` for an index beyond it.
    [[nodiscard]] const GifColorType& colour(std::uint8_t index) const {
        const ColorMapObject* const own = handle_->Image.ColorMap;
        const ColorMapObject* const palette = own ? own : handle_->SColorMap;
        if (!palette) fail_corrupt("it has no palette");
        if (index >= palette->ColorCount) fail_corrupt("a pixel's colour is none of its palette");
        return palette->Colors[index];
    }

  private:
    struct Deleter {
        void operator()(GifFileType* file) const { DGifCloseFile(file, nullptr); }
    };

    static int read(GifFileType* file, GifByteType* out, int length) {
        auto& rest = static_cast<GifFile*>(file->UserData)->rest_;
        const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(length));
        std::copy_n(rest.begin(), count, out);
        rest = rest.subspan(count);
        return static_cast<int>(count);
    }

    [[noreturn]] static void fail(int error) {
        if (error == D_GIF_ERR_NOT_ENOUGH_MEM) throw std::bad_alloc();
        const char* const text = GifErrorString(error);
        fail_corrupt(text ? text : "");
    }

    void require(int status) const {
        if (status != GIF_OK) fail(handle_->Error);
    }

    void read_extension(GraphicsControlBlock& control) {
        int code = 0;
        GifByteType* block = nullptr;
        require(DGifGetExtension(handle_.get(), &code, &block));
        if (code == GRAPHICS_EXT_FUNC_CODE && block && block[0] >= 4) {
            require(DGifExtensionToGCB(block[0], block + 1, &control));
        }
        constexpr std::string_view of_profile = "\x0BICCRGBG1012";
        const bool is_profile = code == APPLICATION_EXT_FUNC_CODE && block && profile_.empty() &&
                                std::equal(of_profile.begin(), of_profile.end(), block);
        while (block) {
            require_decoding_time(block[0]);
            require(DGifGetExtensionNext(handle_.get(), &block));
            if (is_profile && block) profile_.insert(profile_.end(), block + 1, block + 1 + block[0]);
        }
    }

    Frame frame_of(const GraphicsControlBlock& control) {
        require(DGifGetImageDesc(handle_.get()));
        const GifImageDesc& image = handle_->Image;
        return {.region = {image.Left, image.Top, image.Width, image.Height},
                .interlaced = image.Interlace,
                .disposal = control.DisposalMode == DISPOSE_BACKGROUND ? Disposal::clear
                            : control.DisposalMode == DISPOSE_PREVIOUS ? Disposal::restore
                                                                       : Disposal::keep,
                .transparent = control.TransparentColor};
    }

    std::span<const std::uint8_t> rest_;
    std::vector<std::uint8_t> profile_;
    std::unique_ptr<GifFileType, Deleter> handle_;
};

/// Calls `visit` with the rows in the order in which they are stored.
template <typename Visit>
void visit_rows(const Frame& frame, const Visit& visit) {
    struct Pass {
        int first;
        int step;
    };
    constexpr std::array<Pass, 4> interlaced{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    constexpr std::array<Pass, 1> plain{{{0, 1}}};
    const std::span<const Pass> passes = frame.interlaced ? std::span<const Pass>(interlaced) : plain;
    for (const Pass& pass : passes) {
        for (int y = pass.first; y < frame.region.height; y += pass.step) visit(y);
    }
}

/// Draws the picture that is next in the file on a region of the canvas, in RGBA.
void draw(GifFile& file, const Frame& frame, const Rectangle& region, cv::Mat& pixels) {
    std::vector<std::uint8_t> indices(static_cast<std::size_t>(frame.region.width));
    const Rectangle seen = intersection(frame.region, region);
    visit_rows(frame, [&](int row) {
        file.read_line(indices);
        const int y = frame.region.y + row;
        if (y < seen.y || y >= seen.bottom()) return;
        for (int x = seen.x; x < seen.right(); ++x) {
            const std::uint8_t index = indices[static_cast<std::size_t>(x - frame.region.x)];
            if (index == frame.transparent) continue;
            const GifColorType& colour = file.colour(index);
            pixels.at<cv::Vec4b>(y - region.y, x - region.x) = {colour.Red, colour.Green, colour.Blue, 0xFF};
        }
    });
}

class GifReader final : public ImageReader {
  public:
    GifReader(std::span<const std::uint8_t> bytes, int page) : bytes_(bytes), page_(page) {
        info_.pages = gif_pages(bytes);
        info_.lacks_pages = !has_gif_trailer(bytes);
        require_page(page, info_.pages);
        GifFile file(bytes);
        info_.depth = CV_8U;
        info_.alpha = false;
        for (int k = 0; k <= page; ++k) {
            const Frame frame = file.next_frame();
            if (k == 0) info_.size = canvas_of(file.canvas(), frame);
            const bool fills = frame.region.contains(whole(info_.size));
            // The canvas stays opaque once a frame has filled it, unless a frame is disposed of.
            if (frame.transparent != NO_TRANSPARENT_COLOR || (k == 0 && !fills) ||
                (k < page && frame.disposal != Disposal::keep)) {
                info_.alpha = true;
            }
            if (k < page) file.skip_pixels();
        }
        info_.channels = info_.alpha ? 4 : 3;
        info_.icc_profile = file.profile();
    }

    [[nodiscard]] const ImageInfo& info() const override { return info_; }

    cv::Mat decode(const Rectangle& region) override {
        GifFile file(bytes_);
        cv::Mat canvas = cv::Mat::zeros(region.height, region.width, CV_8UC4);
        for (int k = 0; k < page_; ++k) show(file, file.next_frame(), region, canvas);
        draw(file, file.next_frame(), region, canvas);
        if (info_.alpha) return canvas;
        cv::Mat colours(canvas.size(), CV_8UC3);
        constexpr std::array channels{0, 0, 1, 1, 2, 2};
        cv::mixChannels(&canvas, 1, &colours, 1, channels.data(), channels.size() / 2);
        return colours;
    }

    [[nodiscard]] std::int64_t decoding_memory(const Rectangle& region, int /*n*/) const override {
        constexpr int rgba = 4;
        return pixel_bytes(info_, region) + rgba * region.area();
    }

  private:
    /// As browsers and Pillow have it, a first frame that is larger than the canvas enlarges that.
    static Size canvas_of(Size canvas, const Frame& first) {
        return {std::max(canvas.width, first.region.right()), std::max(canvas.height, first.region.bottom())};
    }

    /// Draws a frame and leaves what the next one is drawn on.
    static void show(GifFile& file, const Frame& frame, const Rectangle& region, cv::Mat& canvas) {
        const Rectangle seen = intersection(frame.region, region);
        if (seen.empty() || frame.disposal == Disposal::restore) return file.skip_pixels();
        draw(file, frame, region, canvas);
        if (frame.disposal == Disposal::clear) canvas(rect_in(region, seen)).setTo(cv::Scalar::all(0));
    }

    std::span<const std::uint8_t> bytes_;
    int page_;
    ImageInfo info_;
};

std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes, const CodecRequest& request) {
    return std::make_unique<GifReader>(bytes, request.page);
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Coder, glimpse::open, nullptr);
