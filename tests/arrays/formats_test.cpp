#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "array_samples.hpp"
#include "glimpse/error.hpp"
#include "refusals.hpp"

using namespace glimpse;
using namespace array_samples;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

namespace {

Array array_in(const auto& file, std::string_view name = {}) {
    return open_array_file(kept(file))->array(name);
}

std::string message(const auto& file, std::string_view name = {}) {
    return refusal<Error>([&] { array_in(file, name); });
}

bool has(std::string_view text, std::string_view part) {
    return holds(text, part);
}

}  // namespace

TEST_CASE("arrays: a .npy file of any shape") {
    const Bytes file = npy_of("(2, 3)", {1, 2, 3, 4, 5, 6});
    CHECK(open_array_file(kept(file))->names().empty());
    CHECK(array_in(file).shape() == Array::Shape{2, 3});
    CHECK(numbers_of(array_in(file)) == Numbers{1, 2, 3, 4, 5, 6});
    CHECK(message(file, "a") == "there is no array \"a\"");
    CHECK(array_in(npy_of("()", {7})).shape().empty());
    CHECK(array_in(npy_of("(1, 2, 1, 1, 3)", Numbers(6))).shape() == Array::Shape{1, 2, 1, 1, 3});
    const Bytes columns = hand_made::npy("{'descr': '>i2', 'fortran_order': True, 'shape': (2, 2), }",
                                         bits_of<std::int16_t>({1, 2, 3, -4}, true));
    CHECK(numbers_of(array_in(columns)) == Numbers{1, 3, 2, -4});
}

TEST_CASE("arrays: a .npy file that is cut short, or no numbers, is refused by name") {
    Bytes cut = npy_of("(2, 3)", {1, 2, 3, 4, 5, 6});
    cut.pop_back();
    CHECK(message(cut) == "an array of the shape (2, 3) has 48 bytes, and the file only 47 for it");
    const auto of_type = [](const std::string& type) {
        return message(
            hand_made::npy("{'descr': " + type + ", 'fortran_order': False, 'shape': (1,), }", Bytes(64)));
    };
    CHECK(has(of_type("'|O'"),
              "an array of Python objects, which only a pickle holds, is not read: save numbers"));
    CHECK(has(of_type("[('a', '<f4'), ('b', 'O')]"), "a structured array is not read"));
    CHECK(
        has(of_type("'<c16'"), "type <c16 is not supported: bool, int, uint or float is; save its real and"));
    CHECK(has(of_type("'<M8[ns]'"), "type <M8[ns] is not supported"));
    CHECK(has(of_type("'<U4'"), "type <U4 is not supported"));
    CHECK(has(of_type("'<f16'"), "type <f16 is not supported"));
    for (const char* type : {"'<V2'", "'|V2'", "'|V1'"}) {
        CHECK(has(of_type(type),
                  "bool, int, uint or float is; if it is of bfloat16 or another type of "
                  "ml_dtypes, as JAX's are, save array.astype(\"float32\")"));
    }
    CHECK(!has(of_type("'|V8'"), "ml_dtypes"));
    CHECK(of_type("'?f4'") != "");
    CHECK(has(of_type("'" + std::string(40, 'f') + "'"), "is not a plain number's"));
}

TEST_CASE("arrays: bytes behind a .npy's array are no part of it, and refused with their number") {
    const Bytes one = npy_of("(3,)", {1, 2, 3});
    const auto with = [&](Bytes more) {
        Bytes file = one;
        hand_made::append(file, more);
        return file;
    };
    const std::string damaged = "the file is damaged, or not as numpy.save writes it";
    CHECK(message(with({0})) == "1 byte follows the array: " + damaged);
    CHECK(message(with(Bytes(16))) == "16 bytes follow the array: " + damaged);
    const std::string another = std::to_string(one.size()) +
                                " bytes follow the array, another one first, as where numpy.save was called "
                                "again for the same file: save all by numpy.savez, or as one by numpy.stack";
    CHECK(message(with(one)) == another);
    CHECK(message(zip({{"a.npy", with(one)}, {"b.npy", one}}), "a") == "the array \"a\": " + another);
    CHECK(message(hand_made::npy("{'descr': '<f8', 'fortran_order': True, 'shape': (0, 3), }", {7})) ==
          "1 byte follows the array: " + damaged);
}

