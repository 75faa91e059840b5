#include <nlohmann/json.hpp>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "parameters/document.hpp"
#include "system/relative_name.hpp"

namespace glimpse {
namespace parameters {

using namespace json;

namespace {

std::string read_image(const Value& record) {
    const Value value = record.required("image");
    std::string image = text(value);
    if (image.empty() || image.find('\0') != std::string::npos) {
        value.fail("the path of an image file is needed, not " + in_quotes(image));
    }
    return image;
}

/// Outputs must stay below the output directory, whatever a record says.
void require_name(const Value& value, const std::string& name) {
    if (stays_below(name)) return;
    value.fail("a name is a relative path without empty parts, \".\" and \"..\", not " + in_quotes(name));
}

ManifestRecord read_record(const Value& record, Surroundings surroundings) {
    if (!record.json->is_object()) record.fail("a manifest record is an object with \"image\"");
    ManifestRecord result{read_image(record), std::nullopt, {}, ""};
    if (record.json->contains("name")) {
        const Value name = record.member("name");
        result.name = text(name);
        try {
            require_name(name, *result.name);
        } catch (const UsageError& error) {
            result.problem = error.what();
        }
    }
    nlohmann::json rest = *record.json;
    rest.erase("image");
    rest.erase("name");
    if (rest.empty()) return result;
    surroundings.beside_keys = {"image", "name"};
    result.glimpses = read_document({&rest, record.pointer, record.source}, surroundings);
    return result;
}

}  // namespace
}  // namespace parameters

ManifestRecord parse_manifest_record(std::string_view text, const std::string& file, std::size_t line,
                                     const std::filesystem::path& directory,
                                     const ParameterDefaults& defaults) {
    const json::Source source{file, line};
    const nlohmann::json json = json::parse_json(text, source);
    return parameters::read_record({&json, "", &source}, {directory, defaults});
}

std::optional<std::string> image_of_record(std::string_view text) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false, true);
    if (!json.is_object() || !json.contains("image") || !json["image"].is_string()) return std::nullopt;
    return json["image"].get<std::string>();
}

}  // namespace glimpse
