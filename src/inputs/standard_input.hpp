#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glimpse/files.hpp"

namespace glimpse {

/// What messages call it.
constexpr const char* place_of_standard_input = "standard input";

/// Standard input can be read once, by the field that claims it first: others get an `InvalidOption`.
class StandardInput {
  public:
    /// For a caller that reads it itself, or later.
    void claim(const std::string& field);
    std::vector<std::uint8_t> take(const std::string& field, const InputLimit& limit = standard_input_limit);
    /// Of a parameter document.
    std::string take_text(const std::string& field);

  private:
    std::string taken_by_;
};

}  // namespace glimpse
