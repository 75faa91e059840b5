#include "fitting/score_function.hpp"

#include <numeric>

namespace glimpse::fitting {

Point score_gradient(std::span<const double> losses, std::span<const DrawnLocation> drawn) {
    const auto count = static_cast<double>(losses.size());
    const double sum = std::accumulate(losses.begin(), losses.end(), 0.0);
    Point gradient;
    for (std::size_t k = 0; k < losses.size(); ++k) {
        const double advantage = losses[k] - (sum - losses[k]) / (count - 1);
        gradient.x += advantage * drawn[k].normal->gradient_by_mean.x / count;
        gradient.y += advantage * drawn[k].normal->gradient_by_mean.y / count;
    }
    return gradient;
}

}  // namespace glimpse::fitting
