#include "images/codecs/modules/tiff_lab.hpp"

#ifdef GLIMPSE_HAS_LCMS

#include <lcms2.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <opencv2/core.hpp>

#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

struct ProfileDeleter {
    void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, ProfileDeleter>;

struct TransformDeleter {
    void operator()(void* transform) const { cmsDeleteTransform(transform); }
};

/// From L*a*b* to sRGB, for any number of threads: without Little CMS's memory of the last pixel. Numbers in
/// floating point it converts without its tables, which are wrong by dozens of levels beside sRGB's borders.
class LabTransform {
  public:
    explicit LabTransform(cmsUInt32Number target) {
        const Profile lab(cmsCreateLab4Profile(nullptr));  // of D50
        const Profile srgb(cmsCreate_sRGBProfile());
        if (!lab || !srgb) throw std::bad_alloc();
        transform_.reset(cmsCreateTransform(lab.get(), TYPE_Lab_FLT, srgb.get(), target,
                                            INTENT_RELATIVE_COLORIMETRIC, cmsFLAGS_NOCACHE));
        if (!transform_) throw std::bad_alloc();
    }

    void convert(const float* lab, void* to, std::size_t pixels) const {
        cmsDoTransform(transform_.get(), lab, to, static_cast<cmsUInt32Number>(pixels));
    }

  private:
    std::unique_ptr<void, TransformDeleter> transform_;
};

/// L*, a*, b* = scale · sample + offset, samples being signed where `Colour` is.
struct LabScale {
    float lightness;
    float colour;
    float offset;
};

template <typename Sample, typename Colour>
void convert_pixels(Sample* pixels, std::size_t count, const LabScale& scale, const LabTransform& transform) {
    constexpr std::size_t at_once = 256;
    std::array<float, 3 * at_once> lab;
    for (std::size_t first = 0; first < count; first += at_once) {
        const std::size_t part = std::min(at_once, count - first);
        Sample* const stored = pixels + 3 * first;
        for (std::size_t i = 0; i < 3 * part; i += 3) {
            lab[i] = scale.lightness * static_cast<float>(stored[i]);
            for (std::size_t c = i + 1; c < i + 3; ++c)
                lab[c] = scale.colour * static_cast<float>(static_cast<Colour>(stored[c])) + scale.offset;
        }
        transform.convert(lab.data(), stored, part);
    }
}

}  // namespace

void require_lab_conversion() {}

void convert_lab_to_srgb(cv::Mat& pixels, LabEncoding encoding) {
    static const LabTransform to_8_bits(TYPE_RGB_8);
    static const LabTransform to_16_bits(TYPE_RGB_16);
    const bool is_signed = encoding == LabEncoding::cie;
    for (int y = 0; y < pixels.rows; ++y) {
        const auto count = static_cast<std::size_t>(pixels.cols);
        require_decoding_time(count * pixels.elemSize());
        auto* const bytes = pixels.ptr<std::uint8_t>(y);
        auto* const words = pixels.ptr<std::uint16_t>(y);
        if (pixels.depth() == CV_8U && is_signed) {
            convert_pixels<std::uint8_t, std::int8_t>(bytes, count, {100.0F / 255, 1, 0}, to_8_bits);
        } else if (pixels.depth() == CV_8U) {
            convert_pixels<std::uint8_t, std::uint8_t>(bytes, count, {100.0F / 255, 1, -128}, to_8_bits);
        } else if (is_signed) {
            convert_pixels<std::uint16_t, std::int16_t>(words, count, {100.0F / 65535, 1.0F / 256, 0},
                                                        to_16_bits);
        } else {
            convert_pixels<std::uint16_t, std::uint16_t>(words, count, {100.0F / 65280, 1.0F / 256, -128},
                                                         to_16_bits);
        }
    }
}

}  // namespace glimpse

#else

#include "glimpse/error.hpp"

namespace glimpse {

void require_lab_conversion() {
    throw Error(
        "a TIFF of CIE L*a*b* colours is not supported: this build has no Little CMS, which would convert "
        "them; "
        "save it in RGB");
}

void convert_lab_to_srgb(cv::Mat& /*pixels*/, LabEncoding /*encoding*/) {
    require_lab_conversion();
}

}  // namespace glimpse

#endif
