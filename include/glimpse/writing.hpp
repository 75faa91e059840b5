#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/inputs.hpp"

namespace glimpse {

/// How a glimpse is put on a canvas.
enum class WriteMode : std::uint8_t {
    adjoint,  ///< `add_adjoint`
    paste,    ///< `paste`
    inverse,  ///< `paste` by the inverse warp alone: of what has none, an error
};

/// Puts a glimpse from a file back onto a canvas.
struct WriteOptions {
    std::string glimpse;  ///< the glimpse's picture, or its array: h×w, h×w×C, or N×C for a list of pixels
    InputOptions input;   ///< `parameters` or `boxes`; the default size is the glimpse's own
    std::string id;       ///< which entry of the document; may be empty where it has one
    std::string canvas;   ///< the canvas's picture, or
    std::optional<Size> canvas_size;  ///< the size of a black canvas
    WriteMode mode = WriteMode::adjoint;
    /// How the glimpse and the canvas are opened. Its `memory` is for both together, the weights of a mask,
    /// and what is made of them; what of it is not left is not waited for.
    OpenOptions open{};
    std::string out;     ///< a file, or "-" for standard output
    std::string format;  ///< empty: that of `out`, or png; npy is float32, unrounded
    bool sync = true;    ///< flush it to the disk before its name appears
    /// Asked while a glimpse with many points is laid over the canvas, and before anything is written.
    std::function<bool()> interrupted = [] { return false; };
};

/// Reads, lowers, applies and saves. Throws `UsageError` for what is wrong before any work, and `Error` for
/// the rest. Throws `WaitEnded`, and has written nothing, where it is interrupted.
GLIMPSE_EXPORT void write_glimpse(const WriteOptions& options, const Backend& backend);

}  // namespace glimpse
