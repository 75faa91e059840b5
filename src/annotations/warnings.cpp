#include "annotations/warnings.hpp"

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

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

void warn_of_unnamed(const DataSet& set, const ImageFiles& inputs, const AnnotationOptions& options) {
    std::set<fs::path> named;
    for (const AnnotatedImage& image : set.images) named.insert(image.path.lexically_normal());
    for (const fs::path& image : set.lost_images) named.insert(image.lexically_normal());
    std::vector<fs::path> unnamed;
    for (const ImageFile& input : inputs.files) {
        if (!named.contains(input.path.lexically_normal())) unnamed.push_back(input.path);
    }
    if (unnamed.empty()) return;
    options.warn(options.file.string() + ": has nothing for " + std::to_string(unnamed.size()) + " of the " +
                 std::to_string(inputs.files.size()) + " inputs, such as " + unnamed.front().string());
}

void warn_of_unknown_categories(const DataSet& set, const AnnotationOptions& options) {
    const std::set<std::string_view> known(set.numbers.begin(), set.numbers.end());
    if (known.empty()) return;
    std::size_t count = 0;
    const AnnotatedBox* first = nullptr;
    const AnnotatedImage* of = nullptr;
    for (const AnnotatedImage& image : set.images) {
        for (const AnnotatedBox& box : image.boxes) {
            const std::string& number = box.category->number;
            const bool may_have_one = box.problem && number.empty();
            if (may_have_one || known.contains(number) || count++ > 0) continue;
            first = &box;
            of = &image;
        }
    }
    if (count == 0) return;
    options.warn(options.file.string() + ": " + std::to_string(count) +
                 (count == 1 ? " box has no category" : " boxes have no category") +
                 ", or one that it does not name, such as " +
                 (first->category->number.empty() ? "none" : shortened(first->category->number, 40)) +
                 " in " + of->path.string());
}

void warn_of_fractions(const std::vector<AnnotatedImage>& images, const AnnotationOptions& options) {
    std::size_t count = 0;
    for (const AnnotatedImage& image : images) {
        for (const AnnotatedBox& box : image.boxes) {
            if (box.problem) continue;
            const Box& sides = box.box.box;
            const bool is_within =
                sides.x >= 0 && sides.y >= 0 && sides.x + sides.width <= 1 && sides.y + sides.height <= 1;
            if (box.box.units != Units::pixels || !is_within) return;
            ++count;
        }
    }
    if (count == 0) return;
    options.warn(options.file.string() + ": " +
                 (count == 1 ? "its box lies" : "all of its " + std::to_string(count) + " boxes lie") +
                 " within the first pixel; are these fractions, which are read as pixels here?");
}

void warn_of_zeros(const std::vector<AnnotatedImage>& images, const AnnotationOptions& options) {
    const auto has_zero = [](const AnnotatedBox& box) {
        return !box.problem && (box.box.box.x == -1 || box.box.box.y == -1);
    };
    std::size_t annotated = 0;
    std::size_t with_zeros = 0;
    for (const AnnotatedImage& image : images) {
        if (image.boxes.empty()) continue;
        ++annotated;
        with_zeros += std::ranges::any_of(image.boxes, has_zero) ? 1 : 0;
    }
    if (with_zeros == 0) return;
    options.warn(options.file.string() + ": " + std::to_string(with_zeros) + " of " +
                 std::to_string(annotated) +
                 " files have a box at pixel 0, and are read as if the first pixel were 1; " +
                 field_name("annotations.zero_based") + " reads them as counted from 0");
}

}  // namespace glimpse::annotations
