#pragma once

#include <sstream>
#include <string>
#include <vector>

#include "glimpse/annotations.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// Annotations of scratch files, as words that tests compare.

namespace annotation_words {

using namespace glimpse;

using Words = std::vector<std::string>;

/// "ID CATEGORY NUMBER: X Y WIDTH HEIGHT", or the problem in place of the box; "-" for what is empty.
inline std::string words(const AnnotatedBox& box) {
    std::ostringstream text;
    for (const std::string* part : {&box.id, &box.category->name, &box.category->number}) {
        text << (part == &box.id ? "" : " ") << (part->empty() ? "-" : *part);
    }
    const auto& [x, y, width, height] = box.box.box;
    text << ": ";
    if (!box.problem) {
        text << x << " " << y << " " << width << " " << height;
    } else {
        text << *box.problem;
    }
    return text.str();
}

/// "NAME ID …" for each box, or "NAME! PROBLEM" for an image that has one.
inline Words words(const std::vector<AnnotatedImage>& images) {
    Words all;
    for (const AnnotatedImage& image : images) {
        if (!image.problem.empty()) all.push_back(image.name + "! " + image.problem);
        for (const AnnotatedBox& box : image.boxes) all.push_back(image.name + " " + words(box));
    }
    return all;
}

/// The scores of all boxes, as figures show them; "-" for none.
inline Words scores(const std::vector<AnnotatedImage>& images) {
    Words all;
    for (const AnnotatedImage& image : images) {
        for (const AnnotatedBox& box : image.boxes) {
            all.push_back(box.score.is_given() ? box.score.text() : "-");
        }
    }
    return all;
}

inline Words scores_in(const std::filesystem::path& file, const std::string& format,
                       const ImageFiles& images) {
    return scores(read_annotations({file, format, {}, false, true}, images));
}

/// Images of a directory, in name order.
inline ImageFiles images_of(const scratch::Directory& directory, const Words& names) {
    ImageFiles images{{directory.path()}, {}};
    for (const std::string& name : names) images.files.push_back({directory / (name + ".png"), name, false});
    return images;
}

inline Words read(const std::filesystem::path& file, const std::string& format, const ImageFiles& images,
                  const Words& categories = {}, bool zero_based = false) {
    return words(read_annotations({file, format, categories, zero_based, true}, images));
}

inline std::string refusal_of(const std::filesystem::path& file, const std::string& format,
                              const ImageFiles& images, const Words& categories = {},
                              bool zero_based = false) {
    return refusal([&] { read(file, format, images, categories, zero_based); });
}

/// What is told without being a failure.
inline Words warnings_of(const std::filesystem::path& file, const std::string& format,
                         const ImageFiles& images, bool zero_based = false) {
    Words told;
    AnnotationOptions options{file, format, {}, zero_based, false};
    options.warn = [&](const std::string& warning) { told.push_back(warning); };
    read_annotations(options, images);
    return told;
}

}  // namespace annotation_words
