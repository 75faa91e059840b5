#include "parameters/readings.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/json_file.hpp"
#include "parameters/description.hpp"
#include "parameters/document.hpp"
#include "parameters/shared_keys.hpp"
#include "parameters/written.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

using Json = nlohmann::json;

constexpr std::string_view convention_member = "convention";
constexpr std::string_view units_member = "units";

/// Keys that some conventions have no place for, since they say themselves what these do.
constexpr std::array<std::string_view, 8> droppable{"align_corners", "normalise", "sigma",         "samples",
                                                    "clockwise",     "antialias", "interpolation", "units"};

/// What the parameters are, to be compared.
nlohmann::ordered_json written(std::span<const Glimpse> glimpses) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Glimpse& glimpse : glimpses) all.push_back(written_parameters(glimpse.mechanism));
    return all;
}

/// How an entry is to be read.
struct Variant {
    std::string_view convention{};
    std::string_view units{};  ///< empty: as they are
};

/// The entry of a document, with what is needed to read it again.
class RereadEntry {
  public:
    RereadEntry(const Value& entry, const Json& defaults, const ReadingContext& context,
                std::span<const Glimpse> given)
        : entry_(*entry.json), source_(*entry.source), context_(context), defaults_(defaults), given_(given) {
        // A variant has its own.
        free_of_convention_ = defaults;
        free_of_convention_.erase(convention_member);
    }

    [[nodiscard]] EntryReadings readings() const {
        const Description& description = descriptions()[given_.front().mechanism.index()];
        EntryReadings found;
        const Form* const form = form_of(description);
        if (!form) return found;
        found.form = form->keys.front();
        for (std::size_t k = 1; k < form->keys.size(); ++k)
            found.form += " and " + std::string(form->keys[k]);
        const bool has_conventions = takes_key(description, *form, convention_member);
        const bool has_units = takes_key(description, *form, units_member);
        found.has_conventions = has_conventions;
        if (has_conventions) found.convention = word_in_force();
        if (has_units) found.units = units_in_force(found.convention);
        if (has_conventions || has_units) found.others = others(found, has_conventions, has_units);
        found.widening = changing({{{"antialias", true}}, {{"interpolation", "area"}}});
        // Nearest pixels are not antialiased.
        if (found.widening.empty())
            found.widening = changing({{{"antialias", true}, {"interpolation", "bilinear"}}});
        found.strengthening = changing({{{"normalise", "max"}}, {{"normalise", "safe"}}});
        found.padding = changing({{{"padding", "border"}}});
        found.enlarged = enlarged();
        return found;
    }

  private:
    [[nodiscard]] const Form* form_of(const Description& description) const {
        for (const bool own : {true, false}) {
            for (const Form& form : description.forms) {
                if (std::ranges::any_of(form.keys, [&](std::string_view key) {
                        return own ? entry_.contains(key) : defaults_.contains(key);
                    }))
                    return &form;
            }
        }
        return nullptr;
    }

    [[nodiscard]] static bool takes_key(const Description& description, const Form& form,
                                        std::string_view name) {
        return std::ranges::any_of(description.keys,
                                   [&](const Key& key) { return key.name == name && takes(form, key); });
    }

    /// The entry's own word, or else the default's or the caller's, where that is one of its form; or else
    /// this program's own order of a box, or the most usual word of what was read; empty where no word reads
    /// it so.
    [[nodiscard]] std::string_view word_in_force() const {
        const auto expected = written(given_);
        // Without "align_corners", which a word of theta's says, too.
        const auto reads_alike = [&](std::string_view word) {
            const std::optional<Reading> reading = read({.convention = word});
            return reading && written(reading->glimpses) == expected;
        };
        const std::vector<std::string_view> words = conventions_by_use();
        const Json called = context_.defaults.convention;
        for (const Json* given : {member_of(entry_), member_of(defaults_), &called}) {
            const auto word = given && given->is_string()
                                  ? std::ranges::find(words, given->get_ref<const std::string&>())
                                  : words.end();
            if (word != words.end() && reads_alike(*word)) return *word;
        }
        if (!reads_alike({})) return {};
        constexpr std::string_view own = "xywh";
        if (reads_alike(own)) return own;
        const auto usual = std::ranges::find_if(words, reads_alike);
        return usual == words.end() ? std::string_view() : *usual;
    }

    /// Its convention; null where it has none.
    [[nodiscard]] static const Json* member_of(const Json& object) {
        const auto found = object.find(convention_member);
        return found == object.end() ? nullptr : &*found;
    }

    [[nodiscard]] std::string units_in_force(std::string_view convention) const {
        for (const Json* object : {&entry_, &defaults_}) {
            if (const auto own = object->find(units_member); own != object->end() && own->is_string())
                return own->get<std::string>();
        }
        const auto expected = written(given_);
        for (const auto& [unit, meaning] : point_units) {
            const std::optional<Reading> reading = read({convention, unit});
            if (reading && written(reading->glimpses) == expected) return std::string(unit);
        }
        return {};
    }

