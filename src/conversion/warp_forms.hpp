#pragma once

#include <memory>
#include <utility>

#include "glimpse/mechanisms/spatial_transformer.hpp"

namespace glimpse::conversion {

/// The warp of a transformer; null where its form is another.
inline const Warp* warp_of(const SpatialTransformer& transformer) {
    const auto* const form = std::get_if<SpatialTransformer::WarpForm>(&transformer.form);
    return form ? form->warp.get() : nullptr;
}

/// The form of a warp.
inline SpatialTransformer::WarpForm warp_form(Warp warp) {
    return {std::make_shared<const Warp>(std::move(warp))};
}

}  // namespace glimpse::conversion
