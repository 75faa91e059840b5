#pragma once

#include <vector>

#include "glimpse/annotations.hpp"

// What may be meant, or a mistake: one line each for `AnnotationOptions::warn`.

namespace glimpse::annotations {

/// Leaves out images that the inputs lack, which may be a choice of what is annotated.
void leave_out_missing(std::vector<AnnotatedImage>& images, const AnnotationOptions& options);

}  // namespace glimpse::annotations
