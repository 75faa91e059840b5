#include "parameters/document.hpp"

#include <algorithm>
#include <map>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/json_file.hpp"
#include "parameters/expansion.hpp"
#include "parameters/ids.hpp"
#include "system/relative_name.hpp"
#include "system/text_file.hpp"

namespace glimpse {
namespace parameters {

using namespace json;

namespace {

void require_version(const Value& version) {
    if (integer(version) != 1) version.fail("the version is 1, not " + std::to_string(integer(version)));
}

/// Beside "version" and "glimpses", only keys of entries can be defaults.
void require_default_keys(const Value& root) {
    std::vector<std::string_view> keys = entry_keys();
    std::erase(keys, "id");
    keys.insert(keys.end(), {"version", "glimpses"});
    for (const std::string& key : root.keys()) {
        const Value value = root.member(key);
        if (key == "id") value.fail("\"id\" is no default: each glimpse has its own");
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) fail_unknown_key(value, key, keys, keys);
    }
}

void require_legal_id(const Value& value, const std::string& id) {
    if (!is_legal_id(id)) value.fail("an id is " + std::string(id_rule) + ", not " + in_quotes(id));
    if (id.size() > longest_id) {
        value.fail("an id has at most " + std::to_string(longest_id) + " characters, not " +
                   std::to_string(id.size()));
    }
}

/// Gives out the ids of a document, and refuses duplicates with both places.
class Ids {
  public:
    std::string read(Entry& entry, const Value& place, std::size_t position) {
        const std::optional<Value> own = entry.take("id");
        std::string id = own ? text(*own) : position_id(position);
        if (own) require_legal_id(*own, id);
        const Value& here = own ? *own : place;
        const auto [found, added] = places_.emplace(id, here.pointer);
        if (!added) {
            here.fail("the id " + in_quotes(id) + (own ? "" : " (its position)") + " is also that of " +
                      found->second);
        }
        return id;
    }

  private:
    std::map<std::string, std::string> places_;
};

ParameterDocument read_entries(const Value& entries, Defaults* defaults, const ReadingContext& context) {
    if (!entries.is_array()) entries.fail("an array of entries is needed");
    if (entries.size() == 0) entries.fail("at least one glimpse is needed");
    ParameterDocument document;
    Ids ids;
    for (std::size_t n = 0; n < entries.size(); ++n) {
        const Value place = entries.element(n);
        Entry entry(place, defaults);
        std::string id = ids.read(entry, place, n);
        append_glimpses(std::move(id), read_mechanism(entry, context), {place.place()}, document);
    }
    return document;
}

ParameterDocument read_whole(const Value& root, ReadingContext context) {
    context.sibling_keys.clear();
    if (root.contains("version")) require_version(root.member("version"));
    require_default_keys(root);
    Defaults defaults(root, {"version", "glimpses"});
    ParameterDocument document = read_entries(root.member("glimpses"), &defaults, context);
    defaults.require_all_read();
    return document;
}

ParameterDocument read_single(const Value& root, ReadingContext context) {
    context.sibling_keys.push_back("glimpses");
    Entry entry(root, nullptr);
    Ids ids;
    ParameterDocument document;
    std::string id = ids.read(entry, root, 0);
    append_glimpses(std::move(id), read_mechanism(entry, context), {root.place()}, document);
    return document;
}

}  // namespace

ParameterDocument read_document(const Value& root, const ReadingContext& context) {
    if (root.is_array()) {
        ReadingContext within = context;
        within.sibling_keys.clear();
        return read_entries(root, nullptr, within);
    }
    if (!root.is_object()) root.fail("a parameter document is an object, or an array of entries");
    return root.contains("glimpses") ? read_whole(root, context) : read_single(root, context);
}

}  // namespace parameters

bool is_file_on_disk(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

ParameterDocument parse_parameters(std::string_view text, const std::string& file,
                                   const std::filesystem::path& directory, const ParameterDefaults& defaults,
                                   const IsFile& is_file) {
    const json::JsonFile document(text, json::Source{file, std::nullopt});
    return parameters::read_document(document.root(),
                                     {.directory = directory, .defaults = defaults, .is_file = is_file});
}

ParameterDocument read_parameters(const std::filesystem::path& path, const ParameterDefaults& defaults) {
    return parse_parameters(read_text_file(path), path.string(), directory_of(path), defaults);
}

}  // namespace glimpse
