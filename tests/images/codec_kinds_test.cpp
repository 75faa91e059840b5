#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <opencv2/core.hpp>
#include <random>

#include "codec_checks.hpp"
#include "encoded_samples.hpp"
#include "images/codecs/exif.hpp"

// Kinds of PNG, TIFF, WebP and npy files that glimpse reads but does not write, and what it writes as npy.

using namespace codec_checks;

TEST_CASE("PNG palettes, transparent colours, few bits and interlacing") {
    using hand_made::png_chunk;
    const Bytes palette = png_chunk("PLTE", {10, 20, 30, 40, 50, 60});
    const Image colours = read(hand_made::file({2, 1, 8, 3, false, palette, {0, 1, 0}}));
    CHECK(same(colours.pixels, (cv::Mat_<cv::Vec3b>(1, 2) << cv::Vec3b(40, 50, 60), cv::Vec3b(10, 20, 30))));
    CHECK_FALSE(colours.alpha);

    Bytes clear = palette;
    hand_made::append(clear, png_chunk("tRNS", {7}));
    const Image with_alpha = read(hand_made::file({2, 1, 8, 3, false, clear, {0, 1, 0}}));
    CHECK(with_alpha.alpha);
    CHECK(same(with_alpha.pixels,
               (cv::Mat_<cv::Vec4b>(1, 2) << cv::Vec4b(40, 50, 60, 255), cv::Vec4b(10, 20, 30, 7))));

    const Image grey = read(hand_made::file({2, 1, 8, 0, false, png_chunk("tRNS", {0, 9}), {0, 9, 8}}));
    CHECK(same(grey.pixels, (cv::Mat_<cv::Vec2b>(1, 2) << cv::Vec2b(9, 0), cv::Vec2b(8, 255))));
    const Image few = read(hand_made::file({2, 1, 2, 0, false, png_chunk("tRNS", {0, 1}), {0, 0x60}}));
    CHECK(same(few.pixels, (cv::Mat_<cv::Vec2b>(1, 2) << cv::Vec2b(85, 0), cv::Vec2b(170, 255))));
    const Image rgb = read(
        hand_made::file({1, 1, 16, 2, false, png_chunk("tRNS", {0, 1, 0, 2, 0, 3}), {0, 0, 1, 0, 2, 0, 3}}));
    CHECK(same(rgb.pixels, cv::Mat(1, 1, CV_16UC4, cv::Scalar(1, 2, 3, 0))));

    const Image one_bit = read(hand_made::file({3, 1, 1, 0, false, {}, {0, 0b10100000}}));
    CHECK(same(one_bit.pixels, (cv::Mat_<std::uint8_t>(1, 3) << 255, 0, 255)));
    const Image four_bits = read(hand_made::file({2, 1, 4, 0, false, {}, {0, 0x3F}}));
    CHECK(same(four_bits.pixels, (cv::Mat_<std::uint8_t>(1, 2) << 51, 255)));
    const Image wide = read(hand_made::file({1, 1, 16, 0, false, {}, {0, 0x12, 0x34}}));
    CHECK(wide.pixels.at<std::uint16_t>(0, 0) == 0x1234);

    const auto value = [](std::uint32_t x, std::uint32_t y) { return static_cast<std::uint8_t>(x * 10 + y); };
    const Image woven =
        read(hand_made::file({21, 13, 8, 0, true, {}, hand_made::interlaced_rows(21, 13, value)}));
    for (int y = 0; y < 13; ++y) {
        for (int x = 0; x < 21; ++x) CHECK(woven.pixels.at<std::uint8_t>(y, x) == x * 10 + y);
    }
}

TEST_CASE("a PNG's indices have from one to eight bits, and each its colour") {
    const Bytes four = hand_made::png_chunk("PLTE", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    const Bytes two = hand_made::png_chunk("PLTE", {1, 2, 3, 4, 5, 6});
    const auto indices = [&](std::uint8_t bits, Bytes row) {
        row.insert(row.begin(), 0);  // no filter
        return hand_made::file({5, 1, bits, 3, false, bits == 1 ? two : four, row});
    };
    const cv::Mat binary = (cv::Mat_<cv::Vec3b>(1, 5) << cv::Vec3b(4, 5, 6), cv::Vec3b(1, 2, 3),
                            cv::Vec3b(1, 2, 3), cv::Vec3b(4, 5, 6), cv::Vec3b(4, 5, 6));
    const cv::Mat all = (cv::Mat_<cv::Vec3b>(1, 5) << cv::Vec3b(10, 11, 12), cv::Vec3b(7, 8, 9),
                         cv::Vec3b(4, 5, 6), cv::Vec3b(1, 2, 3), cv::Vec3b(10, 11, 12));
    CHECK(same(read(indices(1, {0b10011000})).pixels, binary));
    CHECK(same(read(indices(2, {0b11100100, 0b11000000})).pixels, all));
    CHECK(same(read(indices(4, {0x32, 0x10, 0x30})).pixels, all));
    CHECK(same(read(indices(8, {3, 2, 1, 0, 3})).pixels, all));
    CHECK(reason([&] {
              read(indices(4, {0x32, 0x14, 0x30}));
          }) == "the file is truncated or corrupt (a pixel has colour 4 of a palette of 4)");
    CHECK(
        same(glimpse::open_image(indices(4, {0x32, 0x14, 0x30}))->decode({0, 0, 3, 1}), all.colRange(0, 3)));
    const auto value = [](std::uint32_t x, std::uint32_t y) {
        return static_cast<std::uint8_t>((x + 2 * y) % 4);
    };
    const Image woven =
        read(hand_made::file({21, 13, 8, 3, true, four, hand_made::interlaced_rows(21, 13, value)}));
    for (int y = 0; y < 13; ++y) {
        for (int x = 0; x < 21; ++x) {
            CHECK(woven.pixels.at<cv::Vec3b>(y, x)[0] ==
                  1 + 3 * value(static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y)));
        }
    }
}

