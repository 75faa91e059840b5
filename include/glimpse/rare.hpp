#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace glimpse {

/// A value that few of many records have: a pointer's size where it is not there. Copies have copies of it.
template <typename T>
class Rare {
  public:
    Rare() = default;
    Rare(std::nullptr_t) {}  // NOLINT(google-explicit-constructor): none
    Rare(T value)            // NOLINT(google-explicit-constructor): it is that value
        : value_(std::make_unique<const T>(std::move(value))) {}
    Rare(std::optional<T> value)  // NOLINT(google-explicit-constructor): likewise
        : value_(value ? std::make_unique<const T>(*std::move(value)) : nullptr) {}
    Rare(const Rare& other) : value_(other.value_ ? std::make_unique<const T>(*other.value_) : nullptr) {}
    Rare(Rare&& other) noexcept = default;
    Rare& operator=(const Rare& other) { return *this = Rare(other); }
    Rare& operator=(Rare&& other) noexcept = default;
    ~Rare() = default;

    explicit operator bool() const { return value_ != nullptr; }
    const T& operator*() const { return *value_; }
    const T* operator->() const { return value_.get(); }

  private:
    std::unique_ptr<const T> value_;
};

}  // namespace glimpse
