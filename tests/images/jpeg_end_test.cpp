#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <opencv2/core.hpp>

#include "codec_checks.hpp"
#include "jpeg_samples.hpp"

// A JPEG that is cut off is read as what it was, or not at all.

using namespace codec_checks;
using namespace jpeg_samples;
using glimpse::Size;

namespace {

const Sampling halved_chroma{"4:2:0", {{2, 2}, {1, 1}, {1, 1}}};
constexpr std::size_t end_of_image = 2;  // bytes

cv::Mat colours(Size size) {
    return noise(size.height, size.width, CV_8UC3);
}

/// How many of the file's beginnings are read as what all of it is; all others must be refused.
std::size_t beginnings_read(const Bytes& file) {
    const cv::Mat all = read(file).pixels;
    std::size_t count = 0;
    for (auto end = file.begin(); end != file.end(); ++end) {
        CAPTURE(end - file.begin());
        cv::Mat pixels;
        try {
            pixels = read(Bytes(file.begin(), end)).pixels;
        } catch (const Error&) {
            continue;
        }
        REQUIRE(same(pixels, all));
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("a JPEG without a scan of its colours is none, though it has an end") {
    const Bytes file = encode(colours({40, 27}), {halved_chroma, Coding::one_component_a_scan});
    const auto is_scan = [](std::uint8_t one, std::uint8_t next) { return one == 0xFF && next == 0xDA; };
    std::vector<Bytes::const_iterator> scans;
    for (auto at = file.begin(); at != file.end(); ++at) {
        at = std::adjacent_find(at, file.end(), is_scan);
        if (at == file.end()) break;
        scans.push_back(at);
    }
    REQUIRE(scans.size() == 3);
    for (const std::size_t k : {1U, 2U}) {
        Bytes cut(file.begin(), scans[k]);
        cut.insert(cut.end(), {0xFF, 0xD9});
        CHECK_THROWS_WITH_AS(read(cut), doctest::Contains("a scan of its colours is missing"), Error);
    }
}

TEST_CASE("a JPEG lacks at most its end") {
    // The arithmetic decoder cannot tell what is missing, nor anybody whether a coarse picture should go on.
    const std::map<Coding, std::size_t> readable{{Coding::baseline, end_of_image},
                                                 {Coding::progressive, end_of_image},
                                                 {Coding::one_component_a_scan, end_of_image},
                                                 {Coding::arithmetic, 0},
                                                 {Coding::coarse, 0}};
    for (const auto& entry : readable) {
        const Coding coding = entry.first;
        for (const Size size : {Size{3, 5}, Size{40, 27}}) {
            for (const unsigned restart_interval : {0U, 1U}) {
                CAPTURE(static_cast<int>(coding));
                CAPTURE(size.width);
                CAPTURE(restart_interval);
                const Bytes file = encode(colours(size), {halved_chroma, coding, restart_interval});
                CHECK(beginnings_read(file) == entry.second);
            }
        }
    }
}

TEST_CASE("a JPEG that ends in zeros in place of its end is refused, and one with zeros behind it is read") {
    const Bytes file = encode(colours({40, 27}), {halved_chroma, Coding::baseline, 0U});
    const cv::Mat all = read(file).pixels;
    for (const std::size_t written : {file.size() / 2, file.size() - 40, file.size() - 3}) {
        Bytes damaged(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(written));
        damaged.resize(file.size() + 1);
        CAPTURE(written);
        CHECK_THROWS_AS(read(damaged), Error);
        damaged.resize(file.size() + 10000);
        CHECK_THROWS_AS(read(damaged), Error);
    }
    Bytes padded = file;
    padded.resize(file.size() + 512);
    CHECK(same(read(padded).pixels, all));
}
