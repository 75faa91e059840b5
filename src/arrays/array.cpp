#include "glimpse/array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include "arrays/elements.hpp"
#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "system/mapped_file.hpp"

namespace glimpse {

namespace {

class MappedBytes final : public StableBytes {
  public:
    explicit MappedBytes(const std::filesystem::path& path) : file_(path) {}
    [[nodiscard]] std::span<const std::uint8_t> bytes() const override { return file_.bytes(); }
    void require_whole() const override { file_.require_whole(); }
    void release() const override { file_.release(); }

  private:
    MappedFile file_;
};

class KeptBytes final : public StableBytes {
  public:
    explicit KeptBytes(std::shared_ptr<const std::vector<std::uint8_t>> bytes) : bytes_(std::move(bytes)) {}
    [[nodiscard]] std::span<const std::uint8_t> bytes() const override { return *bytes_; }

  private:
    std::shared_ptr<const std::vector<std::uint8_t>> bytes_;
};

/// The product, or none where no memory has so much.
std::optional<std::size_t> product(const Array::Shape& shape, std::size_t factor) {
    // An axis without elements leaves none of any other.
    for (const std::size_t length : shape) {
        if (length == 0) return 0;
    }
    for (const std::size_t length : shape) {
        if (factor > std::numeric_limits<std::size_t>::max() / length) return std::nullopt;
        factor *= length;
    }
    return factor;
}

/// Whether float64 has the number, an integer of 64 bits.
bool is_exact(const std::uint8_t* bytes, ElementType type) {
    auto bits = element_bits<std::uint64_t>(bytes, type.swapped);
    if (type.kind == ElementType::Kind::integer && std::bit_cast<std::int64_t>(bits) < 0) bits = 0 - bits;
    return bits == 0 || std::bit_width(bits) - std::countr_zero(bits) <= std::numeric_limits<double>::digits;
}

std::string digits_of(const std::uint8_t* bytes, ElementType type) {
    return type.kind == ElementType::Kind::integer
               ? std::to_string(element_bits<std::int64_t>(bytes, type.swapped))
               : std::to_string(element_bits<std::uint64_t>(bytes, type.swapped));
}

/// "[3, 0, 5]": what was selected and, of the other axes, `at`.
std::string place_text(const std::vector<std::optional<std::size_t>>& selected,
                       const std::vector<std::size_t>& at) {
    std::vector<std::string> numbers;
    numbers.reserve(selected.size());
    std::size_t own = 0;
    for (const auto& position : selected) numbers.push_back(std::to_string(position ? *position : at[own++]));
    return "[" + join(numbers) + "]";
}

/// What is wrong with a number; empty where nothing is.
std::string fault_of(const std::uint8_t* bytes, ElementType type, double number) {
    if (std::isnan(number)) return "is NaN";
    if (std::isinf(number)) return "is infinite";
    const bool is_whole = type.kind == ElementType::Kind::natural || type.kind == ElementType::Kind::integer;
    if (!is_whole || type.size < sizeof(double) || is_exact(bytes, type)) return {};
    return digits_of(bytes, type) + " is no float64, which rounds it";
}

}  // namespace

std::shared_ptr<const StableBytes> mapped_bytes(const std::filesystem::path& path) {
    return std::make_shared<const MappedBytes>(path);
}

std::shared_ptr<const StableBytes> kept_bytes(std::shared_ptr<const std::vector<std::uint8_t>> bytes) {
    return std::make_shared<const KeptBytes>(std::move(bytes));
}

std::string shape_text(const Array::Shape& shape) {
    std::vector<std::string> lengths;
    for (const std::size_t length : shape) lengths.push_back(std::to_string(length));
    return "(" + join(lengths) + (shape.size() == 1 ? ",)" : ")");
}

Array::Array(std::shared_ptr<const StableBytes> bytes, std::size_t begin, ElementType type, Shape shape,
             Order order)
    : bytes_(std::move(bytes)),
      begin_(begin),
      type_(type),
      shape_(std::move(shape)),
      steps_(shape_.size()),
      selected_(shape_.size()) {
    const std::size_t there = bytes_->bytes().size() - std::min(begin, bytes_->bytes().size());
    const std::optional<std::size_t> needed = product(shape_, type.size);
    if (!needed || *needed > there) {
        throw Error("an array of the shape " + shape_text(shape_) + " has " +
                    (needed ? std::to_string(*needed) : "more than 2^64") + " bytes, and the file only " +
                    std::to_string(there) + " for it");
    }
    std::size_t step = type.size;
    for (std::size_t k = 0; k < shape_.size(); ++k) {
        const std::size_t axis = order == Order::columns ? k : shape_.size() - 1 - k;
        steps_[axis] = step;
        step *= shape_[axis];
    }
}

std::optional<std::size_t> position_of(std::int64_t index, std::size_t count) {
    const auto length = static_cast<std::int64_t>(count);
    const std::int64_t position = index < 0 ? index + length : index;
    if (position < 0 || position >= length) return std::nullopt;
    return static_cast<std::size_t>(position);
}

std::size_t Array::count() const {
    return *product(shape_, 1);
}

Array Array::select(const Index& index) const {
    if (index.size() > shape_.size()) {
        throw Error(std::to_string(index.size()) + " indices are given for an array of the shape " +
                    shape_text(shape_) + ", which has " + std::to_string(shape_.size()) + " axes");
    }
    Array part = *this;
    std::size_t kept = 0;
    for (std::size_t axis = 0; axis < index.size(); ++axis) {
        if (!index[axis]) {
            ++kept;
            continue;
        }
        const auto position = position_of(*index[axis], shape_[axis]);
        if (!position) {
            throw Error("the index " + std::to_string(*index[axis]) + " is out of range: axis " +
                        std::to_string(axis) + " of the shape " + shape_text(shape_) + " has " +
                        std::to_string(shape_[axis]) + " elements, counted from 0");
        }
        part = part.take(kept, *position);
    }
    return part;
}

Array Array::take(std::size_t axis, std::size_t position) const {
    Array part = *this;
    part.begin_ += position * steps_[axis];
    const auto place = static_cast<std::ptrdiff_t>(axis);
    part.shape_.erase(part.shape_.begin() + place);
    part.steps_.erase(part.steps_.begin() + place);
    std::size_t own = 0;
    for (std::optional<std::size_t>& selected : part.selected_) {
        if (!selected && own++ == axis) {
            selected = position;
            break;
        }
    }
    return part;
}

void Array::require_number(const std::uint8_t* bytes, double number,
                           const std::vector<std::size_t>& at) const {
    const std::string fault = fault_of(bytes, type_, number);
    if (fault.empty()) return;
    bytes_->require_whole();
    throw Error("the number at " + place_text(selected_, at) + " " + fault);
}

namespace {

/// Whether as many numbers of type T, one after another, are finite; they are read.
template <typename T>
bool read_finite(const std::uint8_t* from, std::span<double> to) {
    int not_finite = 0;
    for (double& number : to) {
        T value;
        std::memcpy(&value, from, sizeof value);
        from += sizeof value;
        not_finite |= int(!(std::abs(value) <= std::numeric_limits<T>::max()));
        number = value;
    }
    return not_finite == 0;
}

}  // namespace

bool Array::read_reals(const std::uint8_t* from, std::span<double> to) const {
    if (type_.kind != ElementType::Kind::real || type_.swapped) return false;
    if (type_.size == sizeof(double)) return read_finite<double>(from, to);
    return type_.size == sizeof(float) && read_finite<float>(from, to);
}

void Array::read(std::span<double> to) const {
    std::vector<std::size_t> at(shape_.size());
    const std::uint8_t* element_at = bytes_->bytes().data() + begin_;
    // The last axes of which the numbers lie one after another, and how many these are.
    std::size_t run = 1;
    std::size_t inner = shape_.size();
    while (inner > 0 && steps_[inner - 1] == run * type_.size) run *= shape_[--inner];
    for (std::size_t k = 0; k < to.size(); ++k) {
        // A run at once, if nothing is wrong with it.
        if (run > 1 && k % run == 0 && read_reals(element_at, to.subspan(k, run))) {
            k += run - 1;
            for (std::size_t axis = inner; axis < shape_.size(); ++axis) at[axis] = shape_[axis] - 1;
            element_at += (run - 1) * type_.size;
        } else {
            to[k] = element<double>(element_at, type_);
            require_number(element_at, to[k], at);
        }
        for (std::size_t axis = shape_.size(); axis-- > 0;) {
            element_at += steps_[axis];
            if (++at[axis] < shape_[axis]) break;
            element_at -= steps_[axis] * shape_[axis];
            at[axis] = 0;
        }
    }
    bytes_->require_whole();
}

}  // namespace glimpse
