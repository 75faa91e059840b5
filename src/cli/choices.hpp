#pragma once

#include <map>
#include <string>
#include <vector>

namespace glimpse::cli {

/// The words of a choice, in their order.
template <typename Value>
std::vector<std::string> keys(const std::map<std::string, Value>& map) {
    std::vector<std::string> all;
    all.reserve(map.size());
    for (const auto& [key, value] : map) all.push_back(key);
    return all;
}

}  // namespace glimpse::cli