TEST_CASE("JPEG-LS is named") {
    const Bytes jpeg_ls{0xFF, 0xD8, 0xFF, 0xF7, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0, 0xFF, 0xD9};
    CHECK(reason([&] { read(jpeg_ls); }) == "the file is JPEG-LS, which is not read");
}

TEST_CASE("PNG with a wrong checksum is corrupt") {
    const Bytes png = hand_made::file({2, 2, 8, 0, false, {}, {0, 1, 2, 0, 3, 4}});
    CHECK_NOTHROW(read(png));
    constexpr std::size_t trailer = 12;  // IEND, whole
    REQUIRE(png[png.size() - trailer - 4 - 4 - 1] == 4);
    // The last pixel, zlib's checksum after it, and that of the chunk.
    for (std::size_t from_end = trailer + 1; from_end <= trailer + 4 + 4 + 1; ++from_end) {
        CAPTURE(from_end);
        Bytes damaged = png;
        std::uint8_t& byte = damaged[png.size() - from_end];
        byte = static_cast<std::uint8_t>(~byte);
        CHECK_THROWS_AS(read(damaged), Error);
    }
}

TEST_CASE("an EXIF orientation is an integer of 1 to 8, in either byte order; anything else is none") {
    using glimpse::exif_orientation;
    constexpr std::size_t type = 12;  // of the only entry; 3 is SHORT
    for (int orientation = 0; orientation <= 9; ++orientation) {
        const bool legal = orientation >= 1 && orientation <= 8;
        CHECK(exif_orientation(hand_made::exif(orientation)) == (legal ? orientation : 1));
    }
    const auto of_type = [](int code) {
        Bytes block = hand_made::exif(6);
        block[type] = static_cast<std::uint8_t>(code);
        return exif_orientation(block);
    };
    for (const int integer : {1, 3, 4, 6, 8, 9}) {  // BYTE, SHORT, LONG and the same with a sign
        CAPTURE(integer);
        CHECK(of_type(integer) == 6);
    }
    for (const int other : {2, 5, 7, 11, 12, 99}) {  // ASCII, RATIONAL, UNDEFINED, FLOAT, DOUBLE, unknown
        CAPTURE(other);
        CHECK(of_type(other) == 1);
    }
    const Bytes big_endian{'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1, 1, 0x12, 0,
                           3,   0,   0, 0,   1, 0, 6, 0, 0, 0, 0, 0,    0};
    CHECK(exif_orientation(big_endian) == 6);
    Bytes with_header{'E', 'x', 'i', 'f', 0, 0};
    hand_made::append(with_header, big_endian);
    CHECK(exif_orientation(with_header) == 6);
    for (std::size_t length = 0; length < 18; ++length) {
        CHECK(exif_orientation(std::span(big_endian).first(length)) == 1);
    }
}

TEST_CASE("TIFF kinds of numbers") {
    const auto floats = [](const Bytes& tiff) {
        const Image image = read(tiff);
        REQUIRE(image.pixels.type() == CV_32FC1);
        return std::vector<float>(image.pixels.begin<float>(), image.pixels.end<float>());
    };
    CHECK(floats(small_tiff(8, 2, {0, 1, 127, 128, 255, 2})) == std::vector<float>{0, 1, 127, -128, -1, 2});
    CHECK(floats(small_tiff(16, 2, {0xFF, 0xFE, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5}, 1, true)) ==
          std::vector<float>{-2, 1, 2, 3, 4, 5});
    Bytes words;
    for (const std::uint32_t v : {7U, 4294967295U, 1U << 20, 0U, 1U, 2U}) {
        hand_made::append_number(words, v, 4, false);
    }
    CHECK(floats(small_tiff(32, 1, words)) == std::vector<float>{7, 4294967295.0F, 1 << 20, 0, 1, 2});
    CHECK(floats(small_tiff(32, 2, words)) == std::vector<float>{7, -1, 1 << 20, 0, 1, 2});
    // The distance from white of what is near it, and the complement, are exact.
    CHECK(floats(small_tiff(32, 1, words, 0)) ==
          std::vector<float>{4294967288.0F, 0, 4293918719.0F, 4294967295.0F, 4294967294.0F, 4294967293.0F});
    Bytes near_white;
    for (std::uint32_t v = 0; v < 6; ++v) hand_made::append_number(near_white, 0xFFFFFFFFU - v, 4, false);
    CHECK(floats(small_tiff(32, 1, near_white, 0)) == std::vector<float>{0, 1, 2, 3, 4, 5});
    CHECK(floats(small_tiff(32, 2, words, 0)) == std::vector<float>{-8, 0, -(1 << 20) - 1, -1, -2, -3});
    Bytes doubles;
    for (const double v : {0.5, -2.0, 1e10, 0.0, 1.0, 3.0}) {
        hand_made::append_number(doubles, std::bit_cast<std::uint64_t>(v), 8, false);
    }
    CHECK(floats(small_tiff(64, 3, doubles)) == std::vector<float>{0.5F, -2, 1e10F, 0, 1, 3});

    const Image inverted = read(small_tiff(8, 1, {0, 1, 2, 3, 4, 255}, 0));
    CHECK(same(inverted.pixels, (cv::Mat_<std::uint8_t>(2, 3) << 255, 254, 253, 252, 251, 0)));
    const Image big_endian = read(small_tiff(16, 1, {1, 2, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5}, 1, true));
    CHECK(big_endian.pixels.at<std::uint16_t>(0, 0) == 0x0102);
    const Image bits = read(small_tiff(1, 1, {0b01000000, 0b10100000}));
    CHECK(same(bits.pixels, (cv::Mat_<std::uint8_t>(2, 3) << 0, 255, 0, 255, 0, 255)));
}

