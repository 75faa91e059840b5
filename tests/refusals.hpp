#pragma once

#include <string>
#include <string_view>

#include "glimpse/error.hpp"

// What an action is refused with.

/// The message of the error that the action ends in; empty where it ends in none.
template <typename Refusal = glimpse::UsageError>
std::string refusal(const auto& action) {
    try {
        action();
    } catch (const Refusal& error) {
        return error.what();
    }
    return {};
}

inline bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}
