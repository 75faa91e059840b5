#pragma once

#include <array>
#include <cstdint>

// Random numbers by their place in a sequence, so that they do not depend on what was drawn before them.

namespace glimpse {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// Philox4x32-10: 128 random bits, in four words, for each counter and key (Salmon, Moraes, Dror, Shaw 2011,
/// "Parallel Random Numbers: As Easy as 1, 2, 3"). Equal to Random123's.
PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key);

/// The key of a seed: its low word, then its high one.
constexpr PhiloxKey philox_key(std::uint64_t seed) {
    return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)};
}

/// 0 ≤ u < 1, a multiple of 2^-53: the upper 53 bits of two words, of which `high` has the upper ones.
constexpr double uniform(std::uint32_t high, std::uint32_t low) {
    constexpr double step = 1.0 / 9007199254740992.0;  // 2^-53
    return static_cast<double>((std::uint64_t{high} << 32U | low) >> 11U) * step;
}

/// Two independent numbers of N(0, 1), of four words (Box and Muller 1958, "A Note on the Generation of
/// Random Normal Deviates").
std::array<double, 2> normal_pair(const PhiloxCounter& words);

}  // namespace glimpse