TEST_CASE("TIFF of YCbCr that libtiff would convert wrongly, or not at all, is refused") {
    const auto subsampled = [](std::uint32_t h, std::uint32_t v, std::uint32_t width) {
        const std::uint32_t blocks = (width + h - 1) / h;
        return hand_made::tiff({{256, 3, {width}},
                                {257, 3, {v}},
                                {258, 3, {8, 8, 8}},
                                {259, 3, {1}},
                                {262, 3, {6}},
                                {277, 3, {3}},
                                {278, 3, {v}},
                                {530, 3, {h, v}}},
                               273, 279, {Bytes(blocks * (h * v + 2), 128)});
    };
    CHECK(same(read(subsampled(2, 2, 20)).pixels, cv::Mat(2, 20, CV_8UC3, cv::Scalar(128, 128, 128))));
    CHECK(same(read(subsampled(4, 4, 32)).pixels, cv::Mat(4, 32, CV_8UC3, cv::Scalar(128, 128, 128))));
    // Five blocks of 18 bytes are 22 and a half for each of four rows.
    CHECK(reason([&] { read(subsampled(4, 4, 20)); }) ==
          "a TIFF of YCbCr colours that are subsampled 4×4 in rows of 20 pixels is not supported; save it in "
          "RGB");
    // Tiles of 4×4 blocks that the image cuts off.
    const auto tiled = [](std::uint32_t width) {
        const std::vector<Bytes> tiles((width + 15) / 16, Bytes(std::size_t{4} * 4 * 18, 128));
        return hand_made::tiff({{256, 3, {width}},
                                {257, 3, {16}},
                                {258, 3, {8, 8, 8}},
                                {259, 3, {1}},
                                {262, 3, {6}},
                                {277, 3, {3}},
                                {322, 3, {16}},
                                {323, 3, {16}},
                                {530, 3, {4, 4}}},
                               324, 325, tiles);
    };
    CHECK(same(read(tiled(32)).pixels, cv::Mat(16, 32, CV_8UC3, cv::Scalar(128, 128, 128))));
    CHECK(holds(reason([&] { read(tiled(20)); }),
                "subsampled 4×4 in tiles of 16 pixels, of which the last is cut"));
    CHECK(holds(reason([&] { read(subsampled(1, 4, 20)); }),
                "subsampled 1×4 in rows of 20 pixels is not supported"));
}

TEST_CASE("a TIFF of many bands has every orientation") {
    // Each sample is x + 4 y + 16 c.
    constexpr std::uint32_t width = 2;
    constexpr std::uint32_t height = 3;
    constexpr std::uint32_t channels = 5;
    Bytes samples;
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x)
            for (std::uint32_t c = 0; c < channels; ++c)
                samples.push_back(static_cast<std::uint8_t>(x + 4 * y + 16 * c));
    const auto value = [](const cv::Mat& pixels, int y, int x, int c) { return int{pixels.ptr(y, x)[c]}; };
    for (std::uint32_t orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const Image image = read(hand_made::tiff({{256, 3, {width}},
                                                  {257, 3, {height}},
                                                  {258, 3, std::vector<std::uint32_t>(channels, 8)},
                                                  {259, 3, {1}},
                                                  {262, 3, {1}},
                                                  {274, 3, {orientation}},
                                                  {277, 3, {channels}},
                                                  {278, 3, {height}},
                                                  {338, 3, std::vector<std::uint32_t>(channels - 1, 0)}},
                                                 273, 279, {samples}));
        const bool swaps = orientation >= 5;
        REQUIRE(image.pixels.size() == (swaps ? cv::Size(height, width) : cv::Size(width, height)));
        REQUIRE(image.pixels.channels() == channels);
        // TIFF 6.0: which sides of what is seen the stored first row and first column are.
        const bool right = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
        const bool bottom = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
        for (int y = 0; y < image.pixels.rows; ++y) {
            for (int x = 0; x < image.pixels.cols; ++x) {
                const int from_x = right ? image.pixels.cols - 1 - x : x;
                const int from_y = bottom ? image.pixels.rows - 1 - y : y;
                const int stored = swaps ? from_y + 4 * from_x : from_x + 4 * from_y;
                for (int c = 0; c < image.pixels.channels(); ++c)
                    CHECK(value(image.pixels, y, x, c) == stored + 16 * c);
            }
        }
    }
}

