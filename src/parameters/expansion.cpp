#include "parameters/expansion.hpp"

#include <utility>

#include "glimpse/words.hpp"

namespace glimpse::parameters {

std::string part_id(const std::string& whole, std::size_t n) {
    return whole + "." + position_id(n);
}

void append_glimpses(Glimpse glimpse, const PartIds& ids, ParameterDocument& document) {
    std::vector<Mechanism> all = parts(glimpse.mechanism);
    if (all.empty()) return document.push_back(std::move(glimpse));
    for (std::size_t n = 0; n < all.size(); ++n) {
        glimpse.id = ids(n);
        glimpse.mechanism = std::move(all[n]);
        document.push_back(glimpse);
    }
}

}  // namespace glimpse::parameters
