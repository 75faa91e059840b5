#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <span>
#include <string_view>

// What the fuzz targets share: an input's bytes, numbers out of them, and what becomes of an input.

/// One input, which must end neither in a crash, nor in any exception, nor with a law broken. Returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fuzz {

using Bytes = std::span<const std::uint8_t>;

/// Ends the program, so that the input is kept, unless the law holds.
inline void require(bool holds, const char* law) {
    if (holds) return;
    std::fprintf(stderr, "fuzz: broken: %s\n", law);
    std::abort();
}

/// How many inputs were accepted: without any, a target tests refusals alone.
inline std::size_t accepted = 0;

inline std::string_view text_of(Bytes bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Numbers out of bytes; 0 once there are no more.
class Draws {
  public:
    explicit Draws(Bytes bytes) : bytes_(bytes) {}

    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    /// Of so many bytes, at most 8.
    std::uint64_t bits(std::size_t bytes) {
        std::uint64_t value = 0;
        const auto taken = bytes_.first(std::min(bytes, bytes_.size()));
        for (const std::uint8_t byte : taken) value = value << 8 | byte;
        bytes_ = bytes_.subspan(taken.size());
        return value;
    }
    bool flag() { return bits(1) % 2 == 1; }
    /// least ≤ n ≤ most, and most - least < 2^16.
    int whole(int least, int most) {
        const auto count = static_cast<std::uint64_t>(most - least) + 1;
        return least + static_cast<int>(bits(2) % count);
    }
    /// least ≤ x ≤ most.
    double real(double least, double most) {
        return least + (most - least) * static_cast<double>(bits(2)) / 65535;
    }
    /// Mostly -64 to 64; now and then a number at an edge of what there is, or any bits.
    double any_real() {
        using Limits = std::numeric_limits<double>;
        constexpr std::array edges{0.0,
                                   -0.0,
                                   0.5,
                                   1.0,
                                   1e-300,
                                   1e300,
                                   -1e300,
                                   0x1p31,
                                   -0x1p31,
                                   0x1p53,
                                   Limits::denorm_min(),
                                   Limits::max(),
                                   Limits::infinity(),
                                   Limits::quiet_NaN()};
        const std::uint64_t kind = bits(1);
        if (kind < edges.size()) return edges[kind];
        if (kind < 32) return std::bit_cast<double>(bits(8));
        return real(-64, 64);
    }
    /// One of the choices.
    template <typename T, std::size_t n>
    T one_of(const std::array<T, n>& choices) {
        return choices[bits(1) % n];
    }

  private:
    Bytes bytes_;
};

/// A file's bytes and the choices that stand behind them, so that these move nothing in the file.
struct FileAndChoices {
    Bytes file;
    Draws choices;
};

inline FileAndChoices split(Bytes input, std::size_t choices) {
    const std::size_t last = std::min(input.size(), choices);
    return {input.first(input.size() - last), Draws(input.last(last))};
}

}  // namespace fuzz