TEST_CASE("TIFF tiles, uncompressed, of a palette, the lowest bit of a byte first") {
    // 20×16 pixels of 2 bits in two tiles; libtiff's own converter fails for such.
    constexpr std::uint32_t columns = 20;
    constexpr std::uint32_t side = 16;
    const auto index = [](std::uint32_t x, std::uint32_t y) { return (x + 3 * y) % 4; };
    std::vector<Bytes> tiles;
    for (std::uint32_t left = 0; left < columns; left += side) {
        Bytes& tile = tiles.emplace_back();
        for (std::uint32_t y = 0; y < side; ++y) {
            for (std::uint32_t x = left; x < left + side; x += 4) {
                std::uint32_t byte = 0;  // of four pixels, the first in its lowest bits, each reversed
                for (std::uint32_t k = 0; k < 4; ++k) {
                    const std::uint32_t v = index(x + k, y);
                    byte |= (v >> 1 | (v & 1) << 1) << (2 * k);
                }
                tile.push_back(static_cast<std::uint8_t>(byte));
            }
        }
    }
    const Image image =
        read(hand_made::tiff({{256, 3, {columns}},
                              {257, 3, {side}},
                              {258, 3, {2}},
                              {259, 3, {1}},
                              {262, 3, {3}},
                              {266, 3, {2}},
                              {277, 3, {1}},
                              {320, 3, {1 << 8, 2 << 8, 3 << 8, 4 << 8, 0, 0, 0, 0, 0, 0, 0, 0}},
                              {322, 3, {side}},
                              {323, 3, {side}}},
                             324, 325, tiles));
    for (std::uint32_t y = 0; y < side; ++y) {
        for (std::uint32_t x = 0; x < columns; ++x) {
            const auto pixel = image.pixels.at<cv::Vec3b>(static_cast<int>(y), static_cast<int>(x));
            CHECK(pixel == cv::Vec3b(static_cast<std::uint8_t>(index(x, y) + 1), 0, 0));
        }
    }
}

TEST_CASE("TIFF tiles, planes and premultiplied alpha") {
    const cv::Mat pixels = noise(50, 70, CV_8UC3);
    CHECK(same(read(tiled_tiff(pixels)).pixels, pixels));

    const std::vector<hand_made::TiffTag> tags{{256, 3, {2}}, {257, 3, {1}}, {258, 3, {8, 8, 8, 8}},
                                               {259, 3, {1}}, {262, 3, {2}}, {277, 3, {4}},
                                               {278, 3, {1}}, {284, 3, {2}}, {338, 3, {2}}};
    const Image planes = read(hand_made::tiff(tags, 273, 279, {{1, 2}, {3, 4}, {5, 6}, {7, 8}}));
    CHECK(planes.alpha);
    CHECK(same(planes.pixels, (cv::Mat_<cv::Vec4b>(1, 2) << cv::Vec4b(1, 3, 5, 7), cv::Vec4b(2, 4, 6, 8))));

    std::vector<hand_made::TiffTag> multiplied = tags;
    multiplied[7].values = {1};
    multiplied[8].values = {1};
    const Image straight = read(hand_made::tiff(multiplied, 273, 279, {{50, 100, 25, 128, 9, 9, 9, 0}}));
    CHECK(same(straight.pixels,
               (cv::Mat_<cv::Vec4b>(1, 2) << cv::Vec4b(100, 199, 50, 128), cv::Vec4b(0, 0, 0, 0))));

    std::vector<std::uint32_t> map(768);
    map[3] = 10 << 8;
    map[256 + 3] = 20 << 8;
    map[512 + 3] = 30 << 8;
    const Image palette = read(hand_made::tiff({{256, 3, {1}},
                                                {257, 3, {1}},
                                                {258, 3, {8}},
                                                {259, 3, {1}},
                                                {262, 3, {3}},
                                                {277, 3, {1}},
                                                {278, 3, {1}},
                                                {320, 3, map}},
                                               273, 279, {{3}}));
    CHECK(same(palette.pixels, cv::Mat(1, 1, CV_8UC3, cv::Scalar(10, 20, 30))));
}

namespace {

/// A 2×1 TIFF of 8-bit samples side by side, `extras` of which say what they mean.
Bytes bands(std::uint32_t photometric, const Bytes& row, const std::vector<std::uint32_t>& extras) {
    const auto samples = static_cast<std::uint32_t>(row.size() / 2);
    std::vector<hand_made::TiffTag> tags{
        {256, 3, {2}}, {257, 3, {1}},           {258, 3, std::vector<std::uint32_t>(samples, 8)},
        {259, 3, {1}}, {262, 3, {photometric}}, {277, 3, {samples}},
        {278, 3, {1}}};
    if (!extras.empty()) tags.push_back({338, 3, extras});
    return hand_made::tiff(tags, 273, 279, {row});
}

}  // namespace

