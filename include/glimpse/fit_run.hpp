#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/fit.hpp"
#include "glimpse/inputs.hpp"

// Fits from files to files.

namespace glimpse {

/// Fits a glimpse of an image, or one after another of the frames of a track.
struct FitRunOptions {
    std::vector<std::string> images;  ///< one; with `along` the frames, in their order
    std::string
        patch;  ///< the patch's picture or array, of one image; "-" for standard input, as an image may
    InputOptions input;  ///< `parameters` or `boxes`; the default size is the target's
    std::string id;      ///< which entry of the document; may be empty where it has one
    FitOptions fit;
    bool along = false;                 ///< each image starts from what was found in the last
    std::optional<double> smoothing{};  ///< of `along`: σ of `smoothed`, frames
    /// How images and the target are opened. Its `memory` is for an image and the target together.
    OpenOptions open{};
    std::string out;        ///< the document's file, or "-"; with `along` a manifest of the frames
    std::string animation;  ///< webp, gif or mp4 by its extension; empty: none
    /// What the caller writes itself, with what messages call each: these are no inputs, either.
    std::vector<std::pair<std::string, std::string>> other_outputs{};
    bool sync = true;  ///< flush to the disk before a name appears
    std::function<bool()> interrupted = [] { return false; };
};

/// What became of an image.
struct FittedImage {
    std::string image{};  ///< its file's name, as given
    std::optional<Fit> fit{};
    std::string error{};  ///< empty where there is a fit
};

/// What is told meanwhile.
struct FitProgress {
    std::function<void(const std::string& image, const FitStep&)> step = [](const std::string&,
                                                                            const FitStep&) {};
};

/// Reads, fits, and writes the document unless there is nothing to write. With `along` an image that fails is
/// passed over. Throws `UsageError` for what is wrong before any work, `Error` for the rest of what concerns
/// all images, and `WaitEnded`, having written nothing, where it is interrupted.
GLIMPSE_EXPORT std::vector<FittedImage> fit_images(const FitRunOptions& options,
                                                   const FitProgress& progress = {});

}  // namespace glimpse