TEST_CASE("arrays: a header as numpy wrote it in Python 2 has lengths that end in L") {
    CHECK(array_in(npy_of("(2L, 3L)", {1, 2, 3, 4, 5, 6})).shape() == Array::Shape{2, 3});
    CHECK(array_in(npy_of("(6L,)", {1, 2, 3, 4, 5, 6})).shape() == Array::Shape{6});
    CHECK(has(message(npy_of("(6LL,)", {1, 2, 3, 4, 5, 6})), "its shape has something that is no size"));
    CHECK(has(message(npy_of("(L,)", {1})), "its shape has something that is no size"));
}

TEST_CASE("arrays: a .npz file, whose members are stored or compressed, of zip and of zip64") {
    const Bytes one = npy_of("(3,)", {1, 2, 3});
    const Bytes two = npy_of("(2, 1)", {4, 5});
    for (const bool deflated : {false, true}) {
        for (const bool zip64 : {false, true}) {
            CAPTURE(deflated);
            CAPTURE(zip64);
            const Bytes file =
                zip({{"ä/one.npy", one, deflated, zip64}, {"a.txt", {1}}, {"two.npy", two, deflated, zip64}});
            CHECK(open_array_file(kept(file))->names() == Names{"ä/one", "two"});
            CHECK(numbers_of(array_in(file, "ä/one")) == Numbers{1, 2, 3});
            CHECK(array_in(file, "two").shape() == Array::Shape{2, 1});
            CHECK(numbers_of(array_in(file, "two")) == Numbers{4, 5});
            CHECK(message(file) == "it has 2 arrays, of which \"array\" must name one: \"ä/one\", \"two\"");
            CHECK(message(file, "three") == "there is no array \"three\"; there are \"ä/one\", \"two\"");
        }
    }
    CHECK(numbers_of(array_in(zip({{"only.npy", one}}))) == Numbers{1, 2, 3});
}

TEST_CASE("arrays: an array of a .npz is no longer than its member") {
    Bytes cut = npy_of("(3,)", {1, 2, 3});
    cut.resize(cut.size() - 8);
    for (const bool deflated : {false, true}) {
        const Bytes file = zip({{"a.npy", cut, deflated}, {"b.npy", Bytes(100)}});
        CHECK(message(file, "a") ==
              "the array \"a\": an array of the shape (3,) has 24 bytes, and the file only 16 for it");
        CHECK(message(file, "b") == "the array \"b\": its member of the zip archive is no .npy file");
    }
}

TEST_CASE("arrays: a zip archive that is damaged, or of something else, is refused by name") {
    const Bytes one = npy_of("(3,)", {1, 2, 3});
    for (const bool deflated : {false, true}) {
        Bytes damaged = zip({{"a.npy", one, deflated}, {"b.npy", npy_of("(3,)", {4, 5, 6}), deflated}});
        const Bytes first_number = bits_of<double>({1});
        const auto at = std::search(damaged.begin(), damaged.end(), first_number.begin(), first_number.end());
        REQUIRE(at != damaged.end());
        at[0] ^= 1;
        CHECK(has(message(damaged, "a"), "the zip archive is damaged"));
        CHECK(numbers_of(array_in(damaged, "b")) == Numbers{4, 5, 6});
    }
    Bytes cut = zip({{"a.npy", one}});
    cut.resize(cut.size() - 10);
    CHECK(has(message(cut), "the zip archive is damaged or ends early"));
    const Bytes twice = zip({{"a.npy", one}, {"b.npy", one}, {"a.npy", one}});
    CHECK(message(twice, "a") == "several arrays have the name \"a\"");
    CHECK(numbers_of(array_in(twice, "b")) == Numbers{1, 2, 3});
    CHECK(message(zip({{"a.txt", {1}}})) == "a zip archive without a .npy in it is no .npz");
    for (const char* name : {"data.pkl", "model/data.pkl"}) {
        CHECK(has(message(zip({{"a.npy", one}, {name, {1}}})),
                  "a file of PyTorch is a pickle, which is not read"));
    }
}

TEST_CASE("arrays: a message names ten arrays, and how many more there are") {
    std::vector<Member> members;
    for (int k = 0; k < 12; ++k) members.push_back({std::to_string(k) + ".npy", npy_of("()", {1.0 * k})});
    CHECK(message(zip(members)) ==
          "it has 12 arrays, of which \"array\" must name one: \"0\", \"1\", \"2\", \"3\", \"4\", \"5\", "
          "\"6\", \"7\", \"8\", \"9\", and 2 more");
}

