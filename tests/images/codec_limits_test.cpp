#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <random>

#include "codec_checks.hpp"
#include "encoded_samples.hpp"

// Bytes spelt out, and headers that promise more than their files hold.

using namespace codec_checks;
using hand_made::TiffTag;

namespace {

Bytes text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}

bool says_damaged(const std::string& words) {
    return words.find("truncated") != std::string::npos || words.find("corrupt") != std::string::npos ||
           words.find("no sensible size") != std::string::npos;
}

/// 8-bit palette indices (x + 2 y) mod 7 of 11×10 pixels in strips of 4 rows or tiles of 16×16.
Bytes palette_tiff(bool tiled) {
    std::vector<std::uint32_t> map(768);
    for (std::uint32_t i = 0; i < 7; ++i) {
        map[i] = (i * 30) << 8;
        map[256 + i] = (i * 5) << 8;
        map[512 + i] = (200 - i) << 8;
    }
    const std::uint32_t block_rows = tiled ? 16 : 4;
    const std::uint32_t block_columns = tiled ? 16 : 11;
    std::vector<Bytes> blocks;
    for (std::uint32_t top = 0; top < 10; top += block_rows) {
        Bytes block;
        for (std::uint32_t y = top; y < top + block_rows && (tiled || y < 10); ++y) {
            for (std::uint32_t x = 0; x < block_columns; ++x) {
                block.push_back(static_cast<std::uint8_t>((x + 2 * y) % 7));
            }
        }
        blocks.push_back(block);
    }
    std::vector<TiffTag> tags{{256, 3, {11}}, {257, 3, {10}}, {258, 3, {8}},
                              {259, 3, {1}},  {262, 3, {3}},  {277, 3, {1}}};
    if (tiled) {
        tags.insert(tags.end(), {{320, 3, map}, {322, 3, {16}}, {323, 3, {16}}});
        return hand_made::tiff(tags, 324, 325, blocks);
    }
    tags.insert(tags.end(), {{278, 3, {4}}, {320, 3, map}});
    return hand_made::tiff(tags, 273, 279, blocks);
}

constexpr std::uint32_t uncompressed = 1;
constexpr std::uint32_t jpeg_inside = 7;

/// A tiled grey TIFF of 100×100 pixels and some bytes.
Bytes tiff_with_tiles_of(std::uint32_t side, std::uint32_t compression = uncompressed) {
    return hand_made::tiff({{256, 4, {100}},
                            {257, 4, {100}},
                            {258, 3, {8}},
                            {259, 3, {compression}},
                            {262, 3, {1}},
                            {277, 3, {1}},
                            {322, 4, {side}},
                            {323, 4, {side}}},
                           324, 325, {Bytes(50)});
}

/// A JPEG whose frame header is changed to 65535×65535.
Bytes enlarged_jpeg(Bytes jpeg, std::uint8_t frame_marker) {
    const Bytes marker{0xFF, frame_marker};
    const auto at = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
    REQUIRE(at != jpeg.end());
    std::fill_n(at + 5, 4, std::uint8_t{0xFF});
    return jpeg;
}

}  // namespace

TEST_CASE("the order of channels in PPM, PAM and BMP files") {
    const cv::Mat pixels = (cv::Mat_<cv::Vec3b>(2, 1) << cv::Vec3b(250, 2, 3), cv::Vec3b(4, 5, 251));
    const Bytes ppm = text("P6\n1 2\n255\n\xFA\x02\x03\x04\x05\xFB");
    CHECK(same(read(ppm).pixels, pixels));
    CHECK(glimpse::encode_image({.pixels = pixels}, "ppm") == ppm);

    // PAM has its own order in OpenCV.
    const auto pam = [](const std::string& kind, int depth, int largest, const Bytes& values) {
        Bytes file = text("P7\nWIDTH 1\nHEIGHT 1\nDEPTH " + std::to_string(depth) + "\nMAXVAL " +
                          std::to_string(largest) + "\nTUPLTYPE " + kind + "\nENDHDR\n");
        hand_made::append(file, values);
        return read(file).pixels;
    };
    CHECK(same(pam("RGB", 3, 255, {250, 2, 3}), cv::Mat(1, 1, CV_8UC3, cv::Scalar(250, 2, 3))));
    CHECK(same(pam("RGB_ALPHA", 4, 255, {250, 2, 3, 77}), cv::Mat(1, 1, CV_8UC4, cv::Scalar(250, 2, 3, 77))));
    CHECK(same(pam("RGB", 3, 65535, {1, 2, 0, 5, 0, 6}), cv::Mat(1, 1, CV_16UC3, cv::Scalar(258, 5, 6))));

    Bytes bmp = text("BM");
    for (const std::uint32_t number : {62U, 0U, 54U, 40U, 1U, 2U, 0x180001U, 0U, 8U, 0U, 0U, 0U, 0U}) {
        hand_made::append_number(bmp, number, 4, false);
    }
    hand_made::append(bmp, Bytes{251, 5, 4, 0, 3, 2, 250, 0});  // from the bottom: blue, green, red, padding
    CHECK(same(read(bmp).pixels, pixels));
    const Bytes written = glimpse::encode_image({.pixels = pixels}, "bmp");
    REQUIRE(written.size() >= 8);
    CHECK(Bytes(written.end() - 8, written.end()) == Bytes(bmp.end() - 8, bmp.end()));
}

