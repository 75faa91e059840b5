#include "cli/freed_memory.hpp"

#include <malloc.h>

#include <algorithm>
#include <thread>

namespace glimpse::cli {

void retain_freed_memory(std::int64_t memory) {
    constexpr std::int64_t most_kept = 256 << 20;
    constexpr int mapped_from = 32 << 20;
    constexpr int asked_for_at_once = 1 << 20;
    // Threads have arenas of their own, each of which keeps what was freed in it.
    constexpr std::int64_t for_an_arena = 64 << 20;
    mallopt(M_TRIM_THRESHOLD, static_cast<int>(std::min(memory, most_kept)));
    mallopt(M_MMAP_THRESHOLD, mapped_from);
    mallopt(M_TOP_PAD, asked_for_at_once);
    const std::int64_t arenas = std::max<std::int64_t>(memory / for_an_arena, 1);
    // glibc's own limit, unless one was set.
    const std::int64_t usual = 8 * std::int64_t{std::max(std::thread::hardware_concurrency(), 1U)};
    if (arenas < usual) mallopt(M_ARENA_MAX, static_cast<int>(arenas));
}

}  // namespace glimpse::cli
