#include "parameters/document.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/json_file.hpp"
#include "parameters/description.hpp"
#include "parameters/expansion.hpp"
#include "parameters/ids.hpp"
#include "parameters/labels.hpp"
#include "parameters/numbers.hpp"
#include "parameters/transition.hpp"
#include "system/presence.hpp"
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
    const auto is_own = [](std::string_view key) {
        return std::ranges::find(own_keys, key) != own_keys.end();
    };
    std::erase_if(keys, is_own);
    keys.insert(keys.end(), {"version", "alpha", "glimpses"});
    for (const std::string& key : root.keys()) {
        const Value value = root.member(key);
        if (is_own(key)) value.fail(in_quotes(key) + " is no default: each glimpse has its own");
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) fail_unknown_key(value, key, keys, keys);
    }
}

/// `whose`: "an id".
void require_short_id(const Value& value, const std::string& id, const std::string& whose) {
    if (id.size() > longest_id) {
        value.fail(whose + " has at most " + std::to_string(longest_id) + " characters, not " +
                   std::to_string(id.size()));
    }
}

void require_legal_id(const Value& value, const std::string& id) {
    if (!is_legal_id(id)) value.fail("an id is " + std::string(id_rule) + ", not " + in_quotes(id));
    require_short_id(value, id, "an id");
}

/// Gives out the ids of a document, and refuses duplicates with both places.
class Ids {
  public:
    std::string read(Entry& entry, const Value& place, std::uint32_t position) {
        const std::optional<Value> own = entry.take("id");
        std::string id = own ? text(*own) : position_id(position);
        if (own) require_legal_id(*own, id);
        claim(id, {position, own.has_value()}, place, own ? *own : place, own ? "" : " (its position)");
        return id;
    }

    /// Of part n of what has the id `whole`, in the entry of that position. `part`: "an element".
    std::string of_part(const std::string& whole, std::size_t n, const std::string& part, const Value& place,
                        std::uint32_t position) {
        std::string id = part_id(whole, n);
        require_short_id(place, id, part + "'s id, " + in_quotes(id) + ",");
        claim(id, {position, false}, place, place, " (of " + part + ")");
        return id;
    }

  private:
    /// An entry, of which the id is its own, or its position.
    struct Owner {
        std::uint32_t position;
        bool is_own;
    };

    /// Throws `UsageError` at `here` where the id is another's; `place` is the entry's.
    void claim(const std::string& id, Owner owner, const Value& place, const Value& here,
               const std::string& which) {
        const auto [found, added] = owners_.try_emplace(id, owner);
        if (added) return;
        const Owner& other = found->second;
        const std::string array = place.pointer.substr(0, place.pointer.rfind('/') + 1);
        here.fail("the id " + in_quotes(id) + which + " is also that of " + array +
                  std::to_string(other.position) + (other.is_own ? "/id" : ""));
    }

    std::unordered_map<std::string, Owner> owners_;
};

/// The labels of an entry's elements, its own or the default's, or its own of the run's images where it
/// `is_for_images`; none where there are none.
std::vector<std::string> labels_of(Entry& entry, bool is_for_images, const ReadingContext& context) {
    const ReferencedElements& elements = context.arrays->of_entry;
    if (!elements.count && is_for_images) {
        if (!entry.has_own("labels")) return {};
        return read_labels(*entry.take("labels"), context.arrays->of_run, context);
    }
    if (!elements.count) {
        entry.refuse_own("labels", R"("labels" are of the elements that a reference takes by "each", and )"
                                   R"(this entry has none: "label" is of one glimpse)");
        return {};
    }
    const std::optional<Value> labels = entry.take("labels");
    return labels ? read_labels(*labels, elements, context) : std::vector<std::string>();
}

/// The label of an entry of one glimpse, or of the windows that it is; none where it has none.
std::optional<std::string> label_of(Entry& entry, const ReadingContext& context) {
    if (!entry.has_own("label")) return std::nullopt;
    const Value label = *entry.take("label");
    if (const auto& count = context.arrays->of_entry.count) {
        label.fail("\"label\" is of one glimpse, and the entry has " + std::to_string(*count) +
                   (*count == 1 ? " element" : " elements") + R"(: "labels" has one for each)");
    }
    if (entry.has_own("labels"))
        label.fail(R"("label" and "labels" both name the glimpse; only one can hold)");
    return read_label(label);
}

/// A glimpse that has neither id nor place yet.
Glimpse read_glimpse(Entry& entry, const ReadingContext& context) {
    const std::optional<Value> score = entry.take("score");  // which no mechanism knows
    const std::optional<Value> transition = entry.take("transition");
    Glimpse glimpse{.id = {}, .mechanism = read_mechanism(entry, context)};
    if (score) glimpse.score = Score(number(*score, context));
    if (transition) glimpse.transition = read_transition(*transition, context);
    return glimpse;
}

