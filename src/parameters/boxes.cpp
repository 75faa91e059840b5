#include "parameters/boxes.hpp"

#include <nlohmann/json.hpp>

#include "parameters/document.hpp"

namespace glimpse {

Glimpse glimpse_of_box(const BoxEntry& entry, const std::string& place, const ParameterDefaults& defaults) {
    // As a document, so that its reader's rules hold for it.
    const Box& box = entry.box;
    nlohmann::json json{{"id", entry.id}, {"box", {box.x, box.y, box.width, box.height}}};
    if (entry.units == Units::fraction) json["units"] = "fraction";
    const json::Source source{place, std::nullopt};
    return parameters::read_document({&json, "", &source}, {{}, defaults}).front();
}

}  // namespace glimpse
