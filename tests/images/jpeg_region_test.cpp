#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <random>

#include "codec_checks.hpp"
#include "jpeg_samples.hpp"

// A region of a JPEG is decoded without the rest of the image, and yet to the same pixels.

using namespace codec_checks;
using namespace jpeg_samples;
using glimpse::Rectangle;
using glimpse::Size;

namespace {

const std::vector<Sampling> usual_samplings{{"grey", {{1, 1}}},
                                            {"4:4:4", {{1, 1}, {1, 1}, {1, 1}}},
                                            {"4:2:2", {{2, 1}, {1, 1}, {1, 1}}},
                                            {"4:2:0", {{2, 2}, {1, 1}, {1, 1}}},
                                            {"4:4:0", {{1, 2}, {1, 1}, {1, 1}}},
                                            {"4:1:1", {{4, 1}, {1, 1}, {1, 1}}}};
/// Components of all kinds of steps beside each other.
const std::vector<Sampling> rare_samplings{{"grey in blocks of four", {{2, 2}}},
                                           {"4:1:0", {{4, 2}, {1, 1}, {1, 1}}},
                                           {"4:4:1", {{1, 4}, {1, 1}, {1, 1}}},
                                           {"a third", {{3, 1}, {1, 1}, {1, 1}}},
                                           {"three widths", {{4, 1}, {2, 1}, {1, 1}}},
                                           {"three heights", {{1, 4}, {1, 2}, {1, 1}}},
                                           {"wide and high chroma", {{2, 2}, {2, 1}, {1, 2}}},
                                           {"coarse luma", {{1, 1}, {2, 2}, {2, 2}}},
                                           {"CMYK", {{1, 1}, {1, 1}, {1, 1}, {1, 1}}},
                                           {"coarse CMYK", {{2, 2}, {1, 1}, {1, 1}, {2, 2}}}};
const std::vector<Size> all_sizes{{1, 1}, {7, 5}, {17, 33}, {63, 65}, {129, 100}, {250, 187}};
const std::vector<Size> some_sizes{{17, 33}, {35, 18}, {63, 65}, {129, 100}};

/// Noise beside slopes.
cv::Mat picture(Size size, std::size_t channels) {
    constexpr int patch = 12;
    cv::Mat pixels = noise(size.height, size.width, CV_8UC(static_cast<int>(channels)));
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
            if ((x / patch + y / patch) % 2 == 0) continue;
            for (std::size_t c = 0; c < channels; ++c) {
                pixels.ptr(y, x)[c] = static_cast<std::uint8_t>(3 * x + 2 * y + 80 * static_cast<int>(c));
            }
        }
    }
    return pixels;
}

/// The corners, rows and columns, every offset below 34 that there is, and some at random.
std::vector<Rectangle> regions(Size size) {
    constexpr int offsets = 34;
    constexpr int random_ones = 30;
    const auto [width, height] = size;
    std::vector<Rectangle> all{glimpse::whole(size),          {0, 0, 1, 1},
                               {width - 1, 0, 1, 1},          {0, height - 1, 1, 1},
                               {width - 1, height - 1, 1, 1}, {0, height / 2, width, 1},
                               {width / 2, 0, 1, height}};
    for (int i = 0; i < offsets; ++i) {
        const int x = i % width;
        const int y = i * 13 % offsets % height;  // 13 and 34 are coprime
        all.push_back({x, y, std::min(1 + i, width - x), std::min(2, height - y)});
    }
    std::mt19937 random(static_cast<unsigned>(width * 1009 + height));
    for (int i = 0; i < random_ones; ++i) all.push_back(random_region(random, size));
    return all;
}

void check_regions(const Bytes& file) {
    const auto reader = glimpse::open_image(file);
    const Size size = reader->info().size;
    CAPTURE(to_string(size));
    const cv::Mat all = reader->decode(glimpse::whole(size));
    for (const Rectangle& region : regions(size)) {
        CAPTURE(region.x);
        CAPTURE(region.y);
        CAPTURE(region.width);
        CAPTURE(region.height);
        REQUIRE(same(reader->decode(region), cut(all, region)));
    }
}

void check_encoding(const Encoding& encoding, const std::vector<Size>& sizes) {
    CAPTURE(encoding.sampling.name);
    CAPTURE(static_cast<int>(encoding.coding));
    CAPTURE(encoding.restart_interval);
    for (const Size size : sizes) {
        const cv::Mat pixels = picture(size, encoding.sampling.factors.size());
        const Bytes file = encode(pixels, encoding);
        if (pixels.channels() != 4) REQUIRE(same(read(file).pixels, decode_whole(file)));
        check_regions(file);
    }
}

}  // namespace

TEST_CASE("a region of a JPEG of any usual sampling is cut from the whole image") {
    for (const Sampling& sampling : usual_samplings) {
        for (const Coding coding : {Coding::baseline, Coding::progressive}) {
            for (const unsigned interval : {0U, 5U}) check_encoding({sampling, coding, interval}, all_sizes);
        }
    }
}

