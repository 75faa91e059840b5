#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <optional>

#include "codec_checks.hpp"
#include "encoded_samples.hpp"
#include "images/decoding_clock.hpp"
#include "jpeg_samples.hpp"

// That every codec asks for the time while it works, and what becomes of its image when that is over.

using namespace codec_checks;
using glimpse::bytes_a_look;
using glimpse::DecodingClock;
using glimpse::TimeLimitReached;

namespace {

long looks = 0;  ///< at the clock that ticks when it is looked at, and only then

double ticking() {
    return static_cast<double>(++looks);
}

constexpr double endless = std::numeric_limits<double>::infinity();

/// A file, and which of its images is read.
struct Sample {
    std::string name;
    Bytes bytes;
    int page = 0;
};

Image read_page(const Sample& sample) {
    const auto reader = glimpse::open_image(sample.bytes, {.page = sample.page});
    return glimpse::read_image(*reader);
}

/// The looks at the clock while a sample is read.
long looks_at(const Sample& sample) {
    DecodingClock clock(endless, ticking);
    const DecodingClock::Running running(clock);
    const long before = looks;
    read_page(sample);
    return looks - before;
}

Bytes text(std::string_view characters) {
    return {characters.begin(), characters.end()};
}

Bytes number(std::uint64_t value, int length, bool big_endian) {
    Bytes bytes;
    hand_made::append_number(bytes, value, length, big_endian);
    return bytes;
}

/// So many frames of 2×1 pixels.
Bytes animated_gif(int frames) {
    Bytes bytes = text("GIF89a");
    hand_made::append(bytes, Bytes{2, 0, 1, 0, 0x80, 0, 0, 10, 20, 30, 200, 210, 220});
    for (int k = 0; k < frames; ++k) {
        hand_made::append(bytes, Bytes{0x2C, 0, 0, 0, 0, 2, 0, 1, 0, 0});
        // Codes of 3 bits: clear, 0, 1, end.
        hand_made::append(bytes, Bytes{2, 2, 0x44, 0x0A, 0});
    }
    bytes.push_back(0x3B);
    return bytes;
}

/// So many frames of 2×1 pixels, the default image the first.
Bytes animated_png(std::uint32_t frames) {
    const Bytes pixels = hand_made::stored({0, 90, 160});
    std::uint32_t sequence = 0;
    const auto control = [&] {
        Bytes data = number(sequence++, 4, true);
        for (const std::uint32_t value : {2U, 1U, 0U, 0U}) hand_made::append_number(data, value, 4, true);
        hand_made::append(data, Bytes{0, 1, 0, 1, 0, 0});
        return hand_made::png_chunk("fcTL", data);
    };
    Bytes animation = number(frames, 4, true);
    hand_made::append_number(animation, 0, 4, true);
    Bytes before = hand_made::png_chunk("acTL", animation);
    hand_made::append(before, control());
    Bytes png = hand_made::file({2, 1, 8, 0, false, before, {0, 90, 160}});
    png.resize(png.size() - hand_made::png_chunk("IEND", {}).size());
    for (std::uint32_t k = 1; k < frames; ++k) {
        hand_made::append(png, control());
        Bytes data = number(sequence++, 4, true);
        hand_made::append(data, pixels);
        hand_made::append(png, hand_made::png_chunk("fdAT", data));
    }
    hand_made::append(png, hand_made::png_chunk("IEND", {}));
    return png;
}

Bytes riff(const Bytes& chunks) {
    Bytes bytes = text("RIFF");
    hand_made::append_number(bytes, chunks.size() + 4, 4, false);
    hand_made::append(bytes, "WEBP");
    hand_made::append(bytes, chunks);
    return bytes;
}

/// So many frames of 12×10 pixels, each of them the first of a sample.
Bytes animated_webp(int frames) {
    const Bytes sample = encoded_samples::bytes_of(encoded_samples::animated_webp);
    constexpr int file_header = 12;
    constexpr int first_frame = file_header + 18 + 14;  // behind VP8X and ANIM
    constexpr int frame_length = 8 + 0x5C;
    Bytes chunks(sample.begin() + file_header, sample.begin() + first_frame);
    const Bytes frame(sample.begin() + first_frame, sample.begin() + first_frame + frame_length);
    for (int k = 0; k < frames; ++k) hand_made::append(chunks, frame);
    return riff(chunks);
}

/// A text of digits that are no EXIF, in so many chunks before the image data, or behind it.
Bytes png_with_texts(int count, bool behind) {
    Bytes profile = text("Raw profile type APP1");
    hand_made::append(profile, Bytes{0});
    hand_made::append(profile, "\nAPP1\n 4\n68747470\n");
    Bytes texts;
    for (int k = 0; k < count; ++k) hand_made::append(texts, hand_made::png_chunk("tEXt", profile));
    Bytes png = hand_made::file({2, 1, 8, 0, false, behind ? Bytes{} : texts, {0, 90, 160}});
    if (!behind) return png;
    const Bytes end = hand_made::png_chunk("IEND", {});
    png.resize(png.size() - end.size());
    hand_made::append(png, texts);
    hand_made::append(png, end);
    return png;
}

/// So many APP2 of nothing, which are kept.
Bytes jpeg_with_markers(int count) {
    const Bytes jpeg = glimpse::encode_image({.pixels = noise(16, 16, CV_8UC3)}, "jpg");
    Bytes bytes(jpeg.begin(), jpeg.begin() + 2);
    for (int k = 0; k < count; ++k) hand_made::append(bytes, Bytes{0xFF, 0xE2, 0, 2});
    bytes.insert(bytes.end(), jpeg.begin() + 2, jpeg.end());
    return bytes;
}

/// Black in runs of one pixel, then a pixel of the palette's second colour.
Bytes bmp_of_runs(std::uint32_t width, std::uint32_t height) {
    Bytes runs;
    for (std::uint32_t y = 0; y < height; ++y) {
        for (std::uint32_t x = 0; x < width; ++x) {
            hand_made::append(runs, Bytes{1, static_cast<std::uint8_t>(x + 1 == width ? 1 : 0)});
        }
        hand_made::append(runs, Bytes{0, 0});
    }
    hand_made::append(runs, Bytes{0, 1});
    Bytes bmp = text("BM");
    const auto length = static_cast<std::uint32_t>(runs.size());
    for (const std::uint32_t word :
         {62 + length, 0U, 62U, 40U, width, height, 0x80001U, 1U, length, 0U, 0U, 2U, 0U, 0U, 0xFFFFFFU}) {
        hand_made::append_number(bmp, word, 4, false);
    }
    hand_made::append(bmp, runs);
    return bmp;
}

/// One strip of CIE L*a*b*.
Bytes lab_tiff(const cv::Mat& pixels) {
    const auto width = static_cast<std::uint32_t>(pixels.cols);
    const auto height = static_cast<std::uint32_t>(pixels.rows);
    return hand_made::tiff({{256, 3, {width}},
                            {257, 3, {height}},
                            {258, 3, {8, 8, 8}},
                            {259, 3, {1}},
                            {262, 3, {8}},
                            {277, 3, {3}},
                            {278, 3, {height}}},
                           273, 279, {Bytes(pixels.datastart, pixels.dataend)});
}

Bytes text_ppm(const cv::Mat& pixels) {
    Bytes ppm = text("P3\n" + std::to_string(pixels.cols) + " " + std::to_string(pixels.rows) + "\n255\n");
    for (const std::uint8_t* value = pixels.datastart; value != pixels.dataend; ++value) {
        hand_made::append(ppm, std::to_string(*value) + " ");
    }
    return ppm;
}

Bytes icon_of(const Bytes& png) {
    Bytes icon{0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0};
    hand_made::append_number(icon, png.size(), 4, false);
    hand_made::append_number(icon, icon.size() + 4, 4, false);
    hand_made::append(icon, png);
    return icon;
}

/// A small file for each place that asks for the time.
std::vector<Sample> small_samples() {
    using namespace encoded_samples;
    const Image colour{.pixels = noise(19, 23, CV_8UC3)};
    std::vector<Sample> all;
    for (const char* extension : {"jpg", "png", "tiff", "webp", "npy", "bmp", "ppm"}) {
        all.push_back({extension, glimpse::encode_image(colour, extension)});
    }
    const auto value = [](std::uint32_t x, std::uint32_t y) { return static_cast<std::uint8_t>(x * 10 + y); };
    all.push_back({"interlaced png",
                   hand_made::file({21, 13, 8, 0, true, {}, hand_made::interlaced_rows(21, 13, value)})});
    all.push_back({"png of texts", png_with_texts(5, false)});
    all.push_back({"png of late texts", png_with_texts(5, true)});
    all.push_back({"animated png", animated_png(4), 3});
    all.push_back({"progressive jpeg", bytes_of(progressive_jpeg)});
    all.push_back({"jpeg of markers", jpeg_with_markers(200)});
    all.push_back({"animated webp", animated_webp(4), 3});
    all.push_back({"gif", animated_gif(4), 0});
    all.push_back({"animated gif", animated_gif(4), 3});
    all.push_back({"tiled tiff", tiled_tiff(noise(50, 70, CV_8UC3))});
    all.push_back({"bmp of runs", bmp_of_runs(9, 7)});
    all.push_back({"ppm in text", text_ppm(colour.pixels)});
    all.push_back({"icon", icon_of(glimpse::encode_image(colour, "png"))});
    return all;
}

}  // namespace

