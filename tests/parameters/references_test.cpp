#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/parameters.hpp"
#include "hand_made_files.hpp"
#include "parameters/attention_file.hpp"
#include "parameters/document.hpp"
#include "refusals.hpp"

// References to arrays in place of a document's numbers.

using namespace glimpse;

namespace {

/// Tables by their names, and how often each was opened.
struct Tables {
    std::map<std::string, std::string> texts;
    std::map<std::string, int> opened{};

    ParameterDocument read(const std::string& document) {
        const auto open = [this](const std::filesystem::path& path) {
            ++opened[path.string()];
            const std::string& text = texts.at(path.string());
            return kept_bytes(std::make_shared<const std::vector<std::uint8_t>>(text.begin(), text.end()));
        };
        const auto is_file = [this](const std::filesystem::path& path) {
            return texts.contains(path.string());
        };
        ParameterDefaults defaults;
        defaults.size = Size{4, 4};
        return parse_parameters(document, "a.json", {}, defaults, {.is_file = is_file, .open = open});
    }
    std::string message(const std::string& document) {
        return refusal([&] { read(document); });
    }
};

/// The form `F` of the mechanism `M` of the only glimpse.
template <typename M, typename F>
F form_of(const ParameterDocument& document) {
    REQUIRE(document.size() == 1);
    return std::get<F>(std::get<M>(document.front().mechanism).form);
}

std::string gaussian(const std::string& key, const std::string& value) {
    return R"({"mechanism": "gaussian", ")" + key + "\": " + value + "}";
}

}  // namespace

TEST_CASE("references: a retina at each place of an array, whose windows are named after it") {
    Tables tables{{{"a", "1 2\n3 4"}}};
    const std::string entry =
        R"({"id": "l", "mechanism": "retina", "scales": 2, "centre": {"file": "a", "each": 0}})";
    const ParameterDocument document = tables.read(entry);
    std::vector<std::string> found;
    for (const Glimpse& glimpse : document) {
        const Retina& retina = std::get<Retina>(glimpse.mechanism);
        const Point& centre = std::get<Retina::CentreForm>(retina.form).centre;
        found.push_back(glimpse.id + " " + std::to_string(int(centre.x)) + std::to_string(int(centre.y)) +
                        " " + std::to_string(*retina.window));
    }
    CHECK(found ==
          std::vector<std::string>{"l.000.000 12 0", "l.000.001 12 1", "l.001.000 34 0", "l.001.001 34 1"});
    CHECK(tables.message("[" + entry + R"(, {"id": "l.001.001", "box": [0, 0, 1, 1]}])") ==
          "a.json: /1/id: the id \"l.001.001\" is also that of /0");
}

TEST_CASE("references: the six numbers of a Gaussian in the orders of the papers") {
    Tables tables{{{"a", "1 2 3 4 5 6"}}};
    using Axes = Gaussian::AxesForm;
    const auto axes = [&](const std::string& order) {
        const auto form = form_of<Gaussian, Axes>(
            tables.read(gaussian("axes", R"({"file": "a", "order": ")" + order + "\"}")));
        return std::vector<double>{form.x.u, form.x.s, form.x.d, form.y.u, form.y.s, form.y.d};
    };
    CHECK(axes("ux,sx,dx,uy,sy,dy") == std::vector<double>{1, 2, 3, 4, 5, 6});
    CHECK(axes("uy,sy,dy,ux,sx,dx") == std::vector<double>{4, 5, 6, 1, 2, 3});
    CHECK(axes("uy,ux,sy,sx,dy,dx") == std::vector<double>{2, 4, 6, 1, 3, 5});
    // Named columns need no order.
    tables.texts["named"] = "uy,ux,sy,sx,dy,dx\n1,2,3,4,5,6\n";
    const auto named = form_of<Gaussian, Axes>(tables.read(gaussian("axes", R"({"file": "named"})")));
    CHECK(named.x.u == 2);
    CHECK(named.y.d == 5);
    tables.texts["scales"] = "tx,sx,ty,sy\n2,1,4,3\n";
    const auto theta = form_of<SpatialTransformer, SpatialTransformer::ThetaForm>(
        tables.read(R"({"mechanism": "stn", "convention": "sonnet", "theta": {"file": "scales"}})"));
    CHECK(theta.theta[0] == std::array<double, 3>{1, 0, 2});
    CHECK(theta.theta[1] == std::array<double, 3>{0, 3, 4});
}

