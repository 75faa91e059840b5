#include <doctest/doctest.h>

#include <filesystem>
#include <string>

#include "counted_memory.hpp"
#include "glimpse/annotations.hpp"
#include "scratch_directory.hpp"

// What annotations cost in memory.

using namespace glimpse;

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

counted_memory::Cost cost_of(const std::filesystem::path& file, std::size_t boxes) {
    return counted_memory::cost_of([&] {
        auto images = read_annotations({file, "coco", {}, false, true}, {});
        std::size_t count = 0;
        for (const AnnotatedImage& image : images) count += image.boxes.size();
        CHECK(count == boxes);
        return images;
    });
}

}  // namespace

TEST_CASE("a further box of COCO's costs at most 200 bytes, with its text while that is read") {
    constexpr std::size_t few = 20000;
    constexpr std::size_t many = 2 * few;
    const scratch::Directory directory;
    const auto little = cost_of(directory.file("few.json", coco_of(few)), few);
    const auto much = cost_of(directory.file("many.json", coco_of(many)), many);
    const counted_memory::Cost box = much.of_each(little, many - few);
    CAPTURE(box.most);
    CAPTURE(box.kept);
    CHECK(box.most <= 200);
    CHECK(box.kept <= 133);  // an `AnnotatedBox`, and what its vector has beside it
    CHECK(sizeof(AnnotatedBox) <= 128);
    CHECK(box.kept >= sizeof(Box));  // it is counted at all
}
