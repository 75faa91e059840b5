#include "images/codecs/modules/tiff_memory.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <limits>
#include <mutex>
#include <string_view>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "images/codecs/codec.hpp"
#include "images/codecs/corrupt.hpp"
#include "images/codecs/modules/tiff_samples.hpp"
#include "images/codecs/tiff_structure.hpp"

namespace glimpse {

namespace {

thread_local std::string last_complaint;

/// Of a strip or tile that begins beyond the end of the file libtiff counts the bytes that it got as less
/// than none, and says "got 18446744073709401830 bytes".
std::string with_true_numbers(std::string text) {
    constexpr std::string_view got = "; got ";
    constexpr std::size_t most_digits = 18;  // of what a file may hold
    const std::size_t at = text.find(got);
    if (at == text.npos) return text;
    const std::size_t begin = at + got.size();
    const std::size_t digits = std::min(text.find_first_not_of("0123456789", begin), text.size()) - begin;
    if (digits > most_digits) text.replace(at, text.npos, ": its data lies beyond the end of the file");
    return text;
}

void remember(const char* /*module*/, const char* format, va_list arguments) {
    char text[512];
    std::vsnprintf(text, sizeof text, format, arguments);
    last_complaint = with_true_numbers(text);
}

/// libtiff only warns of a tag that it cannot read.
thread_local bool tag_is_lost = false;

void record_warning(const char* /*module*/, const char* format, va_list /*arguments*/) {
    if (std::string_view(format).starts_with("IO error")) tag_is_lost = true;
}

/// Throws `Error`: libtiff does not open a directory.
[[noreturn]] void fail_to_open() {
    if (last_complaint.find("different values per sample") != std::string::npos)
        throw Error("a TIFF whose samples differ in bits or kind is not supported; save it with one for all");
    fail_corrupt(last_complaint);
}

TiffFile& file(thandle_t handle) {
    return *static_cast<TiffFile*>(handle);
}

/// The number that the text begins with; 0 where it begins with none. Takes its digits.
std::uint64_t taken_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return failure == std::errc{} ? number : 0;
}

/// What follows the key; nothing where it is not there.
std::string_view behind(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    return at == text.npos ? std::string_view() : text.substr(at + key.size());
}

/// Of ImageJ's description of a stack above 4 GiB; 0 of another.
std::uint64_t images_of_imagej(std::string_view description) {
    std::string_view number = behind(description, "\nimages=");
    return description.starts_with("ImageJ=") ? taken_number(number) : 0;
}

/// The samples of all images, of tifffile's {"shape": [images, …, height, width, …], …, "truncated": true};
/// 0 of another description.
std::uint64_t samples_of_tifffile(std::string_view description) {
    if (behind(description, "\"truncated\": true").empty()) return 0;
    constexpr std::uint64_t most = std::uint64_t{1} << 31;
    std::uint64_t samples = 1;
    for (std::string_view shape = behind(description, "\"shape\": [");; shape.remove_prefix(2)) {
        const std::uint64_t axis = taken_number(shape);
        if (axis == 0 || axis > most || samples > most * most / axis) return 0;
        samples *= axis;
        if (!shape.starts_with(", ")) return samples;
    }
}

}  // namespace

TiffFile::TiffFile(std::span<const std::uint8_t> bytes, int page) : bytes_(bytes) {
    open("r");
    if (!handle_) fail_to_open();
    try {
        select(page);
    } catch (...) {
        TIFFClose(handle_);
        throw;
    }
}

void TiffFile::select(int page) {
    if (page > 0) {
        require_page(page, pages());
        if (page >= directories()) {
            throw Error("the TIFF is a stack of ImageJ or tifffile with " + std::to_string(pages()) +
                        " images behind one directory, of which page 0 alone is read; save it with a "
                        "directory for each");
        }
        tag_is_lost = false;
        // A directory's number has 16 or 32 bits, by the version of libtiff.
        using Directory = decltype(TIFFCurrentDirectory(nullptr));
        if (TIFFSetDirectory(handle_, static_cast<Directory>(page)) == 0) fail_to_open();
    }
    // If its palette were lost, indices would be taken for grey.
    if (tag_is_lost) fail_corrupt("a tag lies beyond the end of the file");
    require_known_predictor();
    if (lacks_rows_of_strips())
        throw Error("a TIFF of several strips that does not say how many rows they have is not supported");
    if (lacks_palette()) {
        throw Error(
            "the TIFF has indices into a palette, and no palette of as many colours as its bits have values");
    }
}

int TiffFile::pages() const {
    const int count = directories();
    const char* description = nullptr;
    if (count > 1 || TIFFGetField(handle_, TIFFTAG_IMAGEDESCRIPTION, &description) != 1) return count;
    const auto of_one = std::uint64_t{tiff_field<std::uint32_t>(handle_, TIFFTAG_IMAGEWIDTH, 0)} *
                        tiff_field<std::uint32_t>(handle_, TIFFTAG_IMAGELENGTH, 0) *
                        tiff_field<std::uint16_t>(handle_, TIFFTAG_SAMPLESPERPIXEL, 1);
    const std::uint64_t images = std::max(
        images_of_imagej(description), samples_of_tifffile(description) / std::max<std::uint64_t>(of_one, 1));
    constexpr std::uint64_t most = std::numeric_limits<int>::max();
    return std::max(count, static_cast<int>(std::min(images, most)));
}

bool TiffFile::lacks_directories() const {
    const TiffStructure structure(bytes_);
    std::uint64_t next = structure.first();
    for (int k = directories(); k > 0; --k) {
        const auto end = structure.for_each_entry(next, [](const TiffStructure::Entry&) {});
        if (!end) return false;  // one that libtiff knows to read
        next = structure.next(*end);
    }
    return next != 0;
}

