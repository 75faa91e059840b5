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

namespace {

/// How many letters the number has that is the last of several words, such as a score; 0 where that is none.
std::size_t letters_of_last_number(const std::string& text, const std::vector<std::size_t>& begins) {
    const std::size_t space = text.rfind(' ');
    if (space == std::string::npos) return 0;
    std::string word = text.substr(space + 1);
    constexpr std::string_view minus = "\u2212";
    for (std::size_t at = word.find(minus); at != std::string::npos; at = word.find(minus))
        word.replace(at, minus.size(), "-");
    const bool is_number = word.find_first_of("0123456789") != std::string::npos &&
                           word.find_first_not_of("0123456789.e+-") == std::string::npos;
    const auto first = std::ranges::upper_bound(begins, space);
    return is_number ? static_cast<std::size_t>(begins.end() - 1 - first) : 0;
}

}  // namespace

std::string elided(const std::string& text, int letter, int width) {
    if (!figures::has_fonts()) return {};
    const ShapedText shaped(text, letter);
    if (!shaped.is_inked()) return {};
    const std::string& all = shaped.text();
    if (std::ceil(shaped.width()) <= width) return all;
    const std::vector<std::size_t> begins = shaped.letters();
    const std::size_t letters = begins.size() - 1;
    const std::size_t number = letters_of_last_number(all, begins);
    // Similar names mostly differ at their ends. A number would be another one without its first letters.
    const auto shortened = [&](std::size_t kept) {
        std::size_t head = kept / 3;
        if (kept - head < number) head = kept < number ? kept : kept - number;
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
