#include "pipeline/shown_image.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "drawn_pictures.hpp"
#include "encoded_samples.hpp"
#include "glimpse/displayable.hpp"
#include "pipeline/decoding.hpp"
#include "refusals.hpp"

using namespace glimpse;

namespace {

constexpr std::int64_t beside = 12345;

ImageSource in_memory(std::vector<std::uint8_t> bytes) {
    return {"a picture", std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes))};
}

ImageSource photograph() {
    return in_memory(encode_image({.pixels = drawn_pictures::speckled({200, 100})}, "png"));
}

/// It is decoded on opening.
ImageSource frame() {
    return in_memory(encoded_samples::bytes_of(encoded_samples::animated_webp)).at_page(1);
}

OpenOptions with_memory(std::int64_t bytes) {
    OpenOptions options;
    options.memory.budget = std::make_shared<MemoryBudget>(bytes);
    return options;
}

ShownImage shown(const ImageSource& source, const OpenOptions& options) {
    return {
        source, options, {.shrink = [](Size) { return 2; }, .beside = [](const auto&) { return beside; }}};
}

/// The least budget with which the image can be opened, and no more.
std::int64_t opening_memory(const ImageSource& source) {
    std::int64_t least = 1;
    while (!refusal<Error>([&] { source.open(with_memory(least)); }).empty()) ++least;
    return least;
}

}  // namespace

TEST_CASE("the memory for a picture of an image is reserved once, whenever the image is decoded") {
    const std::int64_t later = picture_memory(*photograph().open({}), 2);
    const ImageInfo opened = frame().open({})->info();
    REQUIRE(opened.decoded);
    const std::int64_t at_once = opening_memory(frame()) + drawing_memory(opened, 2);
    const auto check = [](const ImageSource& source, std::int64_t picture) {
        const OpenOptions enough = with_memory(picture + beside);
        CHECK_FALSE(shown(source, enough).picture().empty());
        CHECK(shown(source, enough).shrink() == 2);  // the first has given all back
        const std::string said = refusal<Error>([&] { shown(source, with_memory(picture + beside - 1)); });
        CHECK(holds(said, "of memory, more than the"));
    };
    check(photograph(), later);
    check(frame(), at_once);
}

TEST_CASE("the picture of an image is all of it, shrunk and as 8-bit RGB") {
    const ImageSource source = photograph();  // the readers of which must not outlive it
    ShownImage image = shown(source, {});
    CHECK(image.info().size == Size{200, 100});
    const auto reader = source.open({});
    CHECK(drawn_pictures::same(image.picture(), displayable({.pixels = decode_picture(*reader, 2)})));
    CHECK(image.picture().size() == cv::Size(100, 50));
}
