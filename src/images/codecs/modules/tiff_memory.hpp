#pragma once

#include <tiffio.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace glimpse {

/// A TIFF file that lies in memory.
class TiffFile {
  public:
    /// Opens it for reading, at the directory of a page. Throws `Error` where a header is truncated or
    /// corrupt, or there is no such page.
    TiffFile(std::span<const std::uint8_t> bytes, int page);
    /// Opens an empty one for writing.
    TiffFile();
    ~TiffFile();
    TiffFile(const TiffFile&) = delete;
    TiffFile& operator=(const TiffFile&) = delete;

    [[nodiscard]] TIFF* handle() const { return handle_; }
    [[nodiscard]] std::uint64_t length() const { return bytes_.size(); }
    /// Directories that follow one another, a pyramid's smaller images among them; of ImageJ's stacks above 4
    /// GiB, and of those that tifffile truncates, which have one directory, the images that its description
    /// counts.
    [[nodiscard]] int pages() const;
    /// libtiff's last complaint on this thread; it prints nothing.
    [[nodiscard]] std::string complaint() const;
    /// Whether the last directory that can be read leads on to another.
    [[nodiscard]] bool lacks_directories() const;
    [[noreturn]] void fail_writing() const;
    /// Writes the directory and returns the file's bytes. Throws `Error`.
    std::vector<std::uint8_t> finish();

  private:
    void open(const char* mode);
    [[nodiscard]] int directories() const { return static_cast<int>(TIFFNumberOfDirectories(handle_)); }
    void select(int page);
    /// Throws `Error` where libtiff would pass over the predictor of a compression that has none in TIFF 6.
    void require_known_predictor() const;
    /// Whether libtiff, which drops palettes of other lengths, has made grey of the indices.
    [[nodiscard]] bool lacks_palette() const;
    /// Whether the page has several strips and does not say how many rows they have: libtiff takes the first
    /// for all of it.
    [[nodiscard]] bool lacks_rows_of_strips() const;
    static tmsize_t read(thandle_t handle, void* data, tmsize_t size);
    static tmsize_t write(thandle_t handle, void* data, tmsize_t size);
    static toff_t seek(thandle_t handle, toff_t offset, int whence);
    static int map(thandle_t handle, void** base, toff_t* size);
    static toff_t size(thandle_t handle);

    std::vector<std::uint8_t> written_;
    std::span<const std::uint8_t> bytes_;
    std::uint64_t position_ = 0;
    TIFF* handle_ = nullptr;
};

}  // namespace glimpse
