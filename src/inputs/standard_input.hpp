#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace glimpse {

/// Standard input can be read once, by whichever field names it first: the others get an `InvalidOption`.
class StandardInput {
  public:
    /// Who names it reads it by means of their own.
    void claim(const std::string& field);
    std::vector<std::uint8_t> take(const std::string& field);
    std::string take_text(const std::string& field);

  private:
    std::string taken_by_;
};

}  // namespace glimpse
