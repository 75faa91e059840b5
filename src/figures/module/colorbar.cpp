#include "figures/module/colorbar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

#include "figures/module/attention_levels.hpp"
#include "figures/module/drawing.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/text.hpp"
#include "figures/module/thumbnails.hpp"
#include "glimpse/words.hpp"
#include "system/minus_signs.hpp"

namespace glimpse {

namespace {

// In cap heights.
constexpr int least_height = 10;
constexpr int least_pitch = 2;  ///< of as many ticks as there may be; of those that there are, 1½
constexpr double least_apart = 1.5;

constexpr int least_ticks = 5;
constexpr int most_ticks = 9;

/// The multiples of digit · 10^exponent from `first` to `last`.
struct Multiples {
    int digit;
    int exponent;
    std::int64_t first;
    std::int64_t last;

    [[nodiscard]] std::int64_t count() const { return last - first + 1; }
};

Multiples multiples_of(int digit, int exponent, const AttentionRange& range) {
    const double step = digit * std::pow(10.0, exponent);
    constexpr double rounding = 1e-9;  // of a step: an end that is a multiple counts
    return {digit, exponent, static_cast<std::int64_t>(std::ceil(range.low / step - rounding)),
            static_cast<std::int64_t>(std::floor(range.high / step + rounding))};
}

/// The number that these digits are parsed as, which has them as its text.
Tick tick_of(std::string_view digits) {
    double value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return {value, with_minus_signs(number_text(value))};
}

Tick tick_at(std::int64_t number, const Multiples& multiples) {
    return tick_of(std::to_string(number * multiples.digit) + "e" + std::to_string(multiples.exponent));
}

/// Of a number with so many digits behind its first one.
Tick rounded_tick(double value, int digits) {
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, digits);
    return tick_of({text.data(), end.ptr});
}

/// An end of a scale of that length: as it is where it has 6 digits at most, as given ones have, and else
/// within a two hundredth of the length.
Tick end_tick(double value, double length) {
    if (value == 0) return {0, "0"};  // and not the negative one
    Tick exact = rounded_tick(value, 5);
    if (exact.value == value) return exact;
    const double digits = std::floor(std::log10(std::abs(value))) - std::floor(std::log10(length / 100));
    return {value, rounded_tick(value, static_cast<int>(std::clamp(digits, 0.0, 16.0))).text};
}

/// With an exponent.
std::string scientific_text(const std::string& text) {
    double value = 0;
    std::string digits = text;
    for (std::size_t at = 0; (at = digits.find(minus_sign)) != std::string::npos;)
        digits.replace(at, minus_sign.size(), "-");
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (value == 0) return text;
    std::array<char, 32> written{};
    const auto end =
        std::to_chars(written.data(), written.data() + written.size(), value, std::chars_format::scientific);
    // Without the sign and the zeros of a positive exponent, as `number_text` has it.
    const std::string_view all(written.data(), end.ptr);
    const std::size_t e = all.find('e');
    const std::string_view exponent = all.substr(e + 2);
    const std::string sign = all[e + 1] == '-' ? "-" : "";
    return with_minus_signs(
        std::string(all.substr(0, e + 1)) + sign +
        std::string(exponent.substr(std::min(exponent.find_first_not_of('0'), exponent.size() - 1))));
}

/// Either all have exponents, but for 0, or none.
void write_alike(std::vector<Tick>& ticks) {
    const auto has_exponent = [](const Tick& tick) { return tick.text.find('e') != std::string::npos; };
    if (std::ranges::none_of(ticks, has_exponent)) return;
    for (Tick& tick : ticks) {
        if (!has_exponent(tick)) tick.text = scientific_text(tick.text);
    }
}

/// The places of a bar's parts.
struct Placed {
    cv::Rect bar;
    int letter;
    int tick;  ///< length

