#include "bus/simulated_gpu.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

namespace simulated {

namespace {

constexpr int rubbish = 0xef;
constexpr std::size_t alignment = 256;  // of what CUDA allocates

std::size_t digest(const void* data, std::size_t bytes) {
    return std::hash<std::string_view>()({static_cast<const char*>(data), bytes});
}

}  // namespace

Gpu& gpu() {
    static auto& one = *new Gpu;  // never destroyed: pools give memory back when the program ends
    return one;
}

bool Moment::is_past() const {
    return !queue || queue->done >= count;
}

void Gpu::reset(const Options& options) {
    if (is_lost) {  // nothing of it will ever be done
        for (const auto& queue : queues_) {
            queue->waiting.clear();
            queue->done = queue->issued;
        }
    }
    finish();
    options_ = options;
    random_.seed(options.seed);
    blocks_.clear();
    std::erase_if(queues_, [](const auto& queue) { return queue.use_count() == 1; });
    failing_call = calls = refused = 0;
    failure = cudaErrorMemoryAllocation;
    is_lost = counts_memory_alone = lacks_pinned_memory = false;
    last_error_ = cudaSuccess;
    counts = {};
    faults.clear();
}

bool Gpu::is_idle() const {
    return std::ranges::all_of(queues_, [](const auto& queue) { return queue->waiting.empty(); });
}

bool Gpu::has_waiting_copies() const {
    return std::ranges::any_of(queues_, [](const auto& queue) {
        return std::ranges::any_of(queue->waiting, [](const Work& work) { return work.host.bytes > 0; });
    });
}

bool Gpu::keeps_memory() const {
    return std::ranges::any_of(blocks_,
                               [](const auto& block) { return block.second.state != Block::State::gone; });
}

void Gpu::finish() {
    while (do_any()) {
    }
    if (!is_idle()) faults.insert("work waits for an event that never comes");
}

cudaError_t Gpu::begin_call(bool asks_for_memory) {
    do_some();
    if (is_lost) return refuse();
    if (counts_memory_alone && !asks_for_memory) return cudaSuccess;
    return result(++calls == failing_call ? failure : cudaSuccess);
}

cudaError_t Gpu::result(cudaError_t error) {
    if (error != cudaSuccess) last_error_ = error;
    return error;
}

cudaError_t Gpu::refuse() {
    ++refused;
    return result(cudaErrorIllegalAddress);
}

std::shared_ptr<Queue> Gpu::make_queue() {
    std::erase_if(queues_,
                  [](const auto& queue) { return queue.use_count() == 1 && queue->waiting.empty(); });
    return queues_.emplace_back(std::make_shared<Queue>());
}

void Gpu::add(Queue& queue, Work work) {
    queue.waiting.push_back(std::move(work));
    ++queue.issued;
    do_some();
}

bool Gpu::do_one(Queue& queue) {
    if (queue.waiting.empty() || !queue.waiting.front().after.is_past()) return false;
    const Work work = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    if (work.run) work.run();
    ++queue.done;
    return true;
}

bool Gpu::do_any() {
    std::vector<Queue*> order;
    for (const auto& queue : queues_) order.push_back(queue.get());
    std::ranges::shuffle(order, random_);
    return std::ranges::any_of(order, [&](Queue* queue) { return do_one(*queue); });
}

void Gpu::do_some() {
    while (chance(options_.eagerness) && do_any()) {
    }
}

void Gpu::wait(const Moment& moment) {
    ++counts.waits;
    while (!moment.is_past()) {
        // What the moment does not depend on stays behind, or does not.
        if (chance(options_.eagerness) && do_any()) continue;
        Queue* needed = moment.queue.get();
        while (!needed->waiting.front().after.is_past()) needed = needed->waiting.front().after.queue.get();
        do_one(*needed);
    }
}

void* Gpu::allocate_host(std::size_t bytes) {
    auto memory = std::make_unique<std::byte[]>(bytes);
    std::byte* const data = memory.get();
    host_[data] = std::move(memory);
    host_sizes_[data] = bytes;
    return data;
}

void Gpu::free_host(void* data) {
    const auto* const begin = static_cast<const std::byte*>(data);
    check_host({begin, host_sizes_[begin]});
    host_.erase(begin);
    host_sizes_.erase(begin);
}

/// No copy may wait that uses the range.
void Gpu::check_host(const Range& range) {
    for (const auto& queue : queues_) {
        for (const Work& work : queue->waiting) {
            if (work.host.bytes > 0 && work.host.overlaps(range)) {
                faults.insert("memory of the host is used or freed while a copy of it waits");
            }
        }
    }
}

bool Gpu::is_pinned(const Range& range) const {
    const auto after = host_sizes_.upper_bound(range.begin);
    if (after == host_sizes_.begin()) return false;
    const auto& [begin, bytes] = *std::prev(after);
    return range.begin + range.bytes <= begin + bytes;
}

void Gpu::check_copied(const Range& range) {
    check_host(range);
    if (!lacks_pinned_memory && !is_pinned(range)) faults.insert("pageable memory of the host is copied");
}

Gpu::Block* Gpu::block_of(const void* data) {
    const auto* const place = static_cast<const std::byte*>(data);
    auto after = blocks_.upper_bound(place);
    if (after == blocks_.begin()) return nullptr;
    Block& block = std::prev(after)->second;
    return place < block.begin + block.bytes ? &block : nullptr;
}

bool Gpu::may_use(const Block* block, const char* what) {
    if (block && block->state == Block::State::there) return true;
    faults.insert(std::string(what) + " memory of the device that is not there" +
                  (block && block->state == Block::State::gone ? " any more" : " yet"));
    return false;
}

bool Gpu::read(const void* data, std::size_t bytes) {
    Block* const block = block_of(data);
    if (!may_use(block, "reads")) return false;
    const auto begin = block->written.begin() + (static_cast<const std::byte*>(data) - block->begin);
    const auto end = begin + static_cast<std::ptrdiff_t>(bytes);
    if (std::find(begin, end, 0) == end) return true;
    faults.insert("reads memory of the device that nothing was written to");
    return false;
}

bool Gpu::write(const void* data, std::size_t bytes) {
    Block* const block = block_of(data);
    if (!may_use(block, "writes")) return false;
    std::fill_n(block->written.begin() + (static_cast<const std::byte*>(data) - block->begin), bytes, 1);
    return true;
}

void* Gpu::allocate(std::size_t bytes, Queue& queue) {
    auto memory = std::make_unique_for_overwrite<std::byte[]>(bytes + alignment);
    void* begin = memory.get();
    std::size_t space = bytes + alignment;
    std::align(alignment, bytes, begin, space);
    auto* const data = static_cast<std::byte*>(begin);
    Block& block = blocks_.emplace(data, Block{.memory = std::move(memory), .begin = data, .bytes = bytes})
                       .first->second;
    if (!options_.only_counts) {
        std::memset(data, rubbish, bytes);
        block.written.resize(bytes);
    }
    add(queue, {.run = [&block] { block.state = Block::State::there; }, .after = {}});
    return data;
}

void Gpu::free(void* data, Queue& queue) {
    Block& block = *block_of(data);
    add(queue, {.run =
                    [this, &block] {
                        if (!may_use(&block, "frees")) return;
                        block.state = Block::State::gone;
                        if (!options_.only_counts) std::memset(block.begin, rubbish, block.bytes);
                    },
                .after = {}});
}

void Gpu::copy_there(void* to, const void* from, std::size_t bytes, Queue& queue) {
    const Range host{static_cast<const std::byte*>(from), bytes};
    check_copied(host);
    counts.bytes_there += bytes;
    ++counts.copies;
    if (options_.only_counts) return;
    add(queue, {.run =
                    [this, to, from, bytes, sent = digest(from, bytes)] {
                        if (digest(from, bytes) != sent) faults.insert("what is sent has changed on the way");
                        if (write(to, bytes)) std::memcpy(to, from, bytes);
                    },
                .after = {},
                .host = host});
}

void Gpu::copy_back(void* to, const void* from, std::size_t bytes, Queue& queue) {
    const Range host{static_cast<const std::byte*>(to), bytes};
    check_copied(host);
    counts.bytes_back += bytes;
    ++counts.copies;
    if (options_.only_counts) return;
    std::memset(to, rubbish, bytes);
    add(queue, {.run =
                    [this, to, from, bytes, before = digest(to, bytes)] {
                        if (digest(to, bytes) != before) faults.insert("what comes back has come too late");
                        if (read(from, bytes)) std::memcpy(to, from, bytes);
                    },
                .after = {},
                .host = host});
}

void Gpu::set(void* data, int value, std::size_t bytes, Queue& queue) {
    if (options_.only_counts) return;
    add(queue, {.run =
                    [this, data, value, bytes] {
                        if (write(data, bytes)) std::memset(data, value, bytes);
                    },
                .after = {}});
}

void Gpu::launch(int launches, std::vector<const void*> read_blocks, std::vector<const void*> written,
                 std::function<void()> run, Queue& queue) {
    counts.launches += launches;
    if (options_.only_counts) return;
    add(queue,
        {.run =
             [this, reads = std::move(read_blocks), writes = std::move(written), work = std::move(run)] {
                 const auto size = [this](const void* data) { return block_of(data)->bytes; };
                 bool is_safe = true;
                 for (const void* data : reads) is_safe = read(data, size(data)) && is_safe;
                 for (const void* data : writes) is_safe = write(data, size(data)) && is_safe;
                 if (is_safe) work();
             },
         .after = {},
         .launches = true});
    const auto has_kernel = [](const auto& one) {
        return std::ranges::any_of(one->waiting, [](const Work& work) { return work.launches; });
    };
    counts.most_at_once =
        std::max(counts.most_at_once, static_cast<int>(std::ranges::count_if(queues_, has_kernel)));
}

}  // namespace simulated
