#pragma once

#include <functional>
#include <optional>
#include <string>

namespace glimpse {

/// The lines of a descriptor, each as soon as it is there.
class LineInput {
  public:
    /// `interrupted` is asked while nothing comes.
    LineInput(int descriptor, std::function<bool()> interrupted)
        : descriptor_(descriptor), interrupted_(std::move(interrupted)) {}

    /// The next line without its end; none at the end of the input, or when interrupted. Throws `Error`.
    std::optional<std::string> next();

  private:
    /// Whether there is more.
    bool fill();

    int descriptor_;
    std::function<bool()> interrupted_;
    std::string buffer_;
    std::size_t begin_ = 0;  ///< of what has not been handed out
    bool at_end_ = false;
};

}  // namespace glimpse