TEST_CASE("BMP holds grey, and no alpha") {
    const cv::Mat grey = noise(5, 7, CV_8UC1);
    CHECK(same(read(glimpse::encode_image({.pixels = grey}, "bmp")).pixels, grey));
    CHECK(reason([] { glimpse::encode_image({.pixels = noise(4, 4, CV_8UC4), .alpha = true}, "bmp"); }) ==
          "bmp holds 8-bit grey or RGB, and this is 8-bit RGBA; use png, tiff or npy");
}

TEST_CASE("a palette TIFF is read by strips and tiles") {
    for (const bool tiled : {false, true}) {
        CAPTURE(tiled);
        const Bytes file = palette_tiff(tiled);
        const auto reader = glimpse::open_image(file);
        const cv::Mat all = reader->decode({0, 0, 11, 10});
        for (int y = 0; y < 10; ++y) {
            for (int x = 0; x < 11; ++x) {
                const int index = (x + 2 * y) % 7;
                CHECK(all.at<cv::Vec3b>(y, x) == cv::Vec3b(cv::Vec3i(index * 30, index * 5, 200 - index)));
            }
        }
        for (int y = 0; y < 10; ++y) CHECK(same(reader->decode({3, y, 5, 1}), all(cv::Rect(3, y, 5, 1))));
        CHECK(same(reader->decode({2, 3, 9, 6}), all(cv::Rect(2, 3, 9, 6))));
    }
}

TEST_CASE("a TIFF's strip is read once for all of its rows") {
    constexpr std::uint32_t rgb = 2;
    constexpr std::uint32_t ycbcr = 6;  // which libtiff converts
    for (const std::uint32_t photometric : {rgb, ycbcr}) {
        CAPTURE(photometric);
        Bytes file = hand_made::tiff({{256, 3, {16}},
                                      {257, 3, {16}},
                                      {258, 3, {8, 8, 8}},
                                      {259, 3, {uncompressed}},
                                      {262, 3, {photometric}},
                                      {277, 3, {3}},
                                      {278, 3, {16}},
                                      {530, 3, {1, 1}}},
                                     273, 279, {Bytes(16 * 16 * 3, 100)});
        const cv::Mat all = read(file).pixels;
        const auto reader = glimpse::open_image(file);
        CHECK(same(reader->decode({0, 0, 16, 8}), all.rowRange(0, 8)));
        // Were it read again, it would have the samples that the file has by now.
        std::ranges::replace(file, std::uint8_t{100}, std::uint8_t{200});
        CHECK(same(reader->decode({0, 8, 16, 8}), all.rowRange(8, 16)));
    }
}

TEST_CASE("a TIFF whose palette lies beyond the end of the file is no grey image") {
    Bytes file = palette_tiff(false);
    // The directory is moved to the front of the palette, which is then cut off.
    const std::size_t directory = file[4] | static_cast<std::size_t>(file[5]) << 8;
    const Bytes entries(file.begin() + static_cast<std::ptrdiff_t>(directory), file.end());
    REQUIRE(directory > 1536 + entries.size());
    const std::size_t palette = directory - 1536;
    std::copy(entries.begin(), entries.end(), file.begin() + static_cast<std::ptrdiff_t>(palette));
    file[4] = static_cast<std::uint8_t>(palette);
    file[5] = static_cast<std::uint8_t>(palette >> 8);
    file.resize(palette + entries.size());
    CHECK(says_damaged(reason([&] { read(file); })));
}

