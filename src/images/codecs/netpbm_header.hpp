#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "glimpse/geometry.hpp"

// The headers of Netpbm's formats and of PFM.

namespace glimpse::netpbm {

/// How samples are stored.
enum class Samples : std::uint8_t {
    text_bits,  ///< P1: 0 or 1, which is black
    text,       ///< P2, P3
    bits,       ///< P4: 8 in a byte, each row from a byte of its own; 1 is black
    integers,   ///< P5, P6, P7: of one byte, or of two where MAXVAL is above 255
    floats,     ///< PF, Pf
};

struct Header {
    Samples samples{};
    Size size;
    int channels = 1;
    bool alpha = false;          ///< the last channel is alpha
    int maxval = 1;              ///< the sample of white, 1 to 65535
    bool little_endian = false;  ///< of floats
    std::size_t data = 0;        ///< offset of the samples
};

/// Reads characters. A comment, from '#' to the end of its line, counts as the end of that line.
class Scanner {
  public:
    Scanner(std::span<const std::uint8_t> bytes, std::size_t at) : bytes_(bytes), at_(at) {}

    [[nodiscard]] std::size_t at() const { return at_; }

    /// Takes white space, a word, and one white-space character behind it. Returns the word. Throws `Error`
    /// at the end.
    std::string word(std::string_view what);

    /// The same for a whole number up to 2³¹ - 1.
    unsigned number(std::string_view what);

    /// 0 or 1, after white space if there is any.
    unsigned bit();

    /// Takes the rest of the line and its end; '#' begins no comment here.
    std::string line();

  private:
    /// None at the end.
    std::optional<char> next();
    /// The first character that is not white space.
    char next_visible(std::string_view what);

    std::span<const std::uint8_t> bytes_;
    std::size_t at_;
};

/// P1 to P7, PF or Pf, and white space or a comment.
bool has_signature(std::span<const std::uint8_t> bytes);

/// Throws `Error` with the reason.
Header parse_header(std::span<const std::uint8_t> bytes);

}  // namespace glimpse::netpbm