TEST_CASE("references: numbers with names have their own order unless another is given") {
    Tables tables{{{"five", "0.1 0.2 0.3 0.4 0.5"}, {"three", "1\n2\n3"}, {"four", "1 2 3 4"}}};
    using Draw = Gaussian::DrawForm;
    const auto draw = form_of<Gaussian, Draw>(tables.read(gaussian("draw", R"({"file": "five"})")));
    CHECK(draw.gx == 0.1);
    CHECK(draw.gy == 0.2);
    CHECK(draw.log_gamma == 0.5);
    const auto swapped = form_of<Gaussian, Draw>(tables.read(
        gaussian("draw", R"({"file": "five", "order": "gy,gx,log_sigma2,log_delta,log_gamma"})")));
    CHECK(swapped.gx == 0.2);
    CHECK(swapped.gy == 0.1);
    const auto axes = form_of<Gaussian, Gaussian::AxesForm>(
        tables.read(gaussian("x", R"({"file": "three"}, "y": {"u": 7, "s": 8, "d": 9})")));
    CHECK(axes.x.u == 1);
    CHECK(axes.x.s == 2);
    CHECK(axes.x.d == 3);
    CHECK(axes.y.u == 7);
    using Scale = SpatialTransformer::ScaleShiftForm;
    const auto theta = [&](const std::string& order) {
        return form_of<SpatialTransformer, Scale>(
            tables.read(R"({"mechanism": "stn", "theta": {"file": "four", "order": ")" + order + "\"}}"));
    };
    CHECK(theta("sx,tx,sy,ty").scale == std::array<double, 2>{1, 3});
    CHECK(theta("sx,tx,sy,ty").shift == std::array<double, 2>{2, 4});
    CHECK(theta("sx,sy,tx,ty").scale == std::array<double, 2>{1, 2});
}

TEST_CASE("references: columns of a table that are named otherwise than the numbers need an order") {
    Tables tables{{{"right", "x,y,width,height\n1,2,3,4\n5,6,7,8\n"},
                   {"turned", "width,height,x,y\n3,4,1,2\n7,8,5,6\n"},
                   {"half", "y,x,w,h\n2,1,3,4\n"},
                   {"numbered", "Unnamed: 0,x,y,width,height\n0,1,2,3,4\n"},
                   {"other", "w;h\n3;4\n"},
                   {"columns", "a,b\n1,5\n2,6\n3,7\n4,8\n"}}};
    const auto box = [&](const std::string& reference) {
        const ParameterDocument document = tables.read(R"({"box": {"file": )" + reference + "}}");
        const Box found = std::get<Crop::BoxForm>(std::get<Crop>(document.back().mechanism).form).box;
        return std::vector<double>{found.x, found.y, found.width, found.height};
    };
    CHECK(box(R"("right", "index": [1])") == std::vector<double>{5, 6, 7, 8});
    CHECK(box(R"("right", "each": 0)") == std::vector<double>{5, 6, 7, 8});
    // The numbers' own names in another order are the order.
    for (const char* order : {"", R"(, "order": "width,height,x,y")"}) {
        CHECK(box(R"("turned", "index": [1])" + std::string(order)) == std::vector<double>{5, 6, 7, 8});
        CHECK(box(R"("turned", "each": 0)" + std::string(order)) == std::vector<double>{5, 6, 7, 8});
    }
    for (const char* part : {R"(, "index": [1])", R"(, "each": 0)"}) {
        CHECK(
            tables.message(R"({"box": {"file": "turned")" + std::string(part) +
                           R"(, "order": "x,y,width,height"}})") ==
            "a.json: /box/order: turned: its columns are named width,height,x,y, which \"x,y,width,height\" "
            "contradicts; leave out \"order\", or name the columns otherwise");
    }
    CHECK(tables.message(R"({"box": {"file": "half", "each": 0, "order": "x,y,width,height"}})") ==
          "a.json: /box/order: half: its columns are named y,x,w,h, which \"x,y,width,height\" contradicts; "
          "leave out \"order\", or name the columns otherwise");
    CHECK(box(R"("half", "each": 0, "order": "y,x,width,height")") == std::vector<double>{1, 2, 3, 4});
    CHECK(
        tables.message(R"({"box": {"file": "half", "each": 0}})") ==
        "a.json: /box: half: its columns are named y,x,w,h, and x,y,width,height are needed: say by the key "
        "\"order\" which of these each column has");
    const std::string of_size = R"({"box": [0, 0, 9, 9], "size": {"file": "other")";
    CHECK(tables.message(of_size + "}}") ==
          "a.json: /size: other: its columns are named w,h, and width,height are needed: say by the key "
          "\"order\" which of these each column has");
    CHECK(tables.read(of_size + R"(, "order": "width,height"}})").size() == 1);
    CHECK(
        tables.message(R"({"box": {"file": "numbered", "each": 0}})") ==
        "a.json: /box: numbered: each element has the shape (5,); (4,) is needed here; its columns are named "
        "Unnamed: 0,x,y,width,height, the first of which numbers the rows: write the table without it, as "
        "pandas' to_csv does with index=False");
    CHECK(tables.message(R"({"box": {"file": "numbered", "index": [0, null]}})").find("the first of which") !=
          std::string::npos);
    CHECK(tables.message(R"({"box": [0, 0, 9, 9], "size": {"file": "half", "each": 0}})") ==
          "a.json: /size: half: each element has the shape (4,); (2,) is needed here; its columns are named "
          "y,x,w,h");
    // Of a column's numbers the names say nothing.
    CHECK(box(R"("columns", "array": "b")") == std::vector<double>{5, 6, 7, 8});
    CHECK(box(R"("columns", "each": 1)") == std::vector<double>{5, 6, 7, 8});
}

