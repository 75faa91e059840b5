#pragma once

#include <string>

#include "glimpse/error.hpp"
#include "system/current_message.hpp"

namespace glimpse {

/// What the step returns; what goes wrong in it is about `place`, and thrown as a `Failure` that says so.
template <typename Failure = Error, typename Step>
auto at_place(const std::string& place, Step&& step) {
    try {
        return step();
    } catch (...) {
        throw Failure(place, current_message());
    }
}

}  // namespace glimpse
