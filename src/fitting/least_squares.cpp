#include "fitting/least_squares.hpp"

#include "system/module.hpp"

namespace glimpse::fitting {

const LeastSquares& least_squares() {
    static const auto& opened = opened_module<LeastSquares>("least_squares");
    return opened;
}

}  // namespace glimpse::fitting
