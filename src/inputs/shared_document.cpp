#include "inputs/shared_document.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "parameters/attention_file.hpp"
#include "parameters/boxes.hpp"
#include "parameters/conventions.hpp"
#include "parameters/document.hpp"
#include "system/numbers.hpp"

namespace glimpse {

namespace {

void skip_spaces(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
}

/// Takes a finite number, with spaces around it, off the front of the text.
std::optional<double> take_coordinate(std::string_view& text) {
    skip_spaces(text);
    const std::optional<double> number = take_number(text);
    skip_spaces(text);
    return number && std::isfinite(*number) ? number : std::nullopt;
}

std::array<double, 4> parse_box(const std::string& text) {
    std::array<double, 4> numbers{};
    std::string_view left = text;
    for (std::size_t n = 0; n < numbers.size(); ++n) {
        const std::optional<double> number = take_coordinate(left);
        const bool separated = n == 3 ? left.empty() : left.starts_with(',');
        if (!number || !separated) {
            throw InvalidOption("boxes", "four finite numbers X,Y,W,H are needed, not '" + text + "'");
        }
        if (n < 3) left.remove_prefix(1);
        numbers[n] = *number;
    }
    return numbers;
}

Box box_of(const std::string& text, parameters::BoxOrder order) {
    const std::array<double, 4> numbers = parse_box(text);
    try {
        return parameters::box_in_order(numbers, order);
    } catch (const Error& error) {
        throw InvalidOption("boxes", "'" + text + "': " + error.what());
    }
}

/// Of a convention of one mechanism's boxes.
void append_read_box(std::size_t position, const std::string& box, const Place& place,
                     const ParameterDefaults& defaults, ParameterDocument& document) {
    std::vector<std::string> numbers;
    for (const double number : parse_box(box)) numbers.push_back(number_text(number));
    const std::string text = R"({"box": [)" + join(numbers) + "]}";
    ParameterDocument read = parse_parameters(text, field_name("boxes"), {}, defaults);
    if (!read.uses_convention) {
        throw InvalidOption("defaults.convention", "no box of mechanism \"" + defaults.mechanism +
                                                       "\" is written as " + defaults.convention);
    }
    for (Glimpse& glimpse : read) {
        glimpse.id = position_id(position) + glimpse.id.substr(position_id(0).size());
        glimpse.place = place;
        document.push_back(std::move(glimpse));
    }
}

ParameterDocument document_of_boxes(const InputOptions& options) {
    ParameterDocument document;
    const Place place{.common = std::make_shared<const CommonPlace>(
                          CommonPlace{.before = field_name("boxes"), .is_box = true})};
    document.uses_convention = true;
    const std::optional<parameters::BoxOrder> order = parameters::default_box_order(options.defaults);
    if (parameters::is_sampled(options.defaults.convention) && !options.defaults.size) {
        throw InvalidOption("defaults.size",
                            "a box of " + options.defaults.convention + " is sampled, and needs a size");
    }
    std::size_t position = 0;  // one box may be several glimpses
    for (const std::string& box : options.boxes) {
        const std::size_t number = position++;
        if (order) {
            append_glimpses_of_box(position_id(number), {box_of(box, *order)}, place, options.defaults,
                                   document);
        } else {
            append_read_box(number, box, place, options.defaults, document);
        }
    }
    return document;
}

/// One entry, whose place is that of the option which it was made of.
ParameterDocument document_of(Mechanism mechanism, const char* field) {
    const auto common = std::make_shared<const CommonPlace>(CommonPlace{.before = field_name(field) + ": "});
    ParameterDocument document;
    document.push_back({.id = "sample", .mechanism = std::move(mechanism), .place = {.common = common}});
    return document;
}

ParameterDocument document_of_map(const Mask& map) {
    ParameterDocument document = document_of(map, "map");
    try {
        validate(map);
    } catch (const InvalidParameter& error) {
        throw UsageError(document.front().place.of(error.field()), error.what());
    }
    return document;
}

/// Whether locations are drawn about a mean that is given, from no map.
bool has_mean(const InputOptions& options) {
    return options.policy && options.policy->mean;
}

/// Throws `UsageError` where two options say what the images' entries are.
void require_one_source(const InputOptions& options) {
    const std::array<std::pair<const char*, bool>, 4> sources{{{"parameters", options.parameters.has_value()},
                                                               {"boxes", !options.boxes.empty()},
                                                               {"map", options.map.has_value()},
                                                               {"policy.mean", has_mean(options)}}};
    const char* first = nullptr;
    for (const auto& [field, is_given] : sources) {
        if (!is_given) continue;
        if (first) throw InvalidOption::beside(field, first);
        first = field;
    }
}

std::optional<ParameterDocument> read_shared(const InputOptions& options, StandardInput& standard_input) {
    require_one_source(options);
    if (!options.boxes.empty()) return document_of_boxes(options);
    if (options.map) return document_of_map(*options.map);
    if (has_mean(options)) return document_of(crop_about({}, *options.policy), "policy.mean");
    if (!options.parameters) return std::nullopt;
    const bool is_file = *options.parameters != standard_stream;
    ParameterDocument document = is_file ? read_parameters(*options.parameters, options.defaults)
                                         : parse_parameters(standard_input.take_text("parameters"),
                                                            place_of_standard_input, {}, options.defaults);
    require_entries(document, is_file ? *options.parameters : place_of_standard_input);
    return document;
}

void supply_values(ParameterDocument& document, const OpenOptions& open) {
    try {
        supply_attention_files(document, open);
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
}

}  // namespace

Document shared_document(const InputOptions& options, StandardInput& standard_input) {
    std::optional<ParameterDocument> document = read_shared(options, standard_input);
    if (!document) return nullptr;
    // What differs from image to image is read when its image needs it.
    if (!document->of_images) supply_values(*document, options.open);
    return std::make_shared<const ParameterDocument>(std::move(*document));
}

std::shared_ptr<const ParameterDocument> shared_parameters(const InputOptions& options) {
    StandardInput standard_input;
    Document shared = shared_document(options, standard_input);
    if (!shared || !shared->of_images) return shared;
    parameters::require_elements(*shared, 1);
    ParameterDocument document = shared->of_images->document(0);
    supply_values(document, options.open);
    return std::make_shared<const ParameterDocument>(std::move(document));
}

}  // namespace glimpse
