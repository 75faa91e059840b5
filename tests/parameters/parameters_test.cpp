#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "refusals.hpp"

using namespace glimpse;

namespace {

const std::filesystem::path documents =
    std::filesystem::path(GLIMPSE_DATA_DIRECTORY).parent_path() / "tests" / "parameter_documents";

std::vector<std::filesystem::path> files_in(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(directory)) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    return files;
}

/// The message of the error that reading a document ends in; empty where it is read.
std::string file_message(const std::filesystem::path& file) {
    return refusal([&] { read_parameters(file, {}); });
}

std::string message(std::string_view text, const ParameterDefaults& defaults = {}) {
    return refusal([&] { parse_parameters(text, "a.json", {}, defaults); });
}

std::string manifest_message(std::string_view text) {
    return refusal([&] { parse_manifest_record(text, "jobs.jsonl", 7, {}, {}); });
}

ParameterDocument good(const char* name) {
    return read_parameters(documents / "good" / name, {});
}

ParameterDocument parse(std::string_view text, const ParameterDefaults& defaults = {}) {
    return parse_parameters(text, "a.json", {}, defaults);
}

ManifestRecord record(std::string_view text) {
    return parse_manifest_record(text, "jobs.jsonl", 7, {}, {});
}

/// The mechanism `M` of a glimpse, in its form `F`.
template <typename F, typename M>
const F& form_of(const M& mechanism) {
    REQUIRE(std::holds_alternative<F>(mechanism.form));
    return std::get<F>(mechanism.form);
}

template <typename M>
const M& get(const Glimpse& glimpse) {
    REQUIRE(std::holds_alternative<M>(glimpse.mechanism));
    return std::get<M>(glimpse.mechanism);
}

void check_box(const Box& box, double x, double y, double width, double height) {
    CHECK(box.x == x);
    CHECK(box.y == y);
    CHECK(box.width == width);
    CHECK(box.height == height);
}

}  // namespace

TEST_CASE("every good document is read") {
    for (const auto& file : files_in(documents / "good")) {
        CAPTURE(file);
        CHECK(file_message(file) == "");
    }
}

TEST_CASE("every bad document is refused, with the place and the rule that its first line expects") {
    const std::vector<std::filesystem::path> files = files_in(documents / "bad");
    CHECK(files.size() > 90);
    for (const auto& file : files) {
        CAPTURE(file);
        std::ifstream stream(file);
        std::string first_line;
        std::getline(stream, first_line);
        const std::string mark = "// expect: ";
        REQUIRE(first_line.starts_with(mark));
        const std::string expected = first_line.substr(mark.size());
        const std::string shown = file_message(file);
        // A place begins right after the file's name; other parts may stand anywhere.
        const bool whole = expected.starts_with(':');
        CAPTURE(shown);
        CHECK((whole ? shown.starts_with(file.string() + expected)
                     : shown.find(expected) != std::string::npos));
        CHECK(shown.find('\n') == std::string::npos);
    }
}

TEST_CASE("the interface's own example") {
    const ParameterDocument document = good("interface.json");
    REQUIRE(document.size() == 7);
    const std::vector<std::string> ids{"face", "g", "draw", "t", "turn", "soft", "file"};
    const std::vector<std::string> words{"crop", "gaussian", "gaussian", "stn", "stn", "mask", "mask"};
    for (std::size_t n = 0; n < document.size(); ++n) {
        CHECK(document[n].id == ids[n]);
        CHECK(name(document[n].mechanism) == words[n]);
    }
    CHECK(get<Crop>(document[0]).size == Size{64, 64});
    CHECK(get<SpatialTransformer>(document[4]).size == Size{64, 64});
    CHECK(attention_file(document[6].mechanism) == documents / "good" / "../../../data/images/coffee.png");
}

