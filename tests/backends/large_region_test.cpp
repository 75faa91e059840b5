#include <doctest/doctest.h>
#include <sys/mman.h>

#include <cstdint>
#include <opencv2/core.hpp>

#include "glimpse/backend.hpp"
#include "laws.hpp"

// A region of more than 2 GiB, of which a few pages exist.

using namespace glimpse;

namespace {

constexpr Size image_size{70000, 31000};
constexpr std::size_t image_bytes = std::size_t{70000} * 31000;
static_assert(image_bytes > std::size_t{1} << 31);

/// Zeros, which take no memory until they are written.
class SparseBytes {
  public:
    SparseBytes()
        : data_(mmap(nullptr, image_bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
    ~SparseBytes() {
        if (there()) munmap(data_, image_bytes);
    }
    SparseBytes(const SparseBytes&) = delete;
    SparseBytes& operator=(const SparseBytes&) = delete;
    [[nodiscard]] bool there() const { return data_ != MAP_FAILED; }
    [[nodiscard]] void* data() const { return data_; }

  private:
    void* data_;
};

}  // namespace

TEST_CASE("samples are taken where they are, more than 2 GiB behind the beginning of the region") {
    const SparseBytes bytes;
    if (!bytes.there()) {
        MESSAGE("skipped: 2.2 GB of addresses are not to be had");
        return;
    }
    cv::Mat image(image_size.height, image_size.width, CV_8U, bytes.data());
    // A slope, which bilinear sampling reproduces, around where it is looked at: 2 x + 3 y + 1 from this
    // corner.
    constexpr int left = 60000;
    constexpr int top = 30950;
    for (int y = 0; y < 50; ++y) {
        auto* row = image.ptr<std::uint8_t>(top + y);
        for (int x = 0; x < 50; ++x) row[left + x] = static_cast<std::uint8_t>(2 * x + 3 * y + 1);
    }
    const Affine turned{{{{0.8, -0.6, left + 12.25}, {0.6, 0.8, top + 3.5}}}};
    const LinearMap map{.image = image_size, .glimpse = {40, 16}, .kind = Samples{.points = turned}};
    cv::Mat_<double> expected(map.glimpse.height, map.glimpse.width);
    for (int i = 0; i < expected.rows; ++i) {
        for (int j = 0; j < expected.cols; ++j) {
            const Point p = turned(j, i);
            expected(i, j) = 2 * (p.x - left) + 3 * (p.y - top) + 1;
        }
    }
    const auto cpu = make_backend("cpu");
    CHECK(laws::largest_difference(laws::read(*cpu, map, image), expected) <= laws::float32_tolerance * 255);
}