    [[nodiscard]] std::vector<Reading> others(const EntryReadings& read_as, bool has_conventions,
                                              bool has_units) const {
        std::vector<std::string_view> words{read_as.convention};
        if (has_conventions) {
            const std::vector<std::string_view> all = conventions_by_use();
            // A tracker's window is looked at around the box that the numbers are: no other reading of them.
            std::ranges::copy_if(all, std::back_inserter(words), [](std::string_view word) {
                return std::ranges::none_of(filled_box_orders, [&](const auto& order) {
                    return order.first == word && is_tracker_window(order.second);
                });
            });
            words.emplace_back();
        }
        std::vector<std::string_view> units{{}};
        for (const auto& [word, meaning] : point_units) {
            if (has_units) units.push_back(word);
        }
        std::vector<Reading> found;
        std::vector<nlohmann::ordered_json> known{written(given_)};
        for (int changes = 1; changes <= 2; ++changes) {
            for (const std::string_view unit : units) {
                for (std::size_t k = 0; k < words.size(); ++k) {
                    if ((k > 0 ? 1 : 0) + (unit.empty() ? 0 : 1) != changes) continue;
                    std::optional<Reading> reading = read({words[k], unit});
                    if (!reading || reading->glimpses.size() != given_.size()) continue;
                    auto parameters = written(reading->glimpses);
                    if (std::ranges::find(known, parameters) != known.end()) continue;
                    known.push_back(std::move(parameters));
                    reading->changes = changes;
                    const auto& without = reading->without;
                    const bool is_fixed = std::ranges::find(without, units_member) != without.end();
                    if (unit.empty() && !is_fixed && has_units) reading->units = read_as.units;
                    found.push_back(*std::move(reading));
                }
            }
        }
        return found;
    }

    using Members = std::vector<std::pair<const char*, Json>>;

    /// Those of the members with which the entry says something else.
    [[nodiscard]] std::vector<Remedy> changing(const std::vector<Members>& tried) const {
        std::vector<Remedy> remedies;
        const auto given = written(given_);
        for (const Members& members : tried) {
            Json entry = entry_;
            std::vector<std::string> texts;
            for (const auto& [key, value] : members) {
                entry[key] = value;
                texts.push_back(in_quotes(key) + ": " + value.dump());
            }
            Reading reading;
            if (read(entry, context_, defaults_, reading) && written(reading.glimpses) != given)
                remedies.push_back({join(texts, " with "), std::move(reading.glimpses)});
        }
        return remedies;
    }

    [[nodiscard]] std::vector<Glimpse> enlarged() const {
        const std::optional<Size> size = requested_size(given_.front().mechanism);
        if (!size) return {};
        Json entry = entry_;
        entry["size"] = {size->width + 1, size->height + 1};
        Reading reading;
        const bool is_read = read(entry, context_, defaults_, reading);
        return is_read && reading.glimpses.size() == given_.size() ? reading.glimpses
                                                                   : std::vector<Glimpse>();
    }

    /// None where the entry cannot be read so.
    [[nodiscard]] std::optional<Reading> read(const Variant& variant) const {
        Json entry = entry_;
        entry.erase(convention_member);
        if (!variant.convention.empty()) entry[convention_member] = variant.convention;
        if (!variant.units.empty()) entry[units_member] = variant.units;
        Reading reading{.convention = variant.convention, .units = std::string(variant.units)};
        if (read(entry, reading)) return reading;
        for (const std::string_view key : droppable) {
            if (key == units_member && !variant.units.empty()) continue;
            if (entry.erase(key) == 0) continue;
            reading.without.emplace_back(key);
            if (read(entry, reading)) return reading;
        }
        return std::nullopt;
    }

    bool read(const Json& entry, Reading& reading) const {
        ReadingContext context = context_;
        context.defaults.convention.clear();
        return read(entry, context, free_of_convention_, reading);
    }

    bool read(const Json& entry, const ReadingContext& context, const Json& beside, Reading& reading) const {
        Defaults defaults({&beside, {}, &source_}, {});
        try {
            ParameterDocument document = read_entry({&entry, {}, &source_}, &defaults, context);
            reading.glimpses = std::move(document);
            return true;
        } catch (const Error&) {
            return false;  // it cannot be meant so
        }
    }

    Json entry_;
    Source source_;
    const ReadingContext& context_;
    const Json& defaults_;
    Json free_of_convention_;
    std::span<const Glimpse> given_;
};

}  // namespace

std::vector<std::string_view> conventions_by_use() {
    std::vector<std::string_view> words{"xyxy",  "xywh",          "cxcywh",      "yxyx",
                                        "torch", "torch-corners", "opencv-warp", "post",
                                        "hart",  "draw-ericjang", "tf-glimpse-2"};
    for (const std::string_view word : conventions()) {
        if (std::ranges::find(words, word) == words.end()) words.push_back(word);
    }
    return words;
}

void for_each_entry_readings(const DocumentText& text, const ParameterDefaults& defaults,
                             const ParameterDocument& document, const std::function<bool()>& is_interrupted,
                             const std::function<void(std::size_t, EntryReadings)>& take) {
    const Source source{text.file, std::nullopt};
    const ReadingContext context{.directory = text.directory, .defaults = defaults};
    Json shared = Json::object();
    std::size_t number = 0;
    std::size_t first = 0;
    const auto visit = [&](const Value& entry) {
        std::size_t end = first;
        while (end < document.size() && document[end].place.number.value_or(0) == number) ++end;
        if (end > first && !is_interrupted()) {
            take(number, RereadEntry(entry, shared, context, std::span(document).subspan(first, end - first))
                             .readings());
        }
        first = end;
        ++number;
    };
    const auto arrays = [](const std::function<void(const Value&)>& each) {
        return std::vector<StreamedArray>{{std::nullopt, each}, {"glimpses", each}};
    };
    JsonFile rest(text.text, source, {}, arrays([](const Value&) {}));
    const Value root = rest.root();
    if (root.is_object() && !root.contains("glimpses")) {
        rest.erase("alpha");
        return visit(rest.root());
    }
    if (root.is_object()) {
        shared = *root.json;
        for (const char* key : {"version", "glimpses", "alpha"}) shared.erase(key);
    }
    JsonFile(text.text, source, {}, arrays(visit));
}

}  // namespace glimpse::parameters