TEST_CASE("forms of crop") {
    const ParameterDocument document = good("crop_forms.json");
    const Crop& plain = get<Crop>(document[0]);
    check_box(form_of<Crop::BoxForm>(plain).box, -1.5, 2, 3, 4.5);
    CHECK(form_of<Crop::BoxForm>(plain).units == Units::pixels);
    CHECK(plain.padding == Padding::reflection);
    CHECK(!plain.size);
    const Crop& resized = get<Crop>(document[1]);
    CHECK(form_of<Crop::BoxForm>(resized).units == Units::fraction);
    CHECK(resized.size == Size{8, 6});
    CHECK(resized.interpolation == Resampling::nearest);
    const auto& indices = form_of<Crop::IndexForm>(get<Crop>(document[2]));
    CHECK(indices.rows == std::vector<int>{3, 1, 1});
    CHECK(indices.columns == std::vector<int>{0, 2});
    CHECK(std::get<Constant>(get<Crop>(document[3]).fill).values.get() == std::vector<double>{128});
    CHECK(std::get<Constant>(get<Crop>(document[4]).fill).values.get() == std::vector<double>{1, 2.5, 3});
    CHECK(std::holds_alternative<MeanOfImage>(get<Crop>(document[5]).fill));
    CHECK(!get<Crop>(document[5]).padding);
    CHECK(get<Crop>(document[8]).interpolation == Resampling::bicubic_samples);
    CHECK(get<Crop>(document[9]).interpolation == Resampling::lanczos);
    CHECK(get<Crop>(document[10]).interpolation == Resampling::area);
    CHECK(get<Crop>(document[11]).interpolation == Resampling::bilinear_samples);
    CHECK(!get<Crop>(document[1]).padding);
    CHECK(get<Crop>(document[7]).padding == Padding::zeros);
    CHECK(get<Crop>(document[5]).size == Size{4, 4});
}

TEST_CASE("forms of gaussian") {
    const ParameterDocument document = good("gaussian_forms.json");
    const Gaussian& axes = get<Gaussian>(document[0]);
    const auto& [x, y] = form_of<Gaussian::AxesForm>(axes);
    CHECK(std::array{x.u, x.s, x.d} == std::array{2.0, 0.5, 1.5});
    CHECK(std::array{y.u, y.s, y.d} == std::array{1.5, 1.0, 2.0});
    CHECK(axes.size == Size{4, 3});
    CHECK(axes.normalise == Gaussian::Normalise::safe);
    const auto& draw = form_of<Gaussian::DrawForm>(get<Gaussian>(document[1]));
    CHECK(std::array{draw.gx, draw.gy, draw.log_sigma2, draw.log_delta, draw.log_gamma} ==
          std::array{0.0, 0.5, -1.0, -2.0, 0.25});
    CHECK(get<Gaussian>(document[1]).normalise == Gaussian::Normalise::eps);
    const auto& box = form_of<Gaussian::BoxForm>(get<Gaussian>(document[2]));
    check_box(box.box, 1, 2, 30, 40);
    CHECK(box.sigma == 0.7);
    CHECK(form_of<Gaussian::BoxForm>(get<Gaussian>(document[3])).units == Units::fraction);
    CHECK(form_of<Gaussian::BoxForm>(get<Gaussian>(document[3])).sigma == 0.5);
    CHECK(!box.sigma_y);
    const auto& list = form_of<Gaussian::DrawForm>(get<Gaussian>(document[4]));
    CHECK(std::array{list.gx, list.gy, list.log_sigma2, list.log_delta, list.log_gamma} ==
          std::array{0.0, 0.5, -1.0, -2.0, 0.25});
    CHECK(get<Gaussian>(document[4]).size == Size{5, 3});
    const auto& each = form_of<Gaussian::BoxForm>(get<Gaussian>(document[5]));
    CHECK(each.sigma == 0.7);
    REQUIRE(each.sigma_y);
    CHECK(*each.sigma_y == 1.5);
    CHECK(!form_of<Gaussian::BoxForm>(get<Gaussian>(document[6])).sigma_y);
}

