#pragma once

#include "cli/action.hpp"
#include "cli/extract_options.hpp"

namespace glimpse::cli {

/// Runs the images that the options name: `glimpse extract`, and what else cuts glimpses out of many images.
Outcome extract(ExtractOptions& options);

}  // namespace glimpse::cli