TEST_CASE("headers that promise more than there is") {
    const hand_made::Png plain{30000, 30000, 8, 6, false, {}, {0, 1, 2, 3, 4}};
    hand_made::Png interlaced = plain;
    interlaced.interlaced = true;
    const Bytes progressive = encoded_samples::bytes_of(encoded_samples::progressive_jpeg);
    const Bytes baseline = encoded_samples::bytes_of(encoded_samples::subsampled_jpeg);
    Bytes bmp = glimpse::encode_image({.pixels = noise(4, 4, CV_8UC3)}, "bmp");
    bmp[19] = bmp[23] = 0x70;
    const std::vector<Bytes> files{hand_made::file(plain),           hand_made::file(interlaced),
                                   tiff_with_tiles_of(1 << 14),      tiff_with_tiles_of(1 << 20),
                                   tiff_with_tiles_of(0xFFFFFFF0),   enlarged_jpeg(progressive, 0xC2),
                                   enlarged_jpeg(baseline, 0xC0),    text("P6 30000 30000 255\nabc"),
                                   text("PF\n30000 30000\n-1\nabc"), bmp};
    for (std::size_t i = 0; i < files.size(); ++i) {
        CAPTURE(i);
        const std::string words = reason([&] {
            const auto reader =
                glimpse::open_image(files[i], {.auto_orient = true, .maximum_pixels = std::int64_t{1} << 33});
            reader->decode({0, 0, 1, 1});
        });
        CAPTURE(words);
        CHECK(says_damaged(words));
    }
}

TEST_CASE("a PNG that its bytes cannot fill is refused before its pixels are allocated") {
    hand_made::Png png{30000, 30000, 8, 0, false, {}, {0, 1, 2, 3, 4}};
    for (const bool interlaced : {false, true}) {
        png.interlaced = interlaced;
        CHECK(reason([&] {
                  glimpse::open_image(hand_made::file(png))->decode({0, 0, 1, 1});
              }).find("too short for its size") != std::string::npos);
    }
    // Few bytes for many pixels are legal: zeros compress a thousandfold.
    const cv::Mat black = cv::Mat::zeros(3000, 3000, CV_8U);
    const Bytes small = glimpse::encode_image({.pixels = black}, "png");
    CHECK(small.size() < black.total() / 500);
    CHECK(same(read(small).pixels, black));
}

TEST_CASE("a progressive JPEG of very many scans is refused") {
    Bytes jpeg = encoded_samples::bytes_of(encoded_samples::progressive_jpeg);
    CHECK_NOTHROW(read(jpeg));
    // The first scan, from its marker to the next, is repeated.
    const Bytes start{0xFF, 0xDA};
    const auto begin = std::search(jpeg.begin(), jpeg.end(), start.begin(), start.end());
    const auto end = std::find_if(begin + 2, jpeg.end() - 1, [](const std::uint8_t& byte) {
        return byte == 0xFF && *(&byte + 1) != 0 && (*(&byte + 1) < 0xD0 || *(&byte + 1) > 0xD7);
    });
    const Bytes scan(begin, end);
    Bytes many(jpeg.begin(), end);
    for (int i = 0; i < 1100; ++i) hand_made::append(many, scan);
    many.insert(many.end(), end, jpeg.end());
    CHECK_THROWS_AS(read(many), Error);
}

TEST_CASE("an error says nothing that is no text") {
    for (int byte = 0; byte < 256; ++byte) {
        const std::string type{'<', static_cast<char>(byte), '4'};
        const std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (1, 1), }";
        const std::string words = reason([&] { read(hand_made::npy(header, Bytes(8))); });
        CHECK(std::ranges::all_of(words, [](char c) { return c >= ' ' && c < 0x7F; }));
    }
}

TEST_CASE("a tile that JPEG could not store is refused, whatever memory there is for it") {
    for (const std::uint32_t side : {65536U, 16187424U}) {
        CAPTURE(side);
        const auto bytes = hand_made::tiff({{256, 4, {90}},
                                            {257, 4, {70}},
                                            {258, 3, {8, 8, 8}},
                                            {259, 3, {jpeg_inside}},
                                            {262, 3, {6}},
                                            {277, 3, {3}},
                                            {322, 4, {32}},
                                            {323, 4, {side}}},
                                           324, 325, {Bytes(50)});
        const std::string words = reason([&] { glimpse::open_image(bytes)->decode({0, 0, 1, 1}); });
        CHECK(words == "the TIFF header has tiles or strips of no sensible size");
    }
    CHECK(says_damaged(reason([] {
        glimpse::open_image(tiff_with_tiles_of(1 << 17, jpeg_inside))->decode({0, 0, 1, 1});
    })));
}
