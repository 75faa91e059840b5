#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/location_policy.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// Where images and their parameters come from.
struct InputOptions {
    std::vector<std::string> inputs;        ///< files, directories, or "-" for image bytes on standard input
    bool recursive = false;                 ///< search sub-directories, too
    bool sidecar = false;                   ///< IMAGE.json or STEM.json beside each image
    std::optional<std::string> manifest;    ///< a file, or "-" for standard input
    std::optional<std::string> parameters;  ///< a document's file, or "-" for standard input
    std::vector<std::string> boxes;         ///< "X,Y,W,H"
    /// Of a file, whose values are still to be read: the only entry of each image, with the id "sample".
    std::optional<Mask> map;
    /// The glimpses are crops about locations that it chooses from the attention of each entry.
    std::optional<LocationPolicy> policy;
    std::optional<AnnotationOptions> annotations;  ///< of `inputs`
    std::vector<std::string> archives;             ///< tar files, or "-" for one on standard input
    std::optional<int> page;  ///< of images whose manifest's record names none; none: the first
    /// How images are opened whose pages are counted, and the limits of masks' pictures; `RunOptions` has how
    /// images are read.
    OpenOptions open;
    bool all_pages = false;  ///< each page is an image of its own, NAME.000 and so on where there are several
    Shard shard;             ///< of the jobs that `open_jobs` gives
    ParameterDefaults defaults;
    bool names_skipped = false;  ///< tell `warn` of each entry of a directory that is skipped
    /// Told of what is passed over without being a failure: one line each, from the thread that asks for
    /// jobs.
    std::function<void(const std::string&)> warn = [](const std::string&) {};
};

/// The document that `parameters` or `boxes` give to an image that is alone, its attention files read; null
/// without either. Throws `UsageError` for an invalid one, and for one with elements for several images.
GLIMPSE_EXPORT std::shared_ptr<const ParameterDocument> shared_parameters(const InputOptions& options);

/// Of images whose order matters: tells `warn` where some of the inputs are in that of their bytes, as a
/// shell's patterns give them, rather than in natural order: frame1, frame10, frame2.
GLIMPSE_EXPORT void warn_of_order(const InputOptions& options);

/// Polled while input is awaited: whether to give up.
using Interrupted = std::function<bool()>;

/// The jobs of all shards: the inputs in their order, a directory's images in natural order, a manifest's
/// records in theirs. Ends early where `interrupted`. Throws `UsageError` for all that is invalid before any
/// image is opened, and for a default size or an adjustment that no glimpse takes.
GLIMPSE_EXPORT std::vector<ImageJob> collect_jobs(const InputOptions& options,
                                                  const BoxAdjustment& adjustment,
                                                  const Interrupted& interrupted);

/// The jobs of `options.shard` as a stream. What is wrong with one is its `problem`. Throws `UsageError` for
/// what is wrong before the first.
GLIMPSE_EXPORT std::unique_ptr<JobSource> open_jobs(const InputOptions& options,
                                                    const BoxAdjustment& adjustment,
                                                    const Interrupted& interrupted);

}  // namespace glimpse