TEST_CASE("wherever the time of an image ends, it fails for that, and else it is the same image") {
    for (const Sample& sample : small_samples()) {
        CAPTURE(sample.name);
        const Image whole = read_page(sample);
        const long most = looks_at(sample);
        REQUIRE(most > 0);
        bool was_read = false;
        for (long limit = 0; limit <= most; ++limit) {
            CAPTURE(limit);
            DecodingClock clock(static_cast<double>(limit), ticking);
            const DecodingClock::Running running(clock);
            std::optional<Image> image;
            try {
                image = read_page(sample);
            } catch (const TimeLimitReached&) {
                REQUIRE_FALSE(was_read);
                continue;
            }
            was_read = true;
            REQUIRE(same(image->pixels, whole.pixels));
            REQUIRE(image->icc_profile == whole.icc_profile);
        }
        CHECK(was_read);
    }
}

TEST_CASE("the clock is looked at while much is decoded") {
    const Image colour{.pixels = noise(256, 512, CV_8UC3)};
    const auto bytes = static_cast<long>(colour.pixels.total() * colour.pixels.elemSize());
    const long often = bytes / static_cast<long>(2 * bytes_a_look);  // what is beyond a look is not counted
    for (const char* extension : {"jpg", "png", "npy", "bmp", "ppm"}) {
        CAPTURE(extension);
        CHECK(looks_at({extension, glimpse::encode_image(colour, extension)}) >= often);
    }
    CHECK(looks_at({"text", text_ppm(colour.pixels)}) >= often);
    CHECK(looks_at({"icon", icon_of(glimpse::encode_image(colour, "png"))}) >= often);
    // Of these by the pixel.
    CHECK(looks_at({"strips", glimpse::encode_image(colour, "tiff")}) >= often / 3);
    CHECK(looks_at({"tiles", tiled_tiff(colour.pixels)}) >= often / 3);
    CHECK(looks_at({"runs", bmp_of_runs(512, 256)}) >= often / 3);
    const auto grey = [](std::uint32_t x, std::uint32_t y) { return static_cast<std::uint8_t>(x + y); };
    const Bytes rows = hand_made::interlaced_rows(250, 250, grey);
    CHECK(looks_at({"interlaced", hand_made::file({250, 250, 8, 0, true, {}, rows})}) >= 2);
    const Bytes lab = lab_tiff(colour.pixels);
    if (const std::string words = reason([&] { read(lab); }); !words.empty()) {
        MESSAGE("skipped: L*a*b*: ", words);
    } else {
        CHECK(looks_at({"L*a*b*", lab}) >= often);
    }
}

