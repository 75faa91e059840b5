#include "figures/module/missing_letters.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "figures/module/functions.hpp"
#include "figures/module/shaping.hpp"

namespace glimpse {

namespace {

/// Of the process.
class MissingLetters {
  public:
    void add(const std::string& text, const std::vector<char32_t>& missing) {
        const std::scoped_lock lock(mutex_);
        if (letters_.empty() || text < first_) first_ = text;
        letters_.insert(missing.begin(), missing.end());
    }

    [[nodiscard]] LettersWithoutFont told() const {
        const std::scoped_lock lock(mutex_);
        return {letters_.size(), first_};
    }

  private:
    mutable std::mutex mutex_;
    std::set<char32_t> letters_;
    std::string first_;
};

MissingLetters& missing_letters() {
    static MissingLetters all;
    return all;
}

/// Which every font has, so that most texts need not be shaped once more.
bool is_ascii(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

void note_letters_without_font(const Figure& figure) {
    for (const FigureShape& shape : figure.shapes) {
        const auto* const lettering = std::get_if<FigureLettering>(&shape);
        if (!lettering || is_ascii(lettering->line.text)) continue;
        const std::string& text = lettering->line.text;
        const std::vector<char32_t> missing = ShapedText(text, lettering->letter).without_font();
        if (!missing.empty()) missing_letters().add(text, missing);
    }
}

LettersWithoutFont figures::letters_without_font() {
    return missing_letters().told();
}

}  // namespace glimpse
