#include "figures/module/text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "figures/module/functions.hpp"
#include "figures/module/shaping.hpp"

namespace glimpse {

namespace {

/// A text in what readers take for letters.
struct Letters {
    std::string all;
    std::vector<std::size_t> begins;  ///< of each, and the end

    Letters(const std::string& text, int letter) {
        const ShapedText shaped(text, letter);
        all = shaped.text();
        begins = shaped.letters();
    }
    [[nodiscard]] std::size_t count() const { return begins.size() - 1; }
    [[nodiscard]] std::string_view part(std::size_t first, std::size_t end) const {
        return std::string_view(all).substr(begins[first], begins[end] - begins[first]);
    }
};

/// The greatest of 0 … most for which `fits`, which holds up to some number and not beyond.
template <typename Fits>
std::size_t greatest_fitting(std::size_t most, const Fits& fits) {
    std::size_t fitting = 0;
    std::size_t too_many = most + 1;
    while (too_many - fitting > 1) {
        const std::size_t middle = (fitting + too_many) / 2;
        (fits(middle) ? fitting : too_many) = middle;
    }
    return fitting;
}

/// Letters from `first` on as far as they go, and before an ellipsis as many as there is room for.
std::string shown_from(const Letters& letters, std::size_t first, int letter, int width) {
    const auto shown = [&](std::size_t head, std::size_t kept) {
        std::string text(letters.part(0, head));
        text.append(ellipsis).append(letters.part(first, first + kept));
        if (first + kept < letters.count()) text += ellipsis;
        return text;
    };
    const auto fits = [&](std::size_t head, std::size_t kept) {
        return text_width(shown(head, kept), letter) <= width;
    };
    const std::size_t all = letters.count() - first;
    if (fits(0, all)) {
        // At least one letter of the beginning is left out, or there would be room for all.
        const std::size_t head = greatest_fitting(first - 1, [&](std::size_t n) { return fits(n, all); });
        return shown(head, all);
    }
    const std::size_t kept = greatest_fitting(all - 1, [&](std::size_t n) { return fits(0, n); });
    return kept == 0 ? std::string() : shown(0, kept);
}

std::size_t common_beginning(std::span<const Letters> texts) {
    const Letters& first = texts.front();
    std::size_t common = first.count();
    for (const Letters& text : texts) {
        common = std::min(common, text.count());
        std::size_t n = 0;
        while (n < common && text.part(n, n + 1) == first.part(n, n + 1)) ++n;
        common = n;
    }
    return common;
}

/// Shows those that differ apart; the shown texts of some may be the same again, with more in common.
void show_apart(std::span<const std::size_t> which, const std::vector<std::string>& texts,
                std::vector<std::string>& shown, int letter, int width) {
    std::vector<Letters> letters;
    letters.reserve(which.size());
    for (const std::size_t k : which) letters.emplace_back(texts[k], letter);
    const std::size_t common = common_beginning(letters);
    if (common == 0) return;
    for (std::size_t n = 0; n < which.size(); ++n) {
        // One that ends where the others go on is shown as it was.
        if (letters[n].count() == common) continue;
        if (const std::string apart = shown_from(letters[n], common, letter, width); !apart.empty()) {
            shown[which[n]] = apart;
        }
    }
}

/// The places of different texts that are shown alike, group by group.
std::vector<std::vector<std::size_t>> alike(const std::vector<std::string>& texts,
                                            const std::vector<std::string>& shown) {
    std::map<std::string_view, std::vector<std::size_t>> places;
    for (std::size_t k = 0; k < shown.size(); ++k) {
        if (!shown[k].empty()) places[shown[k]].push_back(k);
    }
    std::vector<std::vector<std::size_t>> groups;
    for (const auto& [text, which] : places) {
        const std::string& first = texts[which.front()];
        if (std::ranges::any_of(which, [&](std::size_t k) { return texts[k] != first; })) {
            groups.push_back(which);
        }
    }
    return groups;
}

}  // namespace

int text_width(const std::string& text, int letter) {
    return static_cast<int>(std::ceil(ShapedText(text, letter).width()));
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
        std::string some = all.substr(0, begins[head]);
        return some.append(ellipsis).append(all, begins[letters - (kept - head)]);
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

std::vector<std::string> elided_apart(const std::vector<std::string>& texts, int letter, int width) {
    std::vector<std::string> shown;
    shown.reserve(texts.size());
    for (const std::string& text : texts) shown.push_back(elided(text, letter, width));
    // Those that are left alike have more in common each time.
    constexpr int most_rounds = 100;
    for (int round = 0; round < most_rounds; ++round) {
        const auto groups = alike(texts, shown);
        if (groups.empty()) break;
        for (const auto& group : groups) show_apart(group, texts, shown, letter, width);
    }
    return shown;
}

}  // namespace glimpse
