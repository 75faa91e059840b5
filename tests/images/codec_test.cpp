#include <doctest/doctest.h>

#include <algorithm>
#include <opencv2/core.hpp>
#include <random>
#include <string_view>

#include "codec_checks.hpp"
#include "encoded_samples.hpp"
#include "images/codecs/profile.hpp"

// What each codec reads and writes: round trips, regions, orientations, profiles, damage.

using namespace codec_checks;
using glimpse::Rectangle;

namespace {

void check_round_trip(std::string_view extension, int type, bool alpha) {
    CAPTURE(extension);
    CAPTURE(type);
    const Image image{.pixels = noise(23, 31, type), .alpha = alpha};
    const cv::Mat before = image.pixels.clone();
    const Image back = read(glimpse::encode_image(image, extension));
    CHECK(same(image.pixels, before));
    CHECK(same(back.pixels, before));
    CHECK(back.alpha == alpha);
}

void check_regions(const std::string& name, const Bytes& bytes) {
    CAPTURE(name);
    const auto reader = glimpse::open_image(bytes);
    const auto size = reader->info().size;
    const cv::Mat all = reader->decode(glimpse::whole(size));
    std::mt19937 random(20);
    for (int i = 0; i < 150; ++i) {
        const Rectangle region = random_region(random, size);
        REQUIRE(same(reader->decode(region), cut(all, region)));
    }
}

struct Sample {
    std::string name;
    Bytes bytes;
};

/// A small file of every kind that there is a codec for.
std::vector<Sample> samples() {
    const Image colour{.pixels = noise(19, 23, CV_8UC3)};
    std::vector<Sample> all;
    for (const char* extension : {"jpg", "png", "tiff", "webp", "npy", "bmp", "ppm"}) {
        all.push_back({extension, glimpse::encode_image(colour, extension)});
    }
    const Image with_alpha{.pixels = noise(19, 23, CV_16UC4), .alpha = true};
    all.push_back({"16-bit png", glimpse::encode_image(with_alpha, "png")});
    all.push_back({"float tiff", glimpse::encode_image({.pixels = noise(19, 23, CV_32FC1)}, "tiff")});
    all.push_back({"tiled tiff", tiled_tiff(noise(50, 70, CV_8UC3))});
    using namespace encoded_samples;
    all.push_back({"lossy webp", bytes_of(lossy_webp)});
    all.push_back({"lossy webp with alpha", bytes_of(lossy_webp_with_alpha)});
    all.push_back({"animated webp", bytes_of(animated_webp)});
    all.push_back({"progressive jpeg", bytes_of(progressive_jpeg)});
    all.push_back({"subsampled jpeg", bytes_of(subsampled_jpeg)});
    all.push_back({"cmyk jpeg", bytes_of(cmyk_jpeg)});
    const auto value = [](std::uint32_t x, std::uint32_t y) { return static_cast<std::uint8_t>(x * 10 + y); };
    all.push_back({"interlaced png",
                   hand_made::file({21, 13, 8, 0, true, {}, hand_made::interlaced_rows(21, 13, value)})});
    return all;
}

}  // namespace

TEST_CASE("lossless formats give back what they were given") {
    for (const int depth : {CV_8U, CV_16U}) {
        for (int channels = 1; channels <= 4; ++channels) {
            check_round_trip("png", CV_MAKETYPE(depth, channels), channels % 2 == 0);
        }
    }
    for (const int depth : {CV_8U, CV_16U, CV_32F}) {
        for (int channels = 1; channels <= 4; ++channels) {
            check_round_trip("tif", CV_MAKETYPE(depth, channels), channels % 2 == 0);
        }
    }
    for (const int channels : {1, 2, 3, 4, 7}) {
        check_round_trip("npy", CV_MAKETYPE(CV_32F, channels), false);
    }
    check_round_trip("webp", CV_8UC3, false);
    check_round_trip("webp", CV_8UC4, true);
    check_round_trip("bmp", CV_8UC3, false);
    for (const int depth : {CV_8U, CV_16U}) {
        check_round_trip("pgm", CV_MAKETYPE(depth, 1), false);
        check_round_trip("ppm", CV_MAKETYPE(depth, 3), false);
        check_round_trip("pnm", CV_MAKETYPE(depth, 3), false);
    }
    check_round_trip("pfm", CV_32FC1, false);
    check_round_trip("pfm", CV_32FC3, false);
}

