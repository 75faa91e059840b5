#pragma once

#include <cstddef>
#include <vector>

#include "glimpse/figure.hpp"

namespace glimpse {

/// For each picture the first that shows the same pixels in a place of the same size, itself where there is
/// none before it.
std::vector<std::size_t> first_alike(const std::vector<FigurePicture>& pictures);

/// Whether any picture behind the k-th shows the same, by what `first_alike` returned.
bool is_shown_again(const std::vector<std::size_t>& first, std::size_t k);

}  // namespace glimpse
