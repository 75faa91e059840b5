#pragma once

#include <string>

#include "glimpse/comparing.hpp"

// What is said of a comparison, as JSON and for people.

namespace glimpse::cli {

/// An object on one line, and its end.
std::string comparison_record(const Comparison& comparison);

/// A line for each mechanism.
std::string comparison_words(const Comparison& comparison);

}  // namespace glimpse::cli
