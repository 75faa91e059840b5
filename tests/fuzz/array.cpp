#include "glimpse/array.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "glimpse/error.hpp"
#include "input.hpp"

// A file is refused with an `Error`, or its arrays have the numbers of their parts.

namespace {

using namespace glimpse;

/// Arrays with more are not read: a compressed one may have any number.
constexpr std::size_t most_numbers = 1 << 16;
constexpr std::size_t most_arrays = 8;

std::vector<double> numbers_of(const Array& array) {
    std::vector<double> numbers(array.count());
    array.read(numbers);
    for (const double number : numbers) fuzz::require(std::isfinite(number), "a number is finite");
    return numbers;
}

void check_parts(const Array& array) {
    if (array.count() > most_numbers) return;
    const std::vector<double> all = numbers_of(array);
    if (array.shape().empty() || all.empty()) return;
    const auto length = static_cast<int>(array.shape().front());
    std::size_t begin = 0;
    for (int k = 0; k < length; ++k) {
        const int index = k % 2 == 0 ? k : k - length;
        const std::vector<double> part = numbers_of(array.select({index}));
        fuzz::require(all.size() - begin >= part.size(), "parts have no more numbers than all");
        fuzz::require(std::equal(part.begin(), part.end(), all.begin() + static_cast<std::ptrdiff_t>(begin)),
                      "a part has the numbers of all");
        begin += part.size();
    }
    fuzz::require(begin == all.size(), "parts have as many numbers as all");
    ++fuzz::accepted;
}

void check(const ArrayFile& file, const std::string& name) {
    try {
        check_parts(file.array(name));
    } catch (const Error&) {
        return;
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::make_shared<const std::vector<std::uint8_t>>(data, data + size);
    std::unique_ptr<ArrayFile> file;
    try {
        file = open_array_file(kept_bytes(bytes));
    } catch (const Error&) {
        return 0;
    }
    check(*file, "");
    for (std::size_t k = 0; k < std::min(most_arrays, file->names().size()); ++k)
        check(*file, file->names()[k]);
    return 0;
}