TEST_CASE("references: lists, matrices and single numbers") {
    Tables tables{
        {{"r", "0 2 1"}, {"t", "1 2 3\n4 5 6"}, {"six", "1\n2\n3\n4\n5\n6"}, {"n", "sx,sy\n7,8\n"}}};
    const auto rows = form_of<Crop, Crop::IndexForm>(
        tables.read(R"({"mechanism": "crop", "rows": {"file": "r"}, "columns": [5]})"));
    CHECK(rows.rows == std::vector<int>{0, 2, 1});
    for (const char* file : {"t", "six"}) {
        const auto theta = form_of<SpatialTransformer, SpatialTransformer::ThetaForm>(
            tables.read(R"({"mechanism": "stn", "theta": {"file": ")" + std::string(file) + "\"}}"));
        CHECK(theta.theta[0] == std::array<double, 3>{1, 2, 3});
        CHECK(theta.theta[1] == std::array<double, 3>{4, 5, 6});
    }
    const auto turned = form_of<SpatialTransformer, SpatialTransformer::BoxForm>(
        tables.read(R"({"mechanism": "stn", "box": [1, 2, 3, 4], "angle": {"file": "n", "array": "sy"}})"));
    CHECK(turned.angle == 8);
    const auto pair = form_of<SpatialTransformer, SpatialTransformer::ScaleShiftForm>(
        tables.read(R"({"mechanism": "stn", "scale": {"file": "n"}})"));
    CHECK(pair.scale == std::array<double, 2>{7, 8});
}

TEST_CASE("references: a grid is read when it is asked for, within the limits of masks") {
    Tables tables{{{"g", "0 0.5\n1 0.25\n0.125 0"}, {"nan", "0 1\n1 nan"}}};
    const auto mask = [](const std::string& file) {
        return R"({"mechanism": "mask", "grid": {"file": ")" + file + "\"}}";
    };
    ParameterDocument document = tables.read(mask("g"));
    CHECK(attention_file(document[0].mechanism) == "g");
    CHECK(lacks_values(document[0].mechanism));
    CHECK(values_to_read(document[0], {}) == 6);
    CHECK(holds(refusal<Error>([&] { supply_attention_file(document[0], {.maximum_pixels = 5}); }),
                "a.json: /grid: g: the image has 2×3 pixels, more than the 5 that"));
    OpenOptions little;
    little.mask_memory.budget = std::make_shared<MemoryBudget>(47);
    CHECK(holds(refusal<Error>([&] { supply_attention_file(document[0], little); }), "48 bytes"));
    supply_attention_files(document, {});
    const cv::Mat values = std::get<Mask::FileForm>(std::get<Mask>(document[0].mechanism).form).values;
    REQUIRE(values.size() == cv::Size(2, 3));
    CHECK(values.at<double>(1, 1) == 0.25);
    CHECK(values.at<double>(2, 0) == 0.125);
    CHECK(values_to_read(document[0], {}) == 0);
    ParameterDocument bad = tables.read(mask("nan"));
    CHECK(refusal<Error>([&] { supply_attention_files(bad, {}); }) ==
          "a.json: /grid: nan: the number at [1, 1] is NaN");
}

