#pragma once

namespace glimpse {

/// One visitor from several functions, for std::visit.
template <typename... F>
struct overloaded : F... {
    using F::operator()...;
};

// Clang before 17 does not find this by itself.
template <typename... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace glimpse