TEST_CASE("WebP shows grey as RGB") {
    const cv::Mat pixels = noise(5, 9, CV_8UC2);
    const Image back = read(glimpse::encode_image({.pixels = pixels, .alpha = true}, "webp"));
    REQUIRE(back.pixels.type() == CV_8UC4);
    for (int y = 0; y < 5; ++y) {
        for (int x = 0; x < 9; ++x) {
            const auto grey = pixels.at<cv::Vec2b>(y, x);
            CHECK(back.pixels.at<cv::Vec4b>(y, x) == cv::Vec4b(grey[0], grey[0], grey[0], grey[1]));
        }
    }
}

TEST_CASE("JPEG keeps colours in their order and close") {
    cv::Mat pixels(32, 32, CV_8UC3, cv::Scalar(200, 60, 20));
    const Image back = read(glimpse::encode_image({.pixels = pixels}, "jpg"));
    CHECK(cv::norm(back.pixels, pixels, cv::NORM_INF) <= 3);
    const cv::Mat grey(9, 7, CV_8UC1, cv::Scalar(77));
    CHECK(same(read(glimpse::encode_image({.pixels = grey}, "jpeg")).pixels, grey));
}

TEST_CASE("a written JPEG holds every component at full resolution") {
    for (const int channels : {1, 3}) {
        const Bytes jpeg = glimpse::encode_image({.pixels = noise(32, 48, CV_8UC(channels))}, "jpg");
        // ITU-T T.81, B.2.2: FF C0, length, precision, height, width, the number of components and of each
        // its identifier, its sampling factors in four bits each, and its table.
        const Bytes marker{0xFF, 0xC0};
        const auto frame = std::search(jpeg.begin(), jpeg.end(), marker.begin(), marker.end());
        REQUIRE(jpeg.end() - frame > 10 + 3 * channels);
        CHECK(Bytes(frame + 5, frame + 9) == Bytes{0, 32, 0, 48});
        REQUIRE(frame[9] == channels);
        for (int c = 0; c < channels; ++c) CHECK(frame[11 + 3 * c] == 0x11);
    }
}

TEST_CASE("CMYK JPEG becomes RGB") {
    const Image image = read(encoded_samples::bytes_of(encoded_samples::cmyk_jpeg));
    REQUIRE(image.pixels.type() == CV_8UC3);
    const cv::Mat upper(8, 16, CV_8UC3, cv::Scalar(191, 191, 0));
    const cv::Mat lower(8, 16, CV_8UC3, cv::Scalar(0, 255, 255));
    CHECK(cv::norm(image.pixels.rowRange(0, 8), upper, cv::NORM_INF) <= 4);
    CHECK(cv::norm(image.pixels.rowRange(8, 16), lower, cv::NORM_INF) <= 4);
}

TEST_CASE("a region is the same pixels as in the whole image") {
    for (const Sample& sample : samples()) check_regions(sample.name, sample.bytes);
    const Image large{.pixels = noise(301, 203, CV_8UC3)};
    for (const char* extension : {"jpg", "png", "tiff", "webp"}) {
        check_regions(extension, glimpse::encode_image(large, extension));
    }
    const Bytes turned =
        hand_made::jpeg_with_orientation(encoded_samples::bytes_of(encoded_samples::subsampled_jpeg), 6);
    check_regions("turned jpeg", turned);
}

TEST_CASE("a colour profile survives") {
    std::vector<std::uint8_t> profile(70000);
    for (std::size_t i = 0; i < profile.size(); ++i) profile[i] = static_cast<std::uint8_t>(i * i >> 5);
    std::ranges::copy(std::string_view("RGB "), profile.begin() + 16);  // its colour space
    const Image image{.pixels = noise(8, 8, CV_8UC3), .icc_profile = profile};
    for (const char* extension : {"png", "jpg", "tiff", "webp"}) {
        CAPTURE(extension);
        CHECK(read(glimpse::encode_image(image, extension)).icc_profile == profile);
    }
}