TEST_CASE("references: a grid of another shape than before is refused, also where it has as many numbers") {
    Tables tables{{{"g", "0 1\n2 3\n4 5"}}};
    ParameterDocument document = tables.read(R"({"mechanism": "mask", "grid": {"file": "g"}})");
    tables.texts["g"] = "0 1 2\n3 4 5";
    CHECK(refusal<Error>([&] { supply_attention_files(document, {}); }) ==
          "a.json: /grid: g: the array has the shape (2, 3), and had another before");
}

TEST_CASE("references: a file is opened once for a document, and once more for its masks; it is an input") {
    Tables tables{{{"g", "0 0.5\n1 0.25"}, {"t", "1 2 3\n4 5 6"}}};
    std::string text;
    for (int k = 0; k < 100; ++k) {
        text += std::string(k == 0 ? "[" : ", ") + R"({"mechanism": "mask", "grid": {"file": "g"}}, )" +
                R"({"mechanism": "stn", "theta": {"file": "t"}})";
    }
    ParameterDocument document = tables.read(text + "]");
    CHECK(tables.opened == std::map<std::string, int>{{"g", 1}, {"t", 1}});
    CHECK(document.array_files == std::vector<std::filesystem::path>{"g", "t"});
    supply_attention_files(document, {});
    CHECK(tables.opened == std::map<std::string, int>{{"g", 2}, {"t", 1}});
}

TEST_CASE("references: the lists of a document have a bound, before any of their numbers is read") {
    constexpr std::size_t too_many = (std::size_t{1} << 25) + 1;
    const hand_made::Bytes header = hand_made::npy(
        "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(too_many) + ",), }", {});
    std::string file(header.begin(), header.end());
    file.resize(header.size() + too_many);
    Tables tables{{{"l", std::move(file)}}};
    CHECK(tables.message(R"({"mechanism": "crop", "rows": {"file": "l"}, "columns": [0]})") ==
          "a.json: /rows: the lists of the document have more than 2^25 numbers, all together: split it");
}

TEST_CASE("references: a default is read for each entry that takes it, and says so where it is wrong") {
    Tables tables{{{"t", "1 2 3\n4 5 6"}, {"f", "1 2"}}};
    const ParameterDocument document = tables.read(
        R"({"mechanism": "stn", "theta": {"file": "t"}, "glimpses": [{"id": "a"}, {"id": "b"}]})");
    CHECK(document.size() == 2);
    CHECK(tables.message(R"({"mechanism": "stn", "theta": {"file": "f"}, "glimpses": [{"id": "a"}]})") ==
          "a.json: /theta: f: it has the shape (1, 2); (2, 3) or (6,), or (4,) beside an \"order\" such as "
          "\"sx,tx,sy,ty\", is needed here (the entry /glimpses/0 takes it)");
}

TEST_CASE("references: a rule that numbers of an array break is named at the key that refers to them") {
    Tables tables{{{"a", "1 0 3 4 5 6"}, {"x", "5 -1 2"}, {"b", "1 2 -3 4"}, {"n", "1 2 nan 4"}}};
    const std::string order = R"(, "order": "ux,sx,dx,uy,sy,dy"})";
    CHECK(holds(tables.message(gaussian("axes", R"({"file": "a")" + order)), "a.json: /axes: \"x/s\": "));
    CHECK(holds(tables.message(gaussian("x", R"({"file": "x"}, "y": {"u": 7, "s": 8, "d": 9})")),
                "a.json: /x/s: "));
    CHECK(holds(tables.message(R"({"box": {"file": "b"}})"), "a.json: /box"));
    CHECK(tables.message(R"({"box": {"file": "n"}})") == "a.json: /box: n: the number at [0, 2] is NaN");
}

