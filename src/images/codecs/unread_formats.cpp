#include "images/codecs/unread_formats.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "images/codecs/byte_order.hpp"
#include "images/codecs/signature.hpp"
#include "images/codecs/targa.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t at;
    std::string_view bytes;
    std::string_view name;
    std::string_view remedy{};
};

constexpr std::string_view take_frames = "ffmpeg makes pictures of its frames";
constexpr std::string_view lfs_pull = "git lfs pull fetches the file";
constexpr std::string_view annex_get = "git annex get fetches the file";

// Signatures before their own prefixes.
constexpr std::array signatures{
    Signature{0, "SIMPLE  ="sv, "FITS"},
    Signature{0, "SDPX"sv, "DPX"},
    Signature{0, "XPDS"sv, "DPX"},
    Signature{0, "\x80\x2A\x5F\xD7"sv, "Cineon"},
    Signature{0, "DDS "sv, "a DirectDraw surface (DDS)"},
    Signature{0, "\xABKTX "sv, "a Khronos texture (KTX)"},
    Signature{0, "qoif"sv, "QOI"},
    Signature{0, "\x59\xA6\x6A\x95"sv, "a Sun raster"},
    Signature{0, "8BPS"sv, "a Photoshop document (PSD)"},
    Signature{0, "\x01\xDA"sv, "a Silicon Graphics picture (SGI)"},
    Signature{0, "gimp xcf "sv, "a GIMP picture (XCF)"},
    Signature{0, "/* XPM */"sv, "XPM"},
    Signature{0, "II\xBC\x01"sv, "JPEG XR"},
    Signature{0, "BPG\xFB"sv, "BPG"},
    Signature{0, "FLIF"sv, "FLIF"},
    Signature{0, "AT&TFORM"sv, "DjVu"},
    Signature{0, "\x89HDF\r\n\x1A\n"sv, "HDF5"},
    Signature{344, "n+1\0"sv, "NIfTI"},
    Signature{344, "ni1\0"sv, "NIfTI"},
    Signature{4, "n+2\0\r\n\x1A\n"sv, "NIfTI"},
    Signature{4, "ni2\0\r\n\x1A\n"sv, "NIfTI"},
    Signature{0, "FUJIFILMCCD-RAW"sv, "a camera's raw picture (RAF)"},
    Signature{0, "IIU\0"sv, "a camera's raw picture (RW2)"},
    Signature{0, "IIRO"sv, "a camera's raw picture (ORF)"},
    Signature{0, "IIRS"sv, "a camera's raw picture (ORF)"},
    Signature{0, "FOVb"sv, "a camera's raw picture (X3F)"},
    Signature{8, "CR\2\0"sv, "a camera's raw picture (CR2)"},
    Signature{4, "ftypcrx "sv, "a camera's raw picture (CR3)"},
    Signature{4, "ftypavis"sv, "an AVIF image sequence", take_frames},
    Signature{4, "ftypmsf1"sv, "a HEIF image sequence", take_frames},
    Signature{4, "ftyphevc"sv, "a HEIF image sequence", take_frames},
    Signature{4, "ftyphevx"sv, "a HEIF image sequence", take_frames},
    Signature{4, "ftyp"sv, "a video or another file in boxes (MP4)", take_frames},
    Signature{0, "\x1A\x45\xDF\xA3"sv, "a video (Matroska or WebM)", take_frames},
    Signature{8, "AVI "sv, "a video (AVI)", take_frames},
    Signature{0, "%PDF-"sv, "a PDF document"},
    Signature{0, "%!PS"sv, "a PostScript document"},
    Signature{0, "PK\3\4"sv, "a zip archive"},
    Signature{0, "\x1F\x8B"sv, "a gzip file"},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "a Zstandard file"},
    Signature{0, "\xFD\x37zXZ\0"sv, "an xz file"},
    Signature{0, "version https://git-lfs.github.com/spec/"sv, "a Git LFS pointer", lfs_pull},
    Signature{0, "../.git/annex/objects/"sv, "a git-annex pointer", annex_get},
    Signature{0, "/annex/objects/"sv, "a git-annex pointer", annex_get},
};

