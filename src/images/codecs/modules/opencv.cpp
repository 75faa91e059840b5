#include <array>
#include <iostream>
#include <limits>
#include <mutex>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <sstream>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/capability.hpp"
#include "images/codecs/codec.hpp"
#include "maps/image_region.hpp"
#include "system/module_export.hpp"

// A module: loading OpenCV's codecs takes longer than all the rest of a small job.

namespace glimpse {

namespace {

/// From BGR(A) to RGB(A) or back, in a copy.
cv::Mat red_and_blue_swapped(const cv::Mat& pixels) {
    if (pixels.channels() < 3) return pixels;
    cv::Mat out;
    cv::cvtColor(pixels, out, pixels.channels() == 4 ? cv::COLOR_BGRA2RGBA : cv::COLOR_BGR2RGB);
    return out;
}

/// OpenCV's decoders complain on std::cerr; the `Error` alone is to be seen.
class CapturedComplaints {
  public:
    CapturedComplaints() : lock_(mutex()), usual_(std::cerr.rdbuf(text_.rdbuf())) {}
    ~CapturedComplaints() { std::cerr.rdbuf(usual_); }
    CapturedComplaints(const CapturedComplaints&) = delete;
    CapturedComplaints& operator=(const CapturedComplaints&) = delete;

  private:
    static std::mutex& mutex() {
        static std::mutex one;
        return one;
    }
    std::lock_guard<std::mutex> lock_;
    std::ostringstream text_;
    std::streambuf* usual_;
};

bool is_pam(std::span<const std::uint8_t> bytes) {
    return bytes.size() > 2 && bytes[0] == 'P' && bytes[1] == '7';
}

/// Whether OpenCV leaves a PAM's colours as RGB, as its version 4.6 does, where it makes BGR of all
/// others: asked of a picture of one pixel, since a later version may do otherwise.
bool leaves_pam_as_rgb() {
    static const bool leaves = [] {
        constexpr std::string_view red_1 =
            "P7\nWIDTH 1\nHEIGHT 1\nDEPTH 3\nMAXVAL 255\nTUPLTYPE RGB\nENDHDR\n\1\2\3";
        const std::vector<char> file(red_1.begin(), red_1.end());
        const cv::Mat pixel = cv::imdecode(file, cv::IMREAD_UNCHANGED);
        return !pixel.empty() && pixel.ptr()[0] == 1;
    }();
    return leaves;
}

/// OpenCV has no header-only reading: the image is decoded when it is opened.
class OpenCvReader final : public ImageReader {
  public:
    explicit OpenCvReader(std::span<const std::uint8_t> bytes) {
        const cv::Mat buffer(1, static_cast<int>(bytes.size()), CV_8U,
                             const_cast<std::uint8_t*>(bytes.data()));
        const std::string failure =
            "the file is truncated or corrupt, or of a kind that OpenCV cannot decode";
        cv::Mat pixels;
        try {
            const CapturedComplaints captured;
            pixels = cv::imdecode(buffer, cv::IMREAD_UNCHANGED);
        } catch (const cv::Exception& exception) {
            throw Error(with_reason(failure, exception.err));
        }
        if (pixels.empty()) throw Error(failure);
        pixels_ = is_pam(bytes) && leaves_pam_as_rgb() ? pixels : red_and_blue_swapped(pixels);
        if (pixels_.depth() != CV_8U && pixels_.depth() != CV_16U) pixels_.convertTo(pixels_, CV_32F);
        info_.size = {pixels_.cols, pixels_.rows};
        info_.depth = pixels_.depth();
        info_.channels = pixels_.channels();
        info_.alpha = info_.channels == 4;
        info_.seekable = true;  // all of it is decoded already
    }
    [[nodiscard]] const ImageInfo& info() const override { return info_; }
    cv::Mat decode(const Rectangle& r) override { return pixels_(rect(r)).clone(); }

  private:
    cv::Mat pixels_;
    ImageInfo info_;
};

/// OpenCV would silently convert, or drop, what does not fit.
void require_fits(const Image& image, std::string_view extension) {
    struct Format {
        std::string_view extension;
        std::string_view holds;
        bool wide;
        bool floats;
        bool grey;
        bool colour;
    };
    constexpr std::array formats{
        Format{"bmp", "8-bit grey or RGB", false, false, true, true},
        Format{"pgm", "8-bit or 16-bit grey", true, false, true, false},
        Format{"ppm", "8-bit or 16-bit RGB", true, false, false, true},
        Format{"pnm", "8-bit or 16-bit grey or RGB", true, false, true, true},
        Format{"pfm", "floating-point grey or RGB", false, true, true, true},
    };
    const int depth = image.pixels.depth();
    const int channels = image.pixels.channels();
    for (const Format& format : formats) {
        if (format.extension != extension) continue;
        const bool depth_fits =
            format.floats ? depth == CV_32F : depth == CV_8U || (depth == CV_16U && format.wide);
        const bool channels_fit = (channels == 1 && format.grey) || (channels == 3 && format.colour);
        if (depth_fits && channels_fit) return;
        fail_to_hold(image, extension, format.holds);
    }
    throw Error(not_written(extension));
}

std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes) {
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        throw Error("OpenCV reads files of less than 2 GiB");
    }
    return std::make_unique<OpenCvReader>(bytes);
}

std::vector<std::uint8_t> encode(const Image& image, std::string_view extension) {
    require_fits(image, extension);
    std::vector<std::uint8_t> bytes;
    bool done = false;
    try {
        done = cv::imencode("." + std::string(extension), red_and_blue_swapped(image.pixels), bytes);
    } catch (const cv::Exception& exception) {
        throw Error(with_reason(std::string(extension) + " cannot hold this image", exception.err));
    }
    if (!done) throw Error(std::string(extension) + " cannot hold this image");
    return bytes;
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Coder, glimpse::open, glimpse::encode);
