#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <opencv2/core.hpp>
#include <string>
#include <thread>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "refusals.hpp"

// Files as such: how they are recognised, opened, limited and written.

namespace fs = std::filesystem;
using glimpse::Error;

namespace {

constexpr const char* not_known =
    "the file is not an image of a known format; glimpse info lists the formats that are read";

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (fs::temp_directory_path() / "glimpse-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryDirectory() { fs::remove_all(path_); }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
    [[nodiscard]] long entries() const {
        return std::distance(fs::directory_iterator(path_), fs::directory_iterator());
    }

  private:
    fs::path path_;
};

std::vector<std::uint8_t> bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

void write_text(const fs::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string reason_to_open(std::string_view text) {
    const auto bytes = bytes_of(text);
    return refusal<glimpse::Error>([&] { glimpse::open_image(bytes); });
}

glimpse::Image small_picture() {
    return {.pixels = cv::Mat(4, 6, CV_8UC3, cv::Scalar(10, 20, 30))};
}

bool is_mapped(const std::string& library) {
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        if (line.find(library) != std::string::npos) return true;
    }
    return false;
}

}  // namespace

TEST_CASE("what is not an image is refused with a reason") {
    CHECK(reason_to_open("") == "the file is empty");
    for (const char* text : {"hello, world", "P", "P1", "P5x", "BM", "BMW is a maker of cars, and no bitmap",
                             "RIFF1234WAVE", "II"}) {
        CAPTURE(text);
        CHECK(reason_to_open(text) == not_known);
    }
    CHECK(reason_to_open("{\"a\": 1}") ==
          "the file is a JSON document, which is not read as an image; glimpse info lists the formats "
          "that are read");
    CHECK(refusal<glimpse::Error>([] { glimpse::open_image("/nowhere/at/all.png"); }) ==
          "No such file or directory");
    const TemporaryDirectory directory;
    CHECK(refusal<glimpse::Error>([&] { glimpse::open_image(directory / ""); }) == "Is a directory");
    write_text(directory / "empty.png", "");
    CHECK(refusal<glimpse::Error>([&] { glimpse::open_image(directory / "empty.png"); }) ==
          "the file is empty");
}

TEST_CASE("the content decides, not the name") {
    const TemporaryDirectory directory;
    glimpse::write_file(directory / "a.jpg", glimpse::encode_image(small_picture(), "png"));
    const glimpse::Image image = glimpse::read_image(directory / "a.jpg");
    CHECK(cv::norm(image.pixels, small_picture().pixels, cv::NORM_INF) == 0);
}

TEST_CASE("an image of too many pixels is refused before it is decoded") {
    const auto bytes = glimpse::encode_image(small_picture(), "png");
    CHECK_NOTHROW(glimpse::open_image(bytes, {.auto_orient = true, .maximum_pixels = 24}));
    const std::string words = refusal<glimpse::Error>(
        [&] { glimpse::open_image(bytes, {.auto_orient = true, .maximum_pixels = 23}); });
    CHECK(words.find("6×4") != std::string::npos);
    CHECK(words.find("23") != std::string::npos);
}

TEST_CASE("extensions that can be written") {
    const auto extensions = glimpse::encodable_extensions();
    CHECK(std::ranges::is_sorted(extensions));
    for (const char* extension : {"jpg", "jpeg", "png", "npy", "tif", "tiff", "webp", "bmp", "ppm", "pgm"}) {
        CHECK(glimpse::can_encode(extension));
    }
    CHECK_FALSE(glimpse::can_encode("gif"));
    CHECK_FALSE(glimpse::can_encode("PNG"));
    CHECK_FALSE(glimpse::can_encode(""));
    // Each of them holds the commonest image, or says what it holds.
    for (const std::string& extension : extensions) {
        CAPTURE(extension);
        const std::string words =
            refusal<glimpse::Error>([&] { glimpse::encode_image(small_picture(), extension); });
        const bool told = words.empty() || words.find(" holds ") != std::string::npos;
        CHECK(told);
    }
}

TEST_CASE("an image is known by its extension or its first bytes") {
    const TemporaryDirectory directory;
    write_text(directory / "a.JPEG", "anything");
    write_text(directory / "b.txt", "anything");
    write_text(directory / "c", "\x89PNG\r\n\x1A\n");
    write_text(directory / "d", "");
    CHECK(glimpse::looks_like_image(directory / "a.JPEG"));
    CHECK_FALSE(glimpse::looks_like_image(directory / "b.txt"));
    CHECK(glimpse::looks_like_image(directory / "c"));
    CHECK_FALSE(glimpse::looks_like_image(directory / "d"));
    CHECK_FALSE(glimpse::looks_like_image(directory / "missing"));
}

TEST_CASE("a file is written whole, with the permissions of any new file") {
    const TemporaryDirectory directory;
    const mode_t before = umask(027);
    glimpse::write_file(directory / "a", bytes_of("first"));
    glimpse::write_file(directory / "a", bytes_of("second"));
    umask(before);
    std::ifstream file(directory / "a");
    std::string text;
    std::getline(file, text);
    CHECK(text == "second");
    CHECK(directory.entries() == 1);
    CHECK((fs::status(directory / "a").permissions() & fs::perms::all) == static_cast<fs::perms>(0640));
}

TEST_CASE("the longest name that the file system takes can be written") {
    const TemporaryDirectory directory;
    CHECK_NOTHROW(glimpse::write_file(directory / std::string(255, 'n'), bytes_of("x")));
}