Glimpse read_element(Entry& entry, std::size_t element, const ReadingContext& context) {
    context.arrays->of_entry.position = element;
    try {
        return read_glimpse(entry, context);
    } catch (const UsageError& error) {
        throw UsageError(error.what() + (" (element " + std::to_string(element) + ")"));
    }
}

/// One glimpse, or one of each element that its references take by "each".
void append_entry(const Value& value, Entry& entry, Ids& ids, const Place& place,
                  const ReadingContext& context, ParameterDocument& document) {
    const std::uint32_t position = place.number.value_or(0);
    std::string id = ids.read(entry, value, position);
    ReferencedElements& elements = context.arrays->of_entry;
    elements = {};
    const ReferencedElements& images = context.arrays->of_run;
    const std::size_t references_before = images.references;
    for (const char* const key : {"label", "labels"}) {
        if (entry.has_own(key)) entry.take(key);  // which no mechanism knows
    }
    Glimpse first = read_glimpse(entry, context);
    first.place = place;
    if (auto label = label_of(entry, context)) first.label = *std::move(label);
    const std::vector<std::string> labels = labels_of(entry, images.references > references_before, context);
    const auto append_with_id = [&](std::string whole, Glimpse glimpse) {
        glimpse.id = whole;
        const auto window_id = [&](std::size_t n) {
            return ids.of_part(whole, n, "a window", value, position);
        };
        append_glimpses(std::move(glimpse), window_id, document);
    };
    if (!elements.count) {
        if (!labels.empty()) first.label = labels[images.position];
        return append_with_id(std::move(id), std::move(first));
    }
    const auto append = [&](std::size_t k, Glimpse glimpse) {
        glimpse.place = place;
        if (!labels.empty()) glimpse.label = labels[k];
        append_with_id(ids.of_part(id, k, "an element", value, position), std::move(glimpse));
    };
    append(0, std::move(first));
    for (std::size_t k = 1; k < *elements.count; ++k) append(k, read_element(entry, k, context));
}

/// Told of each entry.
using Visit = std::function<void(const Value&)>;

/// The entries of a document.
struct Entries {
    std::size_t count;
    std::function<void(const Visit&)> for_each;
};

ParameterDocument read_entries(const Value& array, const Entries& entries, Defaults* defaults,
                               const ReadingContext& context) {
    if (!array.is_array()) array.fail("an array of entries is needed");
    ParameterDocument document;
    document.reserve(entries.count);
    Ids ids;
    const auto common = std::make_shared<const CommonPlace>(CommonPlace{.before = array.place() + "/"});
    std::uint32_t number = 0;
    entries.for_each([&](const Value& value) {
        Entry entry(value, defaults);
        entry.refuse_own("alpha", R"("alpha" is said of the image: beside "glimpses", and not in an entry)");
        append_entry(value, entry, ids, {common, number}, context, document);
        ++number;
    });
    return document;
}

ParameterDocument read_whole(const Value& root, const Entries& entries, ReadingContext context) {
    context.sibling_keys.clear();
    if (root.contains("version")) require_version(root.member("version"));
    require_default_keys(root);
    Defaults defaults(root, {"version", "glimpses"});
    ParameterDocument document = read_entries(root.member("glimpses"), entries, &defaults, context);
    if (entries.count > 0) defaults.require_all_read();
    return document;
}

ParameterDocument read_single(const Value& root, ReadingContext context) {
    context.sibling_keys.insert(context.sibling_keys.end(), {"alpha", "glimpses"});
    Entry entry(root, nullptr);
    Ids ids;
    ParameterDocument document;
    const auto common = std::make_shared<const CommonPlace>(CommonPlace{.before = root.place()});
    append_entry(root, entry, ids, {common, {}}, context, document);
    return document;
}

ParameterDocument read_form(const Value& root, const Entries& entries, const ReadingContext& context) {
    if (root.is_array()) {
        ReadingContext within = context;
        within.sibling_keys.clear();
        return read_entries(root, entries, nullptr, within);
    }
    if (!root.is_object()) root.fail("a parameter document is an object, or an array of entries");
    return root.contains("glimpses") ? read_whole(root, entries, context) : read_single(root, context);
}

/// With the arrays of a document whose reading begins.
ReadingContext begun(ReadingContext context) {
    const auto files = std::make_shared<ArrayFiles>(context.files.open);
    context.arrays = std::make_shared<ReferencedArrays>(ReferencedArrays{.files = files});
    context.convention_is_used = std::make_shared<bool>(false);
    return context;
}

ParameterDocument read_forms(const Value& root, const Entries& entries, const ReadingContext& context) {
    ParameterDocument document = read_form(root, entries, context);
    ArrayFiles& files = *context.arrays->files;
    document.array_files = files.paths();
    document.uses_convention = *context.convention_is_used;
    const ReferencedElements& elements = context.arrays->of_run;
    if (elements.count) {
        files.keep_open();
        document.of_images = std::make_shared<const ImageElements>(
            ImageElements{.count = *elements.count, .place = root.source->place() + ": " + elements.place});
    }
    // A list of jobs may hold many documents: what one still needs is opened again.
    files.close();
    return document;
}

