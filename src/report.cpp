#include <nlohmann/json.hpp>

#include "glimpse/pipeline.hpp"

namespace glimpse {

namespace {

using Json = nlohmann::ordered_json;

Json json(const GlimpseReport& glimpse) {
    Json record{{"id", glimpse.id}, {"mechanism", glimpse.mechanism}};
    if (!glimpse.error.empty()) {
        record["error"] = glimpse.error;
        return record;
    }
    const Rectangle& s = glimpse.support;
    record["output"] = glimpse.output.empty() ? Json(nullptr) : Json(glimpse.output);
    record["size"] = {glimpse.size.width, glimpse.size.height};
    record["support"] = {s.x, s.y, s.width, s.height};
    record["inside"] = glimpse.inside;
    record["matrix"] = glimpse.matrix ? Json(glimpse.matrix->m) : Json(nullptr);
    return record;
}

}  // namespace

std::string report_line(const ImageReport& report) {
    Json record{{"image", report.image}, {"status", report.error.empty() ? "ok" : "error"}};
    if (!report.error.empty()) record["error"] = report.error;
    if (report.size != Size{}) {
        record["width"] = report.size.width;
        record["height"] = report.size.height;
    }
    record["seconds"] = report.seconds;
    record["device"] = report.device;
    record["glimpses"] = Json::array();
    for (const GlimpseReport& glimpse : report.glimpses) record["glimpses"].push_back(json(glimpse));
    // Paths are bytes; JSON is not.
    return record.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace glimpse
