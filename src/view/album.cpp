#include "view/album.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "archives/archives.hpp"
#include "view/sources.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr const char* gone = "the file is not there";

/// The archive that the images of each report were written to; empty where they are files.
std::vector<std::string> output_archives(const Records& records) {
    std::vector<std::string> archives;
    for (const Records::Record& record : records.all()) {
        archives.resize(std::max(archives.size(), record.report + 1));
        if (!record.json["image"].is_null()) continue;
        const std::string output = member_or_empty(record.json, "output");
        if (known_compression(output)) archives[record.report] = output;
    }
    return archives;
}

std::optional<fs::path> existing(const std::string& path) {
    std::error_code unseen;
    if (!fs::is_regular_file(path, unseen)) return std::nullopt;
    return path;
}

int page_of(const Json& record) {
    const auto page = record.find("page");
    return page != record.end() && page->is_number() ? page->get<int>() : 0;
}

bool is_vector_graphic(const fs::path& file) {
    return file.extension() == ".svg";
}

void add_picture(Json& view, const Picture& picture) {
    if (!picture.shown.empty()) view["picture"] = picture.shown;
    if (!picture.gap.empty()) view["gap"] = picture.gap;
    if (picture.is_clear) view["clear"] = true;
    if (picture.is_stretched) view["stretched"] = true;
    if (!picture.source.member.empty()) view["member"] = true;
    if (picture.size != Size{}) view["size"] = {picture.size.width, picture.size.height};
}

}  // namespace

Album::Album(const Records& records, fs::path directory)
    : records_(records), directory_(std::move(directory)) {
    const std::vector<std::string> archives = output_archives(records);
    for (const Records::Record& record : records.all()) {
        shown_.push_back(planned(record.json, archives[record.report]));
    }
    known_.clear();
}

Album::Shared Album::picture_of(std::vector<Shared>& list, Picture picture) {
    std::string key = picture.source.file.string() + '\0' + picture.source.member + '\0';
    key += std::to_string(picture.page);
    if (picture.image) key += '\0' + std::to_string(std::hash<const Picture*>()(picture.image.get()));
    Shared& known = known_[key];
    if (!known) {
        known = std::make_shared<Picture>(std::move(picture));
        list.push_back(known);
    }
    return known;
}

Album::Shown Album::planned(const Json& record, const std::string& archive) {
    Shown shown;
    shown.glimpses.resize(record["glimpses"].size());
    shown.maps.resize(record["glimpses"].size());
    if (record["image"].is_null()) return shown;
    if (const auto source = source_of(member_or_empty(record, "image")))
        shown.image = picture_of(images_, {.source = *source, .page = page_of(record)});
    for (std::size_t k = 0; k < shown.glimpses.size(); ++k) {
        const std::string output = member_or_empty(record["glimpses"][k], "output");
        if (output.empty()) continue;
        const auto source = archive.empty() ? source_of(output) : source_in(archive, output);
        if (source) shown.glimpses[k] = picture_of(others_, {.source = *source, .image = shown.image});
    }
    plan_beside(record, shown);
    return shown;
}

void Album::plan_beside(const Json& record, Shown& shown) {
    std::string base;
    for (std::size_t k = 0; k < shown.glimpses.size(); ++k) {
        if (!shown.glimpses[k]) continue;
        const PictureSource& source = shown.glimpses[k]->source;
        const std::string id = member_or_empty(record["glimpses"][k], "id");
        const std::string path = source.member.empty() ? source.file.string() : source.member;
        if (base.empty()) base = base_of_outputs(path, id);
        if (!source.member.empty()) {
            // Whether the archive has one is seen when it is read.
            if (!shown.overlay)
                shown.overlay = picture_of(others_, {.source = {source.file, base + ".overlay.png"}});
            continue;
        }
        for (const char* const format : {".png", ".npy"}) {
            const auto map = existing(base + "." + id + ".map" + format);
            if (map && shown.maps[k].empty()) shown.maps[k] = link_to(directory_, *map);
        }
    }
    if (base.empty() || shown.overlay) return;
    constexpr std::array<const char*, 4> kinds{"overlay", "panel", "sheet", "sheet.1"};
    for (const char* const kind : kinds) {
        for (const char* const format : {".png", ".svg", ".pdf"}) {
            if (const auto file = existing(base + "." + kind + format)) shown.beside.push_back({kind, *file});
        }
    }
    if (const auto overlay = existing(base + ".overlay.png"))
        shown.overlay = picture_of(others_, {.source = {*overlay}});
}

std::vector<Album::Group> Album::groups() const {
    std::vector<Group> groups;
    for (const auto* const list : {&images_, &others_}) {
        std::map<std::string, Group> by_archive;
        for (const Shared& picture : *list) {
            const bool is_file = picture->source.member.empty();
            const std::string archive = is_file ? "" : picture->source.file.string();
            Group& group = by_archive[archive];
            group.archive = archive;
            group.pictures.push_back(picture);
        }
        for (auto& [archive, group] : by_archive) groups.push_back(std::move(group));
    }
    return groups;
}

void Album::add_to(InputFiles& inputs) const {
    for (const auto* const list : {&images_, &others_}) {
        for (const Shared& picture : *list) inputs.add_file(picture->source.file);
    }
    for (const Shown& shown : shown_) {
        for (const Beside& beside : shown.beside) inputs.add_file(beside.file);
    }
}

std::string Album::text_of(std::size_t record) const {
    Json json = records_.all()[record].json;
    const Shown& shown = shown_[record];
    Json view = Json::object();
    if (json["image"].is_null()) {
        if (const auto output = source_of(member_or_empty(json, "output"))) {
            view["link"] = link_to(directory_, output->file);
        } else {
            view["gap"] = gone;
        }
    } else if (shown.image) {
        view["link"] = link_to(directory_, shown.image->source.file);
        add_picture(view, *shown.image);
    } else {
        view["gap"] = gone;
    }
    if (shown.overlay && !shown.overlay->shown.empty()) view["overlay"] = shown.overlay->shown;
    for (const Beside& beside : shown.beside) {
        const std::string link = link_to(directory_, beside.file);
        view["files"].push_back({{"kind", beside.kind}, {"link", link}});
        if (beside.kind == "overlay" && !view.contains("overlay") && is_vector_graphic(beside.file))
            view["overlay"] = link;
    }
    for (std::size_t k = 0; k < shown.glimpses.size(); ++k) {
        Json of_glimpse = Json::object();
        if (shown.glimpses[k]) {
            of_glimpse["link"] = link_to(directory_, shown.glimpses[k]->source.file);
            add_picture(of_glimpse, *shown.glimpses[k]);
        } else if (!member_or_empty(json["glimpses"][k], "output").empty()) {
            of_glimpse["gap"] = gone;
        }
        if (!shown.maps[k].empty()) of_glimpse["map"] = shown.maps[k];
        json["glimpses"][k]["view"] = std::move(of_glimpse);
    }
    json["view"] = std::move(view);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Album::Gaps Album::gaps() const {
    Gaps gaps;
    for (std::size_t k = 0; k < shown_.size(); ++k) {
        const Json& record = records_.all()[k].json;
        if (record["image"].is_null()) continue;
        ++gaps.images;
        const Shared& image = shown_[k].image;
        if (image && image->gap.empty()) continue;
        if (gaps.missing++ == 0)
            gaps.first = member_or_empty(record, "image") + ": " + (image ? image->gap : std::string(gone));
    }
    return gaps;
}

}  // namespace glimpse
