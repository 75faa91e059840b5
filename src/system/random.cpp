#include "system/random.hpp"

#include <cmath>
#include <numbers>

namespace glimpse {

namespace {

struct Product {
    std::uint32_t high;
    std::uint32_t low;
};

constexpr Product product(std::uint32_t a, std::uint32_t b) {
    const std::uint64_t whole = std::uint64_t{a} * b;
    return {static_cast<std::uint32_t>(whole >> 32U), static_cast<std::uint32_t>(whole)};
}

}  // namespace

PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
    constexpr int rounds = 10;
    constexpr std::array<std::uint32_t, 2> multipliers{0xD2511F53, 0xCD9E8D57};
    constexpr std::array<std::uint32_t, 2> weyl{0x9E3779B9,
                                                0xBB67AE85};  // of the golden ratio, and of √3 - 1
    for (int round = 0; round < rounds; ++round) {
        const Product first = product(multipliers[0], counter[0]);
        const Product second = product(multipliers[1], counter[2]);
        counter = {second.high ^ counter[1] ^ key[0], second.low, first.high ^ counter[3] ^ key[1],
                   first.low};
        key = {key[0] + weyl[0], key[1] + weyl[1]};
    }
    return counter;
}

std::array<double, 2> normal_pair(const PhiloxCounter& words) {
    const double radius = std::sqrt(-2 * std::log(1 - uniform(words[0], words[1])));  // of a number > 0
    const double angle = 2 * std::numbers::pi * uniform(words[2], words[3]);
    return {radius * std::cos(angle), radius * std::sin(angle)};
}

}  // namespace glimpse
