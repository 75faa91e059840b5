#include "pipeline/decoding.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <opencv2/core.hpp>

#include "lowered_job.hpp"
#include "pixels/block_means.hpp"
#include "same_pixels.hpp"

// What is decoded of an image for its glimpses.

using namespace glimpse;

namespace {

/// Glimpses of a 1600×1200 image, the first of which shrinks `first` times and the second eight times.
LoweredJob shrinking(int first) {
    return {{cropped("a", {0, 0, 400, 400}, Size{400 / first, 400 / first}),
             cropped("b", {0, 0, 800, 800}, Size{100, 100})},
            {1600, 1200},
            into("out")};
}

}  // namespace

TEST_CASE(
    "decoding: an image shrinks by half as much as its glimpses do, and by no more than its format can") {
    CHECK(shrink_for({}, 8) == 1);
    CHECK(shrink_for(shrinking(1).glimpses, 8) == 1);
    CHECK(shrink_for(shrinking(2).glimpses, 8) == 1);
    CHECK(shrink_for(shrinking(4).glimpses, 8) == 2);
    CHECK(shrink_for(shrinking(8).glimpses, 8) == 4);
    CHECK(shrink_for(shrinking(8).glimpses, 2) == 2);
    CHECK(shrink_for(shrinking(8).glimpses, 1) == 1);
}

TEST_CASE("decoding: a glimpse of a shrunk image is read through a map of that") {
    LoweredJob job = {{cropped("a", {0, 0, 400, 400}, Size{50, 50})}, {1601, 1200}, into("out")};
    const LoweredGlimpse& glimpse = job.glimpses.front();
    CHECK(&glimpse.decoded() == &glimpse.lowered);
    shrink_maps(job.glimpses, 4);
    CHECK(glimpse.decoded().map.image == Size{401, 300});
    CHECK(glimpse.lowered.map.image == Size{1601, 1200});
    const auto parts = parts_with_glimpses(job.glimpses, true);
    REQUIRE(parts.size() == 1);
    CHECK(parts.front().region == needed(shrunk(glimpse.lowered, 4)));
}

TEST_CASE("decoding: every glimpse stands in the one part that holds what it needs") {
    const LoweredJob job({cropped("a", {0, 0, 64, 64}), cropped("far", {40000, 40000, 64, 64}),
                          cropped("near", {30, 20, 64, 64})},
                         {50000, 50000}, into("out"));
    const auto parts = parts_with_glimpses(job.glimpses, true);
    REQUIRE(parts.size() == 2);
    std::size_t count = 0;
    for (const GlimpsesOfPart& part : parts) {
        for (const LoweredGlimpse* glimpse : part.glimpses) {
            CHECK(part.region.contains(needed(glimpse->lowered)));
            ++count;
        }
    }
    CHECK(count == 3);
    const auto all = whole_with_glimpses(job.glimpses, job.image.size);
    REQUIRE(all.size() == 1);
    CHECK(all.front().region == whole(job.image.size));
    CHECK(all.front().glimpses == job.pointers());
}

TEST_CASE("decoding: a picture is shrunk by the least power of two that takes it to its size") {
    CHECK(shrink_for_picture({100, 40}, 100) == 1);
    CHECK(shrink_for_picture({40, 101}, 100) == 2);
    CHECK(shrink_for_picture({400, 3}, 100) == 4);
    CHECK(shrink_for_picture({401, 3}, 100) == 8);
    CHECK(shrink_for_picture({7, 5}, 1) == 8);
}

TEST_CASE("decoding: a picture for a place fills it, and would not if it were shrunk once more") {
    CHECK(shrink_to_fill({100, 40}, {100, 40}) == 1);
    CHECK(shrink_to_fill({100, 40}, {51, 10}) == 1);
    CHECK(shrink_to_fill({100, 40}, {50, 20}) == 2);
    CHECK(shrink_to_fill({100, 40}, {25, 20}) == 2);
    CHECK(shrink_to_fill({100, 40}, {25, 10}) == 4);
    CHECK(shrink_to_fill({30, 20}, {50, 50}) == 1);
    CHECK(shrink_to_fill({7, 1}, {1, 1}) == 4);
}

TEST_CASE("decoding: a shrunk picture has the means of blocks, whether it is decoded at once or in parts") {
    cv::Mat pixels(1301, 9, CV_8UC3);  // more rows than are decoded at a time
    cv::RNG(3).fill(pixels, cv::RNG::UNIFORM, 0, 256);
    std::vector<std::int64_t> held;
    for (const std::string format : {"png", "tiff"}) {
        const std::vector<std::uint8_t> bytes = encode_image({.pixels = pixels}, format);
        const auto image = open_image(bytes);
        REQUIRE(image->info().seekable == (format == "tiff"));
        for (const int n : {1, 2, 4, 1024}) {
            CHECK(same_pixels::same(decode_picture(*image, n), block_means(pixels, n, false)));
        }
        held.push_back(picture_memory(*image, 4));
    }
    CHECK(held[1] < held[0]);  // some rows, not all
}

TEST_CASE("decoding: a picture that is to be fitted is shrunk to less than twice its size, and never below") {
    constexpr int longest = 256;
    for (int side = 1; side < 5000; ++side) {
        for (const Size image : {Size{side, 20}, Size{20, side}, Size{side, side}}) {
            const Size picture = shrunk(image, shrink_to_fit(image, longest));
            const int longer = std::max(picture.width, picture.height);
            if (std::max(image.width, image.height) < longest) {
                CHECK(picture == image);
            } else {
                CHECK(longer >= longest);
                CHECK(longer < 2 * longest);
            }
        }
    }
}
