#include "view/album.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "glimpse/image_file.hpp"
#include "view/sources.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;

constexpr const char* gone = "the file is not there";

/// Whether a picture of that size shows an image and nothing beside it: shrunk or enlarged as overlays are.
bool shows_exactly(Size picture, Size image) {
    if (std::min({image.width, image.height, picture.width, picture.height}) <= 0) return false;
    for (std::int64_t n = 1; n <= std::max(image.width, image.height); n *= 2) {
        const Size shown = shrunk(image, static_cast<int>(n));
        const std::int64_t times = picture.width / shown.width;
        if (times * shown.width == picture.width && times * shown.height == picture.height) return true;
    }
    return false;
}

Size size_of_image(const Json& record) {
    const auto length = [&](const char* key) {
        const auto found = record.find(key);
        return found != record.end() && found->is_number() ? found->get<int>() : 0;
    };
    return {length("width"), length("height")};
}

/// Of an image whose file has an orientation the record says which was applied.
bool is_oriented(const Json& record) {
    const auto orientation = record.find("orientation");
    return orientation == record.end() || *orientation != 1;
}

/// Of an array whose record says that its channels were read as the first axis.
bool has_channels_first(const Json& record) {
    const auto layout = record.find("layout");
    return layout != record.end() && *layout == "nchw";
}

Json added(Json view, const Picture& picture) {
    if (!picture.shown.empty()) view["picture"] = picture.shown;
    if (!picture.gap.empty()) view["gap"] = picture.gap;
    if (picture.is_clear) view["clear"] = true;
    if (picture.is_stretched) view["stretched"] = true;
    if (picture.size != Size{}) view["size"] = {picture.size.width, picture.size.height};
    return view;
}

}  // namespace

Album::Album(const Records& records, fs::path directory)
    : records_(records), directory_(std::move(directory)) {
    for (const Records::Record& record : records.all()) shown_.push_back(planned(record));
    known_.clear();
}

Album::Shared Album::picture_of(std::vector<Shared>& list, Picture picture) {
    std::string key = picture.source.file.string() + '\0' + picture.source.member + '\0';
    key += std::to_string(picture.page) + (picture.is_oriented ? "" : " as it lies");
    if (picture.channels_first) key += " channels first";
    if (picture.image) key += '\0' + std::to_string(std::hash<const Picture*>()(picture.image.get()));
    Shared& known = known_[key];
    if (!known) {
        known = std::make_shared<Picture>(std::move(picture));
        list.push_back(known);
    }
    return known;
}

Album::Output Album::located(const Records::Record& record, const std::string& path) const {
    Output output{.path = path};
    if (path.empty()) return output;
    const std::string archive = member_or_empty(record.json, "archive");
    if (archive.empty()) {
        output.source = source_of(path);
    } else if (!record.is_archived) {
        output.gap = "it is a member of " + archive + ", which its run did not finish";
        return output;
    } else if (output.source = source_in(archive, path); !output.source) {
        output.gap = "the archive " + archive + " is not there";
    }
    output.is_gone = !output.source;
    if (output.is_gone && output.gap.empty()) output.gap = gone;
    return output;
}

Album::Output Album::image_of(const Json& record) const {
    Output image{.path = member_or_empty(record, record["image"].is_null() ? "output" : "image")};
    if (record["image"].is_null() && record["status"] != "ok") {
        image.gap = "it was not made";
        return image;
    }
    image.source = source_of(image.path);
    image.is_gone = !image.source;
    if (image.is_gone) image.gap = gone;
    return image;
}

Album::Shown Album::planned(const Records::Record& record) {
    const Json& json = record.json;
    Shown shown;
    shown.image = image_of(json);
    if (json["image"].is_null()) return shown;
    if (shown.image.source) {
        shown.image.picture = picture_of(images_, {.source = *shown.image.source,
                                                   .page = page_of(json),
                                                   .is_oriented = is_oriented(json),
                                                   .channels_first = has_channels_first(json)});
    }
    for (const Json& glimpse : json["glimpses"]) {
        Output output = located(record, member_or_empty(glimpse, "output"));
        if (output.source)
            output.picture = picture_of(others_, {.source = *output.source, .image = shown.image.picture});
        shown.glimpses.push_back(std::move(output));
        shown.maps.push_back(located(record, member_or_empty(glimpse, "map")));
    }
    plan_figures(record, shown);
    return shown;
}

