#include "parameters/expansion.hpp"

#include <utility>

namespace glimpse::parameters {

void expand(Entry& entry, std::string id, const std::string& place, const ReadingContext& context,
            ParameterDocument& document) {
    document.push_back({.id = std::move(id), .mechanism = read_mechanism(entry, context), .place = place});
}

}  // namespace glimpse::parameters
