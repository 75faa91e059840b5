#include "parameters/conventions.hpp"

#include <algorithm>

#include "glimpse/box_adjustment.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/json_text.hpp"

namespace glimpse::parameters {

namespace {

Box between_corners(double x0, double y0, double x1, double y1) {
    if (!(x1 > x0) || !(y1 > y0)) {
        throw Error("the second corner lies right of and below the first, and (" + number_text(x1) + ", " +
                    number_text(y1) + ") does not of (" + number_text(x0) + ", " + number_text(y0) + ")");
    }
    return {x0, y0, x1 - x0, y1 - y0};
}

/// Where the sides are not told by the box that is made of them.
void require_sides(const std::array<double, 4>& numbers, const char* words) {
    const auto [a, b, width, height] = numbers;
    if (width > 0 && height > 0) return;
    throw Error(std::string("a box ") + words + " has width and height > 0, not [" + number_text(a) + ", " +
                number_text(b) + ", " + number_text(width) + ", " + number_text(height) + "]");
}

Box tracker_window(const Box& box, TrackerWindow window) {
    try {
        require_box(box);
    } catch (const InvalidParameter& error) {
        throw Error(error.what());
    }
    return adjusted(box, {.context = {}, .tracker = true, .window = window});
}

}  // namespace

Box box_in_order(const std::array<double, 4>& numbers, BoxOrder order) {
    const auto [a, b, c, d] = numbers;
    switch (order) {
        case BoxOrder::xyxy:
            return between_corners(a, b, c, d);
        case BoxOrder::yxyx:
            return between_corners(b, a, d, c);
        case BoxOrder::cxcywh:
            require_sides(numbers, "[centre x, centre y, width, height]");
            return {a - c / 2, b - d / 2, c, d};
        case BoxOrder::yxhw:
            require_sides(numbers, "[y, x, height, width]");
            return {b, a, d, c};
        case BoxOrder::pysot:
            return tracker_window({a, b, c, d}, TrackerWindow::pysot);
        case BoxOrder::siamfc:
            return tracker_window({a, b, c, d}, TrackerWindow::siamfc);
        case BoxOrder::xywh:
            break;
    }
    return {a, b, c, d};
}

bool is_sampled(std::string_view convention) {
    return std::ranges::count(words_of(sampling_rules), convention) > 0;
}

std::optional<BoxOrder> default_box_order(const ParameterDefaults& defaults) {
    const std::string& word = defaults.convention;
    if (word.empty()) return BoxOrder::xywh;
    const auto found = std::ranges::find(box_orders, word, &std::pair<std::string_view, BoxOrder>::first);
    if (found != box_orders.end()) return found->second;
    if (std::ranges::count(words_of(turned_boxes), word) > 0) {
        throw InvalidOption("defaults.convention",
                            "a box of " + json::in_quotes(word) +
                                " has five numbers, and this one four: write it as an entry of " +
                                field_name("parameters"));
    }
    std::vector<std::string_view> words = words_of(filled_box_orders);
    for (const std::string_view own : words_of(gaussian_box_orders, sampling_rules)) {
        if (std::ranges::count(words, own) == 0) words.push_back(own);
    }
    if (std::ranges::count(words, word) > 0) return std::nullopt;
    throw InvalidOption("defaults.convention", "a box is " + join(words) + ", not " + json::in_quotes(word));
}

std::vector<std::string> sized_box_definitions() {
    std::vector<std::string_view> corners = words_of(sampling_rules);
    for (const auto& [word, order] : box_orders) {
        if (order == BoxOrder::xyxy || order == BoxOrder::yxyx) corners.push_back(word);
    }
    const std::string has_sides = R"("convention": {"not": {"enum": [)" + json::listed(corners) + "]}}";
    constexpr const char* sides = R"("prefixItems": [true, true, {"type": "number", "exclusiveMinimum": 0}, )"
                                  R"({"type": "number", "exclusiveMinimum": 0}])";
    return {
        R"("sized_box": {"description": "The reader compares a second corner with the first; other boxes )"
        R"(have sides.", "if": {"required": ["box"], "properties": {"box": {"type": "array"}, )" +
            has_sides + R"(}}, "then": {"properties": {"box": {)" + sides + "}}}}",
        R"("sized_boxes": {"description": "Those of entries that say so, where the default is another.", )"
        R"("if": {"properties": {)" +
            has_sides +
            R"(}}, "then": {"properties": {"glimpses": {"items": {"$ref": "#/$defs/sized_box"}}}}, )"
            R"("else": {"properties": {"glimpses": {"items": {"if": {"required": ["convention"]}, )"
            R"("then": {"$ref": "#/$defs/sized_box"}}}}}})"};
}

std::string convention_rule(std::string_view form, std::span<const std::string_view> words) {
    return R"({"if": {"required": [)" + json::in_quotes(form) +
           R"(, "convention"]}, "then": {"properties": {"convention": {"enum": [)" + json::listed(words) +
           "]}}}}";
}

Key convention_key(std::vector<std::string_view> forms, std::vector<std::string_view> words,
                   std::string_view meaning) {
    return {.name = "convention", .forms = std::move(forms), .type = enum_type(words), .meaning = meaning};
}

std::string_view take_convention(Entry& entry, std::span<const std::string_view> words,
                                 const ReadingContext& context) {
    constexpr std::string_view key = "convention";
    const auto found = [&](std::string_view word) { return std::ranges::find(words, word); };
    if (entry.has_own(key)) return words[json::word_index(*entry.take(key), words)];
    if (const std::optional<json::Value> inherited = entry.peek(key); inherited && inherited->is_string()) {
        const auto word = found(json::text(*inherited));
        if (word != words.end()) return static_cast<void>(entry.take(key)), *word;
    }
    const auto word = found(context.defaults.convention);
    if (word == words.end()) return {};
    if (context.convention_is_used) *context.convention_is_used = true;
    return *word;
}

}  // namespace glimpse::parameters

namespace glimpse {

std::vector<std::string_view> conventions() {
    using namespace parameters;
    return words_of(filled_box_orders, theta_conventions, matrix_conventions, axes_orders, draw_codes,
                    sampling_rules, turned_boxes, offset_versions);
}

}  // namespace glimpse
