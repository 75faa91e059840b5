#include "jobs.hpp"
#include "scratch.hpp"

// The classes of a data set in YOLO's format.

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Scratch scratch;
    static const auto labels =
        scratch.file("labels/a.txt", "0 0.5 0.5 0.25 0.2\n1 0.4 0.4 0.1 0.1 0.4 0.4 2\n");
    static const auto image = scratch.file("images/a.jpg", "");
    std::ignore = scratch.file("data.yaml", fuzz::text_of({data, size}));
    glimpse::InputOptions options;
    options.inputs = {image.string()};
    options.annotations.emplace();
    options.annotations->file = labels;
    options.annotations->format = "yolo";
    fuzz::check_jobs(options);
    return 0;
}
