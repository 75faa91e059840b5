#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "archives/zip.hpp"
#include "glimpse/array.hpp"

// Arrays to be written: .npy, and .npz of several. Numbers go to a sink as they are made, in C's order, so
// that no array need be in memory.

namespace glimpse {

/// The type of T as numpy writes it, in this machine's byte order: "<f4".
template <typename T>
std::string numpy_type() {
    const char order = std::endian::native == std::endian::little ? '<' : '>';
    return std::string{order, std::is_floating_point_v<T> ? 'f' : 'i'} + std::to_string(sizeof(T));
}

/// What a .npy file of that type and shape begins with.
std::vector<std::uint8_t> npy_beginning(std::string_view type, const Array::Shape& shape);

/// Hands numbers on to a sink, many at a time.
template <typename T>
class NumberOutput {
  public:
    explicit NumberOutput(const ByteSink& sink) : sink_(sink) { held_.reserve(most_held); }

    void add(T number) {
        held_.push_back(number);
        if (held_.size() == most_held) flush();
    }
    /// To be called once all are added.
    void flush() {
        sink_({reinterpret_cast<const std::uint8_t*>(held_.data()), held_.size() * sizeof(T)});
        held_.clear();
    }

  private:
    static constexpr std::size_t most_held = 8192;
    const ByteSink& sink_;
    std::vector<T> held_;
};

/// Adds all numbers of an array, of which there are as many as its shape says.
template <typename T>
using AddNumbers = std::function<void(NumberOutput<T>&)>;

/// Writes a .npy file.
template <typename T>
void write_npy(const ByteSink& sink, const Array::Shape& shape, const AddNumbers<T>& add_numbers) {
    sink(npy_beginning(numpy_type<T>(), shape));
    NumberOutput<T> numbers(sink);
    add_numbers(numbers);
    numbers.flush();
}

/// Writes a .npz file, which is deflated. Throws `Error` where the module of zip archives is not there, and
/// what the sink throws.
class NpzOutput {
  public:
    explicit NpzOutput(ByteSink sink) : zip_(zip_archives().create(std::move(sink))) {}

    template <typename T>
    void add(const std::string& name, const Array::Shape& shape, const AddNumbers<T>& add_numbers) {
        begin(name, npy_beginning(numpy_type<T>(), shape), sizeof(T), shape);
        const ByteSink sink = [this](std::span<const std::uint8_t> bytes) { zip_->write(bytes); };
        NumberOutput<T> numbers(sink);
        add_numbers(numbers);
        numbers.flush();
    }
    /// Adds a single string of bytes.
    void add(const std::string& name, std::string_view text);
    /// Without this it is no .npz file.
    void finish() { zip_->finish(); }

  private:
    void begin(const std::string& name, std::span<const std::uint8_t> beginning, std::size_t number_size,
               const Array::Shape& shape);

    std::unique_ptr<ZipWriter> zip_;
};

}  // namespace glimpse