void Album::plan_figures(const Records::Record& record, Shown& shown) {
    const auto add = [&](const std::string& kind, const std::string& path) {
        if (!path.empty()) shown.figures.push_back({kind, located(record, path)});
    };
    for (const char* const kind : {"overlay", "panel"}) add(kind, member_or_empty(record.json, kind));
    const Json pages = record.json.value("sheets", Json());
    for (std::size_t k = 0; k < pages.size(); ++k)
        add(pages.size() == 1 ? "sheet" : "sheet " + std::to_string(k + 1), pages[k].get<std::string>());
    for (auto& [kind, output] : shown.figures) {
        if (kind == "overlay" && output.source && can_encode(output.source->extension()))
            output.picture = picture_of(others_, {.source = *output.source});
    }
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
    const auto add = [&](const Output& output) {
        if (output.source) inputs.add_file(output.source->file);
    };
    for (const Shown& shown : shown_) {
        add(shown.image);
        for (const auto* const outputs : {&shown.glimpses, &shown.maps}) std::ranges::for_each(*outputs, add);
        for (const Figure& figure : shown.figures) add(figure.output);
    }
}

Json Album::described(const Output& output) const {
    Json view = Json::object();
    if (!output.gap.empty()) view["gap"] = output.gap;
    if (!output.source) return view;
    view["link"] = link_to(directory_, output.source->file);
    if (!output.source->member.empty()) view["member"] = true;
    return output.picture ? added(std::move(view), *output.picture) : view;
}

Json Album::described(const Shown& shown) const {
    Json view = described(shown.image);
    for (const auto& [kind, output] : shown.figures) {
        Json file = described(output);
        file["kind"] = kind;
        view["files"].push_back(std::move(file));
    }
    return view;
}

std::string Album::overlay_of(const Output& output, Size image) const {
    if (output.picture) return shows_exactly(output.picture->size, image) ? output.picture->shown : "";
    if (!output.source || !output.source->member.empty() || output.source->extension() != "svg") return {};
    const std::filesystem::path& file = output.source->file;
    return shows_exactly(size_of_svg(file), image) ? link_to(directory_, file) : "";
}

std::string Album::text_of(std::size_t record) const {
    Json json = records_.all()[record].json;
    const Shown& shown = shown_[record];
    Json view = described(shown);
    for (const auto& [kind, output] : shown.figures) {
        if (kind == "overlay") view["overlay"] = overlay_of(output, size_of_image(json));
    }
    for (std::size_t k = 0; k < shown.glimpses.size(); ++k) {
        Json of_glimpse = described(shown.glimpses[k]);
        if (!shown.maps[k].path.empty()) of_glimpse["map"] = described(shown.maps[k]);
        json["glimpses"][k]["view"] = std::move(of_glimpse);
    }
    if (const std::size_t report = records_.all()[record].report; report > 0) view["report"] = report;
    json["view"] = std::move(view);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Album::Gaps Album::gaps() const {
    Gaps gaps;
    const auto count = [&](const std::string& what, const Output& output) {
        if (output.path.empty()) return;
        Gaps::Count& counted = gaps.counts[what];
        ++counted.all;
        const std::string& gap = output.picture ? output.picture->gap : output.gap;
        if (gap.empty()) return;
        ++counted.missing;
        if (gaps.first.empty()) gaps.first = output.path + ": " + gap;
        gaps.are_gone = gaps.are_gone || output.is_gone;
    };
    for (std::size_t k = 0; k < shown_.size(); ++k) {
        const Shown& shown = shown_[k];
        const bool is_image = !records_.all()[k].json["image"].is_null();
        count(is_image ? "images" : "outputs of several images", shown.image);
        for (const Output& glimpse : shown.glimpses) count("glimpses", glimpse);
        for (const Output& map : shown.maps) count("figures and maps", map);
        for (const Figure& figure : shown.figures) count("figures and maps", figure.output);
    }
    return gaps;
}

}  // namespace glimpse
