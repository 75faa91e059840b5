#include "system/natural_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

using namespace glimpse;

TEST_CASE("natural order: numbers by their value, components one by one") {
    const std::vector<std::string> ordered{"a/9.png",
                                           "a/10.png",
                                           "a-1.png",
                                           "a.png",
                                           "frame1.png",
                                           "frame2.png",
                                           "frame010.png",
                                           "frame10.png",
                                           "frame11.png",
                                           "frame11x.png",
                                           "v1/f99.png",
                                           "v1/f100.png",
                                           "v2/f1.png",
                                           "v18446744073709551616",
                                           "v18446744073709551617"};
    std::vector<std::string> sorted = ordered;
    std::mt19937 random(1);
    std::ranges::shuffle(sorted, random);
    std::ranges::sort(sorted, comes_before);
    CHECK(sorted == ordered);
}

TEST_CASE("natural order: a strict total order") {
    std::mt19937 random(2);
    const std::string letters = "0012/.a";
    std::vector<std::string> texts;
    for (int n = 0; n < 200; ++n) {
        std::string& text = texts.emplace_back();
        for (auto k = random() % 6; k > 0; --k) text += letters[random() % letters.size()];
    }
    for (const std::string& a : texts) {
        for (const std::string& b : texts) {
            CHECK(int{comes_before(a, b)} + int{comes_before(b, a)} == (a == b ? 0 : 1));
            for (int n = 0; n < 20; ++n) {
                const std::string& c = texts[random() % texts.size()];
                if (comes_before(a, b) && comes_before(b, c)) CHECK(comes_before(a, c));
            }
        }
    }
}