TEST_CASE("a PNG's profile of more than 16 MiB is left out") {
    for (const std::size_t size : {glimpse::largest_profile, glimpse::largest_profile + 1}) {
        std::vector<std::uint8_t> profile(size);
        std::ranges::copy(std::string_view("RGB "), profile.begin() + 16);
        const Image image{.pixels = noise(8, 8, CV_8UC3), .icc_profile = profile};
        CHECK(read(glimpse::encode_image(image, "png")).icc_profile.size() ==
              (size > glimpse::largest_profile ? 0 : size));
    }
}

TEST_CASE("a PNG has the profile of its own picture, whichever were written before") {
    constexpr int more_than_are_kept = 20;
    for (int round = 0; round < 2; ++round) {
        for (int k = 0; k < more_than_are_kept; ++k) {
            std::vector<std::uint8_t> profile(200, static_cast<std::uint8_t>(k));
            std::ranges::copy(std::string_view("RGB "), profile.begin() + 16);
            const Image image{.pixels = noise(8, 8, CV_8UC3), .icc_profile = profile};
            for (int glimpse = 0; glimpse < 2; ++glimpse) {
                CHECK(read(glimpse::encode_image(image, "png")).icc_profile == profile);
            }
        }
    }
}

TEST_CASE("a format refuses what it cannot hold and names those that can") {
    const Image floats{.pixels = noise(4, 4, CV_32FC3)};
    const Image alpha{.pixels = noise(4, 4, CV_8UC4), .alpha = true};
    const Image wide{.pixels = noise(4, 4, CV_16UC3)};
    CHECK(reason([&] { glimpse::encode_image(alpha, "jpg"); }) ==
          "jpg holds 8-bit grey or RGB without alpha, and this is 8-bit RGBA; use png, tiff or npy");
    const Image webp_too_long{.pixels = cv::Mat::zeros(1, 16384, CV_8UC3)};
    CHECK(reason([&] { glimpse::encode_image(webp_too_long, "webp"); }) ==
          "webp holds at most 16383×16383 pixels, and this has 16384×1; use png, tiff or npy");
    const Image jpeg_too_long{.pixels = cv::Mat::zeros(65501, 1, CV_8UC1)};
    CHECK(reason([&] { glimpse::encode_image(jpeg_too_long, "jpg"); }) ==
          "jpg holds at most 65500×65500 pixels, and this has 1×65501; use png, tiff or npy");
    CHECK_THROWS_AS(glimpse::encode_image(wide, "jpg"), Error);
    for (const char* const format : {"jpg", "png", "webp", "bmp"}) {
        CAPTURE(format);
        CHECK(reason([&] { glimpse::encode_image(floats, format); }).ends_with("; use tiff or npy"));
    }
    CHECK_THROWS_AS(glimpse::encode_image(wide, "webp"), Error);
    CHECK_THROWS_AS(glimpse::encode_image(wide, "bmp"), Error);
    CHECK_THROWS_AS(glimpse::encode_image(alpha, "ppm"), Error);
    for (const char* const format : {"jpg", "png", "tiff", "webp", "pgm"}) {
        CAPTURE(format);
        CHECK(reason([&] {
                  glimpse::encode_image({.pixels = noise(4, 4, CV_8UC(5))}, format);
              }).ends_with("; use npy"));
    }
    CHECK_THROWS_AS(glimpse::encode_image(alpha, "gif"), Error);
}

