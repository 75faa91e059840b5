#include "images/codecs/webp_pictures.hpp"

#include <doctest/doctest.h>

#include "codec_checks.hpp"
#include "encoded_samples.hpp"

// How many pictures libwebp would list of a file, and what becomes of a file of too many.

using namespace codec_checks;
using glimpse::count_webp_pictures;
using glimpse::most_webp_pictures;
using hand_made::append;
using hand_made::riff_chunk;

namespace {

constexpr std::uint8_t animation_flag = 0x02;
constexpr std::uint8_t exif_flag = 0x08;
constexpr int width = 43;
constexpr int height = 37;

Bytes still_webp() {
    return encoded_samples::bytes_of(encoded_samples::lossy_webp);
}

/// The chunk of its picture.
Bytes picture() {
    const Bytes file = still_webp();
    return {file.begin() + 12, file.end()};
}

Bytes flags_chunk(std::uint8_t flags) {
    Bytes data{flags, 0, 0, 0};
    hand_made::append_number(data, width - 1, 3, false);
    hand_made::append_number(data, height - 1, 3, false);
    return riff_chunk("VP8X", data);
}

/// The picture shown for some time, at the canvas's corner.
Bytes frame() {
    Bytes data(6);
    hand_made::append_number(data, width - 1, 3, false);
    hand_made::append_number(data, height - 1, 3, false);
    append(data, Bytes{100, 0, 0, 0});
    append(data, picture());
    return riff_chunk("ANMF", data);
}

Bytes repeated(const Bytes& chunk, std::size_t count) {
    Bytes chunks;
    chunks.reserve(chunk.size() * count);
    for (std::size_t k = 0; k < count; ++k) append(chunks, chunk);
    return chunks;
}

Bytes file_of(const std::vector<Bytes>& chunks) {
    Bytes body;
    append(body, "WEBP");
    for (const Bytes& chunk : chunks) append(body, chunk);
    Bytes file;
    append(file, "RIFF");
    hand_made::append_number(file, body.size(), 4, false);
    append(file, body);
    return file;
}

Bytes animation(std::size_t frames) {
    return file_of({flags_chunk(animation_flag), riff_chunk("ANIM", Bytes(6)), repeated(frame(), frames)});
}

/// Pictures one behind another, which are no animation, and an orientation.
Bytes several_pictures(std::size_t count) {
    return file_of(
        {flags_chunk(exif_flag), repeated(picture(), count), riff_chunk("EXIF", hand_made::exif(6))});
}

/// The same file, whose length is said to be another.
Bytes with_length(Bytes file, std::ptrdiff_t more) {
    Bytes length;
    hand_made::append_number(length, static_cast<std::uint64_t>(std::ssize(file) - 8 + more), 4, false);
    std::copy(length.begin(), length.end(), file.begin() + 4);
    return file;
}

}  // namespace

TEST_CASE("the pictures of a WebP are counted as libwebp lists them") {
    const auto count = [](const Bytes& file) { return count_webp_pictures(file); };
    CHECK(count(still_webp()) == 1);
    CHECK(count(animation(3)) == 3);
    CHECK(count(several_pictures(3)) == 3);
    const Bytes flags = flags_chunk(animation_flag);

    // Other chunks are passed over, of odd lengths too; what lies within a frame is no picture of the file.
    CHECK(count(file_of({flags, riff_chunk("JUNK", Bytes(5)), frame(), riff_chunk("EXIF", {}), frame()})) ==
          2);
    // A chunk that is cut off is the last, and what lies far behind the container is none of its.
    Bytes cut = animation(3);
    cut.resize(cut.size() - 2);
    CHECK(count(with_length(cut, 0)) == 2);
    CHECK(count(with_length(animation(3), -static_cast<std::ptrdiff_t>(frame().size()))) == 2);
    CHECK(count(with_length(animation(3), 2)) == 0);
    for (const Bytes& bytes : {Bytes{}, Bytes(8), Bytes(12), Bytes(19)}) CHECK(count(bytes) <= 1);
}

TEST_CASE("a length of a WebP may be odd, or leave out what makes it even") {
    Bytes turned = hand_made::webp_with_orientation(still_webp(), width, height, 6);
    append(turned, riff_chunk("JUNK", Bytes(3)));
    const Image expected = read(with_length(turned, 0));
    CHECK(expected.pixels.cols == height);
    const Image odd = read(with_length(turned, -1));
    CHECK(same(odd.pixels, expected.pixels));
    CHECK(count_webp_pictures(with_length(turned, -1)) == 1);
}

TEST_CASE("a WebP of more frames than libwebp lists soon is refused by their number") {
    const auto pages = [](std::size_t frames) {
        const Bytes file = animation(frames);
        return glimpse::open_image(file)->info().pages;
    };
    CHECK(pages(2) == 2);
    CHECK(pages(most_webp_pictures) == static_cast<int>(most_webp_pictures));
    CHECK(reason([&] { pages(most_webp_pictures + 1); }) ==
          "a WebP of 16385 frames is not supported: 16384 are the most");
}

TEST_CASE("a still WebP with an animation behind it is that picture, however many frames follow") {
    const Image alone = read(still_webp());
    const Bytes file = file_of({picture(), flags_chunk(animation_flag), riff_chunk("ANIM", Bytes(6)),
                                repeated(frame(), most_webp_pictures + 1)});
    CHECK(same(read(file).pixels, alone.pixels));
}

TEST_CASE("a WebP of several pictures that is no animation is its first, however many they are") {
    const Image alone = read(still_webp());
    for (const std::size_t pictures : {std::size_t{2}, most_webp_pictures + 1}) {
        const Image first = read(several_pictures(pictures));
        CHECK(same(first.pixels, alone.pixels));  // libwebp takes no orientation from such a file
    }
}
