#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/parameters.hpp"

// Parameters in the terms of another mechanism, or written as another system has them.

namespace glimpse {

/// What parameters can be carried over to.
struct ConversionTarget {
    std::string_view word;     ///< a mechanism, a form or a convention: "crop", "quad", "torch-corners"
    std::string_view meaning;  ///< in one line
};

/// All of them, those of a mechanism one after another.
GLIMPSE_EXPORT std::vector<ConversionTarget> conversion_targets();

/// "pixels", "fraction", "normalised".
GLIMPSE_EXPORT std::span<const std::string_view> conversion_units();

struct ConversionOptions {
    std::string target{};              ///< a word of `conversion_targets`; empty: the entry's own form
    std::string units{};               ///< one of `conversion_units`; empty: those that the numbers come in
    std::optional<Size> image_size{};  ///< of the image, where it is known
};

/// How far a glimpse lies from the one that it was made of: T and T' are their sampling points, A and A'
/// their matrices.
struct Deviation {
    /// The greatest distance |T(j, i) - T'(j, i)| over the glimpse's pixels, in image pixels, and the root of
    /// the mean of its square, both 0 where it is no more than rounding; none where there are no sampling
    /// points to compare.
    std::optional<double> greatest{};
    std::optional<double> rms{};
    std::int64_t unplaced = 0;  ///< pixels that have a place in the image by one of both alone
    /// ‖A - A'‖ / ‖A‖, Frobenius' norms; none where they were not computed.
    std::optional<double> matrices{};
    std::string not_computed{};  ///< and why that is so
    /// Both say the same: points and matrices differ by no more than rounding, and nothing is lost.
    bool is_exact = false;
};

/// A glimpse as an entry of a document, in the terms of a target.
struct Conversion {
    std::string entry;                  ///< JSON, which needs no defaults
    std::vector<std::string> losses{};  ///< what the glimpse had and the entry has not: "its padding: …"
    std::vector<std::string> gains{};  ///< what the entry has, and the glimpse had not: "an alpha channel, …"
    std::string stand_in{};            ///< "bilinear samples for its kernel, area"; empty: nothing stands in
    Deviation deviation{};
};

/// The matrices are not compared where they have more numbers than this that are not 0.
inline constexpr std::int64_t most_compared_weights = std::int64_t{1} << 24;

/// The entry is read back for the deviation. Throws `InvalidOption` for a target or units that there are not,
/// and `Error` where the glimpse cannot be carried over: because the target knows nothing like it, or because
/// the image's size is needed for that.
GLIMPSE_EXPORT Conversion convert(const Glimpse& glimpse, const ConversionOptions& options);

/// A parameter document of such entries, one a line.
GLIMPSE_EXPORT std::string converted_document(std::span<const std::string> entries,
                                              std::optional<AlphaChannel> alpha);

}  // namespace glimpse
