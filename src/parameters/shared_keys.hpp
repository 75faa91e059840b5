#pragma once

#include "parameters/description.hpp"

// Keys that several mechanisms have, and what reads them.

namespace glimpse::parameters {

Key box_key();
Key units_key();

/// `forms` as those of a `Key`.
Key size_key(std::vector<std::string_view> forms);
Key padding_key(std::vector<std::string_view> forms);

/// "box" and "units".
OrientedBox read_box(Entry& entry);

/// "size", or else the command line's.
std::optional<Size> read_size(Entry& entry, const Surroundings& surroundings);

/// A word, or what stands in for the zeros.
struct Outside {
    Padding padding = Padding::zeros;
    Fill fill;
};

/// "padding".
Outside read_padding(Entry& entry);

}  // namespace glimpse::parameters
