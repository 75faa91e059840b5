#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/error.hpp"
#include "json/json_file.hpp"
#include "json/json_text.hpp"
#include "json/value.hpp"
#include "refusals.hpp"

// JSON texts become values that know where they stand; whatever is wrong is said with that place.

using namespace glimpse;
using json::JsonFile;
using json::Value;

namespace {

std::string refusal_of_text(std::string_view text) {
    return refusal([&] { JsonFile(text, "a.json"); });
}

/// What a reader says of the member "x" of a document.
template <typename Read>
std::string refusal_of_x(const std::string& x, Read&& read) {
    const JsonFile file(R"({"x": )" + x + "}", "a.json");
    return refusal([&] { read(file.root().member("x")); });
}

}  // namespace

TEST_CASE("pointers are RFC 6901's: / and ~ of a key are escaped") {
    const JsonFile file(R"({"foo": ["bar", "baz"], "a/b": 1, "m~n": 8, "": 0, " ": 7})", "a.json");
    const Value root = file.root();
    CHECK(root.pointer.empty());
    CHECK(root.member("foo").element(1).pointer == "/foo/1");
    CHECK(root.member("a/b").pointer == "/a~1b");
    CHECK(root.member("m~n").pointer == "/m~0n");
    CHECK(root.member("").pointer == "/");
    CHECK(root.member(" ").pointer == "/ ");
    CHECK(root.member("foo").place() == "a.json: /foo");
    CHECK(json::member_pointer("/a", "x\ny") == "/a/x\\u000ay");  // a message stays one line
}

