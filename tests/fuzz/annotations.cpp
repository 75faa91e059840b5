#include "jobs.hpp"
#include "scratch.hpp"

// The boxes of one format, or of that which the content tells where it is empty.

extern const char* const annotation_format;  // one for each program

namespace {

/// A name that has the format's extension, where each image has a file of its own.
std::string file_name(std::string_view format) {
    if (format == "voc") return "000001.xml";
    if (format == "coco" || format == "labelme") return "000001.json";
    return "000001.txt";
}

/// Where images are looked for by name alone.
std::filesystem::path directory_of_images(const fuzz::Scratch& scratch) {
    for (const char* const name : {"000001.jpg", "000002.jpg", "000003.jpg", "000004.jpg", "sub/a.png"}) {
        std::ignore = scratch.file(std::string("images/") + name, "");
    }
    return scratch / "images";
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Scratch scratch;
    static const std::filesystem::path images = directory_of_images(scratch);
    const auto [file, choices] = fuzz::split({data, size}, 1);
    const std::uint64_t flags = fuzz::Draws(choices).bits(1);
    const bool in_directory = (flags & 1) != 0;
    const auto path = scratch.file("labels/" + file_name(annotation_format), fuzz::text_of(file));
    glimpse::AnnotationOptions annotations;
    annotations.file = in_directory ? path.parent_path() : path;
    annotations.format = annotation_format;
    annotations.zero_based = (flags & 4) != 0;
    annotations.strict = (flags & 8) != 0;
    if ((flags & 16) != 0) annotations.categories = {"1", "cat"};
    glimpse::InputOptions options;
    options.inputs = {(flags & 2) != 0 ? images.string() : (images / "000001.jpg").string()};
    options.recursive = (flags & 32) != 0;
    options.annotations = std::move(annotations);
    fuzz::check_jobs(options);
    return 0;
}
