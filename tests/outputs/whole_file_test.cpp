#include "outputs/whole_file.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <span>
#include <string>

#include "archives/archives.hpp"
#include "arrays/npy_output.hpp"
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

int type_for(const std::string& format) {
    if (format == "pgm") return CV_8UC1;
    return format == "pfm" ? CV_32FC3 : CV_8UC3;
}

std::string bytes_of(const Image& image, const std::string& format) {
    const auto bytes = encode_image(image, format);
    return {bytes.begin(), bytes.end()};
}

}  // namespace

TEST_CASE("whole files: what is encoded is whole, and no beginning of it is") {
    const scratch::Directory directory;
    for (const std::string& format : encodable_extensions()) {
        CAPTURE(format);
        const std::string whole = bytes_of(noise(type_for(format)), format);
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
        directory.file("a." + format, bytes_of(noise(CV_8UC3), format == "png" ? "ppm" : "png"));
        CHECK_FALSE(may_be_whole(path));
    }
}

TEST_CASE("whole files: every depth and number of channels") {
    const scratch::Directory directory;
    for (const int type : {CV_8UC1, CV_16UC1, CV_16UC3, CV_32FC1, CV_32FC3, CV_8UC4, CV_16UC(7)}) {
        CAPTURE(type);
        for (const std::string& format : encodable_extensions()) {
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

TEST_CASE("whole files: formats of figures, tracks and archives, by what ends them") {
    using namespace std::string_literals;
    const scratch::Directory directory;
    CHECK(may_be_whole(directory.file("a.gif", "GIF89a....\x3B")));
    CHECK_FALSE(may_be_whole(directory.file("a.gif", "GIF89a....")));
    CHECK(may_be_whole(directory.file("a.tar", std::string(1536, 'x') + std::string(1024, '\0'))));
    CHECK_FALSE(may_be_whole(directory.file("a.tar", std::string(1536, 'x') + std::string(512, '\0'))));
    const std::string type = "\0\0\0\x0C"s + "ftypmp42";
    CHECK(may_be_whole(directory.file("a.mp4", type + "\0\0\0\x0A"s + "moovxx")));
    CHECK_FALSE(may_be_whole(directory.file("a.mp4", type + "\0\0\0\x0A"s + "moovx")));
    CHECK_FALSE(may_be_whole(directory.file("a.mp4", type + "\0\0\0\0"s + "mdatxx")));
    CHECK(may_be_whole(directory.file("a.svg", "<?xml version=\"1.0\"?>\n<svg>\n</svg>\n")));
    CHECK_FALSE(may_be_whole(directory.file("a.svg", "<?xml version=\"1.0\"?>\n<svg>\n</svg>")));
    CHECK_FALSE(may_be_whole(directory.file("a.svg", "%PDF-1.5\n%%EOF\n")));
    CHECK(may_be_whole(directory.file("a.pdf", "%PDF-1.5\n%%EOF\n")));
    CHECK_FALSE(may_be_whole(directory.file("a.pdf", "%PDF-1.5\n%%EOF")));
    CHECK(may_be_whole(directory.file("a.json", "of a format without an end")));
    CHECK_FALSE(may_be_whole(directory.file("a.json", "")));
    CHECK_FALSE(may_be_whole(directory / "gone.png"));
    CHECK_FALSE(may_be_whole(directory.path()));
}

TEST_CASE("whole files: a compressed archive is read to its end") {
    const scratch::Directory directory;
    for (const std::string extension : {"tar.gz", "tar.bz2", "tar.xz", "tar.zst"}) {
        CAPTURE(extension);
        std::string whole;
        const auto sink = [&](std::span<const std::uint8_t> bytes) {
            whole.append(bytes.begin(), bytes.end());
        };
        const auto writer = archives().create(sink, compression_of("a." + extension));
        const std::string content(100000, 'x');
        writer->add("a", {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()});
        writer->finish();
        CHECK(may_be_whole(directory.file("a." + extension, whole)));
        for (const std::size_t left : {std::size_t{1}, whole.size() / 2, whole.size() - 1}) {
            CAPTURE(left);
            CHECK_FALSE(may_be_whole(directory.file("a." + extension, whole.substr(0, left))));
        }
    }
}

TEST_CASE("whole files: an .npz ends with the directory of a zip archive") {
    const scratch::Directory directory;
    std::string whole;
    NpzOutput npz([&](std::span<const std::uint8_t> bytes) { whole.append(bytes.begin(), bytes.end()); });
    npz.add("format", "csr");
    npz.finish();
    CHECK(may_be_whole(directory.file("a.npz", whole)));
    for (const std::size_t left : {std::size_t{4}, std::size_t{21}, whole.size() / 2, whole.size() - 1}) {
        CAPTURE(left);
        CHECK_FALSE(may_be_whole(directory.file("a.npz", whole.substr(0, left))));
    }
    CHECK_FALSE(may_be_whole(directory.file("a.npz", std::string(whole.size(), '\0'))));
}