TEST_CASE("forms of stn") {
    const ParameterDocument document = good("stn_forms.json");
    const SpatialTransformer& theta = get<SpatialTransformer>(document[0]);
    CHECK(form_of<SpatialTransformer::ThetaForm>(theta).theta ==
          std::array<std::array<double, 3>, 2>{{{1, 2, 3}, {4, 5, 6}}});
    CHECK(theta.align_corners);
    CHECK(theta.interpolation == Interpolation::bicubic);
    CHECK(theta.size == Size{5, 4});
    const SpatialTransformer& both = get<SpatialTransformer>(document[1]);
    CHECK(form_of<SpatialTransformer::ScaleShiftForm>(both).scale == std::array{0.4, 0.5});
    CHECK(form_of<SpatialTransformer::ScaleShiftForm>(both).shift == std::array{-0.1, 0.2});
    CHECK(both.padding == Padding::border);
    const auto& scale = form_of<SpatialTransformer::ScaleShiftForm>(get<SpatialTransformer>(document[2]));
    CHECK(scale.shift == std::array{0.0, 0.0});
    const auto& shift = form_of<SpatialTransformer::ScaleShiftForm>(get<SpatialTransformer>(document[3]));
    CHECK(shift.scale == std::array{1.0, 1.0});
    const auto& matrix = form_of<SpatialTransformer::MatrixForm>(get<SpatialTransformer>(document[4]));
    CHECK(matrix.matrix.m == std::array<std::array<double, 3>, 2>{{{1, 0, 10}, {0, 1, 20}}});
    const SpatialTransformer& turned = get<SpatialTransformer>(document[5]);
    check_box(form_of<SpatialTransformer::BoxForm>(turned).box, 10, 20, 30, 40);
    CHECK(form_of<SpatialTransformer::BoxForm>(turned).angle == -30);
    CHECK(!turned.align_corners);
    CHECK(!turned.size);
}

TEST_CASE("forms of mask") {
    const ParameterDocument document = good("mask_forms.json");
    const Mask& file = get<Mask>(document[0]);
    CHECK(form_of<Mask::FileForm>(file).path == documents / "good" / "../../../data/images/coffee.png");
    CHECK(file.upsample == Mask::Upsample::nearest);
    CHECK(file.kind == Mask::Kind::hard);
    CHECK(file.threshold == 0.5);
    CHECK(file.select == Mask::Select::box);
    const Mask& grid = get<Mask>(document[1]);
    const cv::Mat& values = form_of<Mask::GridForm>(grid).values;
    CHECK(values.type() == CV_64F);
    REQUIRE(values.size() == cv::Size(3, 2));
    CHECK(std::vector<double>(values.begin<double>(), values.end<double>()) ==
          std::vector<double>{1, -2, 3, 4, 5, 6});
    CHECK(grid.upsample == Mask::Upsample::bicubic);
    CHECK(grid.activation == Mask::Activation::softmax);
    CHECK(form_of<Mask::VectorForm>(get<Mask>(document[2])).x == std::vector<double>{0, 0.5, 1});
    CHECK(form_of<Mask::VectorForm>(get<Mask>(document[2])).y == std::vector<double>{1, 0});
    CHECK(get<Mask>(document[2]).kind == Mask::Kind::free);
    const auto& gaussian = form_of<Mask::GaussianForm>(get<Mask>(document[3]));
    CHECK(std::array{gaussian.x.u, gaussian.x.s, gaussian.y.u, gaussian.y.s} ==
          std::array{10.0, 2.0, 20.0, 3.0});
    CHECK(gaussian.normalise == Mask::GaussianForm::Normalise::sum);
    check_box(form_of<Mask::BoxForm>(get<Mask>(document[4])).box, 1, 2, 3, 4);
    CHECK(get<Mask>(document[4]).select == Mask::Select::pixels);
    CHECK(get<Mask>(document[5]).activation == Mask::Activation::sigmoid);
    CHECK(get<Mask>(document[5]).reduce == Mask::Reduce::none);
    CHECK(get<Mask>(document[6]).reduce == Mask::Reduce::sum);
}

