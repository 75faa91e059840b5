#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glimpse {

/// Standard input can be read once, by whoever names it first: the others get a `UsageError`.
class StandardInput {
  public:
    /// `who` reads it, by means of their own.
    void claim(const std::string& who);
    std::vector<std::uint8_t> take(const std::string& who);
    std::string take_text(const std::string& who);

  private:
    std::string taken_by_;
};

}  // namespace glimpse
