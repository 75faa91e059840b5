#include "glimpse/conversion.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "conversion/deviation.hpp"
#include "conversion/own_keys.hpp"
#include "conversion/targets.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "parameters/written.hpp"

namespace glimpse {

namespace conversion {

void lose_padding(const Sight& sight, std::string_view why, Carried& carried) {
    if (sight.padding.value_or(Padding::zeros) != Padding::zeros)
        carried.losses.push_back("its padding: " + std::string(why));
}

void lose_peculiar(const Sight& sight, Carried& carried) {
    carried.losses.insert(carried.losses.end(), sight.peculiar.begin(), sight.peculiar.end());
}

namespace {

using parameters::BoxOrder;

const std::vector<Target>& targets() {
    static const std::vector<Target> all = [] {
        std::vector<Target> table;
        for (std::vector<Target> some : {crop_targets(), gaussian_targets(), transformer_targets(),
                                         retina_targets(), mask_targets(), box_targets()}) {
            std::ranges::move(some, std::back_inserter(table));
        }
        return table;
    }();
    return all;
}

const Target& target_of(const std::string& word) {
    const auto found = std::ranges::find(targets(), word, &Target::word);
    if (found != targets().end()) return *found;
    std::vector<std::string_view> words;
    for (const Target& target : targets()) words.push_back(target.word);
    throw InvalidOption("target", "'" + word + "' is none of " + join(words) + did_you_mean(word, words));
}

PointUnits units_of(const std::string& units) {
    for (const auto& [word, meaning] : parameters::point_units) {
        if (word == units) return meaning;
    }
    const auto known = conversion_units();
    throw InvalidOption("units", "'" + units + "' is none of " + join(known) + did_you_mean(units, known));
}

Json numbers_of(const Json& box, BoxOrder order) {
    const auto [x, y, width, height] = box.get<std::array<double, 4>>();
    switch (order) {
        case BoxOrder::xyxy:
            return {x, y, x + width, y + height};
        case BoxOrder::yxyx:
            return {y, x, y + height, x + width};
        case BoxOrder::cxcywh:
            return {x + width / 2, y + height / 2, width, height};
        case BoxOrder::yxhw:
            return {y, x, height, width};
        case BoxOrder::pysot:
        case BoxOrder::siamfc:
            throw std::logic_error("many targets have the same window");
        case BoxOrder::xywh:
            break;
    }
    return box;
}

/// The box of fractions, as it is from -1 to 1. HART's order exchanges what it exchanged before.
void normalise_box(Json& keys) {
    auto [x, y, width, height] = keys.at("box").get<std::array<double, 4>>();
    keys["box"] = {2 * x - 1, 2 * y - 1, 2 * width, 2 * height};
    keys["units"] = parameters::word_of<PointUnits>(parameters::point_units, PointUnits::normalised);
}

/// The keys of the mechanism's entry.
Json keys_of(const Carried& carried) {
    Json keys = own_keys(carried.mechanism);
    if (carried.rewrite) carried.rewrite(keys);
    if (carried.is_normalised) normalise_box(keys);
    if (carried.box_order != BoxOrder::xywh) {
        keys["box"] = numbers_of(keys.at("box"), carried.box_order);
        keys["convention"] = parameters::word_of<BoxOrder>(parameters::box_orders, carried.box_order);
    }
    return without_negative_zeros(std::move(keys));
}

Json entry_of(const Glimpse& glimpse, const Carried& carried) {
    Json entry{{"id", glimpse.id}, {"mechanism", name(carried.mechanism)}};
    if (glimpse.label) entry["label"] = *glimpse.label;
    entry.update(keys_of(carried));
    if (glimpse.score.is_given()) entry["score"] = glimpse.score.value();
    if (glimpse.transition) {
        entry["transition"] =
            parameters::written_transition(*glimpse.transition, parameters::Amount::in_full);
    }
    return entry;
}

/// A mask is combined with the image by its transition, and means of any other are taken by it.
void require_carried_transition(const Glimpse& glimpse, const Carried& carried) {
    if (!glimpse.transition) return;
    if (std::holds_alternative<Mask>(glimpse.mechanism) == std::holds_alternative<Mask>(carried.mechanism))
        return;
    throw Error("a \"transition\" means something else for a mask than for other mechanisms");
}

/// Throws `Error` where the target does not have such numbers.
Mechanism read_back(const std::string& entry) {
    try {
        return parse_parameters(entry, "what it comes to", {}, {}).front().mechanism;
    } catch (const UsageError& error) {
        throw Error(error.what());
    }
}

}  // namespace

}  // namespace conversion

std::vector<ConversionTarget> conversion_targets() {
    std::vector<ConversionTarget> all;
    for (const conversion::Target& target : conversion::targets())
        all.push_back({target.word, target.meaning});
    return all;
}

std::span<const std::string_view> conversion_units() {
    static const std::array<std::string_view, parameters::point_units.size()> words{
        parameters::point_units[0].first, parameters::point_units[1].first, parameters::point_units[2].first};
    return words;
}

Conversion convert(const Glimpse& glimpse, const ConversionOptions& options) {
    using namespace conversion;
    const KnownImage image(options.image_size);
    Carried carried = options.target.empty() ? as_it_is(glimpse.mechanism)
                                             : target_of(options.target).carry(glimpse.mechanism, image);
    if (!options.units.empty()) carried = in_units(std::move(carried), units_of(options.units), image);
    require_carried_transition(glimpse, carried);
    Conversion converted{.entry = entry_of(glimpse, carried).dump()};
    converted.losses = carried.losses;
    converted.gains = carried.gains;
    converted.deviation = deviation_between(glimpse.mechanism, read_back(converted.entry), carried, image);
    if (!converted.deviation.is_exact) converted.stand_in = carried.stand_in;
    return converted;
}

std::string converted_document(std::span<const std::string> entries, std::optional<AlphaChannel> alpha) {
    std::string text = "{\n  \"version\": 1,\n";
    if (alpha)
        text += std::string("  \"alpha\": ") + (*alpha == AlphaChannel::last ? "true" : "false") + ",\n";
    text += "  \"glimpses\": [\n";
    for (std::size_t k = 0; k < entries.size(); ++k)
        text += "    " + entries[k] + (k + 1 < entries.size() ? ",\n" : "\n");
    return text + "  ]\n}\n";
}

}  // namespace glimpse
