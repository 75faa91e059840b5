#include "jobs.hpp"
#include "scratch.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::Scratch scratch;
    glimpse::InputOptions options;
    options.archives = {scratch.file("archive.tar", fuzz::text_of({data, size})).string()};
    options.sidecar = true;
    fuzz::check_jobs(options);
    options.sidecar = false;
    options.boxes = {"1,2,8,6"};
    fuzz::check_jobs(options);
    return 0;
}