TEST_CASE(
    "references: \"each\" makes a glimpse of each element along an axis, with its place among the ids") {
    Tables tables{{{"t", "1 2 3 4\n5 6 7 8\n"}, {"w", "a\nb\nc\nd\n"}}};
    const auto boxes = [&](const std::string& more) {
        std::vector<Box> found;
        for (const Glimpse& glimpse : tables.read(R"({"box": {"file": "t", "each": )" + more + "}}")) {
            found.push_back(std::get<Crop::BoxForm>(std::get<Crop>(glimpse.mechanism).form).box);
        }
        return found;
    };
    REQUIRE(boxes("0").size() == 2);
    CHECK(boxes("0")[1].x == 5);
    CHECK(boxes("-2")[0].height == 4);
    // Of what "index" leaves; two references go together.
    const ParameterDocument turned = tables.read(
        R"([{"box": [0, 0, 4, 4]}, {"id": "turn", "mechanism": "stn", "box": [1, 2, 3, 4], "labels": "w",
             "angle": {"file": "t", "index": [1], "each": 0}, "size": [2, 2]}])");
    REQUIRE(turned.size() == 5);
    for (std::size_t k = 0; k < 4; ++k) {
        const Glimpse& one = turned[k + 1];
        CHECK(one.id == "turn.00" + std::to_string(k));
        CHECK(one.shown_as() == std::string(1, static_cast<char>('a' + k)));
        CHECK(one.place.text() == "a.json: /1");
        const auto& form = std::get<SpatialTransformer>(one.mechanism).form;
        CHECK(std::get<SpatialTransformer::BoxForm>(form).angle == 5.0 + static_cast<double>(k));
    }
    CHECK(turned.array_files == std::vector<std::filesystem::path>{"t", "w"});
}

TEST_CASE("references: each element of a grid is read when it is asked for") {
    const hand_made::Bytes file =
        hand_made::npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 3, 2), }",
                       {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    Tables tables{{{"g", {file.begin(), file.end()}}}};
    const std::string grid = R"({"mechanism": "mask", "kind": "free", "grid": {"file": "g", "each": )";
    ParameterDocument document = tables.read(grid + R"(1}, "labels": ["a", "b", "c"]})");
    REQUIRE(document.size() == 3);
    CHECK(document[2].id == "000.002");
    CHECK(*document[2].label == "c");
    CHECK(lacks_values(document[1].mechanism));
    supply_attention_files(document, {});
    const cv::Mat values = std::get<Mask::FileForm>(std::get<Mask>(document[1].mechanism).form).values;
    REQUIRE(values.size() == cv::Size(2, 2));
    CHECK(values.at<double>(0, 1) == 3);
    CHECK(values.at<double>(1, 0) == 8);
    CHECK(tables.message(grid + "3}}") == "a.json: /grid/each: there is no axis 3 in the shape (2, 3, 2)");
    CHECK(tables.message(grid + R"(0, "index": [0]}})") ==
          "a.json: /grid: g: at [0] each element has the shape (2,); one of rows and columns is needed here");
}

