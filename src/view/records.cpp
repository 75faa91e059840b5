#include "view/records.hpp"

#include <algorithm>
#include <set>

#include "glimpse/error.hpp"
#include "json/json_file.hpp"
#include "outputs/record_begin.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace {

using Json = nlohmann::json;

/// Checks a member that may be missing or null.
template <typename Check>
void check(const json::Value& object, std::string_view key, Check&& is_right) {
    if (object.contains(key) && !object.member(key).json->is_null()) is_right(object.member(key));
}

void check_glimpse(const json::Value& glimpse) {
    for (const std::string_view key : {"id", "mechanism"}) json::text(glimpse.required(key));
    for (const std::string_view key : {"label", "category", "error", "output", "map"})
        check(glimpse, key, json::text);
    check(glimpse, "skipped", json::boolean);
    check(glimpse, "size", [](const auto& value) { json::integers(value, 2, "[width, height]"); });
    check(glimpse, "support", [](const auto& value) { json::numbers(value, 4, "[x, y, width, height]"); });
    check(glimpse, "inside", json::number);
    check(glimpse, "matrix", json::matrix_2x3);
}

/// What the page relies on; a field that it does not know may be anything.
void check_record(const json::Value& record) {
    static_cast<void>(record.required("image"));
    check(record, "image", json::text);
    json::text(record.required("status"));
    for (const std::string_view key :
         {"error", "output", "device", "name", "archive", "layout", "overlay", "panel"})
        check(record, key, json::text);
    for (const std::string_view key : {"width", "height", "page", "pages", "orientation"})
        check(record, key, json::integer);
    check(record, "seconds", json::number);
    check(record, "sheets", [](const json::Value& pages) {
        for (const json::Value& page : json::any_elements(pages, "an array of paths")) json::text(page);
    });
    for (const json::Value& glimpse : json::any_elements(record.required("glimpses"), "an array of glimpses"))
        check_glimpse(glimpse);
}

Json record_of(std::string_view line, const json::Source& source) {
    try {
        const json::JsonFile parsed(line, source);
        check_record(parsed.root());
        return *parsed.root().json;
    } catch (const UsageError& error) {
        throw UsageError(std::string(error.what()) + "; the line is no record of a report");
    }
}

std::set<std::string> members_of_glimpses(const Json& record, std::string_view key) {
    std::set<std::string> texts;
    for (const Json& glimpse : record["glimpses"]) texts.insert(member_or_empty(glimpse, key));
    texts.erase("");
    return texts;
}

/// The same for each record of one image, page, name and archive, or of one output of several images.
std::string key_of(const Json& record) {
    if (record["image"].is_null()) return "output " + member_or_empty(record, "output");
    Json key = Json::array({page_of(record)});
    for (const char* const name : {"image", "name", "archive"}) key.push_back(member_or_empty(record, name));
    return key.dump();
}

}  // namespace

std::string member_or_empty(const Json& object, std::string_view key) {
    const auto member = object.find(key);
    return member != object.end() && member->is_string() ? member->get<std::string>() : std::string();
}

int page_of(const Json& record) {
    const auto page = record.find("page");
    return page != record.end() && page->is_number() ? page->get<int>() : 0;
}

void Records::add(std::string_view text, const std::string& place,
                  const std::function<void(const std::string&)>& warn) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const bool is_cut = text.find('\n') == std::string_view::npos;
        const std::string_view line = take_line(text);
        if (is_cut && may_begin_record(line) && !Json::accept(line)) {
            warn(place_of_line(place, number) +
                 ": the record is cut short, as of a run that was killed, and left out");
            break;
        }
        add(record_of(line, {place, number}));
    }
    unsettled_.clear();
    ++reports_;
}

bool Records::is_what_became_of(const Record& earlier, const Json& later) const {
    if (later["image"].is_null()) return true;
    const std::set<std::string> before = members_of_glimpses(earlier.json, "output");
    const std::set<std::string> after = members_of_glimpses(later, "output");
    if (!before.empty())
        return std::ranges::any_of(after, [&](const auto& output) { return before.contains(output); });
    if (earlier.report != reports_) return false;
    if (earlier.json["glimpses"].empty() || later["glimpses"].empty()) return true;
    return members_of_glimpses(earlier.json, "id") == members_of_glimpses(later, "id");
}

void Records::settle_archive(const Json& made) {
    const std::string archive = member_or_empty(made, "output");
    std::erase_if(unsettled_, [&](std::size_t k) {
        Record& record = records_[k];
        if (member_or_empty(record.json, "archive") != archive) return false;
        record.is_archived = made["status"] == "ok";
        return true;
    });
}

void Records::add(Json record) {
    const std::string key = key_of(record);
    if (record["image"].is_null()) settle_archive(record);
    const auto [begin, end] = by_image_.equal_range(key);
    for (auto earlier = begin; earlier != end; ++earlier) {
        if (!is_what_became_of(records_[earlier->second], record)) continue;
        if (record.contains("archive")) unsettled_.push_back(earlier->second);
        records_[earlier->second] = {std::move(record), reports_};
        ++replaced_;
        return;
    }
    by_image_.emplace(key, records_.size());
    if (record.contains("archive")) unsettled_.push_back(records_.size());
    records_.push_back({std::move(record), reports_});
}

}  // namespace glimpse
