#pragma once

#include "glimpse/pipeline.hpp"

namespace glimpse {

bool is_in_shard(const ImageJob& job, const Shard& shard);

}  // namespace glimpse
