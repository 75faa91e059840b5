#pragma once

#include <string_view>

namespace glimpse {

/// Whether a line of a report that is cut short may be the beginning of a record, which begins with "image".
inline bool may_begin_record(std::string_view text) {
    constexpr std::string_view begin = "{\"image\":";
    return text.substr(0, begin.size()) == begin.substr(0, text.size());
}

}  // namespace glimpse
