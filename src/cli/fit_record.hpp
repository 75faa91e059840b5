#pragma once

#include <string>

#include "glimpse/fit_run.hpp"

// What is said of fits, as JSON Lines and for people.

namespace glimpse::cli {

/// A record of the report.
std::string fit_record(const FittedImage& done, const FitOptions& options);

/// A record of the path.
std::string path_record(const std::string& image, const FitStep& step);

/// The numbers with their standard errors, a line each, and how it ended.
std::string fit_words(const FittedImage& done);

}  // namespace glimpse::cli
