#include "pipeline/run_sheet.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "drawn_pictures.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "lowered_job.hpp"
#include "pipeline/decoding.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

using namespace glimpse;

namespace {

/// A run of one image with one glimpse, of whose sheet the cells show the image.
struct OneImage {
    explicit OneImage(Size size) {
        write_file(directory / "a.png",
                   encode_image({.pixels = drawn_pictures::speckled({size.width, size.height})}, "png"));
        job.image = ImageSource((directory / "a.png").string());
        job.name = "a";
        job.glimpses =
            std::make_shared<const ParameterDocument>(ParameterDocument{cropped("x", {0, 0, 9, 9})});
        output = into("out");
        output.sheet = {.content = SheetContent::maps, .over_run = true};
    }

    [[nodiscard]] PageOfRun page(std::int64_t memory) const {
        RunOptions options;
        options.open.memory.budget = std::make_shared<MemoryBudget>(memory);
        const WrittenGlimpse glimpse{&job, &job.glimpses->front(), "out/a.x.png"};
        return page_of_run({&glimpse, 1}, output, options);
    }

    scratch::Directory directory;
    ImageJob job;
    OutputOptions output;
};

}  // namespace

TEST_CASE("a page of the run's sheet needs the memory of its picture, once") {
    const OneImage one({200, 100});
    const std::int64_t needed = picture_memory(*one.job.image.open({}), 1);
    CHECK(one.page(needed).figure.pictures.size() == 2);  // the cell's place, and what it shows
    const std::string said = refusal<Error>([&] { one.page(needed - 1); });
    CHECK(holds(said, "a.png: "));
    CHECK(holds(said, "of memory, more than the"));
}