TEST_CASE("all bands of a TIFF come out, and none is alpha that does not say so") {
    constexpr std::uint32_t white_is_0 = 0;
    constexpr std::uint32_t black_is_0 = 1;
    constexpr std::uint32_t rgb = 2;
    constexpr std::uint32_t unspecified = 0;
    constexpr std::uint32_t alpha = 2;
    struct Kind {
        std::uint32_t photometric;
        int samples;
        std::vector<std::uint32_t> extras;
        bool alpha;
    };
    const std::vector<Kind> kinds{{black_is_0, 3, {}, false},
                                  {black_is_0, 5, {0, 0, 0, 0}, false},
                                  {black_is_0, 2, {unspecified}, false},
                                  {black_is_0, 2, {alpha}, true},
                                  {black_is_0, 200, {}, false},
                                  {rgb, 4, {unspecified}, false},
                                  {rgb, 4, {}, false},
                                  {rgb, 4, {alpha}, true},
                                  {rgb, 5, {alpha, unspecified}, false},
                                  {rgb, 6, {0, 0, 0}, false}};
    for (const Kind& kind : kinds) {
        CAPTURE(kind.photometric);
        CAPTURE(kind.samples);
        Bytes row(static_cast<std::size_t>(2 * kind.samples));
        for (std::size_t i = 0; i < row.size(); ++i) row[i] = static_cast<std::uint8_t>(i * 5 + 3);
        const Image image = read(bands(kind.photometric, row, kind.extras));
        CHECK(image.alpha == kind.alpha);
        REQUIRE(image.pixels.type() == CV_8UC(kind.samples));
        CHECK(std::equal(row.begin(), row.end(), image.pixels.datastart));
    }
    const Image inverted = read(bands(white_is_0, {0, 1, 255, 7}, {alpha}));
    CHECK(same(inverted.pixels, (cv::Mat_<cv::Vec2b>(1, 2) << cv::Vec2b(255, 1), cv::Vec2b(0, 7))));
    CHECK(reason([] { read(bands(black_is_0, Bytes(2 * 513), {})); }) ==
          "a TIFF of 513 bands is not supported: 512 are the most");
    const std::string several_white = "a TIFF of several bands in which zero is white is not supported";
    CHECK(reason([] { read(bands(white_is_0, Bytes(6), {})); }) == several_white);
    CHECK(reason([] { read(bands(white_is_0, Bytes(6), {unspecified, unspecified})); }) == several_white);
    constexpr std::uint32_t associated = 1;
    const std::vector<std::vector<std::uint32_t>> hidden{
        {associated, unspecified}, {unspecified, associated}, {unspecified, associated, unspecified}};
    for (const auto& extras : hidden) {
        CHECK(reason([&] { read(bands(rgb, Bytes(2 * (3 + extras.size())), extras)); }) ==
              "a TIFF whose colours are multiplied by one of several more bands is not supported");
    }
}

TEST_CASE("TIFF samples of 9 to 15 bits are scaled to 16") {
    std::mt19937 random(12);
    for (std::uint32_t bits = 9; bits <= 15; ++bits) {
        for (const std::uint32_t samples : {1U, 3U}) {
            CAPTURE(bits);
            constexpr int width = 7;
            constexpr int height = 5;
            const std::uint32_t top = (1U << bits) - 1;
            cv::Mat expected(height, width, CV_16UC(static_cast<int>(samples)));
            Bytes data;
            for (int y = 0; y < height; ++y) {
                std::vector<bool> row;
                auto* to = expected.ptr<std::uint16_t>(y);
                for (std::uint32_t i = 0; i < width * samples; ++i) {
                    const std::uint32_t sample = i == 0 ? top : static_cast<std::uint32_t>(random()) & top;
                    for (std::uint32_t b = bits; b-- > 0;) row.push_back((sample >> b & 1) != 0);
                    to[i] = static_cast<std::uint16_t>(std::lround(sample * 65535.0 / top));
                }
                row.resize((row.size() + 7) / 8 * 8);
                for (std::size_t i = 0; i < row.size(); i += 8) {
                    unsigned byte = 0;
                    for (std::size_t b = 0; b < 8; ++b) byte = byte << 1 | (row[i + b] ? 1U : 0U);
                    data.push_back(static_cast<std::uint8_t>(byte));
                }
            }
            const std::uint32_t photometric = samples == 1 ? 1 : 2;
            const Bytes tiff = hand_made::tiff({{256, 3, {width}},
                                                {257, 3, {height}},
                                                {258, 3, std::vector<std::uint32_t>(samples, bits)},
                                                {259, 3, {1}},
                                                {262, 3, {photometric}},
                                                {277, 3, {samples}},
                                                {278, 3, {height}}},
                                               273, 279, {data});
            CHECK(same(read(tiff).pixels, expected));
            CHECK(same(glimpse::open_image(tiff)->decode({2, 1, 4, 3}), cut(expected, {2, 1, 4, 3})));
        }
    }
}