TEST_CASE("how smoothly a mask is upsampled") {
    const ParameterDocument document = good("mask_forms.json");
    CHECK(get<Mask>(document[12]).upsample == Mask::Upsample::gaussian);
    CHECK(get<Mask>(document[12]).map().sigma == 1.25);
    CHECK(get<Mask>(document[13]).map().sigma == 0.5);
}

TEST_CASE("how the weights of a mask are normalised") {
    const ParameterDocument document = good("mask_forms.json");
    using Normalise = Mask::Normalise;
    CHECK(get<Mask>(document[0]).normalise == Normalise::none);
    CHECK(get<Mask>(document[0]).map().temperature == 1);
    CHECK(get<Mask>(document[7]).normalise == Normalise::max);
    CHECK(get<Mask>(document[7]).activation == Mask::Activation::relu);
    CHECK(get<Mask>(document[8]).normalise == Normalise::sum);
    CHECK(get<Mask>(document[8]).map().temperature == 0.25);
    CHECK(get<Mask>(document[9]).normalise == Normalise::max);
    // Gaussians' sums are their own vectors'.
    CHECK(get<Mask>(document[3]).normalise == Normalise::none);
    CHECK(get<Mask>(document[10]).normalise == Normalise::max);
    CHECK(get<Mask>(document[11]).normalise == Normalise::none);
    CHECK(form_of<Mask::GaussianForm>(get<Mask>(document[11])).normalise ==
          Mask::GaussianForm::Normalise::peak);
}

TEST_CASE("defaults hold where an entry leaves them open, and nowhere else") {
    const ParameterDocument document = good("defaults.json");
    const SpatialTransformer& all = get<SpatialTransformer>(document[0]);
    CHECK(form_of<SpatialTransformer::BoxForm>(all).angle == 15);
    CHECK(all.size == Size{16, 8});
    CHECK(all.padding == Padding::border);
    CHECK(document[0].id == "000");
    CHECK(get<SpatialTransformer>(document[1]).size == Size{4, 4});
    CHECK(document[1].id == "other");
    form_of<SpatialTransformer::ThetaForm>(get<SpatialTransformer>(document[2]));
    CHECK(get<Crop>(document[3]).size == Size{16, 8});
    CHECK(get<Crop>(document[3]).padding == Padding::border);
    form_of<Crop::IndexForm>(get<Crop>(document[4]));
    CHECK(!get<Crop>(document[4]).size);
    form_of<Mask::GridForm>(get<Mask>(document[5]));
    CHECK(get<Mask>(document[5]).threshold == 0.25);
    CHECK(!get<Mask>(document[6]).threshold);
    // Of a word that only other mechanisms have, and of what its activation has not, a mask takes nothing.
    CHECK(get<Mask>(document[6]).normalise == Mask::Normalise::none);
    CHECK(get<Mask>(document[6]).map().temperature == 1);
    CHECK(get<Mask>(document[7]).map().temperature == 3);
    CHECK(get<Gaussian>(document[8]).normalise == Gaussian::Normalise::safe);
}

TEST_CASE("the command line's size and mechanism are for entries that leave them open") {
    const ParameterDefaults defaults{"gaussian", Size{7, 5}};
    const ParameterDocument document = parse(
        R"([{"box": [1, 2, 3, 4]}, {"box": [1, 2, 3, 4], "size": [2, 2]}, {"mechanism": "crop", "box": [1, 2, 3, 4]},
            {"mechanism": "crop", "rows": [1], "columns": [1]}, {"mechanism": "mask", "box": [1, 2, 3, 4]}])",
        defaults);
    CHECK(get<Gaussian>(document[0]).size == Size{7, 5});
    CHECK(get<Gaussian>(document[1]).size == Size{2, 2});
    CHECK(get<Crop>(document[2]).size == Size{7, 5});
    CHECK(!get<Crop>(document[3]).size);
    CHECK(name(document[4].mechanism) == "mask");
    CHECK(message(R"([{"box": [1, 2, 3, 4]}])", {"blur", {}}) == "a.json: /0: unknown mechanism \"blur\"");
    CHECK(message(R"({"mechanism": "crop", "interpolation": "nearest", "box": [1, 2, 3, 4]})", defaults) ==
          "");
    CHECK(message(R"({"glimpses": [{"mechanism": "stn", "theta": [[1, 0, 0], [0, 1, 0]]}]})", defaults) ==
          "");
}

