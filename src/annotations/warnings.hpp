#pragma once

#include <vector>

#include "annotations/formats.hpp"
#include "glimpse/annotations.hpp"

// What may be meant, or a mistake: one line each for `AnnotationOptions::warn`.

namespace glimpse::annotations {

/// Leaves out images that are not among the inputs: these may be chosen from what is annotated.
void leave_out_missing(std::vector<AnnotatedImage>& images, const AnnotationOptions& options);

/// Inputs without annotations are backgrounds, or bear names that the annotations do not know.
void warn_of_unnamed(const DataSet& set, const ImageFiles& inputs, const AnnotationOptions& options);

/// Boxes without a category, or of a number that is none of the declared ones', where there are such.
void warn_of_unknown_categories(const DataSet& set, const AnnotationOptions& options);

/// Boxes of pixels that all lie within the first pixel of their images: they seem to be fractions.
void warn_of_fractions(const std::vector<AnnotatedImage>& images, const AnnotationOptions& options);

/// Where pixels count from 1, no coordinate is 0: the file seems to count from 0.
void warn_of_zeros(const std::vector<AnnotatedImage>& images, const AnnotationOptions& options);

}  // namespace glimpse::annotations