TEST_CASE("a TIFF that is not read says why") {
    const auto with = [](hand_made::TiffTag tag) {
        std::vector<hand_made::TiffTag> tags{{256, 3, {1}}, {257, 3, {1}}, {258, 3, {8}}, {259, 3, {1}},
                                             {262, 3, {1}}, {277, 3, {1}}, {278, 3, {1}}};
        std::erase_if(tags, [&](const auto& other) { return other.tag == tag.tag; });
        tags.push_back(std::move(tag));
        std::ranges::sort(tags, {}, &hand_made::TiffTag::tag);
        return hand_made::tiff(tags, 273, 279, {{3}});
    };
    constexpr std::uint32_t subfile = 254;
    constexpr std::uint32_t bits_of_sample = 258;
    constexpr std::uint32_t compression = 259;
    constexpr std::uint32_t photometric = 262;
    // Of nothing that is there, as a program may have cut it out of a pyramid.
    CHECK(read(with({subfile, 4, {1}})).pixels.at<std::uint8_t>(0, 0) == 3);
    const Bytes thumbnail = hand_made::tiff({{subfile, 4, {1}},
                                             {256, 3, {1}},
                                             {257, 3, {1}},
                                             {258, 3, {8}},
                                             {259, 3, {1}},
                                             {262, 3, {1}},
                                             {277, 3, {1}},
                                             {278, 3, {1}},
                                             {330, 4, {8}}},
                                            273, 279, {{3}});
    CHECK(holds(reason([&] { read(thumbnail); }), "is a thumbnail of another"));
    // Of two strips libtiff would take the first for all.
    const auto without_rows = [](std::uint32_t samples, std::uint32_t planar,
                                 const std::vector<Bytes>& strips) {
        return hand_made::tiff({{256, 3, {1}},
                                {257, 3, {2}},
                                {258, 3, std::vector<std::uint32_t>(samples, 8)},
                                {259, 3, {1}},
                                {262, 3, {samples == 3 ? 2U : 1U}},
                                {277, 3, {samples}},
                                {284, 3, {planar}}},
                               273, 279, strips);
    };
    for (const Bytes& several :
         {without_rows(1, 1, {{3}, {4}}), without_rows(3, 1, {{1, 2, 3}, {4, 5, 6}})}) {
        CHECK(reason([&] { read(several); }) ==
              "a TIFF of several strips that does not say how many rows they have is not supported");
    }
    CHECK(read(without_rows(3, 2, {{1, 2}, {3, 4}, {5, 6}})).pixels.at<cv::Vec3b>(1, 0) ==
          cv::Vec3b(2, 4, 6));
    CHECK(reason([&] {
              read(with({bits_of_sample, 3, {7}}));
          }) == "a TIFF of greys of 7-bit samples is not supported; save it with 8, 16 or 32 bits");
    CHECK(reason([&] {
              read(with({bits_of_sample, 3, {24}}));
          }) == "a TIFF of greys of 24-bit samples is not supported; save it with 8, 16 or 32 bits");
    CHECK(reason([&] {
              read(with({photometric, 3, {32803}}));
          }) == "a TIFF of photometric interpretation 32803 is not supported; save it in grey or RGB");
    CHECK(reason([&] {
              read(with({compression, 3, {34712}}));
          }) == "a TIFF compressed with method 34712 is not supported");
    const Bytes sparse = hand_made::tiff({{256, 3, {32}},
                                          {257, 3, {16}},
                                          {258, 3, {8}},
                                          {259, 3, {1}},
                                          {262, 3, {1}},
                                          {277, 3, {1}},
                                          {322, 3, {16}},
                                          {323, 3, {16}}},
                                         324, 325, {Bytes(16 * 16, 3), {}});
    CHECK(reason([&] { read(sparse); }).find("a TIFF whose tile 1 has no data") != std::string::npos);
    constexpr std::uint32_t bits = 258;
    const auto colours_of = [](std::vector<std::uint32_t> of_samples) {
        return hand_made::tiff({{256, 3, {1}},
                                {257, 3, {1}},
                                {bits, 3, std::move(of_samples)},
                                {259, 3, {1}},
                                {262, 3, {2}},
                                {277, 3, {3}},
                                {278, 3, {1}}},
                               273, 279, {{3, 4, 5, 6}});
    };
    for (const std::uint32_t few : {1U, 2U, 4U}) {
        CHECK(reason([&] {
                  read(colours_of({few, few, few}));
              }) == "a TIFF of RGB colours of " + std::to_string(few) +
                        "-bit samples is not supported; save it with 8, 16 or 32 bits");
    }
    CHECK(reason([&] {
              read(colours_of({5, 6, 5}));
          }) == "a TIFF whose samples differ in bits or kind is not supported; save it with one for all");
    constexpr std::uint32_t predictor = 317;
    CHECK(reason([&] {
              read(with({predictor, 3, {2}}));
          }) ==
          "a TIFF with a predictor is read with LZW, Deflate, LZMA or Zstandard, and this is compressed with "
          "method 1, "
          "where libtiff would ignore it");
    CHECK_NOTHROW(read(with({predictor, 3, {1}})));
    CHECK_NOTHROW(read(with({subfile, 4, {2}})));
    constexpr std::uint32_t image_depth = 32997;
    CHECK(reason([&] {
              read(with({image_depth, 4, {4}}));
          }) == "a TIFF volume is not supported, and its ImageDepth is 4; save each slice as a page");
    CHECK_NOTHROW(read(with({image_depth, 4, {1}})));
}

TEST_CASE("TIFFs of complex numbers, and of palettes with alpha, are refused") {
    for (const int complex_format : {5, 6}) {
        CHECK_THROWS_WITH_AS(read(small_tiff(16, complex_format, Bytes(12))), doctest::Contains("complex"),
                             Error);
    }
    const std::vector<std::uint32_t> map(768, 10 << 8);
    const std::vector<hand_made::TiffTag> tags{{256, 3, {1}}, {257, 3, {1}}, {258, 3, {8, 8}},
                                               {259, 3, {1}}, {262, 3, {3}}, {277, 3, {2}},
                                               {278, 3, {1}}, {320, 3, map}, {338, 3, {2}}};
    CHECK_THROWS_WITH_AS(read(hand_made::tiff(tags, 273, 279, {{3, 128}})), doctest::Contains("alpha"),
                         Error);
}

