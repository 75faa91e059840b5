#pragma once

namespace glimpse {

/// A mechanism of which a box alone may be the parameters.
template <typename OneMechanism>
concept TakesBox = requires {
    typename OneMechanism::BoxForm;
};

}  // namespace glimpse
