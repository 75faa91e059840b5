#pragma once

#include <tiffio.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

// TIFF files that lie in memory, and what libtiff complains of.

namespace glimpse {

/// libtiff's last complaint on this thread, as " (…)"; it is silent on standard error.
class TiffComplaint {
  public:
    TiffComplaint();
    [[nodiscard]] std::string complaint() const;
};

class TiffInput : public TiffComplaint {
  public:
    /// Throws `Error` where the header cannot be read.
    explicit TiffInput(std::span<const std::uint8_t> bytes);
    ~TiffInput() { TIFFClose(handle_); }
    TiffInput(const TiffInput&) = delete;
    TiffInput& operator=(const TiffInput&) = delete;
    [[nodiscard]] TIFF* handle() const { return handle_; }

  private:
    struct Memory {
        std::span<const std::uint8_t> bytes;
        std::uint64_t position = 0;
    };
    static tmsize_t read(thandle_t handle, void* data, tmsize_t size);
    static toff_t seek(thandle_t handle, toff_t offset, int whence);
    static toff_t size(thandle_t handle);
    static int map(thandle_t handle, void** base, toff_t* size);

    Memory memory_;
    TIFF* handle_;
};

class TiffOutput : public TiffComplaint {
  public:
    TiffOutput();
    ~TiffOutput();
    TiffOutput(const TiffOutput&) = delete;
    TiffOutput& operator=(const TiffOutput&) = delete;
    [[nodiscard]] TIFF* handle() const { return handle_; }
    /// Writes the directory and gives the file's bytes.
    std::vector<std::uint8_t> finish();

  private:
    struct Memory {
        std::vector<std::uint8_t> bytes;
        std::uint64_t position = 0;
    };
    static tmsize_t read(thandle_t handle, void* data, tmsize_t size);
    static tmsize_t write(thandle_t handle, void* data, tmsize_t size);
    static toff_t seek(thandle_t handle, toff_t offset, int whence);
    static toff_t size(thandle_t handle);

    Memory memory_;
    TIFF* handle_;
};

}  // namespace glimpse
