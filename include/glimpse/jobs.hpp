#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/parameters.hpp"

namespace glimpse {

/// One of several shares of the images, the same for everybody: those whose names' hash (FNV-1a, 64 bits),
/// modulo `count`, is `index`.
struct Shard {
    std::uint64_t index = 0;  ///< 0 ≤ index < count
    std::uint64_t count = 1;
};

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
GLIMPSE_EXPORT JobStream stream_of(std::vector<ImageJob> jobs);

/// Whether the job is of the share.
GLIMPSE_EXPORT bool is_in_shard(const ImageJob& job, const Shard& shard);

}  // namespace glimpse
