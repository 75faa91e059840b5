#include <algorithm>
#include <array>
#include <opencv2/core/version.hpp>
#include <string_view>

#include "codecs/built_in.hpp"
#include "codecs/module.hpp"

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

/// What OpenCV reads and the others do not: BMP, PNM, PAM, PFM, JPEG 2000, Radiance, OpenEXR, Sun raster.
bool is_opencvs(std::span<const std::uint8_t> head) {
    using namespace std::string_view_literals;
    constexpr std::array signatures{"BM"sv,
                                    "P1"sv,
                                    "P2"sv,
                                    "P3"sv,
                                    "P4"sv,
                                    "P5"sv,
                                    "P6"sv,
                                    "P7"sv,
                                    "PF"sv,
                                    "Pf"sv,
                                    "#?RADIANCE"sv,
                                    "#?RGBE"sv,
                                    "v/1\x01"sv,
                                    "\x59\xA6\x6A\x95"sv,
                                    "\0\0\0\x0CjP  "sv,
                                    "\xFF\x4F\xFF\x51"sv};
    return std::ranges::any_of(signatures, [&](std::string_view s) { return starts_with(head, s); });
}

}  // namespace

std::span<const Codec* const> all_codecs() {
    static const ModuleCodec tiff({"tiff", "libtiff", {"tiff", "tif"}, {"tiff", "tif"}}, is_tiff);
    static const ModuleCodec webp({"webp", "libwebp", {"webp"}, {"webp"}}, is_webp);
    static const ModuleCodec opencv(
        {"opencv",
         "OpenCV " CV_VERSION,
         {"bmp", "dib", "pbm", "pgm", "ppm", "pnm", "pam", "pfm", "jp2", "hdr", "pic", "exr", "sr", "ras"},
         {"bmp", "pgm", "ppm", "pnm", "pfm", "jp2"}},
        is_opencvs);
    static const std::array<const Codec*, 6> codecs{&jpeg_codec(), &png_codec(), &npy_codec(),
                                                    &tiff,         &webp,        &opencv};
    return codecs;
}

}  // namespace glimpse
