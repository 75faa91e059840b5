#include <doctest/doctest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <new>
#include <string>

#include "glimpse/annotations.hpp"
#include "scratch_directory.hpp"

// What annotations cost in memory, counted where it is allocated: the same on every machine.

using namespace glimpse;

namespace {

std::atomic<std::size_t> allocated = 0;  // bytes
std::atomic<std::size_t> most_allocated = 0;

/// What a block takes of the heap: glibc keeps its size before it.
std::size_t size_of(void* block) {
    return malloc_usable_size(block) + sizeof(std::size_t);
}

}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
    void* const block = std::malloc(size);
    if (!block) throw std::bad_alloc();
    const std::size_t now = allocated += size_of(block);
    for (std::size_t most = most_allocated; most < now && !most_allocated.compare_exchange_weak(most, now);) {
    }
    return block;
}

[[gnu::noinline]] void operator delete(void* block) noexcept {
    if (block) allocated -= size_of(block);
    std::free(block);
}

[[gnu::noinline]] void operator delete(void* block, std::size_t /*size*/) noexcept {
    operator delete(block);
}

namespace {

constexpr std::size_t image_count = 100;

/// COCO's file of so many boxes, whose neighbours are of different images.
std::string coco_of(std::size_t boxes) {
    std::string text = R"({"annotations": [)";
    for (std::size_t k = 0; k < boxes; ++k) {
        text += (k == 0 ? "" : ", ") + (R"({"id": )" + std::to_string(100000 + k)) + R"(, "image_id": )" +
                std::to_string(k % image_count) + R"(, "category_id": )" + std::to_string(k % 7) +
                R"(, "bbox": [100.25, 200.5, 30.75, 40.125]})";
    }
    text += R"(], "images": [)";
    for (std::size_t k = 0; k < image_count; ++k) {
        text += (k == 0 ? "" : ", ") + (R"({"id": )" + std::to_string(k)) + R"(, "file_name": ")" +
                std::to_string(k) + R"(.png"})";
    }
    return text + R"(], "categories": [{"id": 1, "name": "a category of a name beyond a few bytes"}]})";
}

struct Cost {
    std::size_t most;  ///< bytes, while the file is read,
    std::size_t kept;  ///< and afterwards
};

Cost cost_of(const std::filesystem::path& file, std::size_t boxes) {
    const std::size_t before = allocated;
    most_allocated = before;
    const auto images = read_annotations({file, "coco", {}, false, true}, {});
    std::size_t count = 0;
    for (const AnnotatedImage& image : images) count += image.boxes.size();
    CHECK(count == boxes);
    return {most_allocated - before, allocated - before};
}

}  // namespace

TEST_CASE("a further box of COCO's costs at most 200 bytes, with its text while that is read") {
    constexpr std::size_t few = 20000;
    constexpr std::size_t many = 2 * few;
    const scratch::Directory directory;
    const Cost little = cost_of(directory.file("few.json", coco_of(few)), few);
    const Cost much = cost_of(directory.file("many.json", coco_of(many)), many);
    const std::size_t most_of_a_box = (much.most - little.most) / (many - few);
    const std::size_t kept_of_a_box = (much.kept - little.kept) / (many - few);
    CAPTURE(most_of_a_box);
    CAPTURE(kept_of_a_box);
    CHECK(most_of_a_box <= 200);
    CHECK(kept_of_a_box <= 125);  // an `AnnotatedBox`, and what its vector has beside it
    CHECK(sizeof(AnnotatedBox) <= 120);
    CHECK(most_of_a_box >= sizeof(Box));  // it is counted at all
}
