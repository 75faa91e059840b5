#include "glimpse/words.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "system/utf8.hpp"

using namespace glimpse;

TEST_CASE("numbers in words: as people write them") {
    CHECK(number_text(0.0) == "0");
    CHECK(number_text(-0.0) == "0");
    CHECK(number_text(0.1) == "0.1");
    CHECK(number_text(0.1 + 0.2) == "0.30000000000000004");
    CHECK(number_text(1.0000001F) == "1.0000001");
    CHECK(number_text(0.3F) == "0.3");
    CHECK(number_text(-12.5) == "-12.5");
    CHECK(number_text(100000.0) == "100000");
    CHECK(number_text(999999999999999.0) == "999999999999999");
    CHECK(number_text(1e15) == "1e15");
    CHECK(number_text(0.00001) == "0.00001");
    CHECK(number_text(1e-6) == "1e-6");
    CHECK(number_text(1.5e-100) == "1.5e-100");
    CHECK(number_text(-2e20F) == "-2e20");
    CHECK(number_text(-std::numeric_limits<double>::infinity()) == "-inf");
    CHECK(number_text(std::numeric_limits<double>::quiet_NaN()) == "nan");
}

TEST_CASE("numbers in words: read back they are the same") {
    std::mt19937_64 random(1);
    for (int n = 0; n < 10000; ++n) {
        const std::uint64_t bits = random();
        double number = 0;
        std::memcpy(&number, &bits, sizeof number);
        if (!std::isfinite(number)) continue;
        CHECK(std::strtod(number_text(number).c_str(), nullptr) == number);
        const auto small = static_cast<float>(std::remainder(number, 1e6));
        CHECK(std::strtof(number_text(small).c_str(), nullptr) == small);
    }
}

TEST_CASE("reasons in words: in brackets where there is one") {
    CHECK(with_reason("it is corrupt", "no end") == "it is corrupt (no end)");
    CHECK(with_reason("it is corrupt", "") == "it is corrupt");
}

TEST_CASE("a long text is cut in its middle, at whole characters, and says by how much") {
    CHECK(glimpse::shortened("0123456789", 10) == "0123456789");
    CHECK(glimpse::shortened("0123456789a", 4) == "01 [… 7 bytes …] 9a");
    CHECK(glimpse::shortened("aéébbéc", 6) == "aé [… 4 bytes …] éc");
    const std::string broken(1000, '\x80');  // no UTF-8
    CHECK(glimpse::shortened(broken, 100).size() <= 140);
    CHECK(glimpse::shortened(std::string(1000000, 'x'), 500).size() <= 540);
}

TEST_CASE("a text is cut before or behind a character, and anywhere where it is not UTF-8") {
    const std::string text = "aé€😀";  // characters of 1 to 4 bytes
    const std::vector<std::size_t> begins{0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    const std::vector<std::size_t> ends{0, 1, 3, 3, 6, 6, 6, 10, 10, 10, 10};
    for (std::size_t k = 0; k <= text.size(); ++k) {
        CHECK(character_begin(text, k) == begins[k]);
        CHECK(character_end(text, k) == ends[k]);
    }
    const std::string broken(10, '\x80');
    CHECK(character_begin(broken, 2) == 0);
    CHECK(character_begin(broken, 9) == 6);
    CHECK(character_end(broken, 5) == 8);
}

TEST_CASE("control characters are those of ASCII and, in UTF-8, of Latin-1") {
    using namespace std::string_literals;
    const auto controls = [](const std::string& text) {
        std::string marks;
        for (std::size_t k = 0; k < text.size(); ++k) marks += glimpse::is_control(text, k) ? 'x' : '.';
        return marks;
    };
    CHECK(controls("a\n\x1B\x7F b\0"s) == ".xxx..x");
    CHECK(controls("\xC2\x9B-\xC2\xA0-\xC3\x9B-\xC2") == "xx........");
}