/// PCX of version 2.5 to 5: run-length encoded, 1, 2, 4 or 8 bits.
bool is_pcx(std::span<const std::uint8_t> head) {
    constexpr std::size_t header = 128;
    constexpr std::array bits{1, 2, 4, 8};
    return head.size() >= header && head[0] == 0x0A && head[1] <= 5 && head[1] != 1 && head[2] == 1 &&
           std::ranges::count(bits, head[3]) > 0;
}

/// BITMAPINFOHEADER, or one of its later versions, at the beginning: what a BMP has behind its file header.
bool is_bare_bitmap(std::span<const std::uint8_t> head) {
    constexpr std::size_t info_header = 40;
    constexpr std::array headers{info_header, std::size_t{108}, std::size_t{124}};
    constexpr std::array bits{1, 4, 8, 16, 24, 32};
    if (head.size() < info_header) return false;
    const auto number = [&](std::size_t at, std::size_t length) {
        return little_endian(head.subspan(at, length));
    };
    constexpr std::size_t most_codings = 6;
    return std::ranges::count(headers, number(0, 4)) > 0 && number(12, 2) == 1 &&
           std::ranges::count(bits, static_cast<int>(number(14, 2))) > 0 && number(16, 4) <= most_codings;
}

/// "BZh", the size of blocks, and the number that a block, or the end, begins with.
bool is_bzip2(std::span<const std::uint8_t> head) {
    return head.size() >= 10 && starts_with(head, "BZh") && head[3] >= '1' && head[3] <= '9' &&
           (starts_with(head.subspan(4), "\x31\x41\x59\x26\x53\x59"sv) ||
            starts_with(head.subspan(4), "\x17\x72\x45\x38\x50\x90"sv));
}

/// Whether the text begins as a JSON object or array does.
bool is_json(std::string_view text) {
    constexpr std::string_view white_space = " \t\r\n";
    const std::size_t at = text.empty() ? text.npos : text.find_first_not_of(white_space, 1);
    if (at == text.npos) return false;
    const std::string_view rest = text.substr(at);
    if (text.front() == '{') return rest.front() == '"' || rest.front() == '}';
    constexpr std::array values{"true"sv, "false"sv, "null"sv, "nan"sv};
    const auto is_word = [&](std::string_view word) {
        const std::size_t end = word.size();
        return rest.starts_with(word) &&
               (end == rest.size() ||
                (white_space.find(rest[end]) != white_space.npos || rest[end] == ',' || rest[end] == ']'));
    };
    return text.front() == '[' && (std::string_view("{[]\"-0123456789").find(rest.front()) != rest.npos ||
                                   std::ranges::any_of(values, is_word));
}

/// In lower case, without a byte order mark and white space before it.
std::string as_markup(std::span<const std::uint8_t> head) {
    std::string_view text =
        without_byte_order_mark({reinterpret_cast<const char*>(head.data()), head.size()});
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    std::string markup(text);
    std::ranges::transform(markup, markup.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return markup;
}

std::string_view markup_format(std::span<const std::uint8_t> head) {
    const std::string text = as_markup(head);
    if (text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head"))
        return "an HTML page";
    if (text.starts_with("<svg") || (text.starts_with("<?xml") && text.find("<svg") != text.npos))
        return "SVG";
    if (text.starts_with("<?xml")) return "an XML document";
    if (is_json(text)) return "a JSON document";
    return {};
}

}  // namespace

UnreadFormat unread_format(std::span<const std::uint8_t> head) {
    for (const Signature& signature : signatures) {
        if (head.size() > signature.at && starts_with(head.subspan(signature.at), signature.bytes))
            return {std::string(signature.name), std::string(signature.remedy)};
    }
    // DICOM's preamble may be anything.
    constexpr std::size_t preamble = 128;
    if (head.size() > preamble && starts_with(head.subspan(preamble), "DICM")) return {"DICOM", {}};
    if (is_pcx(head)) return {"PCX", {}};
    if (is_bzip2(head)) return {"a bzip2 file", {}};
    if (is_bare_bitmap(head))
        return {"a bitmap without the file header of a BMP (DIB)", "save it as BMP or PNG"};
    if (const std::string_view markup = markup_format(head); !markup.empty())
        return {std::string(markup), {}};
    if (targa::is_targa(head)) return {targa::kind(head), "save it with 24 bits a pixel, or as PNG"};
    return {};
}

}  // namespace glimpse