TEST_CASE("a syntax error has line and column, counted in characters") {
    CHECK(refusal_of_text("{\n  \"ä\": tru\n}").starts_with("a.json:2:8: "));
    CHECK(refusal_of_text("[1, NaN]") ==
          "a.json:1:5: NaN and Infinity are not numbers in JSON; only finite numbers are");
    CHECK(refusal_of_text("[1e999]").find("too large for float64") != std::string::npos);
    CHECK(refusal_of_text("{'a': 1}").find("double quotes in JSON, not in single ones") != std::string::npos);
    CHECK(refusal_of_text("{a: 1}").find(R"(a key stands in double quotes in JSON: "a")") !=
          std::string::npos);
    // Of a broken string, nothing is said of quotes.
    CHECK(refusal_of_text(R"({"ab\q": 1})").find("double quotes") == std::string::npos);
    CHECK(refusal_of_text(R"(["'\q"])").find("double quotes") == std::string::npos);
    CHECK(refusal_of_text(" \n") == "a.json: empty; a JSON value is needed");
    CHECK(refusal_of_text("[1] // a comment\n") == "");
    CHECK(refusal_of_text("\xEF\xBB\xBF[1]") == "");
    CHECK(refusal_of_text("[1] 2").starts_with("a.json:1:5: "));
}

TEST_CASE("what the parser would let pass is refused") {
    CHECK(refusal_of_text(R"({"a": {"b": 1, "b": 2}})") == R"(a.json: /a/b: the key "b" is given twice)");
    CHECK(refusal_of_text(std::string_view("[1]\0[2]", 7)).find("a NUL character") != std::string::npos);
    CHECK(refusal_of_text(std::string(2000, '[')).find("nested deeper than ") != std::string::npos);
}

TEST_CASE("members of a name are left out at any depth, whatever they hold") {
    const JsonFile file(
        R"([{"drop": [[1], {"a": 2}], "keep": 1}, {"keep": {"drop": 3, "n": 4}, "drop": {}}])", "a.json",
        {.dropped = "drop"});
    CHECK(file.root().size() == 2);
    CHECK(file.root().element(0).keys() == std::vector<std::string>{"keep"});
    CHECK(file.root().element(1).keys() == std::vector<std::string>{"keep"});
    CHECK(file.root().element(1).member("keep").keys() == std::vector<std::string>{"n"});
}

namespace {

/// What is handed out of the members "a" and "b", "POINTER NUMBER" each, and the keys and sizes of the rest.
std::string streamed(std::string_view text) {
    std::string all;
    const auto take = [&](const Value& value) {
        all += value.pointer + " " + std::to_string(json::integer(value.required("n"))) + "; ";
    };
    const std::vector<json::StreamedArray> arrays{{"a", take}, {"b", take}};
    const JsonFile file(text, {"a.json", std::nullopt}, {.dropped = "drop"}, arrays);
    for (const std::string& key : file.root().keys()) {
        all += key + " " + std::to_string(file.root().member(key).size()) + " ";
    }
    return all;
}

}  // namespace

TEST_CASE("elements of a streamed array are handed out in their order, with their places, and not kept") {
    CHECK(streamed(R"({"x": [1, 2], "a": [{"n": 1}, {"drop": [3], "n": 2}], "b": [], "y": {"a": [5]}})") ==
          "/a/0 1; /a/1 2; a 0 b 0 x 2 y 1 ");
    CHECK(streamed(R"({"b": [{"n": 1, "a": [{}, 7]}], "a": [{"n": 2}]})") == "/b/0 1; /a/0 2; a 0 b 0 ");
    std::string elements;
    const std::vector<json::StreamedArray> root{{std::nullopt, [&](const Value& value) {
                                                     elements +=
                                                         value.pointer + "=" + value.json->dump() + " ";
                                                 }}};
    const JsonFile list(R"([1, [2, {"k": 3}], {}])", {"a.json", std::nullopt}, {}, root);
    CHECK(elements == R"(/0=1 /1=[2,{"k":3}] /2={} )");
    CHECK(list.root().size() == 0);
    CHECK(streamed(R"({"a": {"n": 1}})") == "a 1 ");    // no array
    CHECK(streamed(R"({"x": {"a": [1]}})") == "x 1 ");  // no member of the root
    const auto refused = [](std::string_view text) { return refusal([&] { streamed(text); }); };
    CHECK(refused(R"({"a": [{"n": 1}, 5]})") == "a.json: /a/1: an object is needed, not 5");
    CHECK(refused(R"({"a": [{"n": 1}, {"n": 2.5}]})") == "a.json: /a/1/n: an integer is needed, not 2.5");
    CHECK(refused(R"({"a": [{"n": 1}, {"m": {"k": 1, "k": 2}}]})") ==
          R"(a.json: /a/1/m/k: the key "k" is given twice)");
    CHECK(refused(R"({"a": [{"n": 1}], "a": []})") == R"(a.json: /a: the key "a" is given twice)");
    CHECK(refused(R"({"a": [{"n": 1}], "x": [[0], {"k": 1, "k": 2}]})") ==
          R"(a.json: /x/1/k: the key "k" is given twice)");
    CHECK(holds(refused(R"({"a": [{"n": 1}, x]})"), "a.json:1:18: "));
}

TEST_CASE("NaN and infinities, where the dialect has them, are numbers that no reader takes") {
    const std::string text =
        R"({"a": NaN, "b": [1, -Infinity], "c": Infinity, "d": "NaN", "e": "\"Infinity", "f": 2, "NaN": 3})";
    CHECK(holds(refusal_of_text(text), "a.json:1:7: NaN and Infinity are not numbers in JSON"));
    const JsonFile file(text, "a.json", {.pythons_numbers = true});
    const Value root = file.root();
    CHECK(json::number(root.member("f")) == 2);
    CHECK(json::text(root.member("d")) == "NaN");
    CHECK(json::text(root.member("e")) == "\"Infinity");
    CHECK(json::integer(root.member("NaN")) == 3);
    CHECK(refusal([&] { json::number(root.member("a")); }) ==
          "a.json: /a: a finite number is needed, not nan");
    CHECK(refusal([&] { json::numbers(root.member("b")); }) ==
          "a.json: /b/1: a finite number is needed, not -inf");
    CHECK(refusal([&] { json::integer(root.member("c")); }) ==
          "a.json: /c: an integer of at most 2^31 - 1 is needed, not inf");
    CHECK(refusal([&] { json::identifier(root.member("a")); }) ==
          "a.json: /a: a finite number is needed, not nan");
    const JsonFile large(R"({"a": [1e400, -1.5E+309, 1e-400, 1e308], "b": 0, "c": "1e999"})", "a.json",
                         {.pythons_numbers = true});
    const auto refusal_of_element = [&](std::size_t n) {
        return refusal([&] { json::number(large.root().member("a").element(n)); });
    };
    CHECK(refusal_of_element(0) == "a.json: /a/0: a finite number is needed, not inf");
    CHECK(refusal_of_element(1) == "a.json: /a/1: a finite number is needed, not -inf");
    CHECK(json::number(large.root().member("a").element(2)) == 0);
    CHECK(json::number(large.root().member("a").element(3)) == 1e308);
    CHECK(json::text(large.root().member("c")) == "1e999");
    const std::string digits(400, '9');
    const JsonFile long_number("[" + digits + "]", "a.json", {.pythons_numbers = true});
    CHECK(refusal([&] { json::number(long_number.root().element(0)); }) ==
          "a.json: /0: a finite number is needed, not inf");
    CHECK(holds(refusal_of_text("[1, 1e400]"), "a.json:1:5: 1e400 is not a finite number"));
    CHECK_NOTHROW(JsonFile("// 5\" NaN\n/* NaN \" */ [1]", "a.json", {.pythons_numbers = true}));
    CHECK(
        holds(refusal([&] { JsonFile("{NaN: 1}", "a.json", {.pythons_numbers = true}); }), "double quotes"));
    // Places of what is wrong behind them stay true.
    CHECK(holds(refusal([&] { JsonFile("[NaN, NaN, x]", "a.json", {.pythons_numbers = true}); }),
                "a.json:1:12: "));
}

