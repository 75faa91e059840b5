#include "outputs/explanation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <numbers>

#include "glimpse/report.hpp"
#include "glimpse/words.hpp"
#include "system/reported_path.hpp"

namespace glimpse {

namespace {

using FactJson = nlohmann::ordered_json;

/// What is told, in words and in numbers.
struct Fact {
    std::string name;
    std::string words;
    FactJson json;
};

std::string in_digits(double number, int digits) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.*g", digits, number);
    return number_text(std::strtod(text.data(), nullptr));
}

/// Of what is measured, five digits are enough for people.
std::string shown(double number) {
    return in_digits(number, 5);
}

/// Coordinates, and what they are made of.
std::string placed(double number) {
    return in_digits(number, 9);
}

std::string shown(const Box& box) {
    return "[" + placed(box.x) + ", " + placed(box.y) + ", " + placed(box.width) + ", " + placed(box.height) +
           "]";
}

std::string shown(const Point& point) {
    return "(" + placed(point.x) + ", " + placed(point.y) + ")";
}

std::string shown(const NumberRange& range) {
    const std::string least = shown(range.least);
    const std::string greatest = shown(range.greatest);
    return least == greatest ? least : least + " to " + greatest;
}

FactJson json_of(const Box& box) {
    return {box.x, box.y, box.width, box.height};
}

FactJson json_of(const NumberRange& range) {
    if (range.empty()) return nullptr;
    return {range.least, range.greatest};
}

/// "1 glimpse pixel", "2 glimpse pixels".
std::string counted(std::int64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

/// " + 2.5 i"; empty for 0.
std::string term(double factor, const char* variable) {
    if (factor == 0) return {};
    const bool is_one = std::abs(factor) == 1 && *variable != 0;
    return (factor < 0 ? " - " : " + ") +
           (is_one ? std::string(variable + 1) : placed(std::abs(factor)) + variable);
}

std::string linear(const std::array<double, 3>& row) {
    std::string sum = term(row[0], " j") + term(row[1], " i") + term(row[2], "");
    if (sum.empty()) return "0";
    if (sum.starts_with(" + ")) return sum.substr(3);
    return "-" + sum.substr(3);
}

Fact matrix_fact(const Explanation& e) {
    if (e.homography) {
        const Homography& h = *e.homography;
        return {
            "matrix",
            "from (j, i) to x = (" + linear(h[0]) + ")/d, y = (" + linear(h[1]) + ")/d, d = " + linear(h[2]),
            FactJson(h)};
    }
    if (!e.matrix) return {"matrix", "none: no affine map leads from glimpse to image", nullptr};
    const auto& m = e.matrix->m;
    std::string words = "from (j, i) to x = " + linear(m[0]) + ", y = " + linear(m[1]);
    if (e.matrix->axis_aligned()) {
        words += "; scale " + placed(m[0][0]) + ", " + placed(m[1][1]) + ", shift " + placed(m[0][2]) + ", " +
                 placed(m[1][2]);
    }
    if (e.matrix->determinant() < 0) words += "; mirrored";
    return {"matrix", words, FactJson(m)};
}

Fact box_fact(const Explanation& e) {
    if (e.outline.empty()) return {"box", "none", nullptr};
    const Box box = bounding_box(e.outline);
    std::string words = shown(box) + " (x, y, width, height; pixels)";
    if (!e.has_border && !e.weights.footprint) {
        words += ", around the weights of at least half the greatest";
    } else if (e.outline.size() == 4 && !(e.matrix && e.matrix->axis_aligned())) {
        std::vector<std::string> corners;
        for (const Point& point : e.outline) corners.push_back(shown(point));
        words += ", around the corners " + join(corners);
    } else if (e.outline.size() > 4) {
        words += ", around a border of " + std::to_string(e.outline.size()) + " points";
    }
    return {"box", words, json_of(box)};
}

/// Of the glimpse's rows in the image; none without a matrix.
std::optional<double> angle_of(const Explanation& e) {
    if (!e.matrix || !e.has_border) return std::nullopt;
    const auto& m = e.matrix->m;
    const double angle = std::atan2(m[1][0], m[0][0]) * 180 / std::numbers::pi;
    return angle == 0 ? 0 : angle;  // no -0
}

void add_geometry(const Explanation& e, std::vector<Fact>& facts) {
    facts.push_back(matrix_fact(e));
    facts.push_back(box_fact(e));
    if (e.outline.size() == 4) {
        FactJson corners = FactJson::array();
        for (const Point& point : e.outline) corners.push_back({point.x, point.y});
        facts.push_back({"corners", {}, corners});
    }
    if (const std::optional<double> angle = angle_of(e)) {
        facts.push_back({"angle", shown(*angle) + " degrees, clockwise on the screen", *angle});
    }
    if (!e.gaussians) return;
    const auto words = [](const char* axis, const Gaussian::Axis& a) {
        return std::string(axis) + ": u " + placed(a.u) + ", s " + placed(a.s) + ", d " + placed(a.d);
    };
    const auto numbers = [](const Gaussian::Axis& a) { return FactJson{{"u", a.u}, {"s", a.s}, {"d", a.d}}; };
    facts.push_back({"gaussians",
                     words("x", e.gaussians->x) + "; " + words("y", e.gaussians->y) +
                         " (first centre, standard deviation, distance; pixels)",
                     {{"x", numbers(e.gaussians->x)}, {"y", numbers(e.gaussians->y)}}});
}

void add_spacing(const Explanation& e, std::vector<Fact>& facts) {
    if (!e.points) {
        facts.push_back({"stride", "none: the glimpse is no grid of points of the image", nullptr});
    } else {
        const NumberRange& x = e.points->stride_x;
        const NumberRange& y = e.points->stride_y;
        const auto words = [](const NumberRange& stride, const char* unit) {
            return stride.empty() ? std::string("none") : shown(stride) + unit;
        };
        facts.push_back(
            {"stride",
             words(x, " pixels") + " along x, " + words(y, x.empty() ? " pixels" : "") + " along y",
             {{"x", json_of(x)}, {"y", json_of(y)}}});
    }
    const auto& seen = e.weights.footprint;
    if (!seen) return;
    facts.push_back({"footprint",
                     shown(seen->x) + " pixels along x, " + shown(seen->y) +
                         " along y, as an even stripe of the same standard deviation",
                     {{"x", seen->x}, {"y", seen->y}}});
}

std::string fill_words(const Explanation& e) {
    if (const auto* constant = std::get_if<Constant>(&e.fill)) {
        std::vector<std::string> values;
        for (const double value : constant->values.get()) values.push_back(shown(value));
        return "the constant " + join(values);
    }
    if (const auto* const mean = std::get_if<MeanOfImage>(&e.fill))
        return mean->is_truncated ? "the image's mean, cut to whole numbers" : "the image's mean";
    const bool is_missing = e.weights.empty + e.weights.partial > 0 || (!e.points && e.inside < 1);
    return is_missing ? "zeros" : "what the padding repeats of the image";
}

std::string sides_of(const PointFacts& points) {
    std::vector<std::string> sides;
    for (const auto& [count, side] : {std::pair{points.left, "left of it"}, std::pair{points.right, "right"},
                                      std::pair{points.above, "above"}, std::pair{points.below, "below"}}) {
        if (count > 0) sides.push_back(std::to_string(count) + " " + side);
    }
    return join(sides);
}

Fact outside_fact(const Explanation& e) {
    FactJson json{
        {"inside", e.inside}, {"pixels_outside", e.weights.empty}, {"pixels_partly", e.weights.partial}};
    std::string words = "nothing";
    if (e.points) {
        const PointFacts& p = *e.points;
        json["points"] = p.outside;
        json["left"] = p.left;
        json["right"] = p.right;
        json["above"] = p.above;
        json["below"] = p.below;
        if (p.outside > 0) {
            words = std::to_string(p.outside) + " of " + counted(p.count, "sampling point") + " (" +
                    sides_of(p) + ")";
        }
        if (p.nowhere > 0) words += "; " + counted(p.nowhere, "point") + " nowhere";
    }
    if (!e.points && e.weights.partial > 0) {
        words = "the kernels of " + counted(e.weights.partial, "glimpse pixel") + " reach beyond the image";
    } else if (e.points && e.points->outside == 0 && e.weights.partial > 0) {
        words = "no sampling point";
    }
    if (words == "nothing" && e.inside < 1) words = "a part of its weights";
    if (words == "nothing") return {"outside", words, json};
    words += "; there it shows " + fill_words(e);
    if (e.points && e.weights.empty + e.weights.partial > 0) {
        words += "; " + counted(e.weights.empty, "glimpse pixel") + " without any weight inside, " +
                 std::to_string(e.weights.partial) + " with a part of it";
    }
    return {"outside", words + "; inside is a share of " + shown(e.inside), json};
}

void add_weights(const Explanation& e, std::vector<Fact>& facts) {
    const WeightFacts& w = e.weights;
    const std::string range = shown(w.sums);
    std::string sums = range + " of each glimpse pixel's weights";
    if (range != shown(w.mean_sum)) sums += ", their mean " + shown(w.mean_sum);
    if (e.points && e.full_weight > 0 && range != shown(e.full_weight))
        sums += ", and " + shown(e.full_weight) + " where all is inside";
    facts.push_back(
        {"sums", sums, {{"least", w.sums.least}, {"mean", w.mean_sum}, {"greatest", w.sums.greatest}}});
    const std::string count =
        counted(w.count, "weight") + " that " + (w.count == 1 ? "is" : "are") + " not 0";
    facts.push_back({"weights",
                     w.weights.empty() ? count : shown(w.weights) + ", " + count,
                     {{"range", json_of(w.weights)}, {"count", w.count}}});
    const Rectangle& s = e.support;
    facts.push_back({"support",
                     s.empty()
                         ? "none of the image's pixels"
                         : "columns " + std::to_string(s.x) + " to " + std::to_string(s.right() - 1) +
                               ", rows " + std::to_string(s.y) + " to " + std::to_string(s.bottom() - 1),
                     {s.x, s.y, s.width, s.height}});
}

std::string help_of(const std::vector<std::string>& remedies) {
    return remedies.empty() ? "" : "; what helps: " + join(remedies, ", or ");
}

/// Of a glimpse that lies outside the image.
std::vector<std::string> inside_remedies(const Explanation& e) {
    std::vector<std::string> remedies;
    if (std::ranges::any_of(e.readings, [&](const ExplainedReading& r) { return r.inside > e.inside; }))
        remedies.emplace_back("another convention of its numbers");
    if (!e.padding.empty()) remedies.emplace_back(R"(a "padding")");
    return remedies;
}

Fact aliasing_fact(const Explanation& e) {
    if (!e.points || !e.weights.footprint) {
        const char* const why = e.points ? "no: it sees nothing of the image" : "no: it is no grid of points";
        return {"aliasing", why, {{"x", false}, {"y", false}}};
    }
    const WeightFacts& w = e.weights;
    const FactJson json{{"x", w.aliased_x > 0}, {"y", w.aliased_y > 0}};
    const std::int64_t seeing = e.size.area() - w.empty;
    const auto axis = [&](const char* name, const NumberRange& stride, double seen, std::int64_t aliased) {
        if (stride.empty()) return "along " + std::string(name) + " no pixel has a neighbour";
        std::string words =
            "along " + std::string(name) + " a sample every " + shown(stride) + " pixels sees " + shown(seen);
        if (aliased == 0 || aliased == seeing) return words;
        return words + ", too little for " + std::to_string(aliased) + " of " + std::to_string(seeing);
    };
    const std::string x = axis("x", e.points->stride_x, w.footprint->x, w.aliased_x);
    const std::string y = axis("y", e.points->stride_y, w.footprint->y, w.aliased_y);
    std::vector<std::string> aliasing;
    if (w.aliased_x > 0) aliasing.push_back(x);
    if (w.aliased_y > 0) aliasing.push_back(y);
    if (aliasing.empty()) return {"aliasing", "no: " + x + ", " + y, json};
    std::vector<std::string> remedies = e.widening;
    if (e.gaussians) remedies.emplace_back("standard deviations of half the distance of centres");
    if (e.size_helps) remedies.emplace_back("a larger size");
    return {"aliasing", "yes: " + join(aliasing) + ", so that finer patterns alias" + help_of(remedies),
            json};
}

const char* word_of(Darkness darkness) {
    switch (darkness) {
        case Darkness::outside:
            return "outside";
        case Darkness::small_weights:
            return "small weights";
        case Darkness::dark_image:
            return "dark image";
        case Darkness::transparent_image:
            return "transparent image";
        case Darkness::transition:
            return "transition";
        case Darkness::bias:
            return "bias";
        case Darkness::none:
            break;
    }
    return "no";
}

std::string cause_of(const Explanation& e) {
    switch (e.values.darkness) {
        case Darkness::outside:
            return (e.inside > 0 ? "a share of " + shown(1 - e.inside) + " of it" : std::string("it")) +
                   " lies outside the image, and shows " + fill_words(e) + " there" +
                   help_of(inside_remedies(e));
        case Darkness::small_weights: {
            std::vector<std::string> remedies = e.strengthening;
            if (e.intensity_helps) remedies.emplace_back("of DRAW's numbers a greater log_gamma");
            if (e.values.white > 0 && e.values.unrounded > 0)
                remedies.emplace_back("an array (npy), which is not rounded");
            return "the weights of none of its pixels sum to more than " +
                   shown(std::max(0.0, e.weights.sums.greatest)) + help_of(remedies);
        }
        case Darkness::dark_image:
            if (e.values.seen > darkest_visible * e.values.white)
                return "the image is dark where it looks, but for values of little weight, up to " +
                       shown(e.values.seen);
            return "the image has nothing above " + shown(e.values.seen) + " where it looks";
        case Darkness::transparent_image:
            return "the image is transparent where it looks, but for dark pixels";
        case Darkness::transition:
            return "its transition makes it so, and without one the greatest is " + shown(e.values.otherwise);
        case Darkness::bias:
            return "its bias makes it so, and without one the greatest is " + shown(e.values.otherwise);
        case Darkness::none:
            break;
    }
    return {};
}

Fact black_fact(const Explanation& e) {
    const ExplainedValues& v = e.values;
    FactJson json{
        {"greatest", v.greatest ? FactJson(*v.greatest) : FactJson(nullptr)},
        {"white", v.white > 0 ? FactJson(v.white) : FactJson(nullptr)},
        {"not_finite", v.not_finite},
        {"cause", v.darkness == Darkness::none ? FactJson(nullptr) : FactJson(word_of(v.darkness))}};
    std::string words;
    if (!v.greatest) {
        words = "it has no number: all are NaN or infinite";
    } else {
        const std::string greatest =
            "the greatest value is " + shown(*v.greatest) + (v.white > 0 ? " of " + shown(v.white) : "");
        const bool is_black = *v.greatest <= 0;
        words = v.darkness == Darkness::none
                    ? "no: " + greatest
                    : (is_black ? "yes: " : "nearly: ") + greatest + ", since " + cause_of(e);
    }
    if (v.not_finite > 0 && v.greatest)
        words +=
            "; " + counted(v.not_finite, "value") + (v.not_finite == 1 ? " is" : " are") + " NaN or infinite";
    return {"black", words, json};
}

std::string name_of(const ExplainedReading& reading, const Explanation& e) {
    const std::string own = reading.convention.empty() ? "this program's own" : reading.convention;
    const std::string name = words_of_reading(own, reading.units, e);
    return reading.without.empty() ? name : name + ", without " + join(reading.without);
}

void add_readings(const Explanation& e, std::vector<Fact>& facts) {
    FactJson all = FactJson::array();
    for (const ExplainedReading& r : e.readings) {
        all.push_back({{"convention", r.convention.empty() ? FactJson(nullptr) : FactJson(r.convention)},
                       {"units", r.units.empty() ? FactJson(nullptr) : FactJson(r.units)},
                       {"without", r.without},
                       {"box", json_of(r.box)},
                       {"distance", r.distance},
                       {"iou", r.overlap},
                       {"inside", r.inside},
                       {"fits_size", r.fits_size}});
    }
    facts.push_back({"readings",
                     e.readings.empty()
                         ? "none: no other convention makes another part of the image of these numbers"
                         : "",
                     all});
}

/// Text alone, a line for each.
std::string reading_lines(const Explanation& e) {
    std::string lines;
    for (const ExplainedReading& r : e.readings) {
        const std::string away = r.distance > 0 ? ", up to " + shown(r.distance) + " pixels away, IoU "
                                                : ", the same points with other weights, IoU ";
        lines += "  read as " + name_of(r, e) + ": " + shown(r.box) + away + shown(r.overlap) +
                 ", a share of " + shown(r.inside) + " inside" +
                 (r.fits_size ? "" : ", its pixels not square") + "\n";
    }
    return lines;
}

std::vector<Fact> facts_of(const Explanation& e) {
    std::vector<Fact> facts;
    facts.push_back({"mechanism", std::string(e.mechanism) + (e.form.empty() ? "" : ", by its " + e.form),
                     std::string(e.mechanism)});
    facts.push_back({"form", {}, e.form.empty() ? FactJson(nullptr) : FactJson(e.form)});
    facts.push_back({"convention",
                     e.convention.empty() && e.has_conventions ? "this program's own" : e.convention,
                     e.convention.empty() ? FactJson(nullptr) : FactJson(e.convention)});
    facts.push_back({"units", e.units, e.units.empty() ? FactJson(nullptr) : FactJson(e.units)});
    facts.push_back({"parameters", e.parameters, FactJson::parse(e.parameters)});
    facts.push_back({"size",
                     to_string(e.size) + " of an image of " + to_string(e.image_size) + " pixels",
                     {e.size.width, e.size.height}});
    facts.push_back({"image_size", {}, {e.image_size.width, e.image_size.height}});
    facts.push_back({"linear",
                     e.is_linear ? "" : "no: its transition bends it; what follows is of the weights alone",
                     e.is_linear});
    add_geometry(e, facts);
    add_spacing(e, facts);
    facts.push_back(outside_fact(e));
    add_weights(e, facts);
    facts.push_back(aliasing_fact(e));
    facts.push_back(black_fact(e));
    add_readings(e, facts);
    return facts;
}

}  // namespace

std::string words_of_reading(const std::string& convention, const std::string& units, const Explanation& e) {
    const auto is_usual = [](const std::string& word) { return word.empty() || word == "pixels"; };
    std::string words = convention;
    if (is_usual(units) && is_usual(e.units)) return words;
    if (!units.empty()) words += (words.empty() ? "units " : ", units ") + units;
    return words;
}

std::string explanation_text(const Explanation& e) {
    std::string text = e.id + " (" + e.place + ")\n";
    if (!e.error.empty()) return text + "  error: " + e.error + "\n";
    for (const Fact& fact : facts_of(e)) {
        if (!fact.words.empty()) text += "  " + fact.name + ": " + fact.words + "\n";
    }
    text += reading_lines(e);
    if (!e.panel.empty()) text += "  panel: " + e.panel + "\n";
    return text;
}

std::string explanation_line(const Explanation& e) {
    FactJson line{{"image", reported_path(e.image)}, {"id", e.id}, {"place", e.place}};
    line["error"] = e.error.empty() ? FactJson(nullptr) : FactJson(e.error);
    if (e.error.empty()) {
        for (const Fact& fact : facts_of(e)) line[fact.name] = fact.json;
        line["panel"] = e.panel.empty() ? FactJson(nullptr) : FactJson(reported_path(e.panel));
    }
    return line.dump(-1, ' ', false, FactJson::error_handler_t::replace);
}

}  // namespace glimpse
