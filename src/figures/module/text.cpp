#include "figures/module/text.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "figures/module/functions.hpp"
#include "figures/module/shaping.hpp"
#include "system/isolated.hpp"

namespace glimpse {

int text_width(const std::string& text, int letter) {
    return static_cast<int>(std::ceil(ShapedText(text, letter).width()));
}

std::string left_out(std::string_view part) {
    std::string shown(ellipsis);
    std::size_t open = 0;
    for (std::size_t k = 0; k + isolate_begin.size() <= part.size(); ++k) {
        const std::string_view mark = part.substr(k, isolate_begin.size());
        if (mark == isolate_begin) ++open;
        if (mark != isolate_end) continue;
        if (open == 0) shown.insert(0, isolate_end);
        open -= open > 0 ? 1 : 0;
    }
    for (; open > 0; --open) shown += isolate_begin;
    return shown;
}

std::string elided(const std::string& text, int letter, int width) {
    if (!figures::has_fonts()) return {};
    const ShapedText shaped(text, letter);
    if (!shaped.is_inked()) return {};
    const std::string& all = shaped.text();
    if (std::ceil(shaped.width()) <= width) return all;
    const std::vector<std::size_t> begins = shaped.letters();
    const std::size_t letters = begins.size() - 1;
    // Similar names mostly differ at their ends.
    const auto shortened = [&](std::size_t kept) {
        const std::size_t head = kept / 3;
        const std::size_t first = begins[head];
        const std::size_t end = begins[letters - (kept - head)];
        return all.substr(0, first) + left_out(std::string_view(all).substr(first, end - first)) +
               all.substr(end);
    };
    // The width grows with the number of letters: bisection finds the most that fit.
    constexpr std::size_t too_few = 1;
    std::size_t fitting = too_few;
    std::size_t too_many = std::max(too_few + 1, letters);
    while (too_many - fitting > 1) {
        const std::size_t kept = (fitting + too_many) / 2;
        (text_width(shortened(kept), letter) <= width ? fitting : too_many) = kept;
    }
    return fitting == too_few ? std::string() : shortened(fitting);
}

}  // namespace glimpse
