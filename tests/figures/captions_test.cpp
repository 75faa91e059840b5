#include "figures/module/captions.hpp"

#include <doctest/doctest.h>

#include <array>
#include <ctime>
#include <map>
#include <opencv2/core.hpp>
#include <set>
#include <string>
#include <vector>

#include "figures/module/text.hpp"
#include "glimpse/panel.hpp"

using namespace glimpse;

namespace {

using Texts = std::vector<std::string>;

constexpr int letter = 10;

/// That different texts are shown differently and equal ones alike, within the width.
void check_apart(const Texts& texts, const Texts& shown, int width) {
    REQUIRE(shown.size() == texts.size());
    std::map<std::string, std::string> of_shown;
    std::map<std::string, std::string> of_text;
    for (std::size_t k = 0; k < texts.size(); ++k) {
        CAPTURE(texts[k]);
        CAPTURE(shown[k]);
        CHECK_FALSE(shown[k].empty());
        CHECK(text_width(shown[k], letter) <= width);
        CHECK(of_shown.emplace(shown[k], texts[k]).first->second == texts[k]);
        CHECK(of_text.emplace(texts[k], shown[k]).first->second == shown[k]);
    }
}

/// As many as wanted, of two beginnings, two words in the middle, and a number between them.
Texts phrases(std::size_t count) {
    Texts all;
    for (std::size_t k = 0; k < count; ++k) {
        all.push_back(std::string(k % 2 == 0 ? "left" : "right") + " part of the photograph number " +
                      std::to_string(k / 4) + " with a small brown " + (k / 2 % 2 == 0 ? "dog" : "cat") +
                      " that is running over the wet grass in the park");
    }
    return all;
}

double seconds_for(std::size_t count) {
    const Texts texts = phrases(count);
    const std::clock_t start = std::clock();  // of the processor, whatever else it is busy with
    const Texts shown = elided_apart(texts, letter, 150);
    const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
    check_apart(texts, shown, 150);
    return seconds;
}

}  // namespace

TEST_CASE("two beginnings and two words in the middle make four captions, in which they are") {
    const Texts texts{"left part of a photograph of a small brown dog that is running over the wet grass",
                      "right part of a photograph of a small brown dog that is running over the wet grass",
                      "left part of a photograph of a small brown cat that is running over the wet grass",
                      "right part of a photograph of a small brown cat that is running over the wet grass"};
    for (const int width : {70, 90, 150, 200, 250}) {
        CAPTURE(width);
        const Texts shown = elided_apart(texts, letter, width);
        check_apart(texts, shown, width);
        for (std::size_t k = 0; k < 4; ++k) {
            CAPTURE(shown[k]);
            CHECK(shown[k].starts_with(k % 2 == 0 ? "l" : "r"));
            CHECK(shown[k].find(k < 2 ? "\u2026d" : "\u2026c") != std::string::npos);
            if (width >= 150) CHECK(shown[k].find(k < 2 ? "dog" : "cat") != std::string::npos);
        }
    }
    CHECK(elided_apart(texts, letter, 10000) == texts);
}

TEST_CASE("captions that differ when they are cut are as they would be alone") {
    const Texts frames{"sequence_frame_000123", "sequence_frame_000124", "other"};
    CHECK(elided_apart(frames, letter, 80) ==
          Texts{elided(frames[0], letter, 80), elided(frames[1], letter, 80), "other"});
    const Texts twice{phrases(4)[0], phrases(4)[0], phrases(4)[2]};
    const Texts shown = elided_apart(twice, letter, 100);
    CHECK(shown[0] == shown[1]);
    CHECK(shown[0] != shown[2]);
    CHECK(elided_apart({}, letter, 80).empty());
}

TEST_CASE("a text that ends where another goes on, and one that looks like a caption, stay apart") {
    const std::string beginning(60, 'b');
    const std::string ending(60, 'e');
    const Texts texts{beginning + "x" + ending, beginning + "xy" + ending,
                      beginning + ending,       beginning,
                      beginning + "bb",         "\u2026x\u2026"};
    for (const int width : {60, 100, 200}) check_apart(texts, elided_apart(texts, letter, width), width);
}

TEST_CASE("what differs is shown with what stands before it, where words do not say where to begin") {
    const std::string before(50, 'a');
    const std::string behind(50, 'b');
    for (const int width : {100, 150}) {
        const Texts texts{before + "x" + behind, before + "y" + behind};
        const Texts shown = elided_apart(texts, letter, width);
        check_apart(texts, shown, width);
        CAPTURE(shown[0]);
        CHECK(shown[0].find("aax") != std::string::npos);
        CHECK(shown[0].find("xbbb") != std::string::npos);
        CHECK(shown[1] ==
              shown[0].substr(0, shown[0].find('x')) + "y" + shown[0].substr(shown[0].find('x') + 1));
        // Room that is not needed behind it is used before it.
        const Texts ends{before + before + "xb" + behind, before + before + "xc" + behind.substr(1),
                         before + before + "x"};
        const Texts at_end = elided_apart(ends, letter, width);
        check_apart(ends, at_end, width);
        CAPTURE(at_end[2]);
        CHECK(text_width(at_end[2], letter) > 0.8 * width);
    }
}