TEST_CASE("arrays: a .safetensors file of every type") {
    const std::vector<std::pair<std::string, std::size_t>> types{
        {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"U16", 2}, {"I16", 2}, {"F16", 2}, {"BF16", 2},
        {"U32", 4},  {"I32", 4}, {"F32", 4}, {"U64", 8}, {"I64", 8}, {"F64", 8}};
    for (const auto& row : types) {
        const auto& type = row.first;
        const auto& size = row.second;
        CAPTURE(type);
        const std::string header = R"({"__metadata__": {"format": "pt"}, "w": {"dtype": ")" + type +
                                   R"(", "shape": [2], "data_offsets": [0, )" + std::to_string(2 * size) +
                                   "]}}  ";
        const std::size_t top = size - 1;  // the byte of the sign, and of the exponent
        Bytes data(2 * size);
        data[size + top] = type.ends_with("16") && type.find('F') != std::string::npos ? 0x3C : 1;
        if (type == "F32" || type == "F64") data[size + top] = 0x40;
        const double second = type == "F16"                    ? 1
                              : type == "BF16"                 ? 0x1p-7
                              : type == "F32" || type == "F64" ? 2
                                                               : std::ldexp(1.0, 8 * static_cast<int>(top));
        const Bytes file = safetensors(header, data);
        CHECK(open_array_file(kept(file))->names() == Names{"w"});
        CHECK(numbers_of(array_in(file)) == Numbers{0, second});
    }
}

TEST_CASE("arrays: a .safetensors header that lies is refused, with the numbers") {
    const auto of = [](const std::string& header, std::size_t bytes = 16) {
        return message(safetensors(header, Bytes(bytes)), "a");
    };
    const auto entry = [](const std::string& type, const std::string& shape, const std::string& offsets) {
        return R"({"dtype": ")" + type + R"(", "shape": [)" + shape + R"(], "data_offsets": [)" + offsets +
               "]}";
    };
    CHECK(of(R"({"a": )" + entry("F32", "2, 2", "0, 16") + "}") == "");
    CHECK(of(R"({"a": )" + entry("F32", "2, 0", "0, 0") + "}", 0) == "");
    CHECK(of(R"({"a": )" + entry("F32", "2, 2", "0, 17") + "}") ==
          "the .safetensors header: /a/data_offsets: the array lies from byte 0 to 17, and the file has 16 "
          "bytes "
          "behind its header");
    CHECK(has(of(R"({"a": )" + entry("F32", "2, 2", "16, 0") + "}"), "the array lies from byte 16 to 0"));
    CHECK(of(R"({"a": )" + entry("F32", "2, 3", "0, 16") + "}") ==
          "the .safetensors header: /a: an array of the shape (2, 3) with 4 bytes for each number does not "
          "have "
          "the 16 bytes of its offsets");
    // The product of the shape is 4 once it has passed 2^64.
    CHECK(has(of(R"({"a": )" + entry("F32", "4, 4294967296, 4294967296", "0, 16") + "}"),
              "does not have the 16"));
    CHECK(has(of(R"({"a": {"dtype": 3, "shape": [16], "data_offsets": [0, 16]}})"), "/a/dtype: "));
    CHECK(has(of(R"({"a": )" + entry("F32", "-1", "0, 16") + "}"), "/a/shape/0: a whole number"));
    CHECK(has(of(R"({"a": )" + entry("F32", "1.5", "0, 16") + "}"), "/a/shape/0: a whole number"));
    CHECK(has(of(R"({"a": {"dtype": "F32"}})"), "the key \"shape\" is missing"));
    CHECK(has(of("{nonsense}"), "the .safetensors header:1:2"));
    Bytes long_header = safetensors("{}", {});
    long_header[0] = 3;
    CHECK(message(long_header) ==
          "the .safetensors header is said to have 3 bytes, and the file has 2 behind its length");
    long_header[7] = 0xFF;
    CHECK(has(message(long_header), "the .safetensors header is said to have 18374686479671623683 bytes"));
    CHECK(message(safetensors("{}", {})) == "it has 0 arrays");
}

