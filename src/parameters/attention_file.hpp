#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "glimpse/image_file.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// Reads the file that the mechanism takes its attention from, unless it takes none or has its values
/// already, or they depend on the size of the image and that is not given: 8-bit pictures are divided by 255,
/// 16-bit by 65535, floating point and arrays are taken as they are. Arrays that a "grid" or "tokens"
/// refers to are read as float64. Of `open` its limits hold, `maximum_pixels`, `maximum_seconds` of pictures,
/// `formats` and `mask_memory`. Throws `Error` at the glimpse's place for a file that cannot be read, or that
/// the mechanism cannot use.
void supply_attention_file(Glimpse& glimpse, const OpenOptions& open, std::optional<Size> image = {});

/// The same from the file's bytes.
void supply_attention_file(Glimpse& glimpse, std::span<const std::uint8_t> bytes, const OpenOptions& open);

/// The same for a document whose values are held for all images. Throws `Error` also where they are more, all
/// together, than `mask_memory` allows.
void supply_attention_files(ParameterDocument& document, const OpenOptions& open);

/// Closes the files with arrays that the document's masks were read from: what is read again is opened again.
void release_arrays(const ParameterDocument& document);

/// How many values of that file are still to be read, or held meanwhile: 0 where none are, and where it
/// cannot be opened, which `supply_attention_file` says. Throws `Error` as that does where opening it takes
/// too long.
std::int64_t values_to_read(const Glimpse& glimpse, const OpenOptions& open);

}  // namespace glimpse
