#include "fitting/entry.hpp"

#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "parameters/written.hpp"

namespace glimpse::fitting {

namespace {

using Pointer = nlohmann::ordered_json::json_pointer;

nlohmann::ordered_json json_of(const Glimpse& glimpse) {
    nlohmann::ordered_json json{{"id", glimpse.id}, {"mechanism", name(glimpse.mechanism)}};
    if (glimpse.label) json["label"] = *glimpse.label;
    json.update(parameters::written_parameters(glimpse.mechanism, parameters::Amount::with_defaults));
    if (glimpse.score.is_given()) json["score"] = glimpse.score.value();
    return json;
}

std::int64_t numbers_in(const nlohmann::ordered_json& json) {
    if (!json.is_structured()) return json.is_number() ? 1 : 0;
    std::int64_t count = 0;
    for (const auto& item : json) count += numbers_in(item);
    return count;
}

}  // namespace

FittedEntry::FittedEntry(const Glimpse& glimpse) : json_(json_of(glimpse)), place_(glimpse.place) {}

FittedEntry::FittedEntry(const std::string& text, Place place)
    : json_(nlohmann::ordered_json::parse(text)), place_(std::move(place)) {}

bool FittedEntry::contains(const std::string& pointer) const {
    return json_.contains(Pointer(pointer));
}

bool FittedEntry::has(const std::string& pointer) const {
    const Pointer place(pointer);
    return json_.contains(place) && json_.at(place).is_number();
}

std::int64_t FittedEntry::count() const {
    return numbers_in(json_);
}

double FittedEntry::number(const std::string& pointer) const {
    return json_.at(Pointer(pointer)).get<double>();
}

void FittedEntry::set(const std::string& pointer, double value) {
    json_.at(Pointer(pointer)) = value;
}

Mechanism FittedEntry::mechanism() const {
    try {
        return parse_parameters(json_.dump(), "the fit", {}, {}).front().mechanism;
    } catch (const UsageError& error) {
        throw InvalidParameter("", std::string(error.what()));
    }
}

}  // namespace glimpse::fitting
