#include "parameters/boxes.hpp"

#include <nlohmann/json.hpp>

#include "parameters/document.hpp"

namespace glimpse {

ParameterDocument parameters_of_boxes(const std::vector<BoxEntry>& boxes, const std::string& place,
                                      const ParameterDefaults& defaults, bool fill_with_mean) {
    // As a document, so that its reader's rules hold for them.
    nlohmann::json entries = nlohmann::json::array();
    for (const BoxEntry& entry : boxes) {
        const Box& box = entry.box;
        nlohmann::json json{{"box", {box.x, box.y, box.width, box.height}}};
        if (!entry.id.empty()) json["id"] = entry.id;
        if (entry.units == Units::fraction) json["units"] = "fraction";
        if (fill_with_mean) json["padding"] = "mean";
        entries.push_back(std::move(json));
    }
    const parameters::Source source{place, std::nullopt};
    return parameters::read_document({&entries, "", &source}, {{}, defaults});
}

}  // namespace glimpse
