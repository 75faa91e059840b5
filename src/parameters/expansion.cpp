#include "parameters/expansion.hpp"

#include <utility>

namespace glimpse::parameters {

void append_glimpses(Glimpse glimpse, ParameterDocument& document) {
    document.push_back(std::move(glimpse));
}

}  // namespace glimpse::parameters
