#pragma once

#include <functional>
#include <string>

#include "glimpse/gradients.hpp"

namespace glimpse {

/// Whether the derivative by a number is wanted, a JSON Pointer.
using WantsGradient = std::function<bool(const std::string& parameter)>;

/// `for_each_gradient` of those that are wanted; each is asked for once, in their order. Of transformers the
/// others are not computed.
void for_each_wanted_gradient(const Mechanism& mechanism, Size image, const WantsGradient& wants,
                              const VisitGradient& visit);

}  // namespace glimpse