/// The arrays of entries that a document may have.
std::vector<StreamedArray> entry_arrays(const Visit& visit) {
    return {{std::nullopt, visit}, {"glimpses", visit}};
}

/// The document of a text, of whose arrays the context has those of an image.
ParameterDocument read_text(std::string_view text, const Source& source, const ReadingContext& context) {
    std::size_t count = 0;
    // Twice: what stands behind the entries may be their defaults, and is checked before them.
    JsonFile rest(text, source, {}, entry_arrays([&](const Value&) { ++count; }));
    const std::optional<AlphaChannel> alpha = take_alpha(rest, context.defaults);
    const auto for_each = [&](const Visit& visit) { JsonFile(text, source, {}, entry_arrays(visit)); };
    ParameterDocument document = read_forms(rest.root(), {count, for_each}, context);
    document.alpha = alpha;
    return document;
}

/// Reads the text, a copy of which it keeps, once more for each image.
std::function<ParameterDocument(std::size_t)> reader_for_images(std::string_view text, const Source& source,
                                                                const ReadingContext& context) {
    const auto kept = std::make_shared<const std::string>(text);
    return [kept, source, context](std::size_t image) {
        ReadingContext next = context;
        next.arrays = std::make_shared<ReferencedArrays>(
            ReferencedArrays{.files = context.arrays->files, .of_run = {.position = image}});
        ParameterDocument document = read_text(*kept, source, next);
        document.of_images = nullptr;
        return document;
    };
}

}  // namespace

std::optional<AlphaChannel> take_alpha(JsonFile& file, const ParameterDefaults& defaults) {
    const Value root = file.root();
    if (!root.is_object() || !root.contains("alpha")) return std::nullopt;
    const Value value = root.member("alpha");
    const AlphaChannel alpha = boolean(value) ? AlphaChannel::last : AlphaChannel::as_said;
    if (defaults.alpha.value_or(alpha) != alpha) {
        value.fail("contradicts " + field_name("open.alpha") + "; leave out one of the two");
    }
    file.erase("alpha");
    return alpha;
}

ParameterDocument read_document(const Value& root, const ReadingContext& context) {
    const bool has_member = root.is_object() && root.contains("glimpses");
    const Value array = has_member ? root.member("glimpses") : root;
    const auto for_each = [&](const Visit& visit) {
        for (std::size_t n = 0; n < array.size(); ++n) visit(array.element(n));
    };
    return read_forms(root, {array.size(), for_each}, begun(context));
}

ParameterDocument read_document(std::string_view text, const Source& source, const ReadingContext& context) {
    const ReadingContext here = begun(context);
    ParameterDocument document = read_text(text, source, here);
    if (document.of_images) {
        ImageElements elements = *document.of_images;
        elements.document = reader_for_images(text, source, here);
        document.of_images = std::make_shared<const ImageElements>(std::move(elements));
    }
    return document;
}

ParameterDocument read_entry(const Value& value, Defaults* defaults, const ReadingContext& context) {
    Entry entry(value, defaults);
    Ids ids;
    ParameterDocument document;
    const auto common = std::make_shared<const CommonPlace>(CommonPlace{.before = value.place()});
    append_entry(value, entry, ids, {common, {}}, begun(context), document);
    return document;
}

void require_elements(const ParameterDocument& document, std::size_t images) {
    const auto& elements = document.of_images;
    if (!elements || elements->count == images) return;
    throw UsageError(elements->place, "it has " + std::to_string(elements->count) +
                                          " elements, one for each image, and the run has " +
                                          std::to_string(images) + (images == 1 ? " image" : " images"));
}

void require_of_one_image(const ParameterDocument& document) {
    if (!document.of_images) return;
    throw UsageError(document.of_images->place,
                     R"("each": "image" is of a document that the images of a run share, by )" +
                         field_name("parameters") + R"(; this one is of one image: give it an "index")");
}

}  // namespace parameters

bool is_file_on_disk(const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored);
}

void require_entries(const ParameterDocument& document, const std::string& file) {
    if (document.empty()) throw UsageError(file, "the document has no entry, and at least one is needed");
}

ParameterDocument parse_parameters(std::string_view text, const std::string& file,
                                   const std::filesystem::path& directory, const ParameterDefaults& defaults,
                                   const DocumentFiles& files) {
    return parameters::read_document(text, {file, std::nullopt},
                                     {.directory = directory, .defaults = defaults, .files = files});
}

ParameterDocument read_parameters(const std::filesystem::path& path, const ParameterDefaults& defaults) {
    const std::string name = path.string();
    if ((name.starts_with('{') || name.starts_with('[')) && !may_be_there(path)) {
        throw UsageError(name, "is JSON, and no file's name; give - and it on standard input");
    }
    return parse_parameters(read_text_file(path, document_limit), name, directory_of(path), defaults);
}

}  // namespace glimpse
