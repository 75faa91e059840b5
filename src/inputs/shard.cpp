#include "glimpse/pipeline.hpp"

namespace glimpse {

namespace {

/// FNV-1a: one that is the same on every machine, which the standard library's need not be.
std::uint64_t hash_of(const std::string& name) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return hash;
}

}  // namespace

bool is_in_shard(const ImageJob& job, const Shard& shard) {
    return shard.count <= 1 || hash_of(job.name) % shard.count == shard.index;
}

}  // namespace glimpse
