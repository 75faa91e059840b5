#include "pipeline/comparison_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <functional>
#include <opencv2/core.hpp>
#include <utility>

#include "figures/figures.hpp"
#include "glimpse/displayable.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/words.hpp"
#include "pipeline/shown_image.hpp"
#include "pixels/block_means.hpp"

namespace glimpse {

namespace {

using Section = ComparisonSection;

constexpr int margin = 16;
constexpr int side = 168;  ///< of pictures
constexpr int gap = 20;
constexpr int letter = 9;
constexpr int line_height = 18;
constexpr int head_height = 2 * line_height + gap / 2;
constexpr double letters_wide = 0.9;  ///< a letter of a text on average, in cap heights; seldom more

const cv::Vec3b ink{30, 30, 30};
const cv::Vec3b pale{110, 110, 110};
const cv::Vec3b hairline{205, 205, 205};
/// Of home, elsewhere and diverged: readers who are colour-blind tell them apart, and so does a grey print.
const std::array<cv::Vec3b, 3> end_colours{cv::Vec3b(0, 128, 96), cv::Vec3b(240, 190, 60),
                                           cv::Vec3b(60, 60, 70)};

/// Three digits.
std::string digits(double number) {
    constexpr double whole_from = 100;
    constexpr double exponent_from = 1e7;
    std::array<char, 32> text{};
    const bool is_whole = std::abs(number) >= whole_from && std::abs(number) < exponent_from;
    static_cast<void>(std::snprintf(text.data(), text.size(), is_whole ? "%.0f" : "%.3g", number));
    return text.data();
}

std::string percent(double share) {
    constexpr double hundred = 100;
    return digits(hundred * share) + " %";
}

using Lines = std::vector<std::string>;

/// Words in lines of so many pixels; of what is longer than the height of a row, the beginning.
Lines wrapped(const std::string& text, int width) {
    const auto most = static_cast<std::size_t>(width / (letters_wide * letter));
    constexpr std::size_t most_lines = side / line_height;
    Lines lines(1);
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        const std::string word = text.substr(begin, end - begin);
        if (!lines.back().empty() && lines.back().size() + 1 + word.size() > most) lines.emplace_back();
        lines.back() += (lines.back().empty() ? "" : " ") + word;
        begin = end + 1;
    }
    if (lines.size() > most_lines) {
        lines.resize(most_lines);
        lines.back() += " …";
    }
    return lines;
}

/// What an earlier column says already is not said again.
std::string new_reason(const std::string& reason, const std::string& said) {
    return reason == said ? "–" : reason;
}

Lines lines_of_times(const ComparedMechanism& one) {
    return {"read " + digits(one.time->read_alone), "and lowered " + digits(one.time->lowered_each_time),
            one.dense.value ? "dense " + digits(*one.dense.value) : "dense –"};
}

Lines lines_of_aliasing(const ComparedMechanism& one, int width) {
    Lines lines{one.energy.value ? "energy " + percent(*one.energy.value) : "energy –",
                one.gain.value ? "gain " + digits(*one.gain.value) : "gain –"};
    const std::string& reason = one.gain.reason.empty() ? one.energy.reason : one.gain.reason;
    if (reason.empty()) return lines;
    const Lines more = wrapped(reason, width);
    lines.insert(lines.end(), more.begin(), more.begin() + std::min<std::ptrdiff_t>(std::ssize(more), 7));
    return lines;
}

Lines lines_of_jacobian(const ComparedMechanism& one, int width) {
    if (!one.jacobian.value) return wrapped(new_reason(one.jacobian.reason, one.basin.reason), width);
    const JacobianFacts& facts = *one.jacobian.value;
    Lines lines{"rank " + std::to_string(facts.rank) + " of " + std::to_string(facts.parameters.size()),
                facts.condition ? "condition " + digits(*facts.condition) : "condition –"};
    constexpr std::size_t most = 6;
    for (std::size_t k = 0; k < std::min(most, facts.singular_values.size()); ++k)
        lines.push_back((k == 0 ? "σ " : "   ") + digits(facts.singular_values[k]));
    if (facts.singular_values.size() > most) lines.push_back("   …");
    return lines;
}

/// The reach of each number's gradient, and its share of J.
Lines lines_of_numbers(const ComparedMechanism& one, int width) {
    const bool has_reach = one.reach.value.has_value();
    const bool has_shares = one.jacobian.value.has_value();
    if (!has_reach && !has_shares) {
        const std::string& reason = one.reach.reason.empty() ? one.jacobian.reason : one.reach.reason;
        const bool is_known = reason == one.jacobian.reason && &reason != &one.jacobian.reason;
        return wrapped(is_known ? "–" : new_reason(reason, one.basin.reason), width);
    }
    const std::size_t count = has_reach ? one.reach.value->size() : one.jacobian.value->parameters.size();
    constexpr std::size_t most = 8;
    Lines lines;
    for (std::size_t k = 0; k < std::min(most, count); ++k) {
        const std::string name =
            has_reach ? (*one.reach.value)[k].parameter.substr(1) : one.jacobian.value->parameters[k];
        std::string line = name + ":";
        if (has_reach) {
            const std::optional<double>& pixels = (*one.reach.value)[k].pixels;
            line += pixels ? " " + digits(*pixels) + " px" : " –";
        }
        if (has_shares) {
            const auto& names = one.jacobian.value->parameters;
            const auto place = std::ranges::find(names, name) - names.begin();
            const bool is_known = place < std::ssize(names);
            const auto share =
                is_known ? one.jacobian.value->independent[static_cast<std::size_t>(place)] : std::nullopt;
            line += (has_reach ? "; " : " ") + (share ? percent(*share) : "–");
        }
        lines.push_back(std::move(line));
    }
    if (count > most) lines.push_back("and " + std::to_string(count - most) + " more");
    return lines;
}

/// What is shown around a glimpse: its bounding box, and a quarter of its sides around it.
Rectangle part_around(const ComparedMechanism& one, Size image) {
    if (one.outline.empty()) return whole(image);
    const Box box = bounding_box(one.outline);
    constexpr double around = 0.25;
    const int left = static_cast<int>(std::floor(box.x - around * box.width));
    const int top = static_cast<int>(std::floor(box.y - around * box.height));
    const int right = static_cast<int>(std::ceil(box.x + (1 + around) * box.width));
    const int bottom = static_cast<int>(std::ceil(box.y + (1 + around) * box.height));
    const Rectangle part = intersection({left, top, right - left, bottom - top}, whole(image));
    return part.empty() ? whole(image) : part;
}

/// The map on a part of the image, black where it is 0, or less, and white where it is greatest.
cv::Mat map_picture(const MapFacts& facts, const Rectangle& part) {
    cv::Mat values = cv::Mat::zeros(part.height, part.width, CV_32F);
    const Rectangle seen = intersection(facts.map.region, part);
    if (!seen.empty()) {
        const cv::Rect from(seen.x - facts.map.region.x, seen.y - facts.map.region.y, seen.width,
                            seen.height);
        facts.map.pixels(from).copyTo(
            values(cv::Rect(seen.x - part.x, seen.y - part.y, seen.width, seen.height)));
    }
    const int n = std::max(1, (std::max(part.width, part.height) + side - 1) / side);
    if (n > 1) values = block_means(values, n, false);
    double greatest = 0;
    cv::minMaxLoc(values, nullptr, &greatest);
    constexpr double white = 255;
    cv::Mat grey;
    values.convertTo(grey, CV_8U, greatest > 0 ? white / greatest : 0);
    return displayable({.pixels = grey}, std::nullopt);
}

/// Where a picture of that size is shown in a cell.
cv::Rect place_in(cv::Point corner, cv::Size size) {
    const int longest = std::max(size.width, size.height);
    if (longest <= side) return {corner, size * (side / longest)};
    const double by = static_cast<double>(side) / longest;
    return {corner, cv::Size(std::max(1, static_cast<int>(std::lround(size.width * by))),
                             std::max(1, static_cast<int>(std::lround(size.height * by))))};
}

/// A column of the figure.
struct Column {
    Lines head;
    int width;
    std::function<void(const ComparedMechanism&, cv::Point)> draw;
};

class Drawing {
  public:
    Drawing(const Comparison& comparison, const Image& image) : comparison_(comparison), image_(image) {
        values_.depth = image.pixels.depth();
        if (values_.depth == CV_32F) values_.range = shown_range(image.pixels, false);
    }

