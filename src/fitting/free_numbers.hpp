#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "fitting/glimpse_model.hpp"
#include "glimpse/fit.hpp"

namespace glimpse::fitting {

/// Which numbers are fitted, and within what.
struct FreeNumbers {
    std::vector<std::size_t> which;  ///< of all
    Numbers lower;                   ///< of all; -∞ where there is none
    Numbers upper;                   ///< of all; ∞ likewise

    /// These of all numbers.
    [[nodiscard]] Numbers of(const Numbers& all) const;
    /// All numbers, of which these are others.
    [[nodiscard]] Numbers in(Numbers all, const double* some) const;
    /// Whether all numbers are within their bounds.
    [[nodiscard]] bool allows(const Numbers& all) const;
};

/// The name of a number: its JSON Pointer without the first "/".
[[nodiscard]] std::string name_of(const std::string& pointer);

/// Throws `InvalidOption` for names that no number has, for a bound of several or of one that is held, and
/// for a start that is beyond it; and where none is free.
[[nodiscard]] FreeNumbers free_numbers(const GlimpseModel& model, const FitOptions& options);

}  // namespace glimpse::fitting
