#include "glimpse/error.hpp"

#include <doctest/doctest.h>

using namespace glimpse;

namespace {

std::string as_option(std::string_view field) {
    return field == "open.maximum_pixels" ? "--max-pixels" : "--" + std::string(field);
}

/// Gives the fields their own names back.
struct NamedFields {
    NamedFields() { name_fields(as_option); }
    ~NamedFields() { name_fields(nullptr); }
};

}  // namespace

TEST_CASE("an error tells its place from its rule") {
    const Error with_place("a.json: /x", "is wrong: 1");
    CHECK(with_place.place() == "a.json: /x");
    CHECK(with_place.rule() == "is wrong: 1");
    CHECK(Error("is wrong: 1").place().empty());
    CHECK(Error("", "is wrong").place().empty());
}

TEST_CASE("an invalid option names its field, as the program does") {
    CHECK(std::string(InvalidOption("out", "is empty").what()) == "out: is empty");
    CHECK(std::string(InvalidOption("device", "is not there", "cuda:1").what()) ==
          "device cuda:1: is not there");
    {
        const NamedFields named;
        const InvalidOption error("open.maximum_pixels", "is small, as is " + field_name("out"));
        CHECK(std::string(error.what()) == "--max-pixels: is small, as is --out");
        CHECK(error.field() == "open.maximum_pixels");
    }
    CHECK(field_name("open.maximum_pixels") == "open.maximum_pixels");
}