TEST_CASE("the clock is looked at for each scan, frame and text, however little of the file it is") {
    constexpr int many = 100;
    CHECK(looks_at({"gif", animated_gif(many), many - 1}) >= 2 * many);  // when it is opened, and decoded
    CHECK(looks_at({"png", animated_png(many), many - 1}) >= many);
    CHECK(looks_at({"webp", animated_webp(many), many - 1}) >= many);
    CHECK(looks_at({"texts", png_with_texts(many, false)}) >= many);
    CHECK(looks_at({"late texts", png_with_texts(many, true)}) >= many);
    CHECK(looks_at({"markers", jpeg_with_markers(64 * many)}) >= many);
    const cv::Mat tiles = noise(160, 160, CV_8UC3);  // of 16×16 pixels
    CHECK(looks_at({"tiles", tiled_tiff(tiles)}) >= many);
    const cv::Mat pixels = noise(512, 1024, CV_8UC3);
    using namespace jpeg_samples;
    const Sampling full{"4:4:4", {{1, 1}, {1, 1}, {1, 1}}};
    const Bytes once = encode(pixels, {full});
    const Bytes scans = encode(pixels, {full, Coding::progressive});
    CHECK(looks_at({"scans", scans}) > looks_at({"one scan", once}) + 20);
}

TEST_CASE("an image has so many seconds of the processor") {
    const Bytes png = glimpse::encode_image({.pixels = noise(64, 64, CV_8UC3)}, "png");
    const std::string words =
        "the image takes longer to decode than the 1e-9 s of the processor's time that "
        "open.maximum_seconds allows; allow more, or 0 for no limit";
    CHECK(refusal<TimeLimitReached>([&] { glimpse::open_image(png, {.maximum_seconds = 1e-9}); }) == words);
    for (const double seconds : {0.0, 1e9}) {
        CHECK(same(read(png, {.maximum_seconds = seconds}).pixels, read(png).pixels));
    }
    // What is decoded again adds up, and the next image begins anew.
    constexpr double little = 0.1;
    const auto reader = glimpse::open_image(png, {.maximum_seconds = little});
    const auto decode_on = [&] {
        for (int k = 0; k < 100'000; ++k) reader->decode({0, 0, 64, 64});
    };
    CHECK_THROWS_AS(decode_on(), TimeLimitReached);
    CHECK(same(read(png, {.maximum_seconds = little}).pixels, read(png).pixels));
    for (const double seconds : {-1.0, std::nan("")}) {
        CAPTURE(seconds);
        CHECK(holds(reason([&] { glimpse::open_image(png, {.maximum_seconds = seconds}); }),
                    "open.maximum_seconds: 0, for no limit, or more is needed, not "));
    }
}