TEST_CASE("many threads write at once") {
    const TemporaryDirectory directory;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                glimpse::write_file(directory / std::to_string(t * 50 + i), bytes_of("x"));
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(directory.entries() == 200);
}

TEST_CASE("directories of an output that are missing are made") {
    const TemporaryDirectory directory;
    glimpse::write_file(directory / "a/b/c", bytes_of("x"));
    CHECK(fs::file_size(directory / "a/b/c") == 1);
}

TEST_CASE("nothing stays behind when a file cannot be written") {
    const TemporaryDirectory directory;
    fs::create_directory(directory / "taken");
    const std::string taken = (directory / "taken").string();
    CHECK(refusal<glimpse::Error>([&] { glimpse::write_file(taken, bytes_of("x")); }) ==
          taken + ": Is a directory");
    CHECK(directory.entries() == 1);
    std::ofstream(directory / "file") << "x";
    const std::string below = (directory / "file/a").string();
    CHECK(refusal<glimpse::Error>([&] { glimpse::write_file(below, bytes_of("x")); }) ==
          below + ": its directory cannot be made: Not a directory");
    CHECK(directory.entries() == 2);
    // A directory in which nobody can create files.
    CHECK(refusal<glimpse::Error>([] { glimpse::write_file("/proc/glimpse-test", bytes_of("x")); }) != "");
}

TEST_CASE("a list of formats names codecs and extensions, and what it lacks") {
    using Words = std::vector<std::string>;
    CHECK(glimpse::formats_in("all").empty());
    CHECK(glimpse::formats_in("png,all").empty());
    CHECK(glimpse::formats_in("PNG,jpg") == Words{"png", "jpg"});
    CHECK(glimpse::formats_in("jpeg,gif") == Words{"jpg", "jpeg", "jpe", "jfif", "mpo", "gif"});
    const Words safe = glimpse::formats_in("safe");
    CHECK(safe == glimpse::safe_formats());
    for (const auto& codec : glimpse::codecs()) {
        for (const std::string& extension : codec.reads) {
            CAPTURE(extension);
            const bool is_fuzzed = codec.name != "openimageio" && codec.name != "gif" && codec.name != "jxl";
            CHECK((std::ranges::count(safe, extension) == 1) == is_fuzzed);
        }
    }
    CHECK(refusal<glimpse::UsageError>([] {
              glimpse::formats_in("png,gfi");
          }).starts_with("open.formats: 'gfi' is no format that is read; those are all, safe, jpeg, jpg,"));
    CHECK(refusal<glimpse::UsageError>([] {
              glimpse::formats_in("openimagoie");
          }).ends_with("; did you mean openimageio?"));
    for (const char* list : {"", ",", "png,", "png, jpg"}) {
        CAPTURE(list);
        CHECK_THROWS_AS(glimpse::formats_in(list), glimpse::UsageError);
    }
}

TEST_CASE("a format that is not allowed is named, and its decoder never asked") {
    const auto png = glimpse::encode_image(small_picture(), "png");
    for (const char* list : {"png", "safe", "jpg,png", "all"}) {
        CAPTURE(list);
        CHECK_NOTHROW(glimpse::open_image(png, {.formats = glimpse::formats_in(list)}));
    }
    CHECK(refusal<glimpse::Error>([&] {
              glimpse::read_image(png, {.formats = {"jpg", "gif"}});
          }) == "the file is PNG, which open.formats does not allow");
    // Broken behind their signatures: a decoder would complain of that.
    const std::vector<std::pair<std::string, const char*>> broken{
        {"JPEG", "\xFF\xD8\xFF\xE0"}, {"GIF", "GIF89a"}, {"Radiance HDR", "#?RADIANCE\n"},
        {"OpenEXR", "v/1\x01"},       {"TIFF", "II+"},   {"NETPBM", "P6 1 1 255\n"},
        {"JXL", "\xFF\x0A"}};
    for (const auto& row : broken) {
        const auto& name = row.first;
        const auto& text = row.second;
        CAPTURE(name);
        std::vector<std::uint8_t> bytes = bytes_of(text);
        bytes.resize(bytes.size() + 1);  // BigTIFF's signature has four bytes
        CHECK(refusal<glimpse::Error>([&] { glimpse::open_image(bytes, {.formats = {"png"}}); }) ==
              "the file is " + name + ", which open.formats does not allow");
    }
}

TEST_CASE("reading common formats loads no module (in a process of its own)" * doctest::skip()) {
    const auto jpeg = glimpse::encode_image(small_picture(), "jpg");
    const auto png = glimpse::encode_image(small_picture(), "png");
    CHECK_NOTHROW(glimpse::open_image(jpeg)->decode({0, 0, 6, 4}));
    CHECK_NOTHROW(glimpse::open_image(png)->decode({0, 0, 6, 4}));
    CHECK(reason_to_open("no image") == not_known);
    CHECK_FALSE(glimpse::codecs().empty());
    CHECK_FALSE(glimpse::encodable_extensions().empty());
    for (const char* library : {"libOpenImageIO", "libtiff", "libwebp", "glimpse-modules"}) {
        CHECK_FALSE(is_mapped(library));
    }
    CHECK(is_mapped("libspng"));
    glimpse::encode_image(small_picture(), "webp");
    CHECK(is_mapped("libwebp"));
}

TEST_CASE("reading common formats loads no module") {
    const std::string self = fs::read_symlink("/proc/self/exe").string();
    const std::string command =
        "'" + self + "' --no-skip --test-case='*in a process of its own*' >/dev/null 2>&1";
    CHECK(std::system(command.c_str()) == 0);
}
