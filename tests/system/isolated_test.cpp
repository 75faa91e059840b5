#include "system/isolated.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace glimpse;

TEST_CASE("isolated: what is read from right to left, and nothing else") {
    for (const char* const text : {"", "dog 0.92", "Grüße", "漢字", "😀", "\xFF\xD7", "\xF0\x90"}) {
        CHECK(isolated(text) == text);
    }
    for (const char* const text : {"سلام", "a שלום", "ﷺ", "𞤀", "\u202E", "\u2067"}) {
        const std::string one = std::string("\u2068") + text + "\u2069";
        CHECK(isolated(text) == one);
        CHECK(isolated(one + " 1") == one + " 1");
    }
}
