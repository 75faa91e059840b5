#include "parameters/ids.hpp"

#include <algorithm>

namespace glimpse::parameters {

namespace {

constexpr std::string_view legal = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

}  // namespace

bool is_legal_id(std::string_view id) {
    return !id.empty() && id.front() != '.' && id.find_first_not_of(legal) == std::string_view::npos;
}

std::string legal_id(std::string_view word) {
    std::string id(word.substr(0, longest_id / 2));
    std::ranges::replace_if(
        id, [](char c) { return legal.find(c) == std::string_view::npos; }, '_');
    if (id.empty()) return "_";
    if (id.front() == '.') id.front() = '_';
    return id;
}

}  // namespace glimpse::parameters
