#include "cli/compare_record.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

using Json = nlohmann::ordered_json;
using Section = ComparisonSection;

/// Of more the JSON would be larger than the image.
constexpr std::size_t most_values = std::size_t{1} << 16;

bool has(const Comparison& comparison, Section section) {
    return comparison.sections.at(static_cast<std::size_t>(section));
}

/// NaN and infinities are null, as JSON has no others.
Json finite_number(double number) {
    return std::isfinite(number) ? Json(number) : Json(nullptr);
}

Json told_number(const std::optional<double>& number) {
    return number ? finite_number(*number) : Json(nullptr);
}

/// A key with a value, or null and beside it why.
template <typename Value, typename Make>
void add(Json& record, const std::string& key, const Told<Value>& told, Make&& make) {
    record[key] = told.value ? make(*told.value) : Json(nullptr);
    if (!told.value) record["no_" + key] = told.reason;
}

/// Row by row, the channels of a pixel one after another; null where they are too many.
void add_values(Json& record, const cv::Mat& pixels, const std::string& remedy) {
    const std::size_t count = pixels.total() * static_cast<std::size_t>(pixels.channels());
    if (count > most_values) {
        record["values"] = nullptr;
        record["no_values"] = "they are " + std::to_string(count) + ", and at most " +
                              power_of_two(most_values) + " are written; " + remedy;
        return;
    }
    cv::Mat values;
    pixels.convertTo(values, CV_64F);
    const cv::Mat whole = values.isContinuous() ? values : values.clone();
    Json list = Json::array();
    for (std::size_t k = 0; k < count; ++k) list.push_back(finite_number(whole.ptr<double>()[k]));
    record["values"] = std::move(list);
}

Json glimpse_of(const ComparedMechanism& one) {
    Json record{{"shape", {one.glimpse.rows, one.glimpse.cols, one.glimpse.channels()}}};
    add_values(record, one.glimpse, "extract writes them");
    return record;
}

Json map_of(const MapFacts& facts) {
    const Rectangle& region = facts.map.region;
    Json record{{"region", {region.x, region.y, region.width, region.height}},
                {"sum", finite_number(facts.sum)},
                {"greatest", finite_number(facts.greatest)},
                {"effective_pixels", finite_number(facts.effective_pixels)}};
    add_values(record, facts.map.pixels, "extract --map writes them");
    return record;
}

Json reach_of(const std::vector<GradientReach>& reaches) {
    Json record = Json::object();
    for (const auto& [parameter, pixels] : reaches) record[parameter.substr(1)] = told_number(pixels);
    return record;
}

Json time_of(const ComparedMechanism& one) {
    Json record{{"read", one.time->read_alone},
                {"lowered_each_time", one.time->lowered_each_time},
                {"calls", one.time->calls},
                {"threads", 1}};
    add(record, "dense", one.dense, finite_number);
    return record;
}

Json aliasing_of(const ComparedMechanism& one) {
    Json record = Json::object();
    add(record, "energy", one.energy, finite_number);
    add(record, "gain", one.gain, finite_number);
    return record;
}

Json jacobian_of(const JacobianFacts& facts) {
    Json shares = Json::object();
    for (std::size_t k = 0; k < facts.parameters.size(); ++k)
        shares[facts.parameters[k]] = told_number(facts.independent[k]);
    Json record{{"singular_values", facts.singular_values},
                {"tolerance", facts.tolerance},
                {"rank", facts.rank},
                {"condition", told_number(facts.condition)}};
    if (!facts.condition) {
        record["no_condition"] = "the rank is " + std::to_string(facts.rank) + " of " +
                                 std::to_string(facts.parameters.size()) +
                                 ": numbers may change together, and the glimpse does not";
    }
    record["outside_others"] = std::move(shares);
    return record;
}

Json basin_of(const Basin& basin) {
    Json rows = Json::array();
    const auto side = static_cast<std::size_t>(basin.grid);
    for (std::size_t y = 0; y < side; ++y) {
        Json row = Json::array();
        for (std::size_t x = 0; x < side; ++x)
            row.push_back(basin_end_names()[static_cast<std::size_t>(basin.ends[y * side + x])]);
        rows.push_back(std::move(row));
    }
    return {{"home", basin.home}, {"free", basin.free}, {"ends", std::move(rows)}};
}

Json record_of(const Comparison& comparison, const ComparedMechanism& one) {
    Json record{{"id", one.id}, {"entry", Json::parse(one.entry)}};
    if (has(comparison, Section::glimpses)) record["glimpse"] = glimpse_of(one);
    if (one.map) record["map"] = map_of(*one.map);
    if (has(comparison, Section::reach)) add(record, "reach", one.reach, reach_of);
    if (one.time) record["time"] = time_of(one);
    if (has(comparison, Section::aliasing)) record["aliasing"] = aliasing_of(one);
    if (has(comparison, Section::jacobian)) add(record, "jacobian", one.jacobian, jacobian_of);
    if (has(comparison, Section::basin)) add(record, "basin", one.basin, basin_of);
    return record;
}

std::string rounded(double number) {
    constexpr int three_digits = 3;
    std::ostringstream text;
    text.precision(three_digits);
    text << number;
    return text.str();
}

}  // namespace

std::string comparison_record(const Comparison& comparison) {
    Json sections = Json::array();
    for (std::size_t k = 0; k < comparison.sections.size(); ++k) {
        if (comparison.sections.at(k)) sections.push_back(comparison_section_names()[k]);
    }
    Json record{{"image", comparison.image},
                {"size", {comparison.image_size.width, comparison.image_size.height}},
                {"channels", comparison.channels},
                {"sections", std::move(sections)}};
    if (has(comparison, Section::basin)) {
        const BasinOptions& basin = comparison.basin;
        record["basin"] = {{"grid", basin.grid},
                           {"displacement", basin.displacement},
                           {"target", basin_target_names()[static_cast<std::size_t>(basin.target)]},
                           {"steps", basin.steps},
                           {"shrink", comparison.basin_shrink}};
    }
    Json mechanisms = Json::array();
    for (const ComparedMechanism& one : comparison.mechanisms)
        mechanisms.push_back(record_of(comparison, one));
    record["mechanisms"] = std::move(mechanisms);
    return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string comparison_words(const Comparison& comparison) {
    std::string text;
    for (const ComparedMechanism& one : comparison.mechanisms) {
        std::vector<std::string> words;
        if (one.time) words.push_back(rounded(one.time->read_alone) + " us");
        if (one.dense.value) words.push_back("dense " + rounded(*one.dense.value) + " us");
        if (one.energy.value)
            words.push_back("energy above Nyquist " + rounded(100 * *one.energy.value) + " %");
        if (one.jacobian.value) {
            words.push_back("rank " + std::to_string(one.jacobian.value->rank) + " of " +
                            std::to_string(one.jacobian.value->parameters.size()));
            if (one.jacobian.value->condition)
                words.push_back("condition " + rounded(*one.jacobian.value->condition));
        }
        if (one.basin.value) words.push_back(rounded(100 * one.basin.value->home) + " % come home");
        text += one.id + ": " + (words.empty() ? "compared" : join(words)) + "\n";
    }
    return text;
}

}  // namespace glimpse::cli
