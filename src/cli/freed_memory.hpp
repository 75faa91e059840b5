#pragma once

#include <cstdint>

namespace glimpse::cli {

/// Keeps what an image frees for the next one: to have it back from the system would cost a batch more than
/// the rest of the work. `memory` > 0 are the bytes that the run may hold; about as many are kept at most.
void retain_freed_memory(std::int64_t memory);

}  // namespace glimpse::cli