TEST_CASE("a region of a JPEG of any rare sampling or coding is cut from the whole image") {
    for (const Sampling& sampling : rare_samplings) {
        for (const Coding coding : {Coding::baseline, Coding::progressive}) {
            check_encoding({sampling, coding}, some_sizes);
        }
    }
    for (const Sampling& sampling : usual_samplings) {
        for (const Coding coding : {Coding::arithmetic, Coding::one_component_a_scan, Coding::coarse}) {
            check_encoding({sampling, coding}, some_sizes);
        }
    }
}

TEST_CASE("a region of a turned JPEG is cut from the whole image") {
    const Size size{63, 65};
    for (const Sampling& sampling : usual_samplings) {
        CAPTURE(sampling.name);
        const Bytes file = encode(picture(size, sampling.factors.size()), {sampling});
        for (int orientation = 1; orientation <= 8; ++orientation) {
            CAPTURE(orientation);
            check_regions(hand_made::jpeg_with_orientation(file, orientation));
        }
    }
}

TEST_CASE("a region of a shrunk JPEG is cut from the shrunk image") {
    for (const Sampling& sampling : usual_samplings) {
        CAPTURE(sampling.name);
        for (const Coding coding : {Coding::baseline, Coding::progressive}) {
            const Bytes file = encode(picture({128, 104}, sampling.factors.size()), {sampling, coding});
            for (int orientation = 1; orientation <= 8; ++orientation) {
                const Bytes turned = hand_made::jpeg_with_orientation(file, orientation);
                const auto reader = glimpse::open_image(turned);
                REQUIRE(reader->info().maximum_shrink == 8);
                for (const int n : {1, 2, 4, 8}) {
                    const Size size = glimpse::shrunk(reader->info().size, n);
                    const cv::Mat all = reader->decode_shrunk(glimpse::whole(size), n);
                    REQUIRE(all.size() == cv::Size(size.width, size.height));
                    for (const Rectangle& region : regions(size)) {
                        CAPTURE(region.x);
                        CAPTURE(region.y);
                        CHECK(same(reader->decode_shrunk(region, n), cut(all, region)));
                    }
                }
            }
        }
    }
}

TEST_CASE("a shrunk JPEG is about the mean of each block, from the edges that the image is seen from") {
    // Slopes keep their values where they are averaged.
    cv::Mat slopes(104, 128, CV_8UC1);
    for (int y = 0; y < slopes.rows; ++y) {
        for (int x = 0; x < slopes.cols; ++x)
            slopes.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(x + y);
    }
    const Bytes file = encode(slopes, {usual_samplings[0]});
    for (int orientation = 1; orientation <= 8; ++orientation) {
        const Bytes turned = hand_made::jpeg_with_orientation(file, orientation);
        const auto reader = glimpse::open_image(turned);
        const cv::Mat seen = reader->decode(glimpse::whole(reader->info().size));
        for (const int n : {2, 4, 8}) {
            cv::Mat means;
            cv::resize(seen, means, {seen.cols / n, seen.rows / n}, 0, 0, cv::INTER_AREA);
            const Size size = glimpse::shrunk(reader->info().size, n);
            // JPEG's own loss at this quality, twice.
            CHECK(cv::norm(reader->decode_shrunk(glimpse::whole(size), n), means, cv::NORM_INF) <= 3);
        }
    }
}

TEST_CASE("a turned JPEG shrinks only where the blocks are the same from both edges") {
    const Bytes file = encode(picture({132, 104}, 1), {usual_samplings[0]});
    CHECK(glimpse::open_image(file)->info().maximum_shrink == 8);
    const Bytes turned = hand_made::jpeg_with_orientation(file, 6);
    CHECK(glimpse::open_image(turned)->info().maximum_shrink == 4);
}

TEST_CASE("a region of a cut off JPEG is an error where it touches what is missing") {
    const Size size{129, 100};
    for (const Coding coding : {Coding::baseline, Coding::arithmetic, Coding::progressive}) {
        CAPTURE(static_cast<int>(coding));
        const Bytes file = encode(picture(size, 3), {usual_samplings[3], coding});
        const cv::Mat all = read(file).pixels;
        const Bytes part(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2));
        const auto reader = glimpse::open_image(part);
        const bool in_one_pass = coding != Coding::progressive;
        int read_rows = 0;
        for (int y = 0; y < size.height; ++y) {
            const Rectangle region{60, y, 9, 1};
            cv::Mat pixels;
            try {
                pixels = reader->decode(region);
            } catch (const Error&) {
                continue;
            }
            REQUIRE(same(pixels, cut(all, region)));
            CHECK(read_rows == y);
            ++read_rows;
        }
        CHECK(read_rows < size.height);
        CHECK((read_rows > 0) == in_one_pass);
    }
}

TEST_CASE("damage above a region of a JPEG is an error") {
    const Size size{250, 187};
    Bytes file = encode(picture(size, 3), {usual_samplings[3], Coding::baseline, 5});
    CHECK_NOTHROW(glimpse::open_image(file)->decode({100, 160, 20, 20}));
    const auto middle = static_cast<std::ptrdiff_t>(file.size() / 2);
    file.erase(file.begin() + middle, file.begin() + middle + 400);
    const auto reader = glimpse::open_image(file);
    CHECK_NOTHROW(reader->decode({100, 0, 20, 20}));
    CHECK_THROWS_AS(reader->decode({100, 160, 20, 20}), Error);
}