TEST_CASE("a bare array, a single entry, comments and a byte order mark") {
    CHECK(good("bare_array.json")[2].id == "002");
    const ParameterDocument single = good("single_entry.json");
    REQUIRE(single.size() == 1);
    CHECK(single[0].id == "a.b-C_9");
    CHECK(parse("\xEF\xBB\xBF{\"box\": [1, 2, 3, 4]}")[0].id == "000");
    CHECK(parse("// one\n{\"box\": /* two */ [1, 2, 3, 4]} // three")[0].id == "000");
    CHECK(message(R"({"box": [1, 2, 3, 4], "padding": "//x"})").ends_with("not \"//x\""));
}

TEST_CASE("keys and strings without double quotes have a hint") {
    const std::string key = "a key stands in double quotes in JSON: ";
    CHECK(message("{box: [0, 0, 4, 4]}") == "a.json:1:2: " + key + "\"box\"");
    CHECK(message("{\"id\": \"a\", tail_2: 1}") == "a.json:1:13: " + key + "\"tail_2\"");
    CHECK(message("{true: 1}") == "a.json:1:2: " + key + "\"true\"");
    CHECK(message("{f: 1}") == "a.json:1:2: " + key + "\"f\"");
    const std::string string = "strings stand in double quotes in JSON, not in single ones";
    CHECK(message("{'box': [0, 0, 4, 4]}") == "a.json:1:2: " + string);
    CHECK(message("{\"mechanism\": 'stn'}") == "a.json:1:15: " + string);
    CHECK(message("{\"box\": [0, 0, 4, x]}").find("quotes") == std::string::npos);
    CHECK(message("{\"box\": [0, 0, 4, 4],}").find("quotes") == std::string::npos);
}

TEST_CASE("texts that no file can hold well") {
    CHECK(message("").starts_with("a.json: empty"));
    CHECK(message("  \n\t").starts_with("a.json: empty"));
    CHECK(message("// nothing\n").starts_with("a.json:2:1: unexpected end of input"));
    CHECK(message(std::string("{}\0", 3)).starts_with("a.json:1:3: a NUL character"));
    CHECK(message(std::string(1'000'000, '[')).find("nested deeper than 64 levels") != std::string::npos);
    const auto nested = [](std::size_t levels) {
        return message(std::string(levels, '[') + std::string(levels, ']')).find("nested deeper") !=
               std::string::npos;
    };
    CHECK(!nested(64));
    CHECK(nested(65));
    CHECK(message("{\"box\": \xFF}").starts_with("a.json:1:9: "));
    CHECK(message("\"\xFF\"").starts_with("a.json:1:2: invalid string: ill-formed UTF-8"));
    CHECK(message("{\"a\nb\": 1}").starts_with("a.json:1:4: invalid string: control character"));
    CHECK(message("{\"a 'b\n\": 1}").find("invalid string: control character") != std::string::npos);
    CHECK(message(R"([{"a\nb": 1, "box": [1, 2, 3, 4]}])")
              .starts_with(R"(a.json: /0/a\u000ab: unknown key "a\nb")"));
    CHECK(message("[1.5e308, 1e400]").starts_with("a.json:1:11: 1e400 is not a finite number"));
    CHECK(message(R"({"mechanism": "mask", "file": "a\u0000b"})").find("/file: no such file: ") !=
          std::string::npos);
}

TEST_CASE("an id has at most 200 characters, and an integer at most 31 bits") {
    const auto with_id = [](std::size_t length) {
        return message(R"({"box": [1, 2, 3, 4], "id": ")" + std::string(length, 'a') + R"("})");
    };
    CHECK(with_id(200).empty());
    CHECK(with_id(201) == "a.json: /id: an id has at most 200 characters, not 201");
    const auto with_size = [](const std::string& width) {
        return message(R"({"box": [1, 2, 3, 4], "size": [)" + width + ", 1]}");
    };
    CHECK(with_size("65536").empty());
    // 2^32 + 4, which 32 bits would hold as 4.
    CHECK(with_size("4294967300") ==
          "a.json: /size/0: an integer of at most 2^31 - 1 is needed, not 4294967300");
    CHECK(with_size("4.5") == "a.json: /size/0: an integer is needed, not 4.5");
}

TEST_CASE("the rows of a grid are equally long") {
    for (const char* const row : {"[0.5]", "[0.5, 0.5, 0.5]"}) {
        const std::string text = R"({"mechanism": "mask", "grid": [[0, 1], )" + std::string(row) + "]}";
        CHECK(message(text).starts_with("a.json: /grid/1: a grid's rows are equally long: 2 numbers"));
    }
}

TEST_CASE("a thousand entries have four digits from the thousandth on") {
    std::string text = "[";
    for (int n = 0; n <= 1000; ++n) text += R"({"box": [1, 2, 3, 4]},)";
    text.back() = ']';
    const ParameterDocument document = parse(text);
    CHECK(document[999].id == "999");
    CHECK(document[1000].id == "1000");
}

TEST_CASE("parameter files that cannot be read") {
    CHECK(file_message(documents / "absent.json") ==
          (documents / "absent.json").string() + ": No such file or directory");
    CHECK(file_message(documents).find("a directory") != std::string::npos);
}

TEST_CASE("a document says of its image whether the last channel is alpha") {
    const std::string box = R"("box": [1, 2, 3, 4])";
    const auto alpha = [](const std::string& text) { return parse(text).alpha; };
    CHECK(alpha("{" + box + "}") == std::nullopt);
    CHECK(alpha("[{" + box + "}]") == std::nullopt);
    CHECK(alpha(R"({"alpha": true, )" + box + "}") == AlphaChannel::last);
    CHECK(alpha(R"({"glimpses": [{)" + box + R"(}], "alpha": true})") == AlphaChannel::last);
    CHECK(alpha(R"({"alpha": false, "glimpses": [{)" + box + "}]}") == AlphaChannel::as_said);
}

TEST_CASE("alpha is said once, of the image") {
    const std::string box = R"("box": [1, 2, 3, 4])";
    const std::string rule =
        R"(/alpha: "alpha" is said of the image: beside "glimpses", and not in an entry)";
    CHECK(message(R"({"glimpses": [{"alpha": true, )" + box + "}]}") == "a.json: /glimpses/0" + rule);
    CHECK(message(R"([{"alpha": true, )" + box + "}]") == "a.json: /0" + rule);
    CHECK(message(R"({"alpha": "last", )" + box + "}") ==
          R"(a.json: /alpha: true or false is needed, not "last")");
    CHECK(message(R"({"alpah": true, )" + box + "}") ==
          R"(a.json: /alpah: unknown key "alpah"; did you mean "alpha"?)");
    CHECK(message(R"({"alpha": true})").starts_with("a.json: an entry without a box needs a mechanism"));
}

TEST_CASE("a document's alpha does not contradict the caller's") {
    for (const AlphaChannel caller : {AlphaChannel::last, AlphaChannel::as_said}) {
        ParameterDefaults defaults;
        defaults.alpha = caller;
        const auto said = [&](bool last) {
            return R"({"image": "a.npy", "alpha": )" + std::string(last ? "true" : "false") +
                   R"(, "box": [1, 2, 3, 4]})";
        };
        const bool is_last = caller == AlphaChannel::last;
        CHECK(parse_manifest_record(said(is_last), "jobs.jsonl", 7, {}, defaults).alpha == caller);
        const std::string rule = "/alpha: contradicts open.alpha; leave out one of the two";
        CHECK(refusal([&] { parse_manifest_record(said(!is_last), "jobs.jsonl", 7, {}, defaults); }) ==
              "jobs.jsonl:7: " + rule);
        const std::string document = is_last ? R"({"alpha": false, "box": [1, 2, 3, 4]})"
                                             : R"({"alpha": true, "glimpses": [{"box": [1, 2, 3, 4]}]})";
        CHECK(message(document, defaults) == "a.json: " + rule);
        CHECK(message(R"({"box": [1, 2, 3, 4]})", defaults) == "");
    }
}

TEST_CASE("manifest records") {
    CHECK(record(R"({"image": "a/b.jpg"})").image == "a/b.jpg");
    CHECK_FALSE(record(R"({"image": "a/b.jpg"})").glimpses);
    CHECK(record(R"({"image": "a/b.jpg"})").alpha == std::nullopt);
    CHECK_FALSE(record(R"({"image": "a.npy", "alpha": true})").glimpses);
    CHECK(record(R"({"image": "a", "glimpses": []})").glimpses.value().empty());
    CHECK(record(R"({"image": "a.npy", "alpha": true})").alpha == AlphaChannel::last);
    const ManifestRecord named =
        record(R"({"image": "b.jpg", "name": "clip7/000123", "box": [1, 2, 3, 4], "id": "k"})");
    CHECK(named.name == "clip7/000123");
    REQUIRE(named.glimpses.value().size() == 1);
    CHECK((*named.glimpses)[0].id == "k");
    const ManifestRecord several = record(
        R"({"image": "b.jpg", "size": [4, 4], "glimpses": [{"box": [1, 2, 3, 4]}, {"box": [1, 2, 3, 5]}]})");
    REQUIRE(several.glimpses.value().size() == 2);
    CHECK(get<Crop>((*several.glimpses)[1]).size == Size{4, 4});
    CHECK(!several.name);
}

TEST_CASE("bad manifest records") {
    const std::vector<std::pair<std::string, std::string>> table{
        {R"({"image": "a", })", "jobs.jsonl:7:16: unexpected '}'"},
        {"", "jobs.jsonl:7: empty"},
        {"[1]", "jobs.jsonl:7: a manifest record is an object"},
        {R"({"box": [1, 2, 3, 4]})", "jobs.jsonl:7: the key \"image\" is missing"},
        {R"({"image": 3})", "jobs.jsonl:7: /image: a string is needed"},
        {R"({"image": ""})", "jobs.jsonl:7: /image: the path of an image file is needed"},
        {R"({"image": "a", "glimpses": [{"box": [1, 2, "3", 4]}]})",
         "jobs.jsonl:7: /glimpses/0/box/2: a number"},
        {R"({"image": "a", "box": [1, 2, 0, 4]})", "jobs.jsonl:7: /box: "},
        {R"({"image": "a", "nmae": "b"})",
         R"(jobs.jsonl:7: /nmae: unknown key "nmae"; did you mean "name"?)"},
        {R"({"image": "a", "image": "b"})", "jobs.jsonl:7: /image: the key \"image\" is given twice"},
        {R"({"image": "a", "name": 3})", "jobs.jsonl:7: /name: a string is needed"},
        {R"({"image": "a", "alpha": 1})", "jobs.jsonl:7: /alpha: true or false is needed, not 1"},
    };
    for (const auto& row : table) {
        CAPTURE(row.first);
        const std::string shown = manifest_message(row.first);
        CAPTURE(shown);
        CHECK(shown.starts_with(row.second));
    }
    for (const std::string name :
         {"", "/a", "a/", "a//b", "../a", "a/..", "a/../b", ".", "a/./b", "a\\u0000b"}) {
        CAPTURE(name);
        // A name is wrong for its own image alone.
        const ManifestRecord record = parse_manifest_record(R"({"image": "a", "name": ")" + name + "\"}",
                                                            "jobs.jsonl", 7, {}, ParameterDefaults{});
        CHECK(record.problem.starts_with("jobs.jsonl:7: /name: a name is a relative path"));
    }
}