TEST_CASE("references: elements that do not fit are refused, with both numbers") {
    Tables tables{{{"two", "1 2 3 4\n5 6 7 -8\n"}, {"three", "1\n2\n3\n"}, {"w", "one\n\nthree"}}};
    const auto turned = [](const std::string& more) {
        return R"({"mechanism": "stn", "size": [2, 2], "box": {"file": "two", "each": 0})" + more + "}";
    };
    CHECK(
        tables.message(turned("")) ==
        "a.json: /box: a box [x, y, width, height] has width and height > 0, not [5, 6, 7, -8] (element 1)");
    Tables whole{{{"two", "1 2 3 4\n5 6 7 8\n"},
                  {"three", "1\n2\n3\n"},
                  {"w", "one\n\nthree"},
                  {"e", "a\n\n"},
                  {"latin", "caf\u00e9\ncaf\xe9\n"},
                  {"wide", "\xff\xfe" + std::string("a\0\n\0", 4)}}};
    CHECK(
        whole.message(turned(R"(, "angle": {"file": "three", "each": 0})")) ==
        "a.json: /angle: three: it has 3 elements along axis 0 of the shape (3, 1), and that of /box has 2");
    CHECK(whole.message(turned(R"(, "labels": ["a"])")) ==
          "a.json: /labels: there is 1 label, and 2 elements of /box");
    CHECK(whole.message(turned(R"(, "labels": "w")")) ==
          "a.json: /labels: w: there are 3 labels, and 2 elements of /box");
    CHECK(whole.message(turned(R"(, "labels": "e")")) ==
          "a.json: /labels: e:2: a label is needed, and the line is empty");
    CHECK(whole.message(turned(R"(, "labels": ["a", ""])")) ==
          "a.json: /labels/1: a label is needed, and this one is empty");
    CHECK(whole.message(turned(R"(, "labels": [" \t", "b"])")) ==
          "a.json: /labels/0: a label is needed, and this one is empty");
    CHECK(whole.message(turned(R"(, "labels": "latin")")) ==
          "a.json: /labels: latin:2 is not UTF-8; convert the file from its encoding");
    CHECK(whole.message(turned(R"(, "labels": "wide")")) ==
          "a.json: /labels: wide: it is UTF-16, or no text; convert it to UTF-8");
    CHECK(
        whole.message(R"({"box": [0, 0, 4, 4], "labels": ["a"]})") ==
        "a.json: /labels: \"labels\" are of the elements that a reference takes by \"each\", and this entry "
        "has none: \"label\" is of one glimpse");
    CHECK(whole.message(
              R"([{"id": "a.001", "box": [0, 0, 4, 4]}, {"id": "a", "box": {"file": "two", "each": 0}}])") ==
          "a.json: /1: the id \"a.001\" (of an element) is also that of /0/id");
    CHECK(whole.message(
              R"([{"id": "a", "box": {"file": "two", "each": 0}}, {"id": "a.001", "box": [0, 0, 4, 4]}])") ==
          "a.json: /1/id: the id \"a.001\" is also that of /0");
    const std::string longest(197, 'a');
    CHECK(holds(whole.message(R"({"id": ")" + longest + R"(", "box": {"file": "two", "each": 0}})"),
                "has at most 200 characters, not 201"));
}

TEST_CASE("a score is an entry's own, or each element's") {
    Tables tables{{{"two", "1 2 3 4\n5 6 7 8\n"}, {"s", "0.25\n0.75\n"}, {"three", "1\n2\n3\n"}}};
    const ParameterDocument document = tables.read(
        R"([{"box": [0, 0, 4, 4]}, {"id": "dog", "box": [0, 0, 4, 4], "score": 0.92},
            {"id": "w", "box": {"file": "two", "each": 0}, "score": {"file": "s", "each": 0}, "labels": ["a", "b"]},
            {"id": "one", "box": {"file": "two", "each": 0}, "score": -1}])");
    REQUIRE(document.size() == 6);
    CHECK(!document[0].score.is_given());
    CHECK(document[0].shown_as() == "000");
    CHECK(document[1].shown_as() == "dog 0.92");
    CHECK(document[2].shown_as() == "a 0.25");
    CHECK(document[3].shown_as() == "b 0.75");
    CHECK(document[5].shown_as() == "one.001 \u22121.00");
    Glimpse annotated = document[5];
    annotated.label = nullptr;
    annotated.category = std::make_shared<const GlimpseCategory>(GlimpseCategory{"سلام عليكم"});
    CHECK(annotated.shown_as() == "\u2068سلام عليكم\u2069 one.001 \u22121.00");
    CHECK(tables.message(R"({"box": [0, 0, 4, 4], "score": "0.9"})") ==
          "a.json: /score: a number is needed, not \"0.9\"");
    CHECK(
        tables.message(R"({"box": {"file": "two", "each": 0}, "score": {"file": "three", "each": 0}})") ==
        "a.json: /score: three: it has 3 elements along axis 0 of the shape (3, 1), and that of /box has 2");
}

TEST_CASE("a label is one glimpse's own, or that of the windows that it is") {
    Tables tables{{{"two", "1 2 3 4\n5 6 7 8\n"}}};
    const ParameterDocument document = tables.read(
        R"([{"box": [0, 0, 4, 4], "label": "a cat", "score": 0.5}, {"id": "b", "box": [0, 0, 4, 4]},
            {"mechanism": "retina", "scales": 2, "centre": [1, 2], "label": "here"}])");
    REQUIRE(document.size() == 4);
    CHECK(document[0].shown_as() == "a cat 0.50");
    CHECK_FALSE(document[1].label);
    CHECK(*document[2].label == "here");
    CHECK(*document[3].label == "here");
    CHECK(*tables.read(R"({"box": [0, 0, 4, 4], "label": "امرأة"})").front().label == "امرأة");
    const ParameterDocument shared =
        tables.read(R"({"box": {"file": "two", "each": "image"}, "label": "it"})");
    CHECK(*shared.of_images->document(1).front().label == "it");
    CHECK(tables.message(R"({"box": {"file": "two", "each": 0}, "label": "a"})") ==
          "a.json: /label: \"label\" is of one glimpse, and the entry has 2 elements: \"labels\" has one for "
          "each");
    CHECK(
        tables.message(R"({"box": {"file": "two", "each": "image"}, "label": "a", "labels": ["b", "c"]})") ==
        "a.json: /label: \"label\" and \"labels\" both name the glimpse; only one can hold");
    CHECK(tables.message(R"({"box": [0, 0, 4, 4], "label": " \t"})") ==
          "a.json: /label: a label is needed, and this one is empty");
    CHECK(tables.message(R"({"box": [0, 0, 4, 4], "label": 7})") ==
          "a.json: /label: a string is needed, not 7");
}

