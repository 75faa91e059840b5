#pragma once

#include <vector>

#include "glimpse/jobs.hpp"

namespace glimpse {

/// Appends the images of a directory, and of what is below it if `recursive`, in name order, as jobs that
/// still lack their glimpses: each with its name, relative to the directory and without the extension. What
/// is hidden is left out; a directory that cannot be read is a job with that problem.
void append_images(const std::string& directory, bool recursive, std::vector<ImageJob>& jobs);

}  // namespace glimpse
