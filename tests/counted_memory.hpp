#pragma once

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

// What a program takes of the heap, counted where it is allocated: the same on every machine. It replaces the
// operators new and delete, so that one file of a program includes it.

namespace counted_memory {

inline std::atomic<std::size_t> allocated = 0;  // bytes
inline std::atomic<std::size_t> most_allocated = 0;

/// What a block takes: glibc keeps its size before it.
inline std::size_t size_of(void* block) {
    return malloc_usable_size(block) + sizeof(std::size_t);
}

struct Cost {
    std::size_t most;  ///< bytes, while it is made,
    std::size_t kept;  ///< and of what was made

    /// That of each of `count` things more than there are in another.
    [[nodiscard]] Cost of_each(const Cost& other, std::size_t count) const {
        return {(most - other.most) / count, (kept - other.kept) / count};
    }
};

/// The cost of what make() returns.
template <typename Make>
Cost cost_of(Make&& make) {
    const std::size_t before = allocated;
    most_allocated = before;
    const auto made = make();
    return {most_allocated - before, allocated - before};
}

}  // namespace counted_memory

[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const block = std::malloc(size);
    if (!block) throw std::bad_alloc();
    const std::size_t now = counted_memory::allocated += counted_memory::size_of(block);
    std::size_t most = counted_memory::most_allocated;
    while (most < now && !counted_memory::most_allocated.compare_exchange_weak(most, now)) {
    }
    return block;
}

// AddressSanitizer has its own for this one, which the deletes below do not match.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
    try {
        return operator new(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

[[gnu::noinline]] void operator delete(void* block) noexcept {
    if (block) counted_memory::allocated -= counted_memory::size_of(block);
    std::free(block);
}

[[gnu::noinline]] void operator delete(void* block, std::size_t /*size*/) noexcept {
    operator delete(block);
}