TEST_CASE("references: labels are a default for the entries that have elements") {
    Tables tables{{{"two", "1 2 3 4\n5 6 7 8\n"}}};
    const ParameterDocument document = tables.read(
        R"({"labels": ["one", "two"], "glimpses": [{"box": [0, 0, 4, 4]}, {"box": {"file": "two", "each": 0}}]})");
    REQUIRE(document.size() == 3);
    CHECK_FALSE(document[0].label);
    CHECK(*document[2].label == "two");
    CHECK(tables.message(R"({"labels": ["one"], "glimpses": [{"box": [0, 0, 4, 4]}]})") ==
          "a.json: /labels: unused: no glimpse takes \"labels\" from here");
}

TEST_CASE("references: each image of a run has its own element, of files that are opened once for all") {
    const hand_made::Bytes file =
        hand_made::npy("{'descr': '|u1', 'fortran_order': False, 'shape': (3, 1, 2), }", {0, 1, 2, 3, 4, 5});
    Tables tables{{{"g", {file.begin(), file.end()}}, {"t", "1 2 3 4\n5 6 7 8\n9 10 11 12\n"}}};
    const ParameterDocument shared = tables.read(
        R"({"alpha": true, "glimpses": [{"box": {"file": "t", "each": "image"}}, {"mechanism": "mask",
             "kind": "free", "grid": {"file": "g", "each": "image"}}, {"box": {"file": "t", "each": 0}}]})");
    REQUIRE(shared.of_images);
    CHECK(shared.of_images->count == 3);
    CHECK(shared.of_images->place == "a.json: /glimpses/1/grid");
    for (std::size_t n = 0; n < 3; ++n) {
        ParameterDocument own = shared.of_images->document(n);
        CHECK(!own.of_images);
        CHECK(own.alpha == AlphaChannel::last);
        CHECK(own.array_files == std::vector<std::filesystem::path>{"g", "t"});
        REQUIRE(own.size() == 5);
        const auto x = [&](std::size_t k) {
            return std::get<Crop::BoxForm>(std::get<Crop>(own[k].mechanism).form).box.x;
        };
        CHECK(x(0) == 1.0 + 4.0 * static_cast<double>(n));
        CHECK(x(4) == 9);
        supply_attention_files(own, {});
        const cv::Mat values = std::get<Mask::FileForm>(std::get<Mask>(own[1].mechanism).form).values;
        CHECK(values.at<double>(0, 1) == 2.0 * static_cast<double>(n) + 1);
    }
    CHECK(tables.opened == std::map<std::string, int>{{"g", 1}, {"t", 1}});
    CHECK(!tables.read(R"({"box": {"file": "t", "each": 0}})").of_images);
}

TEST_CASE("references: labels of an entry that each image has its own element of are one for each image") {
    Tables tables{{{"t", "1 2 3 4\n5 6 7 8\n"}}};
    const ParameterDocument shared = tables.read(
        R"([{"box": {"file": "t", "each": "image"}, "labels": ["one", "two"]}, {"box": {"file": "t", "each": "image"}},
            {"box": {"file": "t", "each": 0}, "labels": ["a", "b"]}])");
    REQUIRE(shared.of_images);
    for (std::size_t n = 0; n < 2; ++n) {
        const ParameterDocument own = shared.of_images->document(n);
        REQUIRE(own.size() == 4);
        REQUIRE(own[0].label);
        CHECK(*own[0].label == (n == 0 ? "one" : "two"));
        CHECK_FALSE(own[1].label);
        CHECK(*own[3].label == "b");
    }
    CHECK(tables.message(R"({"box": {"file": "t", "each": "image"}, "labels": ["one"]})") ==
          "a.json: /labels: there is 1 label, and 2 elements of /box");
    CHECK(tables.message(
              R"([{"box": {"file": "t", "each": "image"}}, {"box": [0, 0, 4, 4], "labels": ["one"]}])") ==
          "a.json: /1/labels: \"labels\" are of the elements that a reference takes by \"each\", and this "
          "entry has none: \"label\" is of one glimpse");
}