TEST_CASE("a caption that is shortened alone has its score whole or not at all") {
    for (const std::string score : {"\u221219.24", "12345.68", "100.00", "1.0e\u221207"}) {
        const std::string text = "astronaut " + score;
        bool has_one = false;
        for (int width = text_width("\u2026a", letter); width < text_width(text, letter); ++width) {
            const std::string shown = elided(text, letter, width);
            CAPTURE(shown);
            CHECK(text_width(shown, letter) <= width);
            const bool ends_in_score = shown.ends_with(score);
            const bool ends_in_ellipsis = shown.empty() || shown.ends_with("\u2026");
            CHECK((ends_in_score || ends_in_ellipsis));
            has_one = has_one || ends_in_score;
        }
        CHECK(has_one);
    }
    // No score: one word alone.
    CHECK(elided("0123456789", letter, text_width("0123456", letter)).ends_with("9"));
}

TEST_CASE("a score behind a caption is shown whole or not at all") {
    Texts texts;
    for (const char* id : {"000", "001", "002"}) {
        texts.push_back("photographs/astronaut/" + std::string(id) + " \u22120.30 of all");
    }
    const int least = text_width("\u2026/000\u2026", letter);
    const int most = text_width(texts[0], letter);
    bool has_one = false;
    for (int width = least; width < most; width += 3) {
        const Texts shown = elided_apart(texts, letter, width);
        check_apart(texts, shown, width);
        CAPTURE(shown[0]);
        const std::size_t sign = shown[0].find("\u2212");
        if (sign == std::string::npos) continue;
        has_one = true;
        CHECK(shown[0].find("\u22120.30") == sign);
    }
    CHECK(has_one);
    // What differs in the number shows of it what differs.
    const Texts numbers{"frame 12345 of one long name that goes on",
                        "frame 12346 of one long name that goes on"};
    for (const int width : {50, 60, 80, 100})
        check_apart(numbers, elided_apart(numbers, letter, width), width);
}

TEST_CASE("captions without room for what differs are numbered") {
    Texts texts;
    for (int k = 0; k < 1 << 10; ++k) {
        std::string text;
        for (int bit = 0; bit < 10; ++bit) text += (k >> bit & 1) != 0 ? "abcdefghij" : "bbcdefghij";
        texts.push_back(text);
    }
    constexpr int width = 64;
    const Texts shown = elided_apart(texts, letter, width);
    check_apart(texts, shown, width);
    CHECK(std::ranges::any_of(shown, [](const std::string& text) { return text.ends_with("(2)"); }));
    // Control characters are all shown as one.
    const Texts controls{
        "a\x01"
        "b",
        "a\x02"
        "b"};
    check_apart(controls, elided_apart(controls, letter, 100), 100);
    // Without room for a number either, they are what they were.
    const Texts narrow = elided_apart(texts, letter, 25);
    CHECK(text_width(narrow.back(), letter) <= 25);
}

TEST_CASE("random names of any script stay apart") {
    cv::RNG random(4);
    const std::array<std::string, 6> letters{"a", "b", "\u00e9", "\u05d0", "\u4e2d", " "};
    for (int round = 0; round < 40; ++round) {
        Texts texts;
        for (int k = 0; k < 30; ++k) {
            std::string text;
            for (int n = random.uniform(1, 40); n > 0; --n) {
                text += letters[static_cast<std::size_t>(random.uniform(0, round % 6 + 1))];
            }
            texts.push_back("x" + text + "y");
        }
        const int width = random.uniform(60, 200);
        check_apart(texts, elided_apart(texts, letter, width), width);
    }
}

TEST_CASE("ten thousand captions take ten times as long as a thousand") {
    const double few = seconds_for(1000);
    const double many = seconds_for(10000);
    CAPTURE(few);
    CAPTURE(many);
    constexpr double noise = 3;  // of caches and other programs
    CHECK(many < 10 * noise * few);
}

TEST_CASE("isolates are shortened whole, at either end of what is left out and around it") {
    const auto is_whole = [](const std::string& text) {
        int open = 0;
        for (std::size_t k = 0; k + 3 <= text.size(); ++k) {
            if (text.compare(k, 3, "\u2068") == 0) ++open;
            if (text.compare(k, 3, "\u2069") == 0 && --open < 0) return false;
        }
        return open == 0;
    };
    const std::string name = "\u2068سلام عليكم سلام عليكم سلام عليكم\u2069";
    for (const std::string& text : {name, name + " 0.92", "left " + name, name + ": " + name + " dog 0.92"}) {
        CAPTURE(text);
        for (int width = 30; width < text_width(text, letter); width += 7) {
            const std::string shown = elided(text, letter, width);
            CHECK(shown != text);
            CHECK(is_whole(shown));
        }
    }
    Texts texts;
    for (const char* word : {"dog", "cat", "سلام"}) {
        for (const char* end : {" 0.25", " 0.75"}) texts.push_back(name + " " + word + " " + name + end);
    }
    for (const int width : {80, 110, 150, 200}) {
        for (const std::string& shown : elided_apart(texts, letter, width)) CHECK(is_whole(shown));
    }
    CHECK(left_out("a\u2069: \u2068b") == "\u2069…\u2068");
    CHECK(left_out("\u2068a\u2069") == "…");
}
