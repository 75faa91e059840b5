#include "figures/module/captions.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "figures/module/shaping.hpp"
#include "figures/module/text.hpp"

namespace glimpse {

namespace {

/// A text in what readers take for letters.
struct Letters {
    std::string all;
    std::vector<std::size_t> begins;  ///< of each, in bytes, and the end

    Letters(const std::string& text, int letter) {
        const ShapedText shaped(text, letter);
        all = shaped.text();
        begins = shaped.letters();
    }

    [[nodiscard]] std::size_t count() const { return begins.size() - 1; }
    [[nodiscard]] std::string_view part(std::size_t first, std::size_t end) const {
        return std::string_view(all).substr(begins[first], begins[end] - begins[first]);
    }
    /// The letter that has that byte; `count` for the end.
    [[nodiscard]] std::size_t at_byte(std::size_t byte) const {
        return static_cast<std::size_t>(std::ranges::upper_bound(begins, byte) - begins.begin()) - 1;
    }
    /// Whether a number may have it, such as a score.
    [[nodiscard]] bool is_in_number(std::size_t k) const {
        constexpr std::string_view ascii = "0123456789.e+";
        return ascii.find(part(k, k + 1)) != std::string_view::npos || part(k, k + 1) == "\u2212";
    }
    [[nodiscard]] bool begins_word(std::size_t k) const {
        constexpr std::string_view separators = " _-./";
        return k == 0 || separators.find(part(k - 1, k)) != std::string_view::npos;
    }
};

/// Letters [first, end) of a text that are shown together.
struct Fragment {
    std::size_t first;
    std::size_t end;
};

/// Where a fragment with letter k that would end there does: before a number behind a space that it would
/// cut, which would be read as another one.
std::size_t end_before_number(const Letters& letters, std::size_t k, std::size_t end) {
    if (end == letters.count() || !letters.is_in_number(end)) return end;
    std::size_t first = end;
    while (first > k + 1 && letters.is_in_number(first - 1)) --first;
    const bool is_word = first > k + 1 && letters.part(first - 1, first) == " ";
    return is_word ? first - 1 : end;
}

/// Of up to `most` letters with letter k, or the last ones where k is the end: from its word's beginning
/// where that is near, or else with a few letters before it.
Fragment fragment_with(const Letters& letters, std::size_t k, std::size_t most) {
    const std::size_t count = letters.count();
    const std::size_t before = std::min(k, most - (k == count ? 0 : 1));
    if (k == count) return {k - before, k};
    std::size_t first = k;
    while (first > k - before && !letters.begins_word(first)) --first;
    if (!letters.begins_word(first)) first = k - before / 3;
    if (first + most >= count) return {std::min(first, count - std::min(count, most)), count};
    return {first, end_before_number(letters, k, first + most)};
}

/// Fragments of up to `most` letters at each of the branches, ascending, and ellipses for what is left out.
std::string shown_at(const Letters& letters, const std::vector<std::size_t>& branches, std::size_t most) {
    std::string shown;
    std::size_t end = 0;
    for (const std::size_t k : branches) {
        Fragment next = fragment_with(letters, k, most);
        // An ellipsis is no narrower than a letter.
        if (next.first <= end + 1) next.first = end;
        if (next.first > end) shown += left_out(letters.part(end, next.first));
        if (next.end <= end) continue;
        shown += letters.part(std::max(next.first, end), next.end);
        end = next.end;
    }
    if (end + 1 == letters.count()) return shown.append(letters.part(end, end + 1));
    return end == letters.count() ? shown : shown.append(left_out(letters.part(end, letters.count())));
}

/// The greatest number of letters for each branch that has room, 0 where one has none.
std::size_t most_letters(const Letters& letters, const std::vector<std::size_t>& branches, int letter,
                         int width) {
    std::size_t fitting = 0;
    std::size_t too_many = letters.count() + 1;
    // Few have room: the search begins there.
    for (std::size_t most = 1; most < too_many;) {
        (text_width(shown_at(letters, branches, most), letter) <= width ? fitting : too_many) = most;
        const std::size_t middle = (fitting + too_many) / 2;
        if (middle == fitting) break;
        most = std::min(2 * fitting, middle);
    }
    return fitting;
}

std::size_t common_bytes(std::string_view a, std::string_view b) {
    return static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

/// Where each of the different texts, sorted, branches off from others: in bytes, ascending. A branch towards
/// those before it is a least common beginning with some of them, and likewise behind it.
std::vector<std::vector<std::size_t>> branches_of(const std::vector<const std::string*>& sorted) {
    std::vector<std::vector<std::size_t>> branches(sorted.size());
    std::vector<std::size_t> open;
    const auto pass = [&](std::size_t k, std::size_t common) {
        while (!open.empty() && open.back() >= common) open.pop_back();
        open.push_back(common);
        branches[k].insert(branches[k].end(), open.begin(), open.end());
    };
    for (std::size_t k = 1; k < sorted.size(); ++k) pass(k, common_bytes(*sorted[k - 1], *sorted[k]));
    open.clear();
    for (std::size_t k = sorted.size() - 1; k-- > 0;) pass(k, common_bytes(*sorted[k], *sorted[k + 1]));
    for (std::vector<std::size_t>& own : branches) {
        std::ranges::sort(own);
        own.erase(std::unique(own.begin(), own.end()), own.end());
    }
    return branches;
}

std::string numbered(const std::string& text, std::size_t number) {
    return text + "(" + std::to_string(number) + ")";
}

/// The texts of a figure, and what is shown of them.
class Captions {
  public:
    Captions(std::span<const std::string> texts, int letter, int width)
        : texts_(texts), letter_(letter), width_(width) {
        shown_.reserve(texts.size());
        for (const std::string& text : texts) shown_.push_back(elided(text, letter, width));
    }

    /// Shows those that are alike by where they branch off.
    void show_branches() {
        const std::vector<std::size_t> which = alike();
        if (which.empty()) return;
        std::vector<Letters> letters;
        letters.reserve(which.size());
        for (const std::size_t k : which) letters.emplace_back(texts_[k], letter_);
        const std::vector<std::vector<std::size_t>> branches = branches_in(letters);
        for (std::size_t n = 0; n < which.size(); ++n) {
            const std::size_t most = most_letters(letters[n], branches[n], letter_, width_);
            if (most > 0) shown_[which[n]] = shown_at(letters[n], branches[n], most);
        }
        // Fragments of equal lengths differ surely; those of several may come to be the same.
        std::vector<std::size_t> places(texts_.size(), which.size());
        for (std::size_t n = 0; n < which.size(); ++n) places[which[n]] = n;
        for (const std::size_t k : alike()) {
            const std::size_t n = places[k];
            if (n == which.size()) continue;
            const std::string least = shown_at(letters[n], branches[n], 1);
            if (text_width(least, letter_) <= width_) shown_[k] = least;
        }
    }

    /// Numbers those that are still alike, from the second of them on.
    void number() {
        const std::vector<std::size_t> which = alike();
        std::unordered_map<std::string_view, std::string> captions;  // of those
        for (const std::size_t k : which) captions.try_emplace(texts_[k]);
        std::unordered_map<std::string, std::string_view> taken;
        for (std::size_t k = 0; k < texts_.size(); ++k) {
            if (!captions.contains(texts_[k])) taken.emplace(shown_[k], texts_[k]);
        }
        const int room = width_ - text_width(numbered({}, captions.size()), letter_);
        std::unordered_map<std::string, std::size_t> last;
        for (const std::size_t k : which) {
            std::string& caption = captions.at(texts_[k]);
            if (caption.empty()) {
                caption = shown_[k];
                const std::string base = room < 0 ? std::string() : elided(texts_[k], letter_, room);
                std::size_t& number = last.try_emplace(base, 1).first->second;
                while (room >= 0 && !taken.emplace(caption, texts_[k]).second)
                    caption = numbered(base, ++number);
            }
            shown_[k] = caption;
        }
    }

    [[nodiscard]] std::vector<std::string> take() && { return std::move(shown_); }

  private:
    /// Which show the same as another text.
    [[nodiscard]] std::vector<std::size_t> alike() const {
        struct Shown {
            std::string_view text;
            bool is_ambiguous = false;
        };
        std::unordered_map<std::string_view, Shown> texts;
        for (std::size_t k = 0; k < texts_.size(); ++k) {
            if (shown_[k].empty()) continue;
            Shown& first = texts.try_emplace(shown_[k], Shown{texts_[k]}).first->second;
            if (first.text != texts_[k]) first.is_ambiguous = true;
        }
        std::vector<std::size_t> which;
        for (std::size_t k = 0; k < texts_.size(); ++k) {
            if (!shown_[k].empty() && texts.at(shown_[k]).is_ambiguous) which.push_back(k);
        }
        return which;
    }

    /// In letters; of equal texts the same.
    static std::vector<std::vector<std::size_t>> branches_in(const std::vector<Letters>& letters) {
        std::vector<std::size_t> order(letters.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t n) -> const std::string& { return letters[n].all; });
        std::vector<const std::string*> sorted;
        std::vector<std::size_t> rank(letters.size());
        for (const std::size_t n : order) {
            if (sorted.empty() || *sorted.back() != letters[n].all) sorted.push_back(&letters[n].all);
            rank[n] = sorted.size() - 1;
        }
        const std::vector<std::vector<std::size_t>> bytes = branches_of(sorted);
        std::vector<std::vector<std::size_t>> branches(letters.size());
        for (std::size_t n = 0; n < letters.size(); ++n) {
            for (const std::size_t byte : bytes[rank[n]]) branches[n].push_back(letters[n].at_byte(byte));
        }
        return branches;
    }

    std::span<const std::string> texts_;
    int letter_;
    int width_;
    std::vector<std::string> shown_;
};

}  // namespace

std::vector<std::string> elided_apart(std::span<const std::string> texts, int letter, int width) {
    Captions captions(texts, letter, width);
    captions.show_branches();
    captions.number();
    return std::move(captions).take();
}

int telling_width(std::size_t texts, int letter) {
    return text_width(numbered(std::string(ellipsis) + "m", texts), letter);
}

}  // namespace glimpse
