#include "images/codecs/unread_formats.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "images/codecs/signature.hpp"

namespace glimpse {

namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t at;
    std::string_view bytes;
    std::string_view name;
};

// Longer ones before those that begin them.
constexpr std::array signatures{
    Signature{0, "SIMPLE  ="sv, "FITS"},
    Signature{0, "SDPX"sv, "DPX"},
    Signature{0, "XPDS"sv, "DPX"},
    Signature{0, "\x80\x2A\x5F\xD7"sv, "Cineon"},
    Signature{0, "DDS "sv, "a DirectDraw surface (DDS)"},
    Signature{0, "\xABKTX "sv, "a Khronos texture (KTX)"},
    Signature{0, "qoif"sv, "QOI"},
    Signature{0, "\x59\xA6\x6A\x95"sv, "a Sun raster"},
    Signature{0, "\0\0\1\0"sv, "an icon (ICO)"},
    Signature{0, "8BPS"sv, "a Photoshop document (PSD)"},
    Signature{0, "\x01\xDA"sv, "a Silicon Graphics picture (SGI)"},
    Signature{0, "\x0A\x05\x01\x08"sv, "PCX"},
    Signature{0, "gimp xcf "sv, "a GIMP picture (XCF)"},
    Signature{0, "/* XPM */"sv, "XPM"},
    Signature{0, "II\xBC\x01"sv, "JPEG XR"},
    Signature{0, "BPG\xFB"sv, "BPG"},
    Signature{0, "FLIF"sv, "FLIF"},
    Signature{0, "AT&TFORM"sv, "DjVu"},
    Signature{0, "\x89HDF\r\n\x1A\n"sv, "HDF5"},
    Signature{0, "n+1"sv, "NIfTI"},
    Signature{0, "FUJIFILMCCD-RAW"sv, "a camera's raw picture (RAF)"},
    Signature{0, "IIU\0"sv, "a camera's raw picture (RW2)"},
    Signature{0, "IIRO"sv, "a camera's raw picture (ORF)"},
    Signature{0, "IIRS"sv, "a camera's raw picture (ORF)"},
    Signature{0, "FOVb"sv, "a camera's raw picture (X3F)"},
    Signature{8, "CR\2\0"sv, "a camera's raw picture (CR2)"},
    Signature{4, "ftypcrx "sv, "a camera's raw picture (CR3)"},
    Signature{4, "ftyp"sv, "a video or another file in boxes (MP4)"},
    Signature{0, "\x1A\x45\xDF\xA3"sv, "a video (Matroska or WebM)"},
    Signature{8, "AVI "sv, "a video (AVI)"},
    Signature{0, "%PDF-"sv, "a PDF document"},
    Signature{0, "%!PS"sv, "a PostScript document"},
    Signature{0, "PK\3\4"sv, "a zip archive"},
    Signature{0, "\x1F\x8B"sv, "a gzip file"},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "a Zstandard file"},
    Signature{0, "\xFD\x37zXZ\0"sv, "an xz file"},
    Signature{0, "BZh"sv, "a bzip2 file"},
    Signature{0, "version https://git-lfs.github.com/spec/"sv,
              "a Git LFS pointer; git lfs pull fetches the file"},
    Signature{0, "../.git/annex/objects/"sv, "a git-annex pointer; git annex get fetches the file"},
    Signature{0, "/annex/objects/"sv, "a git-annex pointer; git annex get fetches the file"},
};

/// Letters in lower case, white space and a byte order mark before them removed.
std::string as_markup(std::span<const std::uint8_t> head) {
    std::string text(head.begin(), head.end());
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::string_view markup_format(std::span<const std::uint8_t> head) {
    const std::string text = as_markup(head);
    if (text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head"))
        return "an HTML page";
    if (text.starts_with("<svg") || (text.starts_with("<?xml") && text.find("<svg") != text.npos))
        return "SVG";
    if (text.starts_with("<?xml")) return "an XML document";
    if (text.starts_with("{") || text.starts_with("[")) return "a JSON document";
    return {};
}

}  // namespace

std::string_view unread_format(std::span<const std::uint8_t> head) {
    for (const Signature& signature : signatures) {
        if (head.size() > signature.at && starts_with(head.subspan(signature.at), signature.bytes))
            return signature.name;
    }
    // DICOM's preamble may be anything.
    constexpr std::size_t preamble = 128;
    if (head.size() > preamble && starts_with(head.subspan(preamble), "DICM")) return "DICOM";
    return markup_format(head);
}

}  // namespace glimpse