TEST_CASE("arrays: the arrays of a .safetensors file lie one behind the other, to its end") {
    // Of "a", "b", "c", …, in bytes: where each begins and ends.
    const auto of = [](const std::vector<std::pair<int, int>>& offsets, std::size_t bytes) {
        std::string header;
        for (std::size_t k = 0; k < offsets.size(); ++k) {
            const auto [begin, end] = offsets[k];
            header += (k == 0 ? "" : ", ") + ("\"" + std::string(1, static_cast<char>('a' + k))) +
                      R"(": {"dtype": "U8", "shape": [)" + std::to_string(end - begin) +
                      R"(], "data_offsets": [)" + std::to_string(begin) + ", " + std::to_string(end) + "]}";
        }
        return message(safetensors("{" + header + "}", Bytes(bytes)), "a");
    };
    CHECK(of({{0, 8}, {8, 16}}, 16) == "");
    CHECK(of({{8, 16}, {0, 8}}, 16) == "");
    CHECK(of({{8, 16}, {8, 8}, {0, 8}, {16, 16}, {0, 0}}, 16) == "");
    const auto misplaced = [](const std::string& name, int begin, int end) {
        return "the array \"" + name + "\" begins at byte " + std::to_string(begin) +
               " behind the header, and what is before it ends at " + std::to_string(end) +
               ": neither gaps nor overlaps are allowed";
    };
    CHECK(of({{0, 16}, {8, 16}}, 16) == misplaced("b", 8, 16));
    CHECK(of({{0, 8}, {9, 16}}, 16) == misplaced("b", 9, 8));
    CHECK(of({{1, 8}}, 8) == misplaced("a", 1, 0));
    CHECK(of({{0, 8}, {4, 4}}, 8) == misplaced("b", 4, 8));
    CHECK(of({{0, 8}, {9, 9}}, 9) == misplaced("b", 9, 8));
    CHECK(of({{0, 8}}, 9) ==
          "the arrays end at byte 8 behind the header, and the file at 9: no bytes are allowed between");
}

TEST_CASE("arrays: an array of a type that is not read leaves the others of its .safetensors file") {
    const std::string read = R"("a": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]})";
    const std::string other = R"("b": {"dtype": "F8_E4M3", "shape": [3], "data_offsets": [8, 11]})";
    const Bytes data = bits_of<double>({7});
    Bytes more = data;
    more.resize(11);
    const Bytes file = safetensors("{" + read + ", " + other + "}", more);
    CHECK(open_array_file(kept(file))->names() == Names{"a", "b"});
    CHECK(numbers_of(array_in(file, "a")) == Numbers{7});
    CHECK(has(message(file, "b"),
              "the array \"b\" is of the type \"F8_E4M3\", which is not read; these are: \"BOOL\", "));
    more.push_back(0);
    CHECK(has(message(safetensors("{" + read + ", " + other + "}", more), "a"), "the arrays end at byte 11"));
}

TEST_CASE("arrays: a table of numbers, however it is separated") {
    for (const char* text : {"1,2.5,-3\n4,5e1,6\n", "1;2.5;-3\r\n4;50;6", "1\t2.5\t-3\n\n4\t50\t6\n",
                             "  1   2.5 -3\n# a remark\n4 \t 50  +6 \n",
                             "\xEF\xBB\xBF"
                             "1, 2.5, -3\n4, 50, 6"}) {
        CAPTURE(text);
        const std::string_view table(text);
        CHECK(array_in(table).shape() == Array::Shape{2, 3});
        CHECK(numbers_of(array_in(table)) == Numbers{1, 2.5, -3, 4, 50, 6});
    }
    const std::string_view named = "# of a run\nux,\"s x\",dx\n1,2,3\n4,5,6\n";
    CHECK(open_array_file(kept(named))->names() == Names{"ux", "s x", "dx"});
    CHECK(array_in(named).shape() == Array::Shape{2, 3});
    CHECK(numbers_of(array_in(named, "s x")) == Numbers{2, 5});
    CHECK(array_in(named, "s x").shape() == Array::Shape{2});
    CHECK(message(named, "sx") == "there is no array \"sx\"; there are \"ux\", \"s x\", \"dx\"");
    CHECK(numbers_of(array_in(std::string_view("7"))) == Numbers{7});
    const std::string_view quoted = "\"s x\",y\n\"1\",2\n\"-3e1\",4\n";
    CHECK(open_array_file(kept(quoted))->names() == Names{"s x", "y"});
    CHECK(numbers_of(array_in(quoted)) == Numbers{1, 2, -30, 4});
    CHECK(numbers_of(array_in(std::string_view("\"1\",\"2\"\n\"3\",\"4\"\n"))) == Numbers{1, 2, 3, 4});
    const std::string_view twice = "a,b,\"a\"\n1,2,3\n";
    CHECK(message(twice, "a") == "several arrays have the name \"a\"");
    CHECK(numbers_of(array_in(twice, "b")) == Numbers{2});
    CHECK(numbers_of(array_in(twice)) == Numbers{1, 2, 3});
}

TEST_CASE("arrays: a fault of a table is named by its line") {
    const auto of = [](std::string_view text) { return message(text); };
    CHECK(of("1,2\n# remark\n3\n") == "line 3 has 1 field, and the first 2");
    CHECK(of("a,b\n1,2,3\n") == "line 2 has 3 fields, and the first 2");
    CHECK(of("1,2\n3,four\n") == "line 2, column 2: a number is needed, not \"four\"");
    const std::string of_rows =
        "line 1, column 1: a number is needed, not \"\"; if this column numbers the rows, "
        "write the table without it, as pandas' to_csv does with index=False";
    CHECK(of("\t1\n\t2\n") == of_rows + ", header=False");
    CHECK(of(",0,1\n0,5,6\n") == of_rows + ", header=False");
    CHECK(of(",x,y\n0,5,6\n") == of_rows);
    CHECK(
        has(of("\"\",\"x\"\n\"0\",\"5\"\n"), "if this column numbers the rows, write the table without it"));
    CHECK(of("1,2\n,3\n") == "line 2, column 1: a number is needed, not \"\"");
    CHECK(of("1,2\n3,\n") == "line 2, column 2: a number is needed, not \"\"");
    CHECK(of("x,2\n") == "line 1, column 1: a number is needed, not \"x\"");
    const std::string mixed = "; in one column all numbers are in quotes, or none";
    CHECK(of("a,b\n\"1\",2\n3,4\n") == "line 3, column 1: 3 has no quotes, and the number above has" + mixed);
    CHECK(of("1,2\n3,\"4\"\n") ==
          "line 2, column 2: \"4\" has quotes, and the number above has none" + mixed);
    CHECK(of("1,2\n3,\"four\"\n") == "line 2, column 2: a number is needed, not \"\\\"four\\\"\"");
    CHECK(of("a,b\n") == "the file is no table of numbers: it has none");
    CHECK(of("") == "the file is empty");
    CHECK(refusal<Error>([] { numbers_of(array_in(std::string_view("1 2\n3 nan\n"))); }) ==
          "the number at [1, 1] is NaN");
}

TEST_CASE("arrays: numbers that cannot be read are no names of columns") {
    const std::vector<std::pair<std::string, std::string>> lines{
        {"1e999,1e999", R"("1e999")"},    {R"("1e999","2")", R"("\"1e999\"")"},
        {R"(" -1","2")", R"("\" -1\"")"}, {"1,5;2,5", R"("1,5")"},
        {"0x1p3,0x1p3", R"("0x1p3")"},    {"1.0f,2.0f", R"("1.0f")"},
        {".5f,.5f", R"(".5f")"},          {"+x,+y", R"("+x")"},
        {"1 000;2 000", R"("1 000")"},    {",,,", R"("")"},
        {R"("","")", R"("\"\"")"},        {"x,,y", R"("x")"}};
    for (const auto& row : lines) {
        const auto& line = row.first;
        const auto& field = row.second;
        CAPTURE(line);
        const std::string table = line + "\n" + line + "\n";
        CHECK(message(std::string_view(table)) == "line 1, column 1: a number is needed, not " + field);
    }
    CHECK(refusal<Error>([] { numbers_of(array_in(std::string_view("\"nan\",\"inf\"\n"))); }) ==
          "the number at [0, 0] is NaN");
    CHECK(open_array_file(kept(std::string_view("x1,_2,é\n1,2,3\n")))->names() == Names{"x1", "_2", "é"});
    CHECK(array_in(std::string_view("0,1,2\n4,5,6\n")).shape() == Array::Shape{2, 3});
}

TEST_CASE("arrays: an array has at most 64 axes, as numpy's have") {
    const auto ones = [](int count) {
        std::string shape;
        for (int k = 0; k < count; ++k) shape += k == 0 ? "1" : ", 1";
        return shape;
    };
    const auto of_safetensors = [&](int axes) {
        return safetensors(
            R"({"a": {"dtype": "F64", "shape": [)" + ones(axes) + R"(], "data_offsets": [0, 8]}})",
            bits_of<double>({7}));
    };
    const auto of_npy = [&](int axes) { return npy_of("(" + ones(axes) + ")", {7}); };
    const std::string rule = "an array has more than 64 axes, which are the most";
    CHECK(array_in(of_npy(64)).shape().size() == 64);
    CHECK(message(of_npy(65)) == rule);
    CHECK(array_in(of_safetensors(64)).shape().size() == 64);
    CHECK(message(of_safetensors(65)) == rule);
}

TEST_CASE("arrays: a table has at most 2^20 columns") {
    constexpr std::size_t most = std::size_t{1} << 20;
    const auto line = [](char field, std::size_t columns) {
        std::string text;
        for (std::size_t k = 0; k < columns; ++k) (text += field) += ',';
        text.back() = '\n';
        return text;
    };
    CHECK(array_in(std::string_view(line('1', most))).shape() == Array::Shape{1, most});
    for (const char field : {'1', 'a'}) {
        CHECK(message(std::string_view(line(field, most + 1))) ==
              "the table has 1048577 columns, and at most 2^20 are read: save its numbers by numpy.save");
    }
}

TEST_CASE("arrays: a .safetensors header has at most 16 MiB") {
    constexpr std::size_t most = std::size_t{16} << 20;
    const auto of = [](std::size_t length) {
        std::string header = R"({"a": {"dtype": "F64", "shape": [], "data_offsets": [0, 8]}})";
        header.resize(length, ' ');
        return message(safetensors(header, bits_of<double>({7})), "a");
    };
    CHECK(of(most) == "");
    CHECK(of(most + 1) == "the .safetensors header has 16777217 bytes, and at most 16 MiB are read");
}

TEST_CASE("arrays: names count among what a file holds in memory") {
    const std::string long_name(100, 'n');
    const auto held = [](const auto& file) { return open_array_file(kept(file))->held(); };
    CHECK(held(std::string_view("1,2\n")) == 2 * sizeof(double));
    const std::string table = long_name + ",b\n1,2\n";
    CHECK(held(std::string_view(table)) >= 2 * sizeof(double) + long_name.size());
    CHECK(held(zip({{long_name + ".npy", npy_of("()", {7})}})) >= long_name.size());
    CHECK(
        held(safetensors("{\"" + long_name + R"(": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}})",
                         bits_of<double>({7}))) >= long_name.size() + sizeof(std::size_t));
}