TEST_CASE("animated WebP shows its first frame") {
    const Image image = read(encoded_samples::bytes_of(encoded_samples::animated_webp));
    CHECK(image.pixels.size() == cv::Size(12, 10));
}

TEST_CASE("animated WebP whose first frame leaves some of its canvas free is transparent there") {
    const cv::Mat pixels = noise(2, 4, CV_8UC3);
    const Bytes still = glimpse::encode_image({.pixels = pixels}, "webp");
    const auto animation = [&](std::uint32_t width, std::uint32_t height) {
        Bytes canvas{0x02, 0, 0, 0};  // animated
        hand_made::append_number(canvas, width - 1, 3, false);
        hand_made::append_number(canvas, height - 1, 3, false);
        Bytes frame(6);  // at the canvas's corner
        hand_made::append_number(frame, 4 - 1, 3, false);
        hand_made::append_number(frame, 2 - 1, 3, false);
        hand_made::append(frame, Bytes{40, 0, 0, 0});  // milliseconds, no flags
        frame.insert(frame.end(), still.begin() + 12, still.end());
        Bytes body;
        hand_made::append(body, "WEBP");
        hand_made::append(body, hand_made::riff_chunk("VP8X", canvas));
        hand_made::append(body, hand_made::riff_chunk("ANIM", Bytes(6)));
        hand_made::append(body, hand_made::riff_chunk("ANMF", frame));
        Bytes file;
        hand_made::append(file, hand_made::riff_chunk("RIFF", body));
        return file;
    };
    CHECK(same(read(animation(4, 2)).pixels, pixels));
    for (const auto& [width, height] : {std::pair{5U, 2U}, {4U, 3U}, {8U, 8U}}) {
        const Image canvas = read(animation(width, height));
        CHECK(canvas.alpha);
        cv::Mat expected(static_cast<int>(height), static_cast<int>(width), CV_8UC4, cv::Scalar::all(0));
        cv::Mat frame = expected(cv::Rect(0, 0, 4, 2));
        frame.setTo(cv::Scalar::all(255));
        cv::mixChannels(pixels, frame, {0, 0, 1, 1, 2, 2});
        CHECK(same(canvas.pixels, expected));
    }
}

TEST_CASE("npy arrays of all kinds") {
    const auto floats = [](std::string_view type, const Bytes& data) {
        const std::string header =
            "{'descr': '" + std::string(type) + "', 'fortran_order': False, 'shape': (1, 2), }\n";
        const Image image = read(hand_made::npy(header, data));
        cv::Mat values;
        image.pixels.convertTo(values, CV_32F);
        return std::vector<float>(values.begin<float>(), values.end<float>());
    };
    using V = std::vector<float>;
    CHECK(floats("|b1", {0, 2}) == V{0, 1});
    CHECK(floats("|u1", {0, 255}) == V{0, 255});
    CHECK(floats("|i1", {255, 127}) == V{-1, 127});
    CHECK(floats("<u2", {1, 2, 0, 1}) == V{0x201, 0x100});
    CHECK(floats(">u2", {1, 2, 0, 1}) == V{0x102, 1});
    CHECK(floats(">i2", {0xFF, 0xFE, 0, 1}) == V{-2, 1});
    CHECK(floats("<i4", {0xFE, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0}) == V{-2, 1});
    CHECK(floats(">u4", {0x80, 0, 0, 0, 0, 0, 0, 1}) == V{2147483648.0F, 1});
    CHECK(floats("<i8", {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0}) ==
          V{-1, 1});
    CHECK(floats("<f2", {0, 0x3C, 0, 0xC0}) == V{1, -2});
    CHECK(floats(">f2", {0x3C, 0, 0xC0, 0}) == V{1, -2});
    CHECK(floats(">f4", {0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0}) == V{1, -2});
    CHECK(floats("<f8", {0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0}) == V{1, -2});
    CHECK(read(hand_made::npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1)}", {5}))
              .pixels.type() == CV_8UC1);

    const Image fortran = read(
        hand_made::npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", {1, 4, 2, 5, 3, 6}, 2));
    CHECK(same(fortran.pixels, (cv::Mat_<std::uint8_t>(2, 3) << 1, 2, 3, 4, 5, 6)));
    const Image planes = read(hand_made::npy("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 2, 4), }",
                                             {1, 2, 3, 4, 5, 6, 7, 8}, 3));
    CHECK_FALSE(planes.alpha);
    CHECK(read(hand_made::npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 4), }", {1, 2, 3, 4},
                              3),
               OpenOptions{.alpha = glimpse::AlphaChannel::last})
              .alpha);
    CHECK(same(planes.pixels, (cv::Mat_<cv::Vec4b>(1, 2) << cv::Vec4b(1, 3, 5, 7), cv::Vec4b(2, 4, 6, 8))));
}

