#include "images/codecs/next_signature.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "glimpse/error.hpp"
#include "images/codecs/built_in.hpp"
#include "images/codecs/netpbm_header.hpp"

namespace glimpse {

namespace {

using namespace std::string_view_literals;

/// A signature, and its offset in an image.
struct Mark {
    std::size_t at;
    std::string_view bytes;
};
constexpr std::array marks{
    Mark{0, "\x89PNG\r\n\x1A\n"sv},
    Mark{0, "\xFF\xD8\xFF"sv},
    Mark{0, "GIF8"sv},
    Mark{8, "WEBP"sv},
    Mark{0, "BM"sv},
    Mark{0, "II*\0"sv},
    Mark{0, "MM\0*"sv},
    Mark{0, "II+\0"sv},
    Mark{0, "MM\0+"sv},
    Mark{0, "\x93NUMPY"sv},
    Mark{4, "ftyp"sv},
    Mark{4, "jP  "sv},
    Mark{4, "JXL \r\n\x87\n"sv},
    Mark{0, "\xFF\x4F\xFF\x51"sv},
    Mark{0, "v/1\x01"sv},
    Mark{0, "#?RGBE"sv},
    Mark{0, "#?RADIANCE"sv},
    Mark{0, "P1"sv},
    Mark{0, "P2"sv},
    Mark{0, "P3"sv},
    Mark{0, "P4"sv},
    Mark{0, "P5"sv},
    Mark{0, "P6"sv},
    Mark{0, "P7"sv},
    Mark{0, "PF"sv},
    Mark{0, "Pf"sv},
};

/// Netpbm's signature, two letters and a blank, occurs in many texts, and the three bytes of JPEG's in large
/// files by chance; a whole header does not.
bool has_whole_header(std::span<const std::uint8_t> bytes) {
    const auto opens = [&](const auto& open, std::size_t longest_header) {
        try {
            open(bytes.first(std::min(bytes.size(), longest_header)));
            return true;
        } catch (const Error&) {
            return false;
        }
    };
    // Comments and profiles may be of any length.
    if (netpbm::has_signature(bytes)) return opens(netpbm::parse_header, std::size_t{1} << 12);
    if (!jpeg_codec().recognises(bytes)) return true;
    const auto open_jpeg = [](std::span<const std::uint8_t> file) { return jpeg_codec().open(file, {}); };
    return opens(open_jpeg, std::size_t{1} << 24);
}

}  // namespace

std::optional<std::size_t> next_signature(
    std::span<const std::uint8_t> bytes,
    const std::function<bool(std::span<const std::uint8_t> rest)>& is_image) {
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::size_t first = text.npos;
    for (const Mark& mark : marks) {
        for (std::size_t at = text.find(mark.bytes); at != text.npos; at = text.find(mark.bytes, at + 1)) {
            if (at < mark.at) continue;
            const std::size_t begin = at - mark.at;
            if (begin >= first) break;
            if (!is_image(bytes.subspan(begin)) || !has_whole_header(bytes.subspan(begin))) continue;
            first = begin;
            break;
        }
    }
    return first == text.npos ? std::nullopt : std::optional(first);
}

}  // namespace glimpse
