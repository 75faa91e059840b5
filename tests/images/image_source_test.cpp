#include "glimpse/image_source.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <opencv2/core.hpp>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "scratch_directory.hpp"

// An image is the same whatever its source.

using namespace glimpse;

TEST_CASE("an image is opened out of a file, or out of the memory whatever its name") {
    const scratch::Directory directory;
    const Image image{.pixels = cv::Mat(3, 5, CV_8UC1, cv::Scalar(7))};
    const auto bytes = std::make_shared<const std::vector<std::uint8_t>>(encode_image(image, "png"));
    write_file(directory / "a.png", *bytes);
    const ImageSource file((directory / "a.png").string());
    const ImageSource memory("-", bytes);
    CHECK(file.is_file());
    CHECK_FALSE(memory.is_file());
    CHECK(file.name() == (directory / "a.png").string());
    CHECK(memory.name() == "-");
    for (const ImageSource& source : {file, memory}) {
        const auto reader = source.open({});
        CHECK(reader->info().size == Size{5, 3});
        CHECK(cv::norm(reader->decode(whole(reader->info().size)), image.pixels, cv::NORM_INF) == 0);
    }
    CHECK_THROWS_AS(memory.open({.maximum_pixels = 14}), Error);
    ImageSource released = memory.at_page(0);
    released.release();
    CHECK_FALSE(released.is_file());
    CHECK(released.name() == "-");
    CHECK(released.page() == 0);
    CHECK_THROWS_AS(released.open({}), Error);
    ImageSource kept = file;
    kept.release();
    CHECK(kept.open({})->info().size == Size{5, 3});
    CHECK_THROWS_AS(ImageSource((directory / "b.png").string()).open({}), Error);
}