    Figure made() {
        add_columns();
        int width = margin;
        for (const Column& column : columns_) width += column.width + gap;
        const auto rows = static_cast<int>(comparison_.mechanisms.size());
        figure_.size = {width - gap + margin,
                        2 * margin + head_height + rows * (side + gap) + 2 * line_height};
        int x = margin;
        for (const Column& column : columns_) {
            add_lines(column.head, {x, margin}, pale);
            int y = margin + head_height;
            for (const ComparedMechanism& one : comparison_.mechanisms) {
                column.draw(one, {x, y});
                y += side + gap;
            }
            x += column.width + gap;
        }
        for (int row = 0; row < rows; ++row)
            add_line_above(margin + head_height + row * (side + gap) - gap / 2);
        add_legend();
        return std::move(figure_);
    }

  private:
    [[nodiscard]] bool has(Section section) const {
        return comparison_.sections.at(static_cast<std::size_t>(section));
    }

    void add_text(const std::string& text, cv::Point place, const cv::Vec3b& colour) {
        figure_.shapes.emplace_back(FigureLettering{{text, place}, letter, colour});
    }

    void add_lines(const Lines& lines, cv::Point place, const cv::Vec3b& colour) {
        for (const std::string& line : lines) {
            add_text(line, place, colour);
            place.y += line_height;
        }
    }

