#include "outputs/whole_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "glimpse/files.hpp"

namespace glimpse {

namespace {

using namespace std::string_view_literals;

/// A file of which a few bytes are read.
class Probe {
  public:
    explicit Probe(const std::filesystem::path& file) : stream_(file, std::ios::binary) {
        std::error_code unseen;
        if (!std::filesystem::is_regular_file(file, unseen)) return;
        size_ = std::filesystem::file_size(file, unseen);
        if (unseen) size_ = 0;
    }

    [[nodiscard]] std::uint64_t size() const { return size_; }

    /// Fewer bytes where the file ends before.
    std::string at(std::uint64_t offset, std::uint64_t count) {
        if (offset >= size_) return {};
        std::string bytes(static_cast<std::size_t>(std::min(count, size_ - offset)), '\0');
        stream_.clear();
        stream_.seekg(static_cast<std::streamoff>(offset));
        stream_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(stream_.gcount()));
        return bytes;
    }

    bool begins(std::string_view bytes) { return at(0, bytes.size()) == bytes; }
    bool ends(std::string_view bytes) {
        return size_ >= bytes.size() && at(size_ - bytes.size(), bytes.size()) == bytes;
    }

    /// An unsigned number of so many bytes; 0 beyond the file's end.
    std::uint64_t number(std::uint64_t offset, std::size_t bytes, bool big_endian) {
        std::string text = at(offset, bytes);
        if (text.size() < bytes) return 0;
        if (!big_endian) std::ranges::reverse(text);
        std::uint64_t value = 0;
        for (const char byte : text) value = value << 8 | static_cast<unsigned char>(byte);
        return value;
    }

  private:
    std::ifstream stream_;
    std::uint64_t size_ = 0;
};

bool is_png(Probe& file) {
    return file.begins("\x89PNG\r\n\x1A\n"sv) && file.ends("\0\0\0\0IEND\xAE\x42\x60\x82"sv);
}

bool is_jpeg(Probe& file) {
    return file.begins("\xFF\xD8\xFF"sv) && file.ends("\xFF\xD9"sv);
}

bool is_gif(Probe& file) {
    return file.begins("GIF8"sv) && file.ends("\x3B"sv);
}

bool is_webp(Probe& file) {
    return file.begins("RIFF"sv) && file.at(8, 4) == "WEBP" && file.size() >= file.number(4, 4, false) + 8;
}

bool is_bmp(Probe& file) {
    return file.begins("BM"sv) && file.size() >= file.number(2, 4, false);
}

/// The header's dictionary is followed by as many numbers as its shape says.
bool is_npy(Probe& file) {
    if (!file.begins("\x93NUMPY"sv)) return false;
    const bool long_header = file.number(6, 1, false) >= 2;
    const std::uint64_t length = file.number(8, long_header ? 4 : 2, false);
    const std::uint64_t begin = long_header ? 12 : 10;
    const std::string header = file.at(begin, std::min<std::uint64_t>(length, 4096));
    const std::size_t type = header.find("'descr': '");
    const std::size_t shape = header.find('(');
    if (type == std::string::npos || type + 12 >= header.size() || shape == std::string::npos) return false;
    auto bytes = static_cast<std::uint64_t>(header[type + 12] - '0');
    std::istringstream lengths(header.substr(shape + 1));
    for (std::uint64_t one = 0; lengths >> one; lengths.ignore()) bytes *= one;
    return file.size() == begin + length + bytes;
}

/// The directory, which libtiff writes behind the pixels, and what its entries point to lie in the file.
bool is_tiff(Probe& file) {
    const bool big_endian = file.begins("MM"sv);
    if (!big_endian && !file.begins("II"sv)) return false;
    const bool is_large = file.number(2, 2, big_endian) == 43;  // BigTIFF, with offsets of 64 bits
    const std::size_t width = is_large ? 8 : 4;
    const std::uint64_t directory = file.number(is_large ? 8 : 4, width, big_endian);
    const std::size_t count_width = is_large ? 8 : 2;
    const std::uint64_t entry_size = is_large ? 20 : 12;
    constexpr std::uint64_t most_entries = 4096;
    const std::uint64_t count = file.number(directory, count_width, big_endian);
    if (directory == 0 || count == 0 || count > most_entries) return false;
    if (directory + count_width + count * entry_size + width > file.size()) return false;
    constexpr std::array<std::uint64_t, 19> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
    for (std::uint64_t k = 0; k < count; ++k) {
        const std::uint64_t entry = directory + count_width + k * entry_size;
        const std::uint64_t type = file.number(entry + 2, 2, big_endian);
        const std::uint64_t bytes =
            file.number(entry + 4, width, big_endian) * (type < sizes.size() ? sizes[type] : 0);
        const std::uint64_t value = file.number(entry + 4 + width, width, big_endian);
        if (bytes > width && (value > file.size() || bytes > file.size() - value)) return false;
    }
    return true;
}

/// Boxes, each with its length, as far as the file's end.
bool is_mp4(Probe& file) {
    if (file.at(4, 4) != "ftyp") return false;
    std::uint64_t offset = 0;
    while (offset < file.size()) {
        std::uint64_t length = file.number(offset, 4, true);
        if (length == 1) length = file.number(offset + 8, 8, true);
        if (length < 8 || length > file.size() - offset) return false;
        offset += length;
    }
    return true;
}

/// The portable maps of floats, greys and colours: the header says how many bytes follow.
bool is_portable_map(Probe& file) {
    std::istringstream header(file.at(0, 256));
    std::string magic;
    std::uint64_t width = 0, height = 0;
    double greatest = 0;
    if (!(header >> magic >> width >> height >> greatest) || width == 0 || height == 0) return false;
    const bool is_float = magic == "Pf" || magic == "PF";
    if (!is_float && magic != "P5" && magic != "P6") return magic == "P7" || magic == "P4";
    const std::uint64_t channels = magic == "P6" || magic == "PF" ? 3 : 1;
    const std::uint64_t sample = is_float ? 4 : greatest > 255 ? 2 : 1;
    return file.size() >= static_cast<std::uint64_t>(header.tellg()) + 1 + width * height * channels * sample;
}

/// Two blocks of zeros end an archive.
bool is_tar(Probe& file) {
    return file.size() % 512 == 0 && file.ends(std::string(1024, '\0'));
}

struct Format {
    std::string_view extension;
    bool (*is_whole)(Probe& file);
};

constexpr std::array formats{
    Format{"png", is_png},          Format{"jpg", is_jpeg},         Format{"jpeg", is_jpeg},
    Format{"gif", is_gif},          Format{"webp", is_webp},        Format{"bmp", is_bmp},
    Format{"npy", is_npy},          Format{"tiff", is_tiff},        Format{"tif", is_tiff},
    Format{"mp4", is_mp4},          Format{"pgm", is_portable_map}, Format{"ppm", is_portable_map},
    Format{"pfm", is_portable_map}, Format{"tar", is_tar}};

}  // namespace

bool may_be_whole(const std::filesystem::path& file) {
    Probe probe(file);
    if (probe.size() == 0) return false;
    const auto* const format = std::ranges::find(formats, extension_of(file), &Format::extension);
    return format == formats.end() || format->is_whole(probe);
}

}  // namespace glimpse