TEST_CASE("references: elements of images are refused where they do not fit") {
    Tables tables{{{"t", "1 2 3 4\n5 6 7 8\n"}, {"three", "1\n2\n3\n"}, {"one", "5"}}};
    CHECK(
        tables.message(R"({"mechanism": "stn", "box": {"file": "t", "each": "image"},
                            "angle": {"file": "three", "each": "image"}})") ==
        "a.json: /angle: three: it has 3 elements along axis 0 of the shape (3, 1), and that of /box has 2");
    CHECK(tables.message(R"({"box": {"file": "t", "each": "images"}})") ==
          "a.json: /box/each: the number of an axis, or \"image\", is needed, not \"images\"");
    CHECK(
        tables.message(R"({"mechanism": "stn", "box": [1, 2, 3, 4], "angle": {"file": "one", "index": [0, 0],
                            "each": "image"}})") ==
        "a.json: /angle: one: at [0, 0] it has the shape (); a first axis, of images, is needed here");
    const ParameterDocument shared = tables.read(R"({"box": {"file": "t", "each": "image"}})");
    CHECK(refusal([&] { parameters::require_elements(shared, 1); }) ==
          "a.json: /box: it has 2 elements, one for each image, and the run has 1 image");
    CHECK(refusal([&] { parameters::require_elements(shared, 2); }) == "");
    CHECK(refusal([&] { parameters::require_of_one_image(shared); }) ==
          "a.json: /box: \"each\": \"image\" is of a document that the images of a run share, by parameters; "
          "this one is of one image: give it an \"index\"");
}

TEST_CASE("references: filters of all pixels, and of each, by the layout of their array") {
    Tables tables{{{"row", "1 2 3 4"}, {"square", "1 2\n3 4"}, {"three", "1 2 3 4 5 6 7 8 9"}}};
    const auto filter = [](const std::string& keys) { return R"({"mechanism": "filter", )" + keys + "}"; };
    for (const char* const keys :
         {R"("kernel": {"file": "square"})", R"("file": "square")", R"("file": "square", "layout": "kk")"}) {
        const auto form = form_of<Filter, Filter::KernelForm>(tables.read(filter(keys)));
        CHECK(form.weights.get() == std::vector<double>{1, 2, 3, 4});
    }
    const ParameterDocument each =
        tables.read(filter(R"("file": "square", "bias": {"file": "square", "each": 0})"));
    REQUIRE(each.size() == 2);
    CHECK(std::get<Filter>(each.back().mechanism).bias.get() == std::vector<double>{3, 4});
}

TEST_CASE("references: what is no array of filters") {
    Tables tables{{{"row", "1 2 3 4"}, {"square", "1 2\n3 4"}, {"two", "1 2 3\n4 5 6"}}};
    const auto message = [&](const std::string& keys) {
        return tables.message(R"({"mechanism": "filter", )" + keys + "}");
    };
    CHECK(
        message(R"("kernel": {"file": "two"})") ==
        "a.json: /kernel: two: it has the shape (2, 3); (s, s), or for filters of each pixel a \"layout\" of "
        "\"hwk\" or \"khw\", is needed here");
    CHECK(message(R"("file": "square", "layout": "hwk")") ==
          "a.json: /file: square: it has the shape (2, 2); (height, width, s·s), for the layout \"hwk\", is "
          "needed here");
    CHECK(
        message(R"("kernel": {"file": "square"}, "layout": "khw")") ==
        "a.json: /kernel: square: it has the shape (2, 2); (s·s, height, width), for the layout \"khw\", is "
        "needed here");
    CHECK(message(R"("kernel": {"file": "square", "array": "w"})").find("/kernel: square") !=
          std::string::npos);
    CHECK(message(R"("file": "elsewhere")") == "a.json: /file: no such file: elsewhere");
}
