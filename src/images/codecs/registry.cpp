#include <algorithm>
#include <array>
#include <string_view>

#include "images/codecs/built_in.hpp"
#include "images/codecs/lengths.hpp"
#include "images/codecs/module_codec.hpp"
#include "images/codecs/openimageio_formats.hpp"
#include "images/codecs/signature.hpp"

namespace glimpse {

namespace {

bool is_tiff(std::span<const std::uint8_t> head) {
    using namespace std::string_view_literals;
    constexpr std::array signatures{"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv};
    // Canon's raw files begin as a TIFF of a preview.
    const bool is_raw = head.size() > 8 && starts_with(head.subspan(8), "CR\2\0"sv);
    return !is_raw &&
           std::ranges::any_of(signatures, [&](std::string_view s) { return starts_with(head, s); });
}

bool is_gif(std::span<const std::uint8_t> head) {
    return starts_with(head, "GIF87a") || starts_with(head, "GIF89a");
}

/// A bare codestream, or the container's first box.
bool is_jxl(std::span<const std::uint8_t> head) {
    using namespace std::string_view_literals;
    return starts_with(head, "\xFF\x0A"sv) || starts_with(head, "\0\0\0\x0CJXL \r\n\x87\n"sv);
}

bool is_webp(std::span<const std::uint8_t> head) {
    return head.size() >= 12 && starts_with(head, "RIFF") && starts_with(head.subspan(8), "WEBP");
}

}  // namespace

std::span<const Codec* const> all_codecs() {
    static const ModuleCodec tiff({"tiff", "libtiff", {"tiff", "tif"}, {"tiff", "tif"}}, is_tiff, tiff_length,
                                  may_be_whole_tiff);
    static const ModuleCodec webp({"webp", "libwebp", {"webp"}, {"webp"}}, is_webp, webp_length,
                                  may_be_whole_webp);
    // Files of a format that is not written are never outputs.
    const auto never = [](std::span<const std::uint8_t>) { return false; };
    static const ModuleCodec gif({"gif", "giflib", {"gif"}, {}}, is_gif, gif_length, never);
    static const ModuleCodec jxl({"jxl", "libjxl", {"jxl"}, {}}, is_jxl, nullptr, never);
    static const ModuleCodec openimageio(
        {"openimageio", "OpenImageIO", openimageio_extensions(), {}},
        [](std::span<const std::uint8_t> head) { return openimageio_format(head) != nullptr; },
        openimageio_length, never,
        [](std::span<const std::uint8_t> head) {
            const OpenImageIoFormat& format = *openimageio_format(head);
            return FileFormat{std::string(format.title), extensions_of(format)};
        });
    // Targa, whose header has the weakest signature, is asked last.
    static const std::array<const Codec*, 11> codecs{
        &jpeg_codec(), &png_codec(), &npy_codec(), &netpbm_codec(), &bmp_codec(), &ico_codec(), &tiff,
        &webp,         &gif,         &jxl,         &openimageio};
    return codecs;
}

}  // namespace glimpse
