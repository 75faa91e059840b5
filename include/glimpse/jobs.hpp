#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// One of several shares of the images, the same for everybody: those whose names' hash (FNV-1a, 64 bits),
/// modulo `count`, is `index`.
struct Shard {
    std::uint64_t index = 0;  ///< 0 ≤ index < count
    std::uint64_t count = 1;
};

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
    Shard shard;                        ///< of those that `stream_jobs` gives
    ParameterDefaults defaults;
};

/// The document that `parameters` or `boxes` give to every input, its attention files supplied; null without
/// either. Throws `UsageError`.
std::shared_ptr<const ParameterDocument> shared_parameters(const InputOptions& options);

/// A glimpse that was asked for without saying where.
struct UnusableGlimpse {
    std::string id;
    std::string problem;
};

/// One image and what is wanted of it.
struct ImageJob {
    std::string image{};  ///< its path as written; "-" for standard input
    std::shared_ptr<const std::vector<std::uint8_t>>
        bytes{};         ///< the image itself, where it is not in a file
    std::string name{};  ///< of its outputs, sub-directories included
    std::shared_ptr<const ParameterDocument> glimpses{};
    std::string sidecar{};  ///< the document's path, where it came from beside the image
    std::string problem{};  ///< why the image fails before it is opened; empty where it does not
    std::vector<UnusableGlimpse> unusable{};  ///< these fail, the others are done
    std::string member{};                     ///< its name in the archive that it came out of; else empty
};

/// Jobs as they become known, one with each call; none at the end.
using JobStream = std::function<std::optional<ImageJob>()>;

/// The jobs of a list.
JobStream stream_of(std::vector<ImageJob> jobs);

/// Whether the job is of the share.
bool is_in_shard(const ImageJob& job, const Shard& shard);

}  // namespace glimpse
