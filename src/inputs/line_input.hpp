#pragma once

#include <optional>
#include <string>

#include "inputs/byte_input.hpp"

namespace glimpse {

/// The lines of an input, each as soon as it is there.
class LineInput {
  public:
    explicit LineInput(ByteInput& input) : input_(input) {}

    /// The next line without its end; none at the end of the input, or when interrupted. Throws `Error`.
    std::optional<std::string> next();

  private:
    /// Whether there is more.
    bool fill();

    ByteInput& input_;
    std::string buffer_;
    std::size_t begin_ = 0;  ///< of what has not been handed out
};

}  // namespace glimpse