TEST_CASE("EXIF orientations") {
    // The stored picture is 1 2 3 over 4 5 6, times 40.
    const std::array<std::vector<std::vector<int>>, 8> seen{{{{1, 2, 3}, {4, 5, 6}},
                                                             {{3, 2, 1}, {6, 5, 4}},
                                                             {{6, 5, 4}, {3, 2, 1}},
                                                             {{4, 5, 6}, {1, 2, 3}},
                                                             {{1, 4}, {2, 5}, {3, 6}},
                                                             {{4, 1}, {5, 2}, {6, 3}},
                                                             {{6, 3}, {5, 2}, {4, 1}},
                                                             {{3, 6}, {2, 5}, {1, 4}}}};
    cv::Mat stored(2, 3, CV_8UC1);
    for (int i = 0; i < 6; ++i) stored.data[i] = static_cast<std::uint8_t>((i + 1) * 40);
    cv::Mat colour;
    cv::merge(std::vector<cv::Mat>(3, stored), colour);
    const cv::Mat blocks = [&] {  // whole JPEG blocks of one grey
        cv::Mat out(16, 24, CV_8UC1);
        for (int y = 0; y < 16; ++y) {
            for (int x = 0; x < 24; ++x) out.at<std::uint8_t>(y, x) = stored.at<std::uint8_t>(y / 8, x / 8);
        }
        return out;
    }();
    for (int orientation = 1; orientation <= 8; ++orientation) {
        CAPTURE(orientation);
        const auto& expected = seen[static_cast<std::size_t>(orientation - 1)];
        const auto rows = static_cast<int>(expected.size());
        const auto columns = static_cast<int>(expected[0].size());
        hand_made::Png png{3, 2, 8, 0, false, hand_made::png_chunk("eXIf", hand_made::exif(orientation)), {}};
        png.rows = {0, 40, 80, 120, 0, 160, 200, 240};
        const std::array<Bytes, 4> files{
            hand_made::jpeg_with_orientation(glimpse::encode_image({.pixels = blocks}, "jpg"), orientation),
            hand_made::file(png),
            small_tiff(8, 1, {40, 80, 120, 160, 200, 240}, 1, false, static_cast<std::uint32_t>(orientation)),
            hand_made::webp_with_orientation(glimpse::encode_image({.pixels = colour}, "webp"), 3, 2,
                                             orientation)};
        for (std::size_t f = 0; f < files.size(); ++f) {
            CAPTURE(f);
            const int scale = f == 0 ? 8 : 1;
            const auto reader = glimpse::open_image(files[f]);
            CHECK(reader->info().orientation == orientation);
            CHECK(reader->info().size == glimpse::Size{columns * scale, rows * scale});
            for (int y = 0; y < rows; ++y) {
                for (int x = 0; x < columns; ++x) {
                    const cv::Mat pixel = reader->decode({x * scale, y * scale, 1, 1});
                    const int value = expected[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] * 40;
                    CHECK(std::abs(pixel.data[0] - value) <= (f == 0 ? 2 : 0));
                }
            }
            const auto as_stored = glimpse::open_image(files[f], OpenOptions{.auto_orient = false});
            CHECK(as_stored->info().size == glimpse::Size{3 * scale, 2 * scale});
            check_regions("turned", files[f]);
        }
    }
}

TEST_CASE("a truncated file is an error unless all that is needed was there") {
    for (const Sample& sample : samples()) {
        CAPTURE(sample.name);
        const cv::Mat whole = read(sample.bytes).pixels;
        const auto middle = sample.bytes.begin() + static_cast<std::ptrdiff_t>(sample.bytes.size() / 2);
        CHECK_THROWS_AS(read(Bytes(sample.bytes.begin(), middle)), Error);
        const bool anymap = sample.name == "ppm" || sample.name == "bmp";
        const std::size_t step = anymap ? 97 : std::max<std::size_t>(1, sample.bytes.size() / 400);
        for (std::size_t length = 0; length < sample.bytes.size(); length += step) {
            CAPTURE(length);
            const Bytes part(sample.bytes.begin(),
                             sample.bytes.begin() + static_cast<std::ptrdiff_t>(length));
            try {
                const auto reader = glimpse::open_image(part);
                const cv::Mat pixels = reader->decode(glimpse::whole(reader->info().size));
                REQUIRE(same(pixels, whole));
            } catch (const Error&) {
            }
        }
    }
}

TEST_CASE("flipped bytes give pixels or an error, and nothing else") {
    std::mt19937 random(4);
    for (const Sample& sample : samples()) {
        CAPTURE(sample.name);
        const int tries = sample.name == "bmp" || sample.name == "ppm" ? 50 : 200;
        for (int i = 0; i < tries; ++i) {
            Bytes bytes = sample.bytes;
            for (int flips = 0; flips < 3; ++flips) {
                // Half of the tries damage the header alone, where it matters most.
                const std::size_t range = i % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 80);
                bytes[random() % range] = static_cast<std::uint8_t>(random());
            }
            try {
                const auto reader =
                    glimpse::open_image(bytes, OpenOptions{.auto_orient = true, .maximum_pixels = 1 << 22});
                const cv::Mat pixels = reader->decode(glimpse::whole(reader->info().size));
                REQUIRE(pixels.cols == reader->info().size.width);
                REQUIRE(pixels.channels() == reader->info().channels);
            } catch (const Error&) {
            }
        }
    }
}
