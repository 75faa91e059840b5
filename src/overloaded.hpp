#pragma once

namespace glimpse {

/// One visitor from several functions, for std::visit.
template <typename... F>
struct overloaded : F... {
    using F::operator()...;
};

}  // namespace glimpse
