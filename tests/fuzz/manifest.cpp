#include "jobs.hpp"
#include "scratch.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Scratch scratch;
    const std::string_view text = fuzz::text_of({data, size});
    glimpse::InputOptions options;
    options.manifest = scratch.file("manifest.jsonl", text).string();
    fuzz::check_jobs(options);
    options.boxes = {"1,2,8,6"};  // for records without glimpses
    fuzz::check_jobs(options);
    std::ignore = glimpse::image_of_record(text);
    return 0;
}
