#include "annotations/warnings.hpp"

#include <algorithm>
#include <filesystem>
#include <string>

#include "glimpse/error.hpp"

namespace glimpse::annotations {

namespace fs = std::filesystem;

void leave_out_missing(std::vector<AnnotatedImage>& images, const AnnotationOptions& options) {
    const auto first = std::ranges::find_if(images, &AnnotatedImage::missing);
    if (first == images.end()) return;
    const auto count = std::ranges::count_if(images, &AnnotatedImage::missing);
    options.warn(options.file.string() + ": the inputs lack " + std::to_string(count) + " of the " +
                 std::to_string(images.size()) + " images that it annotates, such as " +
                 (first->path == first->file ? "that of " : "") + first->path.string() + "; " +
                 field_name("annotations.strict") + " makes them failures");
    std::erase_if(images, [](const AnnotatedImage& image) { return image.missing; });
}

}  // namespace glimpse::annotations
