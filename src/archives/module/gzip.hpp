#pragma once

#include <zlib.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "archives/archives.hpp"

namespace glimpse {

/// A source's bytes, inflated where they are gzip's (RFC 1952), members one after another, or else as they
/// are. The checksum and the length of each member are compared, which libarchive leaves out. Zeros may
/// follow the last one.
class GzipSource {
  public:
    explicit GzipSource(ByteSource source);
    ~GzipSource();
    GzipSource(const GzipSource&) = delete;
    GzipSource& operator=(const GzipSource&) = delete;

    /// As `ByteSource`. Throws `Error` for damaged data and for others behind them, and what the source
    /// throws.
    std::size_t read(std::span<std::uint8_t> out);

  private:
    void begin();
    bool refill();
    std::size_t copy(std::span<std::uint8_t> out);
    std::size_t inflate_some(std::span<std::uint8_t> out);
    bool begin_member();

    ByteSource source_;
    std::array<std::uint8_t, 1 << 16> buffer_{};
    std::span<const std::uint8_t> pending_;  ///< of the buffer
    z_stream stream_{};
    bool has_begun_ = false;
    bool is_gzip_ = false;
    bool is_in_member_ = false;
};

}  // namespace glimpse
