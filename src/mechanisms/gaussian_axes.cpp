#include "mechanisms/gaussian_axes.hpp"

namespace glimpse {

std::optional<Gaussian::AxesForm> gaussian_axes(const Mechanism& mechanism, Size image, Size size) {
    const auto* const gaussian = std::get_if<Gaussian>(&mechanism);
    if (!gaussian) return std::nullopt;
    return axes(*gaussian, image, size);
}

std::optional<Mechanism> with_full_intensity(const Mechanism& mechanism) {
    const auto* const gaussian = std::get_if<Gaussian>(&mechanism);
    if (!gaussian || !std::holds_alternative<Gaussian::DrawForm>(gaussian->form)) return std::nullopt;
    Gaussian full = *gaussian;
    std::get<Gaussian::DrawForm>(full.form).log_gamma = 0;
    return full;
}

}  // namespace glimpse
