#include <doctest/doctest.h>

#include <string>

#include "counted_memory.hpp"
#include "glimpse/parameters.hpp"

// What the entries of a document cost in memory, beside its text.

using namespace glimpse;

namespace {

std::string document_of(std::size_t entries, const std::string& begin, const std::string& end) {
    std::string text = begin;
    for (std::size_t k = 0; k < entries; ++k) {
        text += (k == 0 ? "" : ", ") + (R"({"id": "glimpse-)" + std::to_string(100000 + k)) +
                R"(", "box": [10.25, 20.5, 64.75, 48.125]})";
    }
    return text + end;
}

counted_memory::Cost cost_of(const std::string& text, std::size_t entries) {
    return counted_memory::cost_of([&] {
        ParameterDocument document = parse_parameters(text, "a file of a longer name.json", {}, {});
        CHECK(document.size() == entries);
        return document;
    });
}

}  // namespace

TEST_CASE("a further entry of a document costs at most 200 bytes, and 300 while it is read") {
    constexpr std::size_t few = 5000;
    constexpr std::size_t many = 2 * few;
    for (const auto& row :
         {std::pair(R"({"glimpses": [)", R"(], "padding": "border"})"), std::pair("[", "]")}) {
        const auto& begin = row.first;
        const auto& end = row.second;
        CAPTURE(begin);
        const counted_memory::Cost little = cost_of(document_of(few, begin, end), few);
        const counted_memory::Cost much = cost_of(document_of(many, begin, end), many);
        const counted_memory::Cost entry = much.of_each(little, many - few);
        CAPTURE(entry.most);
        CAPTURE(entry.kept);
        CHECK(entry.kept <= 200);
        CHECK(entry.most <= 300);          // ids are looked up in a table, which is dropped afterwards
        CHECK(entry.kept >= sizeof(Box));  // it is counted at all
    }
}
