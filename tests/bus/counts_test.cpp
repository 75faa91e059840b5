#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <variant>
#include <vector>

#include "benchmarks/many_glimpses.hpp"
#include "bus/simulated_gpu.hpp"
#include "bus/simulated_module.hpp"
#include "glimpse/reading.hpp"

// What the module asks of the bus and of the device in each job of the benchmark of devices, counted: 8-bit
// RGB, so that the bus takes as long as no less would take.

using namespace glimpse;
using simulated::Counts;
using simulated::gpu;

namespace {

constexpr std::size_t image_bytes = std::size_t{4000} * 3000 * 3;
constexpr std::size_t glimpse_bytes = std::size_t{64} * 64 * 3;
/// An H200's: what PyTorch was measured to send by pinned memory, and what NVIDIA says of the memory.
constexpr double bus_bytes_a_second = 55.3e9;
constexpr double memory_bytes_a_second = 4.8e12;

/// What lists need of a plan beside their tasks: six, each with a number, filled up to 16 bytes twice.
constexpr std::size_t most_bytes_of_lists = 6 * (8 + 2 * 15);

std::size_t filled_up(std::size_t bytes) {
    return (bytes + 15) / 16 * 16;
}

/// Of a matrix of 64 rows: where the weights of each begin, and of which column, and the weights, in float32.
std::size_t bytes_of(const BandedMatrix& matrix) {
    std::size_t weights = 0;
    for (int i = 0; i < matrix.rows(); ++i) weights += matrix.row(i).weights.size();
    return filled_up(65 * 8) + filled_up(64 * 4) + filled_up(weights * 4);
}

/// What describes a glimpse to the device, its place in the list of blocks (8 bytes) included.
std::size_t bytes_of(const LinearMap& map) {
    // Height, width and whether points are listed, with what fills up; 6 numbers of an affine map, the place
    // of a list, size, interpolation, padding and mirror of two axes, and the glimpse's place.
    constexpr std::size_t sample = 16 + 6 * 8 + 8 + 2 * (4 + 4 + 4) + 8;
    static_assert(sample == 104);
    const auto* product = std::get_if<Separable>(&map.kind);
    if (!product) return sample + 8;
    // Height and width, three places for each matrix, and two more. A row of 192 values is one block's.
    constexpr std::size_t task = 8 + 2 * 3 * 8 + 2 * 8;
    constexpr std::size_t range_of_columns = 2 * 4;
    return task + 8 + bytes_of(product->rows) + bytes_of(product->columns) + filled_up(range_of_columns);
}

struct Row {
    Counts counts;
    std::size_t image;       ///< bytes
    std::size_t parameters;  ///< bytes of all glimpses, without lists
};

/// The benchmark's image.
ImageRegion large_image() {
    return {whole(many::picture_size), cv::Mat(many::picture_size.height, many::picture_size.width, CV_8UC3)};
}

/// Of 8-bit RGB, in lines that are filled up.
std::size_t bytes_of(const Rectangle& part) {
    return filled_up(static_cast<std::size_t>(part.width) * 3) * static_cast<std::size_t>(part.height);
}

Row counted(const many::Job& job, std::int64_t count) {
    const std::vector<Lowered> lowered = many::glimpses(job, count);
    const std::vector<const LinearMap*> maps = maps_of(lowered);
    const auto backend = simulated_backend();
    gpu().reset({.only_counts = true});
    static_cast<void>(backend->read(maps, large_image(), CV_8U));
    Row row{.counts = gpu().counts, .image = 0, .parameters = 0};
    for (const LinearMap* map : maps) row.parameters += bytes_of(*map);
    row.image = row.counts.bytes_there - std::min(row.counts.bytes_there, row.parameters);
    return row;
}

void print(const many::Job& job, std::int64_t count, const Row& row) {
    const Counts& counts = row.counts;
    const double bytes = double(counts.bytes_there + counts.bytes_back);
    // The bus has both directions at once. What crosses it is written to the device's memory once and read
    // there once.
    const double bytes_of_bus = double(std::max(counts.bytes_there, counts.bytes_back));
    std::printf("| %s, %lld | %.3f | %.3f | %.3f | %d | %d | %d | %.3g | %.2g |\n", job.title,
                static_cast<long long>(count), double(row.image) / 1e6, double(row.parameters) / 1e6,
                double(counts.bytes_back) / 1e6, counts.copies, counts.launches, counts.waits,
                1e3 * bytes_of_bus / bus_bytes_a_second, 1e3 * 2 * bytes / memory_bytes_a_second);
}

}  // namespace

