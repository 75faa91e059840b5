#pragma once

#include <optional>
#include <vector>

#include "glimpse/mechanisms/spatial_transformer.hpp"
#include "parameters/description.hpp"

// The forms of a spatial transformer that are no affine maps, in documents.

namespace glimpse::parameters {

/// The keys that identify these forms.
std::vector<Form> warp_forms();
/// These keys.
std::vector<Key> warp_keys();
/// "units" and "size", of boxes, too.
Key point_units_key();
Key size_of_warps_key();

/// The warp of an entry of that form; none of another form.
std::optional<SpatialTransformer::WarpForm> read_warp(Entry& entry, const Form& form,
                                                      const ReadingContext& context);
void write_warp(const Warp& warp, WrittenParameters& written);

}  // namespace glimpse::parameters
