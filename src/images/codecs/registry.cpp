#include <algorithm>
#include <array>
#include <opencv2/core/version.hpp>
#include <string_view>

#include "images/codecs/built_in.hpp"
#include "images/codecs/module_codec.hpp"

namespace glimpse {

namespace {

bool starts_with(std::span<const std::uint8_t> head, std::string_view signature) {
    return head.size() >= signature.size() &&
           std::equal(signature.begin(), signature.end(), head.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

bool is_tiff(std::span<const std::uint8_t> head) {
    using namespace std::string_view_literals;
    constexpr std::array signatures{"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};
    return std::ranges::any_of(signatures, [&](std::string_view s) { return starts_with(head, s); });
}

bool is_webp(std::span<const std::uint8_t> head) {
    return head.size() >= 12 && starts_with(head, "RIFF") && starts_with(head.subspan(8), "WEBP");
}

/// "BM" and one of the header sizes in use: two letters alone may as well begin a text.
bool is_bmp(std::span<const std::uint8_t> head) {
    constexpr std::array<std::uint8_t, 7> header_sizes{12, 40, 52, 56, 64, 108, 124};
    return starts_with(head, "BM") && head.size() >= 18 && std::ranges::count(header_sizes, head[14]) > 0 &&
           head[15] == 0 && head[16] == 0 && head[17] == 0;
}

/// P1 to P6 (PBM, PGM, PPM), P7 (PAM), PF and Pf (PFM), each followed by white space.
bool is_portable_anymap(std::span<const std::uint8_t> head) {
    constexpr std::string_view kinds = "1234567Ff";
    constexpr std::string_view white_space = " \t\r\n";
    return head.size() >= 3 && head[0] == 'P' && kinds.find(static_cast<char>(head[1])) != kinds.npos &&
           white_space.find(static_cast<char>(head[2])) != white_space.npos;
}

/// The formats that OpenCV alone reads: BMP, anymaps, Radiance, Sun raster, JPEG 2000; and OpenEXR, which it
/// refuses by name unless OPENCV_IO_ENABLE_OPENEXR is set.
bool is_opencv_format(std::span<const std::uint8_t> head) {
    using namespace std::string_view_literals;
    constexpr std::array signatures{"#?RADIANCE"sv,       "#?RGBE"sv,         "v/1\x01"sv,
                                    "\x59\xA6\x6A\x95"sv, "\0\0\0\x0CjP  "sv, "\xFF\x4F\xFF\x51"sv};
    return is_bmp(head) || is_portable_anymap(head) ||
           std::ranges::any_of(signatures, [&](std::string_view s) { return starts_with(head, s); });
}

}  // namespace

std::span<const Codec* const> all_codecs() {
    static const ModuleCodec tiff({"tiff", "libtiff", {"tiff", "tif"}, {"tiff", "tif"}}, is_tiff);
    static const ModuleCodec webp({"webp", "libwebp", {"webp"}, {"webp"}}, is_webp);
    static const ModuleCodec opencv(
        {"opencv",
         "OpenCV " CV_VERSION,
         {"bmp", "dib", "pbm", "pgm", "ppm", "pnm", "pam", "pfm", "jp2", "hdr", "pic", "sr", "ras"},
         // JPEG 2000 is not written: OpenJPEG refuses images of fewer than 32 rows or columns.
         {"bmp", "pgm", "ppm", "pnm", "pfm"}},
        is_opencv_format);
    static const std::array<const Codec*, 6> codecs{&jpeg_codec(), &png_codec(), &npy_codec(),
                                                    &tiff,         &webp,        &opencv};
    return codecs;
}

}  // namespace glimpse