TEST_CASE("a value of another type is named with its place") {
    const auto integer = [](const Value& value) { json::integer(value); };
    CHECK(refusal_of_x("64.0", integer) == "");  // as JSON Schema has it
    CHECK(refusal_of_x("2147483647", integer) == "");
    CHECK(refusal_of_x("2147483648", integer) ==
          "a.json: /x: an integer of at most 2^31 - 1 is needed, not 2147483648");
    CHECK(refusal_of_x("0.5", integer).find("not 0.5") != std::string::npos);
    CHECK(refusal_of_x("true", [](const Value& value) { json::number(value); }) ==
          "a.json: /x: a number is needed, not true");
    const auto pair = [](const Value& value) { json::integers(value, 2, "[width, height]"); };
    CHECK(refusal_of_x("[3, 4]", pair) == "");
    CHECK(refusal_of_x("[3]", pair) ==
          "a.json: /x: an array of 2 integers [width, height] is needed, not an array of 1");
    CHECK(refusal_of_x("64", pair) == "a.json: /x: an array of 2 integers [width, height] is needed, not 64");
    CHECK(refusal_of_x("[3, \"4\"]", pair).starts_with("a.json: /x/1: "));
    CHECK(refusal_of_x("[]", [](const Value& value) { json::numbers(value); }).find("at least one number") !=
          std::string::npos);
    CHECK(refusal_of_x("1", [](const Value& value) { static_cast<void>(value.required("y")); }) ==
          "a.json: /x: an object is needed, not 1");
    CHECK(refusal_of_x("{}", [](const Value& value) { static_cast<void>(value.required("y")); }) ==
          R"(a.json: /x: the key "y" is missing)");
}

TEST_CASE("identifiers are text or numbers, as they are written") {
    const JsonFile file(R"(["a", 7, 100000, 0.5])", "a.json");
    std::string ids;
    for (const Value& id : json::any_elements(file.root(), "an array")) ids += json::text_or_number(id) + " ";
    CHECK(ids == "a 7 100000 0.5 ");
}

TEST_CASE("a quotation is one line of valid UTF-8, however long the text") {
    CHECK(json::in_quotes("a\"b\n") == R"("a\"b\n")");
    const std::string umlauts = json::in_quotes([] {
        std::string text;
        for (int n = 0; n < 500; ++n) text += "ä";
        return text;
    }());
    CHECK(umlauts.ends_with("ä…\""));
    CHECK(umlauts.size() < 500);
    CHECK(json::in_quotes(std::string(1000, '\x80')).size() < 500);  // no UTF-8
    CHECK(json::literal("ä\t") == "\"ä\\t\"");
}