    void add_line_above(int y) {
        figure_.shapes.emplace_back(FigureBox{{margin, y, figure_.size.width - 2 * margin, 1}, 0, hairline});
    }

    void add_picture(const cv::Mat& picture, const cv::Rect& place) {
        figure_.pictures.push_back({drawing().fitted(picture, place.size()), place});
    }

    /// Numbers, as lines.
    void add_numbers(Lines head, int width, Lines (*lines)(const ComparedMechanism&, int)) {
        columns_.push_back(
            {std::move(head), width, [this, width, lines](const ComparedMechanism& one, cv::Point at) {
                 add_lines(lines(one, width), at, ink);
             }});
    }

    void add_columns() {
        constexpr int narrow = 130;
        constexpr int wide = 270;
        columns_.push_back({{"mechanism"}, narrow, [this](const ComparedMechanism& one, cv::Point at) {
                                add_lines({one.id, one.mechanism, to_string(one.size)}, at, ink);
                            }});
        if (has(Section::glimpses)) add_glimpses();
        if (has(Section::maps)) add_maps();
        if (has(Section::basin)) add_basins();
        if (has(Section::time)) {
            add_numbers({"µs a glimpse,", "on one thread"}, narrow,
                        [](const ComparedMechanism& one, int) { return lines_of_times(one); });
        }
        if (has(Section::aliasing)) {
            add_numbers({"let through from", "above Nyquist"}, narrow,
                        [](const ComparedMechanism& one, int own) { return lines_of_aliasing(one, own); });
        }
        if (has(Section::jacobian)) {
            add_numbers({"Jacobian ∂g/∂p"}, narrow,
                        [](const ComparedMechanism& one, int own) { return lines_of_jacobian(one, own); });
        }
        if (has(Section::reach) || has(Section::jacobian)) {
            Lines head{"of each number"};
            head.push_back(!has(Section::jacobian) ? "the gradient's reach"
                           : !has(Section::reach)  ? "share outside the others"
                                                   : "reach; share outside others");
            add_numbers(std::move(head), wide,
                        [](const ComparedMechanism& one, int own) { return lines_of_numbers(one, own); });
        }
    }

