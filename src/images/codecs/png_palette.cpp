#include "images/codecs/png_palette.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <string>

#include "images/codecs/corrupt.hpp"

namespace glimpse {

PngPalette::PngPalette(spng_ctx* context, int bits, bool transparency)
    : bits_(static_cast<std::size_t>(bits)), channels_(transparency ? 4 : 3) {
    spng_plte palette{};
    const int status = spng_get_plte(context, &palette);
    if (status == SPNG_EMEM) throw std::bad_alloc();
    if (status != 0) fail_corrupt(spng_strerror(status));
    for (const spng_plte_entry& entry : std::span(palette.entries).first(palette.n_entries)) {
        colours_.push_back({entry.red, entry.green, entry.blue, 255});
    }
    spng_trns alphas{};
    if (!transparency || spng_get_trns(context, &alphas) != 0) return;
    const std::size_t count = std::min<std::size_t>(alphas.n_type3_entries, colours_.size());
    for (std::size_t k = 0; k < count; ++k) colours_[k][3] = alphas.type3_alpha[k];
}

void PngPalette::apply(const std::uint8_t* row, std::size_t first, std::size_t count,
                       std::uint8_t* out) const {
    const std::size_t a_byte = 8 / bits_;
    const unsigned mask = (1U << bits_) - 1;
    for (std::size_t x = first; x < first + count; ++x, out += channels_) {
        const std::size_t behind = bits_ * (a_byte - 1 - x % a_byte);
        const std::size_t index = (row[x / a_byte] >> behind) & mask;
        if (index >= colours_.size()) {
            fail_corrupt("a pixel has colour " + std::to_string(index) + " of a palette of " +
                         std::to_string(colours_.size()));
        }
        std::copy_n(colours_[index].begin(), channels_, out);
    }
}

}  // namespace glimpse
