#include "parameters/expansion.hpp"

#include <utility>

namespace glimpse::parameters {

void append_glimpses(std::string id, Mechanism mechanism, Place place, ParameterDocument& document,
                     std::shared_ptr<const std::string> label) {
    document.push_back({.id = std::move(id),
                        .mechanism = std::move(mechanism),
                        .place = std::move(place),
                        .label = std::move(label)});
}

}  // namespace glimpse::parameters
