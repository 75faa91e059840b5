#pragma once

#include <cmath>
#include <limits>
#include <string>

#include "glimpse/export.hpp"

namespace glimpse {

/// How good what made a box or a glimpse holds it to be, a detector's confidence, say: any finite number, or
/// none. No larger than the number, since a file may have millions.
class Score {
  public:
    Score() = default;                               ///< none
    explicit Score(double value) : value_(value) {}  ///< finite

    [[nodiscard]] bool is_given() const { return !std::isnan(value_); }
    /// NaN where none is given.
    [[nodiscard]] double value() const { return value_; }
    /// As figures show it, with U+2212 for minus: two decimals, "0.92"; below 0.1 two digits, "0.0031", or
    /// "1.0e−09"; from 1e9 on all digits. Empty where none is given.
    [[nodiscard]] GLIMPSE_EXPORT std::string text() const;

  private:
    double value_ = std::numeric_limits<double>::quiet_NaN();
};

}  // namespace glimpse
