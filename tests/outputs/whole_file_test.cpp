#include "outputs/whole_file.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <string>

#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "scratch_directory.hpp"

// Which files an earlier run may have completed.

using namespace glimpse;

namespace {

Image noise(int type) {
    cv::Mat pixels(23, 31, type);
    cv::RNG(5).fill(pixels, cv::RNG::UNIFORM, 0, 255);
    return {.pixels = pixels};
}

std::string bytes_of(const Image& image, const std::string& format) {
    const auto bytes = encode_image(image, format);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("whole files: what is encoded is whole, and no beginning of it is") {
    const scratch::Directory directory;
    for (const std::string format : {"png", "jpg", "npy", "tiff", "webp", "bmp", "ppm"}) {
        CAPTURE(format);
        if (!can_encode(format)) {
            MESSAGE("skipped: this build does not write " << format);
            continue;
        }
        const std::string whole = bytes_of(noise(CV_8UC3), format);
        const auto path = directory.file("a." + format, whole);
        CHECK(may_be_whole(path));
        for (const std::size_t left : {std::size_t{0}, std::size_t{1}, std::size_t{9}, whole.size() / 2,
                                       whole.size() - 9, whole.size() - 1}) {
            CAPTURE(left);
            directory.file("a." + format, whole.substr(0, left));
            CHECK_FALSE(may_be_whole(path));
        }
        // As a file system may leave it whose lengths survive a power cut, and contents do not.
        directory.file("a." + format, std::string(whole.size(), '\0'));
        CHECK_FALSE(may_be_whole(path));
        // The next format's.
        directory.file("a." + format, format == "png" ? "P6" + whole : bytes_of(noise(CV_8UC3), "png"));
        CHECK_FALSE(may_be_whole(path));
    }
}

TEST_CASE("whole files: every depth and number of channels") {
    const scratch::Directory directory;
    for (const int type : {CV_8UC1, CV_16UC1, CV_16UC3, CV_32FC1, CV_32FC3}) {
        CAPTURE(type);
        for (const std::string format : {"npy", "tiff", "ppm", "pgm", "pfm"}) {
            CAPTURE(format);
            std::string bytes;
            try {
                bytes = bytes_of(noise(type), format);
            } catch (const std::exception&) {
                continue;  // a format that cannot hold it
            }
            CHECK(may_be_whole(directory.file("a." + format, bytes)));
        }
    }
}

TEST_CASE("whole files: formats of tracks and archives, by what ends them") {
    using namespace std::string_literals;
    const scratch::Directory directory;
    CHECK(may_be_whole(directory.file("a.gif", "GIF89a....\x3B")));
    CHECK_FALSE(may_be_whole(directory.file("a.gif", "GIF89a....")));
    CHECK(may_be_whole(directory.file("a.tar", std::string(1536, 'x') + std::string(1024, '\0'))));
    CHECK_FALSE(may_be_whole(directory.file("a.tar", std::string(1536, 'x') + std::string(512, '\0'))));
    const std::string type = "\0\0\0\x0C"s + "ftypmp42";
    CHECK(may_be_whole(directory.file("a.mp4", type + "\0\0\0\x0A"s + "moovxx")));
    CHECK_FALSE(may_be_whole(directory.file("a.mp4", type + "\0\0\0\x0A"s + "moovx")));
    CHECK(may_be_whole(directory.file("a.jp2", "of a format without an end")));
    CHECK_FALSE(may_be_whole(directory.file("a.jp2", "")));
    CHECK_FALSE(may_be_whole(directory / "gone.png"));
    CHECK_FALSE(may_be_whole(directory.path()));
}
