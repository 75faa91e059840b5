#include "parameters/boxes.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <memory>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "refusals.hpp"

// Boxes without a document, against documents that say the same.

using namespace glimpse;

namespace {

Place place_of_box(const std::string& text) {
    return {.common = std::make_shared<const CommonPlace>(CommonPlace{.before = text, .is_box = true})};
}

/// The place of a box that stands by itself is given; in a document it is the entry's, and "/box" follows.
std::string refusal_of_box(const OrientedBox& box, const ParameterDefaults& defaults) {
    ParameterDocument document;
    return refusal([&] { append_glimpses_of_box("000", box, place_of_box("a.json"), defaults, document); });
}

std::string refusal_of_document(const OrientedBox& box, const ParameterDefaults& defaults) {
    std::string text = R"({"box": [)";
    for (const double number : {box.box.x, box.box.y, box.box.width}) text += number_text(number) + ", ";
    text += number_text(box.box.height) + "]";
    if (box.units == Units::fraction) text += R"(, "units": "fraction")";
    if (box.angle != 0) text += ", \"angle\": " + number_text(box.angle);
    return refusal([&] { parse_parameters(text + "}", "a.json", {}, defaults); });
}

std::string without_field(std::string refusal) {
    const std::string field = "/box: ";
    const std::size_t found = refusal.find(field);
    return found == std::string::npos ? refusal : refusal.erase(found, field.size());
}

/// The oriented box of a mechanism that has one.
OrientedBox box_of(const Mechanism& mechanism) {
    return std::visit(
        [](const auto& one) -> OrientedBox {
            using One = std::decay_t<decltype(one)>;
            if constexpr (requires { typename One::BoxForm; }) {
                return std::get<typename One::BoxForm>(one.form);
            } else {
                throw std::logic_error("it takes no box");
            }
        },
        mechanism);
}

}  // namespace

TEST_CASE("a box is refused with the words that a document of it is refused with") {
    for (const std::string_view name : box_mechanism_names()) {
        for (const std::optional<Size> size :
             {std::optional<Size>(), std::optional(Size{5, 6}), std::optional(Size{1 << 15, 1 << 15}),
              std::optional(Size{0, 3})}) {
            for (const Units units : {Units::pixels, Units::fraction}) {
                for (const Box& box :
                     {Box{1, 2, 3, 4}, Box{1.5, -2, 0, 4}, Box{0, 0, 3, -0.25}, Box{0, 0, 1e9, 1e9}}) {
                    for (const double angle : {0.0, name == "stn" || name == "gaussian" ? 30.0 : 0.0}) {
                        const ParameterDefaults defaults{std::string(name), size};
                        const OrientedBox oriented{box, units, angle};
                        CAPTURE(name);
                        CHECK(refusal_of_box(oriented, defaults) ==
                              without_field(refusal_of_document(oriented, defaults)));
                    }
                }
            }
        }
    }
    CHECK(refusal_of_box({{1, 2, 3, 4}}, {"spotlight", {}}) == "a.json: unknown mechanism \"spotlight\"");
    CHECK(refusal_of_box({{1, 2, 3, 4}}, {"filter", {}}) ==
          "a.json: mechanism \"filter\" has no box; those that have are crop, mask, gaussian, stn, retina");
    for (const std::string name : {"crop", "mask", "retina"}) {
        const OrientedBox turned{{1, 2, 3, 4}, Units::pixels, 30};
        const std::string refusal = "a.json: /angle: \"angle\" is not used by mechanism \"" + name + '"';
        CHECK(refusal_of_box(turned, {name, {}}) == refusal);
        CHECK(refusal_of_document(turned, {name, {}}) == refusal);
    }
    CHECK(refusal_of_box({{std::numeric_limits<double>::infinity(), 2, 3, 4}}, {}) ==
          "a.json: a box is four finite numbers, not [inf, 2, 3, 4]");
}

TEST_CASE("a box becomes a mechanism of the defaults' word and size") {
    for (const std::string_view word : box_mechanism_names()) {
        const double angle = word == "stn" ? 30 : 0;
        ParameterDocument document;
        append_glimpses_of_box("7", {{0.5, 0.25, 0.125, 1}, Units::fraction, angle}, place_of_box("b.txt"),
                               {std::string(word), Size{5, 6}}, document);
        const bool is_several = word == "retina";
        REQUIRE(document.size() == (is_several ? 3 : 1));
        const Glimpse& glimpse = document.front();
        CHECK(glimpse.id == (is_several ? "7.000" : "7"));
        CHECK(glimpse.place.of("/box") == "b.txt");
        CHECK(glimpse.place.of("/size") == "b.txt: /size");
        CHECK(name(glimpse.mechanism) == word);
        const OrientedBox box = box_of(glimpse.mechanism);
        CHECK(box.box.x == 0.5);
        CHECK(box.box.y == 0.25);
        CHECK(box.box.width == 0.125);
        CHECK(box.box.height == 1);
        CHECK(box.units == Units::fraction);
        CHECK(box.angle == angle);
        CHECK(requested_size(glimpse.mechanism) == (word == "mask" ? std::optional<Size>() : Size{5, 6}));
    }
}