TEST_CASE("npy arrays of several images have as many pages, in both orders; a vector is a row") {
    // 3 pages of 2×2 pixels with 2 channels: page, row, column and channel are the digits of each number.
    Bytes rows;
    Bytes columns;
    for (int k = 0; k < 24; ++k) {
        const auto digits = [](int page, int y, int x, int c) {
            return static_cast<std::uint8_t>(((page * 2 + y) * 2 + x) * 2 + c);
        };
        rows.push_back(digits(k / 8, k / 4 % 2, k / 2 % 2, k % 2));
        columns.push_back(digits(k % 3, k / 3 % 2, k / 6 % 2, k / 12));
    }
    for (const auto& [order, data] : {std::pair{"False", rows}, std::pair{"True", columns}}) {
        const Bytes file = hand_made::npy(
            "{'descr': '|u1', 'fortran_order': " + std::string(order) + ", 'shape': (3, 2, 2, 2), }", data);
        for (int page = 0; page < 3; ++page) {
            const auto reader = glimpse::open_image(file, OpenOptions{.page = page});
            CHECK(reader->info().pages == 3);
            const auto first = static_cast<std::uint8_t>(8 * page);
            const cv::Mat pixels = reader->decode({0, 0, 2, 2});
            REQUIRE(pixels.type() == CV_8UC2);
            CHECK(pixels.at<cv::Vec2b>(0, 1) == cv::Vec2b(first + 2, first + 3));
            CHECK(pixels.at<cv::Vec2b>(1, 0) == cv::Vec2b(first + 4, first + 5));
            CHECK(reader->decode({1, 1, 1, 1}).at<cv::Vec2b>(0, 0) == cv::Vec2b(first + 6, first + 7));
        }
        CHECK(reason([&] { glimpse::open_image(file, OpenOptions{.page = 3}); }) ==
              "the file has 3 pages, counted from 0, and no page 3");
        const Bytes cut(file.begin(), file.end() - 1);
        CHECK(reason([&] { glimpse::open_image(cut, {}); }) == "the .npy file is truncated");
    }
    const Image vector =
        read(hand_made::npy("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }", {4, 3, 2, 1}));
    CHECK(same(vector.pixels, (cv::Mat_<std::uint8_t>(1, 4) << 4, 3, 2, 1)));
}

TEST_CASE("npy headers that are wrong") {
    const auto refused = [](std::string_view header, const Bytes& data = Bytes(64)) {
        return reason([&] { read(hand_made::npy(header, data)); });
    };
    CHECK(
        refused("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }") ==
        "an array of type <c8 is not supported: bool, int, uint or float is; save its real and its imaginary "
        "part as two arrays");
    CHECK(refused("{'fortran_order': False, 'shape': (1, 2), }") == "the .npy header is malformed: no descr");
    CHECK(refused("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1, 2), }") != "");
    CHECK(refused("{'descr': '|O8', 'fortran_order': False, 'shape': (1, 2), }") != "");
    CHECK(refused("{'descr': '|u1', 'fortran_order': Perhaps, 'shape': (1, 2), }") != "");
    for (const char* shape : {"()",
                              "(0,)",
                              "(65,)",
                              "(0, 4)",
                              "(4, -4)",
                              "(2, 2, 0)",
                              "(2, 2, 513)",
                              "(1, 1, 2, 513)",
                              "(0, 2, 2, 2)",
                              "(5, 2, 2, 4)",
                              "(1, 1, 2, 2, 1)",
                              "(2147483648, 1, 1, 1)",
                              "(2 2)",
                              "(a, b)",
                              "(2,, 2)",
                              "(2, 2",
                              "4",
                              "",
                              "(4294967296, 4294967296)",
                              "(99999999999999999999999, 2)",
                              "(2147483648, 1)",
                              "(8, 9)",
                              "(1, 2.5)"}) {
        CAPTURE(shape);
        CHECK(refused("{'descr': '|u1', 'fortran_order': False, 'shape': " + std::string(shape)) != "");
    }
    CHECK(refused("{'descr': '|u1', 'fortran_order': False, 'shape': (9, 9), }") ==
          "the .npy file is truncated");
    CHECK_THROWS_AS(read(hand_made::npy("{}", {}, 4)), Error);
}

TEST_CASE("an npy image is all of its file") {
    const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }";
    const auto refused = [&](const Bytes& data) {
        return reason([&] { read(hand_made::npy(header, data)); });
    };
    CHECK(refused({1, 2, 3, 4}) == "");
    CHECK(refused({1, 2, 3, 4, 5, 6}).starts_with("2 bytes follow the array: "));
    Bytes twice = hand_made::npy(header, {1, 2, 3, 4});
    hand_made::append(twice, Bytes(twice));
    CHECK(reason([&] { read(twice); }).find(" bytes follow the array, another one first") !=
          std::string::npos);
}

TEST_CASE("npy writing") {
    const auto header = [](const Image& image) {
        const Bytes bytes = glimpse::encode_image(image, "npy");
        const std::size_t data = image.pixels.total() * static_cast<std::size_t>(image.pixels.channels()) * 4;
        CHECK((bytes.size() - data) % 64 == 0);
        return std::string(bytes.begin() + 10, bytes.end() - static_cast<std::ptrdiff_t>(data));
    };
    CHECK(header({.pixels = noise(2, 3, CV_8UC1)}).find("'shape': (2, 3), }") != std::string::npos);
    CHECK(header({.pixels = noise(2, 3, CV_8UC3)}).find("'<f4'") != std::string::npos);
    CHECK(header({.pixels = noise(2, 3, CV_8UC3)}).find("(2, 3, 3)") != std::string::npos);
    CHECK(header({.pixels = noise(5, 1, CV_32FC3), .list = true}).find("(5, 3)") != std::string::npos);
    CHECK(header({.pixels = noise(5, 1, CV_32FC1), .list = true}).find("(5, 1)") != std::string::npos);
}
