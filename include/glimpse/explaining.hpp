#pragma once

#include <functional>
#include <optional>
#include <string>

#include "glimpse/backend.hpp"
#include "glimpse/export.hpp"
#include "glimpse/figure.hpp"
#include "glimpse/inputs.hpp"

namespace glimpse {

/// What the numbers of each entry make of an image, told in words and numbers.
struct ExplainOptions {
    std::string image;   ///< a file, or "-" for the bytes of one image on standard input
    InputOptions input;  ///< `parameters` or `boxes`, `defaults`, `page` and `open`
    bool json = false;   ///< a line of JSON for each glimpse in place of text
    /// Where panels go: a file (png, svg or pdf), where there is one glimpse, or a directory, for
    /// NAME.ID.explain.png; empty: none is drawn.
    std::string out;
    std::optional<FigureFormat> figure_format;  ///< none: that of `out`, or png
    bool sync = true;                           ///< flush panels to the disk before their names appear
    std::function<bool()> interrupted = [] { return false; };  ///< asked before each glimpse
};

/// What is told of one glimpse.
struct ExplainedGlimpse {
    std::string id;
    std::string text;   ///< lines, each ended
    std::string error;  ///< why it fails, which the text says, too; empty where it does not
};

/// Reads the document, opens the image, and calls `take` for each glimpse in its order. One that fails fails
/// alone. The two likeliest other readings of its numbers are told, too: those of other conventions and units
/// that can be read, and have at least a hundredth of their box in the image. They are ranked by, in this
/// order, whether they
///   are at least two pixels wide and high, and inside the image by at least half;
///   look at least a pixel away from where the entry does;
///   have glimpse pixels as wide as high, up to a tenth;
///   change the convention or the units, rather than both;
///   change the convention, and how usual it is, rather than the units.
/// One that is nowhere a pixel away from a likelier one is left out. Returns whether it was done, or else
/// interrupted. Throws `UsageError` for what is wrong before any work, and `Error` for an image that cannot
/// be opened.
GLIMPSE_EXPORT bool explain(const ExplainOptions& options, const Backend& backend,
                            const std::function<void(const ExplainedGlimpse&)>& take);

}  // namespace glimpse
