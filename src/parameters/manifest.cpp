#include <array>
#include <string>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "json/json_file.hpp"
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

/// The keys of a record that are none of a document.
constexpr std::array record_keys{"image", "name", "page"};

int read_page(const Value& value) {
    const int page = integer(value);
    if (page < 0) value.fail("pages are counted from 0, not " + std::to_string(page));
    return page;
}

ManifestRecord read_record(JsonFile& file, ReadingContext context) {
    const Value record = file.root();
    if (!record.is_object()) record.fail("a manifest record is an object with \"image\"");
    ManifestRecord result{.image = read_image(record)};
    if (record.contains("name")) {
        const Value name = record.member("name");
        result.name = text(name);
        try {
            require_name(name, *result.name);
        } catch (const UsageError& error) {
            result.problem = error.what();
        }
    }
    if (record.contains("page")) result.page = read_page(record.member("page"));
    for (const char* const key : record_keys) file.erase(key);
    result.alpha = take_alpha(file, context.defaults);
    if (record.size() == 0) return result;
    context.sibling_keys = {record_keys.begin(), record_keys.end()};
    result.glimpses = read_document(record, context);
    require_of_one_image(*result.glimpses);
    return result;
}

}  // namespace
}  // namespace parameters

ManifestRecord parse_manifest_record(std::string_view text, const std::string& file, std::size_t line,
                                     const std::filesystem::path& directory,
                                     const ParameterDefaults& defaults) {
    json::JsonFile record(text, json::Source{file, line});
    return parameters::read_record(record, {.directory = directory, .defaults = defaults});
}

std::optional<std::string> image_of_record(std::string_view text) {
    return json::member_text(text, "image");
}

}  // namespace glimpse
