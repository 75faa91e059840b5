#include "glimpse/array.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "array_samples.hpp"
#include "glimpse/error.hpp"
#include "refusals.hpp"

using namespace glimpse;
using namespace array_samples;
using Kind = ElementType::Kind;
using Numbers = std::vector<double>;

namespace {

/// An array of the numbers of one axis.
template <typename T>
Array row_of(const std::vector<T>& numbers, Kind kind, bool swapped = false) {
    return {kept(bits_of(numbers, swapped)), 0, {kind, sizeof(T), swapped}, {numbers.size()}};
}

Array select(const Array& array, const Array::Index& index) {
    return array.select(index);
}

std::string message(const auto& action) {
    return refusal<Error>(action);
}

/// 0, 1, 2, … in the order of the bytes.
Array counted(const Array::Shape& shape, Array::Order order = Array::Order::rows) {
    Numbers numbers(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()));
    std::iota(numbers.begin(), numbers.end(), 0.0);
    return {kept(bits_of(numbers)), 0, {}, shape, order};
}

}  // namespace

TEST_CASE("array: a number of every type and byte order, worked by hand") {
    for (const bool swapped : {false, true}) {
        CAPTURE(swapped);
        using Limits64 = std::numeric_limits<std::int64_t>;
        CHECK(numbers_of(row_of<std::uint8_t>({0, 1, 7}, Kind::boolean)) == Numbers{0, 1, 1});
        CHECK(numbers_of(row_of<std::uint8_t>({0, 255}, Kind::natural)) == Numbers{0, 255});
        CHECK(numbers_of(row_of<std::int8_t>({-128, 127}, Kind::integer)) == Numbers{-128, 127});
        CHECK(numbers_of(row_of<std::uint16_t>({1, 65535}, Kind::natural, swapped)) == Numbers{1, 65535});
        CHECK(numbers_of(row_of<std::int16_t>({-2, 258}, Kind::integer, swapped)) == Numbers{-2, 258});
        CHECK(numbers_of(row_of<std::uint32_t>({4294967295U}, Kind::natural, swapped)) ==
              Numbers{4294967295.0});
        CHECK(numbers_of(row_of<std::int32_t>({-2147483647 - 1}, Kind::integer, swapped)) ==
              Numbers{-0x1p31});
        CHECK(numbers_of(row_of<std::int64_t>({Limits64::min(), -3}, Kind::integer, swapped)) ==
              Numbers{-0x1p63, -3});
        CHECK(numbers_of(row_of<std::uint64_t>({std::uint64_t{1} << 63}, Kind::natural, swapped)) ==
              Numbers{0x1p63});
        // 1, the least number > 0, -65504 and a third.
        CHECK(numbers_of(row_of<std::uint16_t>({0x3C00, 0x0001, 0xFBFF, 0x3555}, Kind::real, swapped)) ==
              Numbers{1, 0x1p-24, -65504, 0x555p-12});
        CHECK(numbers_of(row_of<std::uint16_t>({0x3F80, 0xC0A0, 0x7F7F}, Kind::brain, swapped)) ==
              Numbers{1, -5, 0x1.FEp127});
        CHECK(numbers_of(row_of<float>({0.1F, -1e-45F}, Kind::real, swapped)) == Numbers{0.1F, -1e-45F});
        CHECK(numbers_of(row_of<double>({0.1, 1e-320}, Kind::real, swapped)) == Numbers{0.1, 1e-320});
    }
}

TEST_CASE("array: a sub-array is the same part of all numbers, in both orders") {
    CHECK(numbers_of(counted({2, 3})) == Numbers{0, 1, 2, 3, 4, 5});
    CHECK(numbers_of(counted({2, 3}, Array::Order::columns)) == Numbers{0, 2, 4, 1, 3, 5});
    for (const Array::Order order : {Array::Order::rows, Array::Order::columns}) {
        const Array array = counted({3, 2, 4}, order);
        const Numbers all = numbers_of(array);
        for (int i = 0; i < 3; ++i) {
            const Numbers part = numbers_of(select(array, {i}));
            CHECK(part == Numbers(all.begin() + 8 * i, all.begin() + 8 * (i + 1)));
            CHECK(part == numbers_of(select(array, {i - 3})));
            for (int j = 0; j < 2; ++j) {
                CHECK(numbers_of(select(array, {i, j})) == numbers_of(select(select(array, {i}), {j})));
                for (int k = 0; k < 4; ++k) {
                    const Array number = select(array, {i, j, k});
                    CHECK(number.shape().empty());
                    CHECK(numbers_of(number) == Numbers{all[static_cast<std::size_t>(8 * i + 4 * j + k)]});
                }
            }
        }
    }
}

TEST_CASE("array: an element along any axis is numpy's take, in both orders") {
    for (const Array::Order order : {Array::Order::rows, Array::Order::columns}) {
        const Array array = counted({2, 3, 4}, order);
        const Numbers all = numbers_of(array);
        for (std::size_t j = 0; j < 3; ++j) {
            const Array middle = array.take(1, j);
            CHECK(middle.shape() == Array::Shape{2, 4});
            const Numbers first(all.begin() + static_cast<std::ptrdiff_t>(4 * j),
                                all.begin() + static_cast<std::ptrdiff_t>(4 * j + 4));
            CHECK(numbers_of(select(middle, {0})) == first);
            CHECK(numbers_of(middle.take(1, 2)) == Numbers{all[4 * j + 2], all[12 + 4 * j + 2]});
        }
    }
}

