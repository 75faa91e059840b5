#include <nlohmann/json.hpp>

#include "glimpse/report.hpp"
#include "parameters/written.hpp"
#include "system/reported_path.hpp"

namespace glimpse {

namespace {

using Json = nlohmann::ordered_json;

void add_path(Json& record, const char* key, const std::string& path) {
    if (!path.empty()) record[key] = reported_path(path);
}

Json json(const Point& point) {
    return {point.x, point.y};
}

/// Row by row, as nested lists.
Json json(const cv::Mat& numbers) {
    Json rows = Json::array();
    for (int y = 0; y < numbers.rows; ++y) {
        const auto* const row = numbers.ptr<double>(y);
        rows.push_back(std::vector<double>(row, row + numbers.cols));
    }
    return rows;
}

/// ∇ log p: by the map's logits, or by the parameters of the normal distribution; null without one.
Json gradient_of(const DrawnLocation& drawn) {
    if (drawn.probabilities) return {{"logits", json(gradient_by_logits(drawn))}};
    if (!drawn.normal) return nullptr;
    return {{"mean", json(drawn.normal->gradient_by_mean)},
            {"log_sigma", drawn.normal->gradient_by_log_sigma}};
}

void add_drawn(Json& record, const DrawnLocation& drawn, const LocationPolicy& policy) {
    record["location"] = json(drawn.location);
    if (drawn.cell) record["cell"] = {drawn.cell->row, drawn.cell->column};
    if (drawn.normal) {
        record["mean"] = json(drawn.normal->mean);
        record["sigma"] = drawn.normal->sigma;
    }
    record["log_prob"] = drawn.log_prob ? Json(*drawn.log_prob) : Json(nullptr);
    if (policy.has_gradients) record["gradient"] = gradient_of(drawn);
}

Json json(const GlimpseReport& glimpse) {
    Json record{{"id", glimpse.id}, {"mechanism", glimpse.mechanism}};
    const auto known = [&](Json value) { return glimpse.size == Size{} ? Json(nullptr) : std::move(value); };
    if (glimpse.label) record["label"] = *glimpse.label;
    if (glimpse.category) {
        record["category"] = glimpse.category->name;
        record["category_number"] = glimpse.category->number;
    }
    if (glimpse.score.is_given()) record["score"] = glimpse.score.value();
    if (!glimpse.error.empty()) record["error"] = glimpse.error;
    const Rectangle& s = glimpse.support;
    record["output"] = glimpse.output.empty() ? Json(nullptr) : Json(reported_path(glimpse.output));
    if (glimpse.skipped) record["skipped"] = true;
    record["size"] = known({glimpse.size.width, glimpse.size.height});
    record["support"] = known({s.x, s.y, s.width, s.height});
    record["inside"] = known(glimpse.inside);
    if (!glimpse.is_linear) record["linear"] = false;
    record["matrix"] = glimpse.matrix ? Json(glimpse.matrix->m) : Json(nullptr);
    add_path(record, "map", glimpse.map);
    if (glimpse.map_negative > 0) record["map_negative"] = glimpse.map_negative;
    add_path(record, "gradients", glimpse.gradients);
    add_path(record, "vjp_output", glimpse.vjp);
    if (glimpse.loss_gradients) {
        record["vjp"] = Json::object();
        for (const auto& [name, number] : *glimpse.loss_gradients) record["vjp"][name] = number;
    }
    if (glimpse.saturated > 0) record["saturated"] = glimpse.saturated;
    return record;
}

/// "image" comes first: by it the resumption tells a truncated record from a file that is no report.
Json begin_record(Json image, const std::string& error) {
    Json record{{"image", std::move(image)}, {"status", error.empty() ? "ok" : "error"}};
    record["error"] = error.empty() ? Json(nullptr) : Json(error);
    return record;
}

Json record_of(const std::string& image, const ImageReport& report) {
    Json record = begin_record(reported_path(image), report.error);
    const bool opened = report.size != Size{};
    record["width"] = opened ? Json(report.size.width) : Json(nullptr);
    record["height"] = opened ? Json(report.size.height) : Json(nullptr);
    if (report.pages > 1 || report.page > 0) record["page"] = report.page;
    if (report.pages > 1) record["pages"] = report.pages;
    if (report.lacks_pages) record["lacks_pages"] = true;
    if (report.channels_first) record["layout"] = "nchw";
    if (report.orientation) record["orientation"] = *report.orientation;
    if (report.doubts.extraneous_bytes > 0) record["extraneous_bytes"] = report.doubts.extraneous_bytes;
    if (report.doubts.lacks_scans) record["lacks_scans"] = true;
    if (report.doubts.lacks_transparency) record["lacks_transparency"] = true;
    if (report.clipped > 0) record["clipped"] = report.clipped;
    if (report.policy) {
        record["policy"] = name(report.policy->kind);
        if (report.policy->kind != LocationPolicy::Kind::top_k) record["seed"] = report.policy->seed;
    }
    add_path(record, "overlay", report.overlay);
    add_path(record, "panel", report.panel);
    for (const std::string& page : report.sheets) record["sheets"].push_back(reported_path(page));
    return record;
}

/// Null where no policy has placed the glimpse.
const DrawnLocation* drawn_of(const ImageReport& report, std::size_t k) {
    return k < report.drawn.size() ? report.drawn[k].get() : nullptr;
}

/// A box and its size stand in the fields of the glimpse: a data set's, of which there may be millions, are
/// not told twice. Of a glimpse that failed, its box may be none that can be adjusted.
void add_parameters(Json& glimpse, const ImageReport& report, std::size_t k) {
    const ParameterDocument& document = *report.document;
    if (k >= document.size() || document[k].place.common->is_box) return;
    if (report.policy && !drawn_of(report, k)) return;  // it has no place
    const Mechanism& given = document[k].mechanism;
    const bool is_known = report.glimpses[k].size != Size{};
    glimpse["parameters"] =
        parameters::written_parameters(is_known ? adjusted(given, report.adjustment, report.size) : given);
    if (const auto& transition = document[k].transition)
        glimpse["parameters"]["transition"] = parameters::written_transition(*transition);
}

/// Messages may hold any bytes; JSON is UTF-8.
std::string text_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The record with its glimpses, which are added one by one: as JSON, a glimpse takes several times the
/// memory of its text.
std::string line(const Json& record, const ImageReport& report) {
    std::string text = text_of(record);
    text.back() = ',';
    text += R"("glimpses":[)";
    for (std::size_t k = 0; k < report.glimpses.size(); ++k) {
        if (k > 0) text += ',';
        Json glimpse = json(report.glimpses[k]);
        if (k < report.matrices.size()) {
            for (const std::string& path : report.matrices[k])
                glimpse["matrices"].push_back(reported_path(path));
        }
        if (report.document) add_parameters(glimpse, report, k);
        if (const DrawnLocation* const drawn = drawn_of(report, k))
            add_drawn(glimpse, *drawn, *report.policy);
        text += text_of(glimpse);
    }
    return text + "]}";
}

}  // namespace

std::string report_line(const ImageReport& report) {
    Json record = record_of(report.image, report);
    add_path(record, "name", report.name);
    add_path(record, "archive", report.archive);
    record["seconds"] = report.seconds;
    record["device"] = report.device.empty() ? Json(nullptr) : Json(report.device);
    return line(record, report);
}

std::string report_line_of_joint_output(const std::string& output, const std::string& error,
                                        std::int64_t clipped) {
    Json record = begin_record(nullptr, error);
    if (clipped > 0) record["clipped"] = clipped;
    record["output"] = reported_path(output);
    return line(record, {});
}

std::string reproducible_record(const ImageJob& job, const ImageReport& report) {
    return line(record_of(job.member.empty() ? report.image : job.member, report), report);
}

}  // namespace glimpse
