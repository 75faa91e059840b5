#pragma once

#include <vector>

#include "glimpse/annotations.hpp"

// What may be meant, or a mistake: one line each for `AnnotationOptions::warn`.

namespace glimpse::annotations {

/// Leaves out images that the inputs lack, which may be a choice of what is annotated.
void leave_out_missing(std::vector<AnnotatedImage>& images, const AnnotationOptions& options);

/// A background has no boxes, but an input that no name joins looks the same.
void warn_of_unnamed(const std::vector<AnnotatedImage>& images, const ImageFiles& inputs,
                     const AnnotationOptions& options);

/// A coordinate of 0 is none where pixels count from 1.
void warn_of_zeros(const std::vector<AnnotatedImage>& images, const AnnotationOptions& options);

}  // namespace glimpse::annotations
