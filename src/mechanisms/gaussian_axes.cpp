#include "mechanisms/gaussian_axes.hpp"

namespace glimpse {

std::optional<Gaussian::AxesForm> gaussian_axes(const Mechanism& mechanism, Size image, Size size) {
    const auto* const gaussian = std::get_if<Gaussian>(&mechanism);
    if (!gaussian) return std::nullopt;
    return axes(*gaussian, image, size);
}

}  // namespace glimpse
