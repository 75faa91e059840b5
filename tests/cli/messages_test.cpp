#include <doctest/doctest.h>

#include <string>

#include "cli/action.hpp"
#include "cli/field_names.hpp"
#include "glimpse/words.hpp"

using namespace glimpse::cli;

TEST_CASE("control characters of names, and bytes that are no text, are escaped in messages") {
    CHECK(on_one_line("a\nb\x1b[31m\x7f.png") == "a\\x0Ab\\x1B[31m\\x7F.png");
    CHECK(on_one_line("übung – 写真.png") == "übung – 写真.png");
    CHECK(on_one_line("\xc2\x9b"  // U+009B, which begins a terminal's commands
                      "31m") == "\\xC2\\x9B31m");
    // So are bytes that are no UTF-8, which a terminal may take for anything.
    CHECK(on_one_line("caf\xe9 \xe9.png") == "caf\\xE9 \\xE9.png");
    CHECK(on_one_line("\xf0\x9f\x98") == "\\xF0\\x9F\\x98");
    CHECK(on_one_line("") == "");
}

TEST_CASE("a message is one line of bounded length that keeps its beginning and its end") {
    const std::string text = "beginning\n" + std::string(100'000, 'x') + "end";
    const std::string line = message_line(text);
    CHECK(line.size() <= glimpse::longest_message + 40);
    CHECK(line.starts_with("beginning\\x0A"));
    CHECK(line.ends_with("xend"));
    CHECK(message_line("short") == "short");
}

TEST_CASE("fields of the library are named as the options that set them") {
    CHECK(option_of_field("out") == "--out");
    CHECK(option_of_field("annotations.zero_based") == "--zero-based");
    CHECK(option_of_field("inputs") == "INPUT");
    CHECK(option_of_field("padding") == "padding");
}
