#include "arrays/npy_output.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory>
#include <numeric>
#include <vector>

#include "glimpse/array.hpp"

// Arrays as they are written, read again.

using namespace glimpse;

namespace {

using Bytes = std::vector<std::uint8_t>;

ByteSink sink_into(Bytes& bytes) {
    return
        [&bytes](std::span<const std::uint8_t> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
}

std::unique_ptr<ArrayFile> opened(Bytes bytes) {
    return open_array_file(kept_bytes(std::make_shared<const Bytes>(std::move(bytes))));
}

std::vector<double> numbers_of(const Array& array) {
    std::vector<double> numbers(array.count());
    array.read(numbers);
    return numbers;
}

/// 0, 1, 2, …: more numbers than are handed on at once.
constexpr int many = 20001;

template <typename T>
void add_many(NumberOutput<T>& numbers) {
    for (int k = 0; k < many; ++k) numbers.add(static_cast<T>(k));
}

std::vector<double> counted() {
    std::vector<double> numbers(many);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

}  // namespace

TEST_CASE("array output: a .npy of every type, whose numbers begin at a multiple of 64 bytes") {
    const auto check = [](const auto& add, std::size_t size) {
        Bytes bytes;
        add(sink_into(bytes));
        CHECK((bytes.size() - many * size) % 64 == 0);
        const Array array = opened(bytes)->array("");
        CHECK(array.shape() == Array::Shape{3, many / 3});
        CHECK(numbers_of(array) == counted());
    };
    const Array::Shape shape{3, many / 3};
    check([&](const ByteSink& sink) { write_npy<float>(sink, shape, add_many<float>); }, 4);
    check([&](const ByteSink& sink) { write_npy<double>(sink, shape, add_many<double>); }, 8);
    check([&](const ByteSink& sink) { write_npy<std::int32_t>(sink, shape, add_many<std::int32_t>); }, 4);
    check([&](const ByteSink& sink) { write_npy<std::int64_t>(sink, shape, add_many<std::int64_t>); }, 8);
}

TEST_CASE("array output: a .npz has its arrays in their order, and a text is no array of numbers") {
    Bytes bytes;
    NpzOutput npz(sink_into(bytes));
    npz.add<std::int32_t>("b", {many}, add_many<std::int32_t>);
    npz.add("text", "csr");
    npz.add<float>("a", {0}, [](NumberOutput<float>&) {});
    npz.finish();
    CHECK(bytes.size() < many * sizeof(std::int32_t));  // deflated
    const auto file = opened(bytes);
    CHECK(file->names() == std::vector<std::string>{"b", "text", "a"});
    CHECK(numbers_of(file->array("b")) == counted());
    CHECK(file->array("a").shape() == Array::Shape{0});
    CHECK_THROWS(file->array("text"));
}