TEST_CASE("arrays: what is no array is refused by name") {
    CHECK(has(message(Bytes{0x80, 4, 0x95, 0, 0}), "a pickle is not read, since it may run any program"));
    for (const std::string_view pickle : {"cnumpy._core.multiarray\n_reconstruct\np0\n(cnumpy\nndarray\n",
                                          "cnumpy.core.multiarray\n_reconstruct\nq\x01", "(lp0\nF0.5\na.",
                                          "(dp0\nVa\np1\n", "(I1\nI2\ntp0\n."}) {
        CHECK(has(message(pickle), "a pickle is not read, since it may run any program"));
    }
    // Python's pickle.dumps(…, 1) of {}, {'a': [1]}, [0.5] and (1, 2).
    using namespace std::string_view_literals;
    for (const std::string_view pickle :
         {"}q\0."sv, "}q\0X\1\0\0\0aq\1]q\2K\1as."sv, "]q\0G?\xe0\0\0\0\0\0\0a."sv, "(K\1K\2tq\0."sv}) {
        CHECK(has(message(pickle), "a pickle is not read, since it may run any program"));
    }
    CHECK(has(message("}q\0X"sv), "the file is no .npy"));
    for (const std::string_view wide : {"\xff\xfe"
                                        "1\0,\0002\0\n\0"sv,
                                        "\xfe\xff\0001\0,\0002\0\n"sv, "1\0,\0002\0\r\0\n\0"sv}) {
        CHECK(message(wide) ==
              "the file is text in UTF-16, or none; convert it to UTF-8, as Excel's \"CSV UTF-8\" is");
    }
    CHECK(array_in(std::string_view("cx\n1\n2\n")).shape() == Array::Shape{2, 1});
    CHECK(has(message(std::string_view("\x89HDF\r\n\x1a\n\0\0", 10)), "HDF5 is not read"));
    CHECK(has(message(std::string_view("\x89PNG\r\n\x1a\n")),
              "the file is no .npy, .npz or .safetensors, nor a table"));
}
