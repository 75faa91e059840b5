#include "parameters/map_placement.hpp"

#include <algorithm>
#include <array>

#include "parameters/numbers.hpp"

namespace glimpse::parameters {

using namespace json;
using mask_form::Placement;
using mask_form::View;

namespace {

constexpr std::string_view within_words = "[x, y, width, height]";
constexpr std::string_view view_words = "{resize, crop}";
constexpr std::array<std::string_view, 4> within_members{"x", "y", "width", "height"};
constexpr std::array<std::string_view, 2> view_keys{"resize", "crop"};

Size size_of(const Value& value) {
    const std::vector<int> lengths = integers(value, 2, "[width, height]");
    return {lengths[0], lengths[1]};
}

View view_of(const Value& value) {
    if (!value.is_object()) value.fail_type(view_words);
    for (const std::string& key : value.keys()) {
        if (std::ranges::find(view_keys, key) == view_keys.end())
            fail_unknown_key(value.member(key), key, view_keys, view_keys);
    }
    View view;
    if (value.contains("resize")) {
        const Value resize = value.member("resize");
        if (resize.is_array()) {
            view.resize = size_of(resize);
        } else {
            view.resize = integer(resize);
        }
    }
    if (value.contains("crop")) {
        const Value crop = value.member("crop");
        view.crop = crop.is_array() ? size_of(crop) : Size{integer(crop), integer(crop)};
    }
    if (value.size() == 0) value.fail(R"(a view has "resize", "crop" or both)");
    return view;
}

}  // namespace

std::vector<Key> placement_keys(const std::vector<std::string_view>& forms) {
    const std::string positive = "{" + positive_type().schema + "}";
    const std::string number = "{" + number_type().schema + "}";
    const std::string length = R"({"type": "integer", "minimum": 1})";
    const std::string lengths = R"({"anyOf": [)" + length +
                                R"(, {"type": "array", "minItems": 2, "maxItems": 2, "items": )" + length +
                                "}]}";
    return {
        {.name = "within",
         .forms = forms,
         .type = or_reference({std::string(within_words), "width > 0, height > 0",
                               R"("type": "array", "minItems": 4, "maxItems": 4, "prefixItems": [)" + number +
                                   ", " + number + ", " + positive + ", " + positive + "]"},
                              true),
         .unit = "pixels",
         .meaning = "Where on the image the map lies, from its top left edge; beyond that the weights are "
                    "0. Without it, on all of the image."},
        {.name = "view",
         .forms = forms,
         .type = {std::string(view_words), "≥ 1",
                  R"("type": "object", "minProperties": 1, "additionalProperties": false, "properties": )"
                  R"({"resize": )" +
                      lengths + R"(, "crop": )" + lengths + "}"},
         .unit = "pixels",
         .meaning = "What the model was shown, on which the map lies: the image resized, a number for the "
                    "shorter side or [width, height], and its centre cropped, a number or [width, "
                    "height]."}};
}

std::optional<Placement> read_placement(Entry& entry, const ReadingContext& context) {
    const bool has_own = entry.has_own("within") || entry.has_own("view");
    const auto has = [&](std::string_view key) {
        return has_own ? entry.has_own(key) : entry.has_default(key);
    };
    if (has("within") && has("view")) {
        entry.peek("view")->fail(R"("within" and "view" both say where the map lies; only one can hold)");
    }
    if (has("view")) return view_of(*entry.take("view"));
    if (!has("within")) return std::nullopt;
    const std::vector<double> box = numbers(*entry.take("within"), {within_members}, within_words, context);
    return Box{box[0], box[1], box[2], box[3]};
}

void write_placement(const std::optional<Placement>& placement, WrittenParameters& written) {
    if (!placement) return;
    if (const auto* const box = std::get_if<Box>(&*placement))
        return written.add("within", {box->x, box->y, box->width, box->height});
    const View& view = std::get<View>(*placement);
    WrittenParameters::Json object = WrittenParameters::Json::object();
    if (const auto* const side = std::get_if<int>(&view.resize)) object["resize"] = *side;
    if (const auto* const size = std::get_if<Size>(&view.resize))
        object["resize"] = {size->width, size->height};
    if (view.crop) object["crop"] = {view.crop->width, view.crop->height};
    written.add("view", std::move(object));
}

}  // namespace glimpse::parameters
