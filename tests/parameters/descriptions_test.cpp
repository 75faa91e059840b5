#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "glimpse/words.hpp"
#include "parameters/description.hpp"
#include "refusals.hpp"

// The description of the keys, which the schema and the table are made of, against the reader.

using namespace glimpse;
using parameters::Description;
using parameters::Form;
using parameters::Key;

namespace {

/// A value that the reader takes, "MECHANISM KEY" before "KEY".
std::string sample(std::string_view mechanism, std::string_view key) {
    static const std::map<std::string, std::string, std::less<>> samples{
        {"box", "[0, 0, 4, 3]"},
        {"transition", "0.5"},
        {"units", R"("pixels")"},
        {"size", "[4, 4]"},
        {"rows", "[0]"},
        {"columns", "[0]"},
        {"padding", R"("mean")"},
        {"interpolation", R"("nearest")"},
        {"antialias", "false"},
        {"file", R"("a.png")"},
        {"filter file", R"("one.txt")"},
        {"kernel", "[[0, 1, 0], [1, -4, 1], [0, 1, 0]]"},
        {"layout", R"("kk")"},
        {"bias", "[1, 0.5]"},
        {"sampling_locations", R"({"file": "locations.npy"})"},
        {"attention_weights", R"({"file": "weights.npy"})"},
        {"query", "0"},
        {"head", "0"},
        {"level", "0"},
        {"points", "[[0.5, 0.25, 1]]"},
        {"reference", "[0.5, 0.5]"},
        {"grid", "[[1]]"},
        {"tokens", R"({"file": "five.txt"})"},
        {"within", "[0, 0, 4, 3]"},
        {"view", R"({"resize": 4})"},
        {"mask x", R"({"u": 1, "s": 1})"},
        {"mask y", R"({"u": 1, "s": 1})"},
        {"upsample", R"("nearest")"},
        {"activation", R"("none")"},
        {"temperature", R"(2, "activation": "softmax")"},
        {"kind", R"("hard")"},
        {"threshold", R"(0.5, "kind": "hard")"},
        {"select", R"("pixels", "kind": "hard")"},
        {"mask normalise", R"("sum")"},
        {"reduce", R"("sum")"},
        {"gaussian x", R"({"u": 1, "s": 1, "d": 1})"},
        {"gaussian y", R"({"u": 1, "s": 1, "d": 1})"},
        {"axes", R"({"ux": 1, "sx": 1, "dx": 1, "uy": 1, "sy": 1, "dy": 1})"},
        {"draw", R"({"gx": 0, "gy": 0, "log_sigma2": 0, "log_delta": 0, "log_gamma": 0})"},
        {"sigma", "1"},
        {"mask sigma", R"(1, "upsample": "gaussian")"},
        {"gaussian normalise", R"("safe")"},
        {"theta", "[[1, 0, 0], [0, 1, 0]]"},
        {"scale", "[1, 1]"},
        {"shift", "[0, 0]"},
        {"matrix", "[[1, 0, 0], [0, 1, 0]]"},
        {"projective", "[[1, 0, 0], [0, 1, 0], [0, 0.001, 1]]"},
        {"quad", "[[0, 0], [4, 0], [4, 3], [0, 2]]"},
        {"thin_plate", R"({"from": [[0, 0], [4, 0], [0, 4]], "to": [[1, 0], [3, 0], [0, 4]]})"},
        {"stn grid", "[[[0, 0]]]"},
        {"flow", "[[[0, 0]]]"},
        {"log_polar", R"({"centre": [4, 3], "radius": [1, 3]})"},
        {"angle", "5"},
        {"centre", "[4, 3]"},
        {"scales", "2"},
        {"window", "1"},
        {"factor", "1.5"},
        {"pooling", R"("triangle")"},
        {"align_corners", "true"},
        {"convention", R"("xyxy")"},
        {"theta convention", R"("torch-corners")"},
        {"matrix convention", R"("kornia-warp")"},
        {"projective convention", R"("kornia-warp")"},
        {"axes convention", R"("hart")"},
        {"draw convention", R"("draw-ericjang")"},
        {"offset convention", R"("tf-glimpse-2")"},
        {"samples", R"(2, "convention": "roi-align", "interpolation": "bilinear")"},
        {"clockwise", "false"},
        {"offset", R"([0, 0], "convention": "tf-glimpse-1")"},
        {"listed offset", "[0, 0]"},
        {"centred", "false"},
        {"normalised", "false"},
        {"listed axes", "[1, 1, 1, 1, 1, 1]"},
        {"alpha", "true"},
    };
    const auto own = samples.find(std::string(mechanism) + " " + std::string(key));
    const auto found = own == samples.end() ? samples.find(key) : own;
    REQUIRE_MESSAGE(found != samples.end(), key);
    return found->second;
}

std::string entry(std::string_view mechanism, const std::vector<std::string_view>& keys,
                  const std::string& more = {}) {
    std::string text = R"({"mechanism": ")" + std::string(mechanism) + '"';
    const bool has_convention = std::ranges::find(keys, "convention") != keys.end();
    for (const std::string_view key : keys) {
        // Conventions are those of a form, which its first key tells; and axes of one are listed.
        const std::string_view of = key == "convention"                                    ? keys.front()
                                    : has_convention && (key == "axes" || key == "offset") ? "listed"
                                                                                           : mechanism;
        text += ", \"" + std::string(key) + "\": " + sample(of, key);
    }
    return text + more + "}";
}

/// An array of bytes.
std::vector<std::uint8_t> npy_of_zeros(const std::vector<std::size_t>& shape) {
    std::string lengths;
    std::size_t count = 1;
    for (const std::size_t length : shape) {
        lengths += std::to_string(length) + ",";
        count *= length;
    }
    std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + lengths + "), }";
    header.resize(117, ' ');
    const std::string text =
        std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + std::string(count, '\0');
    return {text.begin(), text.end()};
}

