#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/application.hpp"
#include "cli/commands.hpp"
#include "cli/explanation.hpp"
#include "cli/option_table.hpp"
#include "glimpse/geometry.hpp"
#include "refusals.hpp"

using namespace glimpse::cli;
using glimpse::Size;

namespace {

/// What the program says of a command line that it cannot parse; empty where it can.
std::string explained(std::vector<std::string> words) {
    CLI::App application;
    Action action;
    describe(application, action);
    const std::vector<std::string> given = words;
    std::ranges::reverse(words);  // CLI11 wants them from the last to the first
    try {
        application.parse(words);
    } catch (const CLI::ParseError& error) {
        return explanation(application, error, given);
    }
    return {};
}

/// Parses the words of a command with some options.
template <typename AddOptions>
void parse(const AddOptions& add_options, std::vector<std::string> words) {
    Command command("command", "");
    add_options(command);
    std::ranges::reverse(words);
    command.parse(words);
}

std::optional<std::int64_t> memory_of(const std::string& text) {
    std::optional<std::int64_t> bytes;
    parse([&](Command& command) { add_memory_option(command, bytes, ""); }, {"--memory", text});
    return bytes;
}

std::string refusal_of_memory(const std::string& text) {
    return refusal([&] { memory_of(text); });
}

}  // namespace

TEST_CASE("what is wrong with a command line is said with what was meant") {
    CHECK(explained({"extrct", "a.png"}) ==
          "'extrct' is no command; did you mean extract? (see glimpse --help)");
    CHECK(explained({"extract", "--bbox", "1,2,3,4"}) ==
          "--bbox: glimpse extract has no such option; did you mean --box? (see glimpse extract --help)");
    CHECK(explained({"a.png", "-b", "1,2,3,4"}) ==
          "the command is missing; did you mean glimpse extract a.png …? (see glimpse --help)");
    CHECK(explained({"extract", "a.png", "-o", "b", "--out", "c"}) ==
          "--out: is given more than once; it takes one value (see glimpse extract --help)");
    CHECK(explained({"--quiet", "extract", "a.png"}) ==
          "'--quiet' stands before the command; options follow glimpse extract (see glimpse extract --help)");
    CHECK(explained({"extract", "a.png", "-b", "1,2,3,4", "-o", "b"}) == "");
}

TEST_CASE("a word is one of the choices in letters of either case") {
    std::string chosen;
    const auto add = [&](Command& command) {
        command.add_choice("--padding", chosen, {"zeros", "edge"}, "");
    };
    parse(add, {"--padding", "EDGE"});
    CHECK(chosen == "edge");
    CHECK(refusal<CLI::ParseError>([&] {
              parse(add, {"--padding", "egde"});
          }) == "--padding: 'egde' is none of zeros, edge; did you mean edge?");
}

TEST_CASE("a number lies between its limits, both included") {
    double number = -1;
    const auto add = [&](Command& command) { command.add_number("--opacity", number, 0.0, 1.0, ""); };
    for (const auto* text : {"0", "0.25", "1", "1e-3"}) {
        parse(add, {"--opacity", text});
        CHECK(number == std::stod(text));
    }
    for (const auto* text : {"-0.1", "1.0000001", "half", "nan", ""}) {
        CHECK(holds(refusal<CLI::ParseError>([&] {
                        parse(add, {"--opacity", text});
                    }),
                    "a number, 0 to 1, is needed, not '" + std::string(text) + "'"));
    }
}

TEST_CASE("a number of bytes is one of powers of 1024, and a part of a byte does not count") {
    CHECK(memory_of("1") == 1);
    CHECK(memory_of("512M") == std::int64_t{512} << 20);
    CHECK(memory_of("1.5GiB") == 3 * (std::int64_t{1} << 29));
    CHECK(memory_of("0.1k") == 102);  // 102.4
    CHECK(memory_of("65536T") == std::int64_t{1} << 56);
    CHECK(refusal_of_memory("0") == "--memory: at least 1 byte is needed, not '0'");
    CHECK(refusal_of_memory("0.5") == "--memory: at least 1 byte is needed, not '0.5'");
    for (const auto* text : {"65537T", "99999999999999999999"}) {
        CHECK(refusal_of_memory(text) ==
              "--memory: at most 65536T are needed, not '" + std::string(text) + "'");
    }
    for (const auto* text : {"many", "-1", "1.", ".5", "1.5.5", "1 G", "1X"}) {
        CHECK(holds(refusal_of_memory(text), "a number of bytes is needed"));
    }
}

TEST_CASE("a size is WxH") {
    std::optional<Size> size;
    const auto read = [&](const std::string& text) {
        parse([&](Command& command) { add_size_option(command, "-s,--size", size, ""); }, {"-s", text});
    };
    read("64x48");
    CHECK(size == Size{64, 48});
    read("1X2");
    CHECK(size == Size{1, 2});
    for (const auto* text : {"64", "64x", "x64", "-1x2", "6.4x2", "64x64x3"}) {
        CHECK(refusal([&] { read(text); }) ==
              "--size: a size WxH is needed, such as 64x64, not '" + std::string(text) + "'");
    }
    for (const auto* text : {"0x1", "99999999999x99999999999"}) {
        CHECK(refusal([&] { read(text); }) ==
              "--size: 1x1 to 2^28 pixels are needed, not '" + std::string(text) + "'");
    }
}

TEST_CASE("the table of options has what help, manual page and completions show") {
    CLI::App application;
    Action action;
    describe(application, action);
    const std::vector<CommandEntry> table = option_table(application);
    REQUIRE(command_names(application) ==
            std::vector<std::string>{"extract", "sample", "write", "explain", "convert", "fit", "compare",
                                     "view", "schema", "info", "completion", "man", "help"});
    const auto& extract = table.front().options;
    const auto option = [&](const std::string& name) {
        const auto found = std::ranges::find_if(extract, [&](const OptionEntry& entry) {
            return std::ranges::count(entry.long_names, name) > 0;
        });
        REQUIRE(found != extract.end());
        return *found;
    };
    CHECK(spellings(option("box")) == std::vector<std::string>{"-b", "--box"});
    CHECK(option("existing").choices == std::vector<std::string>{"error", "overwrite", "skip"});
    CHECK(option("opacity").range == "0 to 1");
    CHECK(option("out").takes_file);
    CHECK(!option("format").takes_file);
    CHECK(option("map").value == "");
    for (const CommandEntry& command : table) {
        for (const OptionEntry& each : command.options) {
            CAPTURE(command.name);
            CAPTURE(each.long_names);
            CHECK(each.description != "");
            CHECK((each.is_positional() || each.value != "" || each.choices.empty()));
        }
    }
}