TEST_CASE("counts: what is sent is the image, once, and what describes each glimpse") {
    std::printf(
        "| glimpses of 64² out of 12 megapixels | MB of the image | MB of parameters | MB back | copies | "
        "launches | waits | ms of the bus | ms of memory |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
    for (const many::Job& job : many::jobs) {
        for (const std::int64_t count : many::counts) {
            CAPTURE(job.name);
            CAPTURE(count);
            const Row row = counted(job, count);
            const Counts& counts = row.counts;
            print(job, count, row);
            const auto glimpses = static_cast<std::size_t>(count);
            // Of one kind of map a portion is one launch, and one copy back.
            const auto portions = static_cast<std::size_t>(counts.launches);
            CHECK(counts.bytes_back == glimpses * glimpse_bytes);
            CHECK(counts.bytes_there <= image_bytes + row.parameters + portions * most_bytes_of_lists);
            // Hardly more of them than there are glimpses in 2^23 values of glimpses and plans.
            const std::size_t values = glimpses * glimpse_bytes + row.parameters / sizeof(float);
            CHECK(portions <= 1 + values / (std::size_t{1} << 23));
            // The image in strips of 8 MB; a plan and glimpses for each portion.
            CHECK(counts.copies <= 5 + 2 * static_cast<int>(portions));
        }
    }
}

TEST_CASE("counts: of an image at which few glimpses look what they look at is sent, once for all calls") {
    std::vector<Lowered> lowered;
    Rectangle seen;
    for (const Lowered& one : many::glimpses(many::jobs[0], 4)) {
        // Read as 8 bits, and as float32, to which the fill is added.
        lowered.push_back(one);
        lowered.push_back(one);
        lowered.back().fill = Constant{std::vector<double>{64}};
        seen = smallest_containing(seen, support(one.map));
    }
    const auto backend = simulated_backend();
    gpu().reset({.only_counts = true});
    static_cast<void>(read_glimpses(*backend, lowered, large_image(), CV_8U));
    const Counts& counts = gpu().counts;
    CHECK(counts.launches == 2);
    CHECK(counts.bytes_there >= bytes_of(seen));
    CHECK(counts.bytes_there <= bytes_of(seen) + 2 * (4 * 112 + most_bytes_of_lists));
    REQUIRE(bytes_of(seen) < image_bytes);
}

TEST_CASE("counts: an image is sent once for glimpses with a fill and without") {
    const std::vector<Lowered> plain = many::glimpses(many::jobs[0], 90);
    std::vector<Lowered> lowered = plain;
    for (const Lowered& one : plain) {
        lowered.push_back(one);
        lowered.back().fill = Constant{std::vector<double>{64}};
    }
    const auto backend = simulated_backend();
    gpu().reset({.only_counts = true});
    static_cast<void>(read_glimpses(*backend, lowered, large_image(), CV_8U));
    const Counts& counts = gpu().counts;
    CHECK(counts.launches == 2);
    CHECK(counts.bytes_there >= image_bytes);
    CHECK(counts.bytes_there <= image_bytes + 180 * 112 + 2 * most_bytes_of_lists);
    CHECK(counts.bytes_back == 90 * glimpse_bytes * (1 + sizeof(float)));
}

TEST_CASE("counts: an image with alpha is sent once, by 8 bits, premultiplied or not") {
    std::vector<Lowered> lowered = many::glimpses(many::jobs[0], 90);
    for (std::size_t n = 0; n < 90; ++n) {
        lowered.push_back(lowered[n]);
        std::get<Samples>(lowered.back().map.kind).interpolation = Interpolation::nearest;
    }
    const cv::Mat pixels(many::picture_size.height, many::picture_size.width, CV_8UC4);
    const auto backend = simulated_backend();
    gpu().reset({.only_counts = true});
    static_cast<void>(read_glimpses(*backend, lowered, {whole(many::picture_size), pixels, true}, CV_8U));
    const Counts& counts = gpu().counts;
    const std::size_t bytes = pixels.total() * 4;
    // One that premultiplies, one for each kind of glimpses, and one that divides.
    CHECK(counts.launches == 1 + 2 + 1);
    CHECK(counts.bytes_there >= bytes);
    CHECK(counts.bytes_there <= bytes + 180 * 112 + 90 * (24 + 8) + 2 * most_bytes_of_lists);
    CHECK(counts.bytes_back == 180 * std::size_t{64} * 64 * 4);
    CHECK(counts.copies == 6 + 2 * 2);
}

TEST_CASE("counts: 10,000 transformers are 36 MB of the image and 1.12 MB of parameters") {
    const Row row = counted(many::jobs[0], 10000);
    // 4000 · 3000 · 3 bytes, and 10,000 · (104 + 8). A portion is full with 682 glimpses, of 12288 + 112 / 4
    // values each. It has 5 empty lists of 16 bytes, 8 bytes at the end of one that is not, and what fills
    // both of its arrays up to 16.
    CHECK(row.parameters == 1'120'000);
    CHECK(row.counts.launches == 15);
    CHECK(row.counts.bytes_there >= 36'000'000 + 1'120'000 + 15 * (5 * 16 + 8));
    CHECK(row.counts.bytes_there <= 36'000'000 + 1'120'000 + 15 * (5 * 16 + 8 + 2 * 8));
    CHECK(row.counts.bytes_back == 122'880'000);
    CHECK(row.counts.copies == 5 + 2 * 15);
}
