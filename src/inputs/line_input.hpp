#pragma once

#include <optional>
#include <string>

#include "inputs/byte_input.hpp"

namespace glimpse {

/// The lines of an input, each as soon as it is complete.
class LineInput {
  public:
    /// Longer lines are truncated to `longest` + 1 bytes, by which they are recognised.
    explicit LineInput(ByteInput& input, std::size_t longest) : input_(input), longest_(longest) {}

    /// The next line without its end; none at the end of the input, or when interrupted. Throws `Error`.
    std::optional<std::string> next();

  private:
    /// Refills the buffer; false at the end of the input, or when interrupted.
    bool fill();

    ByteInput& input_;
    std::size_t longest_;
    std::string buffer_;
    std::size_t begin_ = 0;  ///< the first byte that was not handed out
};

}  // namespace glimpse
