#pragma once

#include <memory>
#include <string>

#include "glimpse/parameters.hpp"

namespace glimpse::parameters {

/// Appends to the document the glimpses that a mechanism stands for, whether an entry or a box asked for it:
/// one, of that id and label, which may be null.
void append_glimpses(std::string id, Mechanism mechanism, Place place, ParameterDocument& document,
                     std::shared_ptr<const std::string> label = nullptr);

}  // namespace glimpse::parameters
