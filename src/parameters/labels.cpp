#include "parameters/labels.hpp"

#include <algorithm>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "parameters/array_reference.hpp"
#include "system/text_file.hpp"
#include "system/trimmed.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

/// The lines, of which the last needs no end.
std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) lines.push_back(take_line(text));
    return lines;
}

/// Of which nothing would be seen.
bool is_blank(std::string_view label) {
    return trimmed(label).empty();
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

void require_text(std::string_view bytes) {
    const std::string_view head = bytes.substr(0, 2);
    if (head == "\xFE\xFF" || head == "\xFF\xFE" || bytes.find('\0') != std::string_view::npos) {
        throw Error("it is UTF-16, or no text; convert it to UTF-8");
    }
}

void require_as_many(std::size_t count, const Value& labels, const std::string& of,
                     const ReferencedElements& elements) {
    if (count == elements.count) return;
    labels.fail(
        of +
        (count == 1 ? "there is 1 label, and " : "there are " + std::to_string(count) + " labels, and ") +
        std::to_string(*elements.count) + (elements.count == 1 ? " element of " : " elements of ") +
        elements.place);
}

std::vector<std::string> labels_of_file(const Value& value, const ReferencedElements& elements,
                                        const ReadingContext& context) {
    const std::filesystem::path path = named_file(value, context);
    try {
        const auto bytes = context.arrays->files->content(path);
        const auto content = bytes->bytes();
        const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
        require_text(text);
        const std::vector<std::string_view> lines = lines_of(without_byte_order_mark(text));
        bytes->require_whole();
        require_as_many(lines.size(), value, path.string() + ": ", elements);
        for (std::size_t k = 0; k < lines.size(); ++k) {
            const auto refuse = [&](const std::string& problem) {
                value.fail(place_of_line(path, k + 1) + problem);
            };
            if (is_blank(lines[k])) refuse(": a label is needed, and the line is empty");
            if (!is_utf8(lines[k])) refuse(" is not UTF-8; convert the file from its encoding");
        }
        return {lines.begin(), lines.end()};
    } catch (const UsageError&) {
        throw;
    } catch (const Error& error) {
        value.fail(path.string() + ": " + error.what());
    }
}

}  // namespace

std::string read_label(const Value& value) {
    std::string label = text(value);
    if (is_blank(label)) value.fail("a label is needed, and this one is empty");
    return label;
}

std::vector<std::string> read_labels(const Value& value, const ReferencedElements& elements,
                                     const ReadingContext& context) {
    if (value.is_string()) return labels_of_file(value, elements, context);
    const std::vector<Value> texts =
        json::elements(value, "an array of labels, or the path of a text file with one in each line,");
    require_as_many(texts.size(), value, "", elements);
    std::vector<std::string> labels;
    labels.reserve(texts.size());
    for (const Value& one : texts) labels.push_back(read_label(one));
    return labels;
}

}  // namespace glimpse::parameters
