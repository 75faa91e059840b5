#include "system/random.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace glimpse;

TEST_CASE("Philox gives the words of Random123's known answers") {
    // kat_vectors of Random123, "philox4x32 10".
    CHECK(philox({0, 0, 0, 0}, {0, 0}) == PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
    CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
          PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
    CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
          PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a seed's low word comes first in its key") {
    CHECK(philox_key(0x0123456789abcdefU) == PhiloxKey{0x89abcdef, 0x01234567});
}

TEST_CASE("a uniform number is below 1 and has 53 bits") {
    CHECK(uniform(0, 0) == 0);
    CHECK(uniform(0, 0x7ff) == 0);  // the lowest eleven bits do not count
    CHECK(uniform(0, 0x800) == 0x1p-53);
    CHECK(uniform(0x80000000, 0) == 0.5);
    CHECK(uniform(0xffffffff, 0xffffffff) == 1 - 0x1p-53);
}
