#pragma once

#include "parameters/description.hpp"

// The keys that several mechanisms share, and their readers.

namespace glimpse::parameters {

Key box_key();
Key units_key();

/// `forms` as in `Key`.
Key size_key(std::vector<std::string_view> forms);
Key padding_key(std::vector<std::string_view> forms);

/// Reads "box" and "units".
OrientedBox read_box(Entry& entry);

/// Reads "size", by default the command line's.
std::optional<Size> read_size(Entry& entry, const ReadingContext& context);

/// What lies outside the image: a padding, or a fill in place of its zeros.
struct PaddingAndFill {
    Padding padding = Padding::zeros;
    Fill fill;
};

/// Reads "padding".
PaddingAndFill read_padding(Entry& entry);

}  // namespace glimpse::parameters