TEST_CASE("array: an index out of range is named, with the axis and its length") {
    const Array array = counted({3, 2});
    CHECK(message([&] { select(array, {3}); }) ==
          "the index 3 is out of range: axis 0 of the shape (3, 2) has 3 elements, counted from 0");
    CHECK(message([&] {
              select(array, {0, -3});
          }) == "the index -3 is out of range: axis 1 of the shape (3, 2) has 2 elements, counted from 0");
    CHECK(message([&] {
              select(array, {0, 0, 0});
          }) == "3 indices are given for an array of the shape (3, 2), which has 2 axes");
}

TEST_CASE("array: what is no finite float64 is named by its place in the whole array") {
    Numbers numbers(12, 0.5);
    numbers[9] = std::nan("");
    const Array array(kept(bits_of(numbers)), 0, {}, {2, 3, 2});
    CHECK(message([&] { numbers_of(array); }) == "the number at [1, 1, 1] is NaN");
    CHECK(message([&] { numbers_of(select(array, {1})); }) == "the number at [1, 1, 1] is NaN");
    CHECK(message([&] { numbers_of(select(array, {-1, 1, 1})); }) == "the number at [1, 1, 1] is NaN");
    CHECK(numbers_of(select(array, {0})) == Numbers(6, 0.5));
    CHECK(message([&] { numbers_of(array.take(1, 1)); }) == "the number at [1, 1, 1] is NaN");
    CHECK(message([&] { numbers_of(array.take(2, 1).take(0, 1)); }) == "the number at [1, 1, 1] is NaN");
    CHECK(message([&] {
              numbers_of(row_of<std::uint16_t>({0, 0xFC00}, Kind::real));
          }) == "the number at [1] is infinite");
    CHECK(message([&] {
              numbers_of(row_of<std::uint64_t>({(std::uint64_t{1} << 53) + 1}, Kind::natural));
          }) == "the number at [0] 9007199254740993 is no float64, which rounds it");
    CHECK(message([&] {
              numbers_of(row_of<std::int64_t>({0, -9007199254740993}, Kind::integer, true));
          }) == "the number at [1] -9007199254740993 is no float64, which rounds it");
    CHECK(message([&] { numbers_of(row_of<std::uint64_t>({~std::uint64_t{0}}, Kind::natural)); }) != "");
}

TEST_CASE("array: bytes that are too few are counted, whatever the shape says") {
    const auto made = [](const Array::Shape& shape) {
        return message([&] { Array(kept(Bytes(16)), 1, {}, shape); });
    };
    CHECK(made({2}) == "an array of the shape (2,) has 16 bytes, and the file only 15 for it");
    CHECK(made({1}) == "");
    const std::size_t half = std::size_t{1} << 63;
    CHECK(made({half, 2}) ==
          "an array of the shape (9223372036854775808, 2) has more than 2^64 bytes, and the "
          "file only 15 for it");
    CHECK(made({half, 0, half}) == "");
    CHECK(Array(kept(Bytes()), 0, {}, {0, 7}).count() == 0);
    CHECK(message([&] { Array(kept(Bytes(4)), 9, {}, {1}); }) ==
          "an array of the shape (1,) has 8 bytes, and the file only 0 for it");
}

TEST_CASE("an axis without an index stays") {
    const Array array = counted({2, 3, 4});
    const std::nullopt_t all = std::nullopt;
    CHECK(select(array, {all, 1}).shape() == Array::Shape{2, 4});
    CHECK(numbers_of(select(array, {all, 1})) == Numbers{4, 5, 6, 7, 16, 17, 18, 19});
    CHECK(numbers_of(select(array, {all, all, -1})) == Numbers{3, 7, 11, 15, 19, 23});
    CHECK(numbers_of(select(array, {1, all, 0})) == Numbers{12, 16, 20});
    CHECK(select(array, {all}).shape() == array.shape());
    CHECK(message([&] {
              select(array, {all, 3});
          }) == "the index 3 is out of range: axis 1 of the shape (2, 3, 4) has 3 elements, counted from 0");
}

TEST_CASE("array: runs of float32, whole or of a part, and where one of them is no number") {
    std::vector<float> numbers(24);
    std::iota(numbers.begin(), numbers.end(), 0.5F);
    const auto array = [&](Array::Order order) {
        return Array(kept(bits_of(numbers)), 0, {Kind::real, sizeof(float), false}, {2, 3, 4}, order);
    };
    const Numbers all(numbers.begin(), numbers.end());
    CHECK(numbers_of(array(Array::Order::rows)) == all);
    CHECK(numbers_of(array(Array::Order::rows).take(0, 1)) == Numbers(all.begin() + 12, all.end()));
    CHECK(numbers_of(array(Array::Order::rows).take(1, 2)) ==
          Numbers{8.5, 9.5, 10.5, 11.5, 20.5, 21.5, 22.5, 23.5});
    CHECK(numbers_of(array(Array::Order::rows).take(2, 3)) == Numbers{3.5, 7.5, 11.5, 15.5, 19.5, 23.5});
    CHECK(numbers_of(array(Array::Order::columns).take(0, 0).take(0, 1)) == Numbers{2.5, 8.5, 14.5, 20.5});
    numbers[17] = std::numeric_limits<float>::quiet_NaN();
    CHECK(message([&] { numbers_of(array(Array::Order::rows)); }) == "the number at [1, 1, 1] is NaN");
    CHECK(message([&] { numbers_of(array(Array::Order::rows).take(1, 1)); }) ==
          "the number at [1, 1, 1] is NaN");
    numbers[17] = -std::numeric_limits<float>::infinity();
    CHECK(message([&] { numbers_of(array(Array::Order::rows)); }) == "the number at [1, 1, 1] is infinite");
}