void TiffFile::require_known_predictor() const {
    constexpr std::array<std::uint16_t, 5> with_predictor{
        COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE, COMPRESSION_LZMA, COMPRESSION_ZSTD};
    std::uint16_t compression = COMPRESSION_NONE;
    TIFFGetFieldDefaulted(handle_, TIFFTAG_COMPRESSION, &compression);
    if (std::ranges::find(with_predictor, compression) != with_predictor.end()) return;
    const TiffStructure structure(bytes_);
    std::uint64_t predictor = PREDICTOR_NONE;
    structure.for_each_entry(TIFFCurrentDirOffset(handle_), [&](const TiffStructure::Entry& entry) {
        if (entry.tag == TIFFTAG_PREDICTOR) predictor = structure.number(entry, 0);
    });
    if (predictor == PREDICTOR_NONE) return;
    throw Error(
        "a TIFF with a predictor is read with LZW, Deflate, LZMA or Zstandard, and this is compressed with "
        "method " +
        std::to_string(compression) + ", where libtiff would ignore it");
}

bool TiffFile::lacks_rows_of_strips() const {
    const TiffStructure structure(bytes_);
    bool is_told = false;
    std::uint64_t strips = 0;
    structure.for_each_entry(TIFFCurrentDirOffset(handle_), [&](const TiffStructure::Entry& entry) {
        is_told = is_told || entry.tag == TIFFTAG_ROWSPERSTRIP;
        if (entry.tag == TIFFTAG_STRIPOFFSETS) strips = entry.count;
    });
    std::uint16_t samples = 1;
    std::uint16_t planes = PLANARCONFIG_CONTIG;
    TIFFGetFieldDefaulted(handle_, TIFFTAG_SAMPLESPERPIXEL, &samples);
    TIFFGetFieldDefaulted(handle_, TIFFTAG_PLANARCONFIG, &planes);
    return !is_told && strips > (planes == PLANARCONFIG_SEPARATE ? samples : 1U);
}

bool TiffFile::lacks_palette() const {
    const TiffStructure structure(bytes_);
    bool is_declared = false;
    structure.for_each_entry(TIFFCurrentDirOffset(handle_), [&](const TiffStructure::Entry& entry) {
        if (entry.tag == TIFFTAG_PHOTOMETRIC) is_declared = structure.number(entry, 0) == PHOTOMETRIC_PALETTE;
    });
    std::uint16_t photometric = PHOTOMETRIC_PALETTE;
    return is_declared && TIFFGetField(handle_, TIFFTAG_PHOTOMETRIC, &photometric) == 1 &&
           photometric != PHOTOMETRIC_PALETTE;
}

TiffFile::TiffFile() {
    open("w");
    if (!handle_) fail_writing();
}

TiffFile::~TiffFile() {
    if (handle_) TIFFClose(handle_);
}

void TiffFile::open(const char* mode) {
    static std::once_flag once;
    std::call_once(once, [] {
        TIFFSetErrorHandler(remember);
        TIFFSetWarningHandler(record_warning);
    });
    last_complaint.clear();
    tag_is_lost = false;
    const auto close_nothing = [](thandle_t) { return 0; };
    const auto unmap_nothing = [](thandle_t, void*, toff_t) {};
    handle_ = TIFFClientOpen("image", mode, this, read, write, seek, close_nothing, size, map, unmap_nothing);
}

std::string TiffFile::complaint() const {
    return last_complaint;
}

void TiffFile::fail_writing() const {
    throw Error(with_reason("the TIFF cannot be written", last_complaint));
}

std::vector<std::uint8_t> TiffFile::finish() {
    const bool whole = TIFFFlush(handle_) == 1;
    TIFFClose(std::exchange(handle_, nullptr));
    if (!whole) fail_writing();
    return std::move(written_);
}

tmsize_t TiffFile::read(thandle_t handle, void* data, tmsize_t size) {
    TiffFile& self = file(handle);
    if (size <= 0 || self.position_ >= self.bytes_.size()) return 0;
    const auto rest = self.bytes_.subspan(self.position_);
    const auto count = std::min(static_cast<std::size_t>(size), rest.size());
    std::memcpy(data, rest.data(), count);
    self.position_ += count;
    return static_cast<tmsize_t>(count);
}

/// Never called for a file that was opened to be read.
tmsize_t TiffFile::write(thandle_t handle, void* data, tmsize_t size) {
    TiffFile& self = file(handle);
    const auto count = static_cast<std::size_t>(size);
    self.written_.resize(std::max<std::size_t>(self.written_.size(), self.position_ + count));
    std::memcpy(self.written_.data() + self.position_, data, count);
    self.bytes_ = self.written_;
    self.position_ += count;
    return size;
}

toff_t TiffFile::seek(thandle_t handle, toff_t offset, int whence) {
    TiffFile& self = file(handle);
    const std::uint64_t from = whence == SEEK_SET   ? 0
                               : whence == SEEK_CUR ? self.position_
                                                    : self.bytes_.size();
    return self.position_ = from + offset;
}

/// For reading, libtiff needs the mapping alone; without one, libtiff 4.5 refuses sound uncompressed tiles.
int TiffFile::map(thandle_t handle, void** base, toff_t* size) {
    const auto bytes = file(handle).bytes_;
    *base = const_cast<std::uint8_t*>(bytes.data());
    *size = bytes.size();
    return 1;
}

toff_t TiffFile::size(thandle_t handle) {
    return file(handle).bytes_.size();
}

}  // namespace glimpse
