#include "glimpse/jobs.hpp"
#include "jobs/hashing.hpp"

namespace glimpse {

bool is_in_shard(const ImageJob& job, const Shard& shard) {
    return shard.count <= 1 || fnv_1a(job.name) % shard.count == shard.index;
}

}  // namespace glimpse