    void add_glimpses() {
        columns_.push_back({{"glimpse"}, side, [this](const ComparedMechanism& one, cv::Point at) {
                                add_picture(shown_glimpse({.pixels = one.glimpse}, values_),
                                            place_in(at, one.glimpse.size()));
                            }});
    }

    void add_maps() {
        columns_.push_back({{"attention map,", "white where greatest"},
                            side,
                            [this](const ComparedMechanism& one, cv::Point at) { add_map(one, at); }});
    }

    void add_map(const ComparedMechanism& one, cv::Point at) {
        const Rectangle part = part_around(one, comparison_.image_size);
        const cv::Rect place = place_in(at, {part.width, part.height});
        add_picture(map_picture(*one.map, part), place);
        if (one.outline.empty()) return;
        std::vector<Point> polygon;
        for (const Point& point : one.outline) {
            polygon.push_back({place.x + (point.x - part.x) * place.width / part.width,
                               place.y + (point.y - part.y) * place.height / part.height});
        }
        figure_.shapes.emplace_back(FigureOutline{polygon, 1.5, glimpse_colour(0), place});
    }

    void add_basins() {
        const BasinOptions& basin = comparison_.basin;
        const std::string target(basin_target_names()[static_cast<std::size_t>(basin.target)]);
        const int n = comparison_.basin_shrink;
        const std::string image = n == 1 ? "" : ", means of " + std::to_string(n) + "×" + std::to_string(n);
        columns_.push_back(
            {{"basin, starts to ±" + percent(basin.displacement), "of the sides; " + target + image},
             side,
             [this](const ComparedMechanism& one, cv::Point at) { add_basin(one, at); }});
    }

    void add_basin(const ComparedMechanism& one, cv::Point at) {
        if (!one.basin.value) return add_lines(wrapped(one.basin.reason, side), at, ink);
        const Basin& basin = *one.basin.value;
        const int room = side - line_height;
        const auto edge = [&](int k) { return k * room / basin.grid; };
        for (int y = 0; y < basin.grid; ++y) {
            for (int x = 0; x < basin.grid; ++x) {
                const cv::Rect place(at.x + edge(x), at.y + edge(y), std::max(1, edge(x + 1) - edge(x) - 1),
                                     std::max(1, edge(y + 1) - edge(y) - 1));
                const auto end =
                    basin.ends[static_cast<std::size_t>(y) * static_cast<std::size_t>(basin.grid) +
                               static_cast<std::size_t>(x)];
                figure_.shapes.emplace_back(
                    FigureBox{place, 0, end_colours.at(static_cast<std::size_t>(end))});
            }
        }
        add_text(percent(basin.home) + " come home", {at.x, at.y + room + (line_height - letter) / 2}, ink);
    }

    void add_legend() {
        if (!has(Section::basin)) return;
        cv::Point at{margin, figure_.size.height - margin - letter};
        add_text("a start of the basin ends", at, pale);
        at.x += side + gap;
        for (std::size_t k = 0; k < end_colours.size(); ++k) {
            figure_.shapes.emplace_back(
                FigureBox{{at.x, at.y - 1, letter + 2, letter + 2}, 0, end_colours.at(k)});
            add_text(std::string(basin_end_names()[k]), {at.x + 2 * letter, at.y}, pale);
            at.x += side / 2 + gap;
        }
    }

    const Comparison& comparison_;
    const Image& image_;
    ShownValues values_;
    Figure figure_;
    std::vector<Column> columns_;
};

}  // namespace

Figure comparison_figure(const Comparison& comparison, const Image& image) {
    return Drawing(comparison, image).made();
}

}  // namespace glimpse
