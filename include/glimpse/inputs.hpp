#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/export.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// Where the images and their parameters come from.
struct InputOptions {
    std::vector<std::string> inputs;  ///< files, directories, or "-" for image bytes on standard input
    bool recursive = false;
    bool sidecar = false;                   ///< IMAGE.json or STEM.json beside each image
    std::optional<std::string> manifest;    ///< a file, or "-" for standard input
    std::optional<std::string> parameters;  ///< a document's file, or "-" for standard input
    std::vector<std::string> boxes;         ///< "X,Y,W,H"
    std::optional<AnnotationOptions> annotations;
    std::vector<std::string> archives;  ///< tar files, or "-" for one on standard input
    Shard shard;                        ///< of those that `open_jobs` gives
    ParameterDefaults defaults;
};

/// The document that `parameters` or `boxes` give to every input, its attention files supplied; null without
/// either. Throws `UsageError`.
GLIMPSE_EXPORT std::shared_ptr<const ParameterDocument> shared_parameters(const InputOptions& options);

/// Asked while inputs are awaited: whether to give up.
using Interrupted = std::function<bool()>;

/// All jobs in their order, of whatever share: the inputs as given, a directory's images in name order, a
/// manifest's records in theirs. Throws `UsageError` for whatever is wrong before any image is opened, also
/// for a default size or an adjustment that no glimpse takes.
GLIMPSE_EXPORT std::vector<ImageJob> collect_jobs(const InputOptions& options,
                                                  const BoxAdjustment& adjustment,
                                                  const Interrupted& interrupted);

/// The jobs of the share, one by one as they come. What is wrong with one is its `problem`. Throws
/// `UsageError` for what is wrong before the first.
GLIMPSE_EXPORT std::unique_ptr<JobSource> open_jobs(const InputOptions& options,
                                                    const BoxAdjustment& adjustment,
                                                    const Interrupted& interrupted);

}  // namespace glimpse
