#include "arrays/array_files.hpp"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "array_samples.hpp"
#include "glimpse/error.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

using namespace glimpse;
using namespace array_samples;

namespace {

/// Tables of one number, and how often each was opened.
struct Opened {
    std::map<std::filesystem::path, int> times{};
    ArrayFiles files{[this](const std::filesystem::path& path) {
        ++times[path];
        return kept(path.string());
    }};

    double number(int file) {
        return numbers_of(files.select(std::to_string(file), "", {.index = {0, 0}})).front();
    }
};

/// Bytes that count how often they were found whole: when a .npz is opened, and when an array is unpacked.
class CountedBytes final : public StableBytes {
  public:
    CountedBytes(Bytes bytes, int& count) : bytes_(std::move(bytes)), count_(count) {}
    [[nodiscard]] std::span<const std::uint8_t> bytes() const override { return bytes_; }
    void require_whole() const override { ++count_; }

  private:
    Bytes bytes_;
    int& count_;
};

}  // namespace

TEST_CASE("array files: one is opened once, unless others were asked for since") {
    Opened opened;
    constexpr int many = ArrayFiles::most_open;
    for (int round = 0; round < 3; ++round) {
        for (int file = 0; file < many; ++file) CHECK(opened.number(file) == file);
    }
    for (int file = 0; file < many; ++file) CHECK(opened.times[std::to_string(file)] == 1);
    opened.number(0);  // so that 1 is the one that was not asked for for longest
    opened.number(many);
    opened.number(0);
    CHECK(opened.times["0"] == 1);
    opened.number(1);
    CHECK(opened.times["1"] == 2);
    CHECK(opened.files.paths().size() == many + 1);
}

TEST_CASE("array files: tables stay open while their numbers take no more memory than they may") {
    int opened = 0;
    ArrayFiles files(
        [&](const std::filesystem::path& /*path*/) {
            ++opened;
            return kept("1 2 3\n4 5 6\n");
        },
        5 * 6 * sizeof(double) + 7);
    const auto ask = [&](int file) { files.select(std::to_string(file), "", {}); };
    for (int file = 0; file < 5; ++file) ask(file);
    ask(0);
    CHECK(opened == 5);
    ask(5);  // in place of 1, which was not asked for for longest
    ask(0);
    CHECK(opened == 6);
    ask(1);
    CHECK(opened == 7);
}

TEST_CASE("array files: a file that is closed is opened again, and what was taken of it stays") {
    Opened opened;
    const Array array = opened.files.select("7", "", {});
    opened.files.close();
    CHECK(numbers_of(array) == std::vector<double>{7});
    CHECK(opened.number(7) == 7);
    CHECK(opened.times["7"] == 2);
    CHECK(opened.files.paths().size() == 1);
}

TEST_CASE("array files: an element of what the indices leave; a file that has changed is said to have") {
    std::string content = "1 2 3\n4 5 6\n";
    ArrayFiles files([&](const std::filesystem::path& /*path*/) { return kept(content); });
    const auto part = [&](const ArrayPart& wanted) { return numbers_of(files.select("t", "", wanted)); };
    CHECK(part({.element = ArrayPart::Element{1, 2}}) == std::vector<double>{3, 6});
    CHECK(part({.index = {1}, .element = ArrayPart::Element{0, 0}}) == std::vector<double>{4});
    files.close();
    content = "1 2\n4 5\n";
    CHECK(refusal<Error>([&] {
              part({.element = ArrayPart::Element{1, 2}});
          }) == "the array has the shape (2, 2), and had another before");
}

TEST_CASE("array files: an element that indices leave is one by indices alone") {
    const auto indices = [](const Array::Index& index, std::size_t axis) {
        return ArrayPart{.index = index, .element = ArrayPart::Element{axis, 5}}.all_indices();
    };
    const std::nullopt_t all = std::nullopt;
    CHECK(indices({}, 0) == Array::Index{5});
    CHECK(indices({}, 2) == Array::Index{all, all, 5});
    CHECK(indices({3}, 1) == Array::Index{3, all, 5});
    CHECK(indices({all, 3}, 0) == Array::Index{5, 3});
    CHECK(indices({all, 3, all}, 1) == Array::Index{all, 3, 5});
    CHECK(indices({all, 3}, 2) == Array::Index{all, 3, all, 5});
    CHECK(ArrayPart{.index = {all, -1}}.all_indices() == Array::Index{all, -1});
}

TEST_CASE("array files: an array that was read from another name or file is not taken for it") {
    ArrayFiles files([](const std::filesystem::path& path) {
        return kept(zip({{"a.npy", npy_of("()", {path == "x" ? 1.0 : 2.0})}, {"b.npy", npy_of("()", {3})}}));
    });
    const auto number = [&](const char* path, const char* name) {
        return numbers_of(files.select(path, name, {})).front();
    };
    CHECK(number("x", "a") == 1);
    CHECK(number("y", "a") == 2);
    CHECK(number("y", "b") == 3);
    CHECK(number("x", "a") == 1);
}

TEST_CASE("array files: compressed arrays that are used in turn are unpacked once, while they fit") {
    int count = 0;
    const Bytes array = npy_of("(1,)", {7});
    ArrayFiles files(
        [&](const std::filesystem::path& /*path*/) {
            return std::make_shared<const CountedBytes>(
                zip({{"a.npy", array, true}, {"b.npy", array, true}, {"c.npy", array, true}}), count);
        },
        2 * array.size());
    const auto unpacked = [&](const std::string& names) {
        for (const char name : names) CHECK(numbers_of(files.select("f", {name}, {})).front() == 7);
        return count - 1;
    };
    CHECK(unpacked("ababab") == 2);
    CHECK(unpacked("cbcb") == 3);  // in place of a, which was not asked for for longest
    CHECK(unpacked("a") == 4);     // in place of c
    CHECK(unpacked("bab") == 4);
    CHECK(unpacked("c") == 5);
}

TEST_CASE("array files: the arrays of a file that is closed for others are dropped with it") {
    int count = 0;
    ArrayFiles files([&](const std::filesystem::path& /*path*/) {
        return std::make_shared<const CountedBytes>(zip({{"a.npy", npy_of("()", {7}), true}}), count);
    });
    constexpr int many = ArrayFiles::most_open + 1;
    for (int file = 0; file < many; ++file) files.select(std::to_string(file), "a", {});
    CHECK(count == 2 * many);
    files.select("0", "a", {});
    CHECK(count == 2 * many + 2);
}

TEST_CASE("array files: a file is mapped, and one that cannot be opened is refused with the reason") {
    const scratch::Directory directory;
    ArrayFiles files(mapped_bytes);
    CHECK(numbers_of(files.select(directory.file("a.csv", "1 2\n3 4\n"), "", {.index = {-1}})) ==
          std::vector<double>{3, 4});
    CHECK(refusal<Error>([&] { files.select(directory / "b.csv", "", {}); }) == "No such file or directory");
}
