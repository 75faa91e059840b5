#pragma once

#include <string>

namespace glimpse {

/// What the exception in flight has to say, on one line.
std::string current_message();

}  // namespace glimpse
