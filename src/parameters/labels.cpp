#include "parameters/labels.hpp"

#include <algorithm>
#include <string_view>

#include "glimpse/error.hpp"
#include "parameters/array_reference.hpp"
#include "system/text_file.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

/// The lines, of which the last needs no end.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) lines.push_back(take_line(text));
    return lines;
}

void require_as_many(std::size_t count, const Value& labels, const std::string& of,
                     const ReferencedElements& elements) {
    if (count == elements.count) return;
    labels.fail(of + "there are " + std::to_string(count) + " labels, and " +
                std::to_string(*elements.count) + " elements of " + elements.place);
}

std::vector<std::string> labels_of_file(const Value& value, const ReferencedElements& elements,
                                        const ReadingContext& context) {
    const std::filesystem::path path = named_file(value, context);
    try {
        const auto bytes = context.arrays->files->content(path);
        const auto content = bytes->bytes();
        const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
        const std::vector<std::string_view> lines = lines_of(without_byte_order_mark(text));
        bytes->require_whole();
        require_as_many(lines.size(), value, path.string() + ": ", elements);
        const auto empty = std::ranges::find_if(lines, [](std::string_view line) { return line.empty(); });
        if (empty != lines.end()) {
            value.fail(place_of_line(path, static_cast<std::size_t>(empty - lines.begin()) + 1) +
                       ": a label is needed, and the line is empty");
        }
        return {lines.begin(), lines.end()};
    } catch (const UsageError&) {
        throw;
    } catch (const Error& error) {
        value.fail(path.string() + ": " + error.what());
    }
}

}  // namespace

std::vector<std::string> read_labels(const Value& value, const ReferencedElements& elements,
                                     const ReadingContext& context) {
    if (value.is_string()) return labels_of_file(value, elements, context);
    const std::vector<Value> texts =
        json::elements(value, "an array of labels, or the path of a text file with one in each line,");
    require_as_many(texts.size(), value, "", elements);
    std::vector<std::string> labels;
    labels.reserve(texts.size());
    for (const Value& one : texts) {
        labels.push_back(text(one));
        if (labels.back().empty()) one.fail("a label is needed, and this one is empty");
    }
    return labels;
}

}  // namespace glimpse::parameters