    [[nodiscard]] int text_begin() const { return bar.br().x + 1 + tick + (letter + 2) / 3; }
    [[nodiscard]] int row_of(double value, const AttentionRange& range) const {
        const double share = (range.high - value) / (range.high - range.low);
        return std::min(bar.y + static_cast<int>(share * bar.height), bar.br().y - 1);
    }
};

int tick_length(int letter) {
    return std::max(3, letter / 3);
}

int bar_width(int letter) {
    return letter + letter / 4;
}

/// Half a cap height: of the digits at both ends, and behind all of them.
int margin_of(int letter) {
    return (letter + 1) / 2;
}

/// The rows above and below a bar: for half of its ends' digits, and where those reach beyond the place, for
/// room around them, too.
int rows_beyond(const cv::Size& beside, int letter) {
    const int margin = margin_of(letter);
    return beside.height - 2 * margin < least_height * letter ? 2 * margin : margin;
}

/// The digits of both ends stay beside the place, unless that is too low.
Placed placed_beside(const cv::Rect& beside, int letter) {
    const int high = std::max(beside.height - 2 * margin_of(letter), least_height * letter);
    const int top = std::max(rows_beyond(beside.size(), letter), beside.y + (beside.height - high) / 2);
    return {{beside.br().x + letter, top, bar_width(letter), high}, letter, tick_length(letter)};
}

std::vector<Tick> ticks_along(const AttentionRange& range, int height, int letter) {
    const std::vector<Tick> round =
        ticks_of(range, std::clamp(height / (least_pitch * letter), least_ticks, most_ticks));
    return with_ends(round, range, least_apart * letter / height);
}

int widest_text(const std::vector<Tick>& ticks, int letter) {
    int widest = 0;
    for (const Tick& tick : ticks) widest = std::max(widest, text_width(tick.text, letter));
    return widest;
}

/// From the upper end's colour to the lower one's.
cv::Mat gradient(const Colorbar& bar, int height) {
    const AttentionColours colours(bar.range, bar.colormap);
    cv::Mat pixels(height, 1, CV_8UC3);
    for (int y = 0; y < height; ++y) {
        const double share = (y + 0.5) / height;
        const cv::Vec3d colour = colours.of(bar.range.high - share * (bar.range.high - bar.range.low));
        pixels.at<cv::Vec3b>(y) = colour;
    }
    return pixels;
}

void add_tick(Figure& figure, const Tick& tick, const Placed& place, int row) {
    const int thick = std::max(1, place.letter / 12);
    const int top = std::clamp(row - thick / 2, place.bar.y, place.bar.br().y - thick);
    figure.shapes.emplace_back(FigureBox{{place.bar.br().x, top, 1 + place.tick, thick}, 0, ink});
    add_text(figure, {tick.text, {place.text_begin(), row - place.letter / 2}}, place.letter, ink);
}

}  // namespace

std::vector<Tick> ticks_of(const AttentionRange& range, int most) {
    const double length = range.high - range.low;
    Multiples chosen{};
    // From a step that is surely too small.
    int exponent = static_cast<int>(std::floor(std::log10(length / most))) - 1;
    for (bool fits = false; !fits; ++exponent) {
        for (const int digit : {1, 2, 5}) {
            chosen = multiples_of(digit, exponent, range);
            fits = chosen.count() <= most;
            if (fits) break;
        }
    }
    std::vector<Tick> ticks;
    for (std::int64_t number = chosen.first; number <= chosen.last; ++number) {
        ticks.push_back(tick_at(number, chosen));
    }
    return ticks;
}

std::vector<Tick> with_ends(const std::vector<Tick>& ticks, const AttentionRange& range, double apart) {
    const double length = range.high - range.low;
    std::vector<Tick> all{end_tick(range.low, length)};
    for (const Tick& tick : ticks) {
        const double share = (tick.value - range.low) / length;
        if (share >= apart && 1 - share >= apart) all.push_back(tick);
    }
    all.push_back(end_tick(range.high, length));
    write_alike(all);
    return all;
}

ColorbarRoom colorbar_room(const Colorbar& bar, const cv::Size& beside, int letter) {
    if (letter == 0) letter = drawing_sizes(beside).letter;
    const Placed place = placed_beside({{0, 0}, beside}, letter);
    const std::vector<Tick> ticks = ticks_along(bar.range, place.bar.height, letter);
    const int margin = margin_of(letter);
    return {letter, place.text_begin() - beside.width + widest_text(ticks, letter) + margin,
            least_height * letter + 2 * rows_beyond(beside, letter)};
}

namespace figures {

Figure with_colorbar(Figure figure, const Colorbar& bar, const cv::Rect& beside, int letter) {
    const ColorbarRoom room = colorbar_room(bar, beside.size(), letter);
    const Placed place = placed_beside(beside, room.letter);
    figure.size.width = std::max(figure.size.width, beside.br().x + room.width);
    figure.size.height =
        std::max(figure.size.height, place.bar.br().y + rows_beyond(beside.size(), room.letter));
    add_line_around(figure, place.bar, 1, ink);
    figure.pictures.push_back({gradient(bar, place.bar.height), place.bar});
    for (const Tick& tick : ticks_along(bar.range, place.bar.height, room.letter)) {
        add_tick(figure, tick, place, place.row_of(tick.value, bar.range));
    }
    return figure;
}

}  // namespace figures

}  // namespace glimpse
