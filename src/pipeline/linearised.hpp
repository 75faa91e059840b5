#pragma once

#include "glimpse/image_file.hpp"
#include "glimpse/image_source.hpp"
#include "glimpse/lowered.hpp"

namespace glimpse {

/// Where the glimpse is not linear in the image, decodes what it looks at, and gives it the attention map of
/// its linearisation there.
void linearise(Lowered& lowered, ImageReader& image);

/// The same of an image that is opened for it. What it holds is within no budget: whoever asks has memory
/// already, and must not wait for more.
void linearise(Lowered& lowered, const ImageSource& source, const OpenOptions& open);

}  // namespace glimpse