/// The message of the refusal; empty where it is read.
std::string refusal_of(const std::string& text) {
    const ParameterDefaults defaults{.size = Size{4, 4}};
    const auto open = [](const std::filesystem::path& path) {  // a row of a class token and 2×2 cells
        if (path.extension() == ".npy") {                      // of deformable attention
            const bool is_locations = path.stem() == "locations";
            const std::vector<std::size_t> shape =
                is_locations ? std::vector<std::size_t>{1, 1, 1, 1, 2} : std::vector<std::size_t>{1, 1, 1, 1};
            return kept_bytes(std::make_shared<const std::vector<std::uint8_t>>(npy_of_zeros(shape)));
        }
        const std::string_view content = path.filename() == "one.txt" ? "1" : "1 2 3 4 5";
        return kept_bytes(std::make_shared<const std::vector<std::uint8_t>>(content.begin(), content.end()));
    };
    return refusal([&] {
        parse_parameters(text, "a.json", {}, defaults,
                         {.is_file = [](const auto&) { return true; }, .open = open});
    });
}

/// How often `what` occurs in the text.
std::size_t count(std::string_view text, std::string_view what) {
    std::size_t found = 0;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        ++found;
    return found;
}

}  // namespace

TEST_CASE("descriptions: each mechanism has one, in order") {
    REQUIRE(parameters::descriptions().size() == mechanism_names().size());
    for (std::size_t n = 0; n < mechanism_names().size(); ++n) {
        CHECK(parameters::descriptions()[n].word == mechanism_names()[n]);
    }
}

TEST_CASE("descriptions: the reader takes a key together with the forms that are said to take it") {
    for (const Description& description : parameters::descriptions()) {
        for (const Form& form : description.forms) {
            for (const Key& key : description.keys) {
                std::vector<std::string_view> keys = form.keys;
                if (std::find(keys.begin(), keys.end(), key.name) == keys.end()) keys.push_back(key.name);
                const std::string text = entry(description.word, keys);
                CAPTURE(text);
                const std::string message = refusal_of(text);
                CAPTURE(message);
                CHECK(message.empty() == takes(form, key));
            }
        }
    }
}

TEST_CASE("descriptions: a form's keys are needed together, or each is enough") {
    for (const Description& description : parameters::descriptions()) {
        for (const Form& form : description.forms) {
            for (const std::string_view key : form.keys) {
                const std::string text = entry(description.word, {key});
                CAPTURE(text);
                CHECK(refusal_of(text).empty() == (form.keys.size() == 1 || !form.together));
            }
        }
    }
}

TEST_CASE("descriptions: the reader takes each default") {
    for (const Description& description : parameters::descriptions()) {
        for (const Key& key : description.keys) {
            if (key.default_value.empty()) continue;
            const auto form = std::find_if(description.forms.begin(), description.forms.end(),
                                           [&](const Form& candidate) { return takes(candidate, key); });
            REQUIRE(form != description.forms.end());
            std::vector<std::string_view> keys = form->keys;
            std::erase(keys, key.name);
            const std::string text =
                entry(description.word, keys, ", \"" + std::string(key.name) + "\": " + key.default_value);
            CAPTURE(text);
            CHECK(refusal_of(text) == "");
        }
    }
}

TEST_CASE("descriptions: the table has a row for each key, and as many cells in each") {
    const std::string_view table = parameter_keys();
    std::size_t rows = parameters::common_keys().size() + parameters::image_keys().size();
    for (const Description& description : parameters::descriptions()) {
        rows += description.keys.size();
        CHECK(count(table, "\n## " + std::string(description.word) + "\n") == 1);
        for (const Key& key : description.keys) {
            CAPTURE(key.name);
            CHECK(!key.meaning.empty());
            CHECK(!key.type.words.empty());
            CHECK(count(table, "\n| `" + std::string(key.name) + "` | ") >= 1);
        }
    }
    CHECK(count(table, "\n| `") == rows);
    std::size_t lines = 0;
    for (std::size_t begin = 0; begin < table.size(); begin = table.find('\n', begin) + 1) {
        const std::string_view line = table.substr(begin, table.find('\n', begin) - begin);
        if (!line.starts_with('|')) continue;
        ++lines;
        CHECK(count(line, "|") - count(line, "\\|") == 8);
    }
    CHECK(lines == rows + 2 * (2 + parameters::descriptions().size()));
}

TEST_CASE("descriptions: a single entry and a document take what is said of the image") {
    for (const Key& key : parameters::image_keys()) {
        const std::string said = "\"" + std::string(key.name) + "\": " + sample("", key.name);
        for (const std::string rest : {R"("box": [0, 0, 4, 3])", R"("glimpses": [{"box": [0, 0, 4, 3]}])"}) {
            CHECK(refusal_of("{" + said + ", " + rest + "}") == "");
        }
    }
}

TEST_CASE("descriptions: unknown keys are answered by those of the mechanism, or by the nearest") {
    CHECK(refusal_of(R"({"mechanism": "gaussian", "box": [0, 0, 4, 3], "simga": 1})") ==
          "a.json: /simga: unknown key \"simga\"; did you mean \"sigma\"?");
    CHECK(refusal_of(R"({"mechanism": "gaussian", "box": [0, 0, 4, 3], "?": 1})") ==
          "a.json: /?: unknown key \"?\"; the keys are \"id\", \"mechanism\", \"label\", \"labels\", "
          "\"score\", \"transition\", \"box\", \"units\", \"convention\", \"size\", \"x\", \"y\", \"axes\", "
          "\"draw\", \"sigma\", \"angle\", "
          "\"normalise\", \"padding\"");
}
