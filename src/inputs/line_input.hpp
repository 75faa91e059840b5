#pragma once

#include <optional>
#include <string>

#include "inputs/byte_input.hpp"

namespace glimpse {

/// The lines of an input, each as soon as it is there.
class LineInput {
  public:
    /// Of a line longer than `longest` bytes only its beginning is kept.
    explicit LineInput(ByteInput& input, std::size_t longest) : input_(input), longest_(longest) {}

    /// The next line without its end; none at the end of the input, or when interrupted. Throws `Error`. What
    /// is cut off is so by one byte at least, so that the line is longer than `longest`.
    std::optional<std::string> next();

  private:
    /// Whether there is more.
    bool fill();

    ByteInput& input_;
    std::size_t longest_;
    std::string buffer_;
    std::size_t begin_ = 0;  ///< of what has not been handed out
};

}  // namespace glimpse
