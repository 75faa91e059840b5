#include <doctest/doctest.h>
#include <regex.h>

#include <string>

#include "parameters/ids.hpp"

using namespace glimpse::parameters;

TEST_CASE("an id is legal where the schema's pattern says so") {
    regex_t pattern;
    REQUIRE(regcomp(&pattern, std::string(id_pattern).c_str(), REG_EXTENDED | REG_NOSUB) == 0);
    CHECK(!is_legal_id(""));
    for (int code = 1; code < 256; ++code) {
        const std::string letter(1, static_cast<char>(code));
        CAPTURE(code);
        for (const std::string& id : {letter, "a" + letter, letter + "a"}) {
            CHECK(is_legal_id(id) == (regexec(&pattern, id.c_str(), 0, nullptr, 0) == 0));
        }
    }
    regfree(&pattern);
}

TEST_CASE("a word becomes a legal id with room for a number") {
    CHECK(legal_id("traffic light") == "traffic_light");
    CHECK(legal_id(".hidden") == "_hidden");
    CHECK(legal_id("a/b") == "a_b");
    CHECK(legal_id("") == "_");
    CHECK(legal_id(std::string(300, 'x')).size() < longest_id);
    CHECK(is_legal_id(legal_id("\xC3\xA9t\xC3\xA9")));
}
