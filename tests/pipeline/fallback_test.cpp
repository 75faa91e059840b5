#include <doctest/doctest.h>

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "fake_gpu.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/run.hpp"
#include "scratch_directory.hpp"

// A run on a GPU that fails, with a GPU that is none.

using namespace glimpse;

namespace {

/// Extracts a wide glimpse of a large image, as a run does.
ImageReport extracted(const Backend& backend, const scratch::Directory& directory) {
    const Image image{.pixels = cv::Mat::zeros(1000, 1200, CV_8UC3)};
    ImageJob job;
    job.image = ImageSource("black.png",
                            std::make_shared<const std::vector<std::uint8_t>>(encode_image(image, "png")));
    job.name = "black";
    ParameterDocument document;
    document.push_back({.id = "wide", .mechanism = wide({512, 512})});
    job.glimpses = std::make_shared<const ParameterDocument>(document);
    OutputOptions options;
    options.out = (directory / backend.name()).string() + "/";
    const std::vector<ImageJob> jobs{job};
    ImageReport last;
    const OutputPlan plan = plan_outputs(jobs, options);
    JobList list(jobs);
    run(list, plan, backend, {}, [&](const FinishedJob& done) { last = done.report; });
    return last;
}

}  // namespace

TEST_CASE("what the GPU fails at, the CPU does, and the report says who did it") {
    const scratch::Directory directory;
    const ImageReport by_gpu = extracted(automatic(false), directory);
    CHECK(by_gpu.error == "");
    CHECK(by_gpu.device == "fake");
    const ImageReport by_cpu = extracted(automatic(true), directory);
    CHECK(by_cpu.error == "");
    CHECK(by_cpu.device == "cpu");
    // Without a choice there is no fallback.
    const ImageReport failed = extracted(FakeGpu(true), directory);
    CHECK(failed.error.find("not enough free memory") != std::string::npos);
    CHECK(failed.device == "");
}
