#include "maps/sparse_matrix.hpp"

#include <doctest/doctest.h>

#include <opencv2/core.hpp>
#include <utility>

#include "small_images.hpp"

using namespace glimpse;

namespace {

/// A glimpse of 2×1 pixels of a 4×3 image: the first takes ¾ of pixel (1, 0), in two parts, and -½ of (3, 2);
/// the second nothing, since its weights cancel.
LinearMap by_hand() {
    SparseMatrixBuilder builder(4);
    builder.add(3, 2, -0.5);
    builder.add(1, 0, 0.25);
    builder.add(1, 0, 0.5);
    builder.finish_row();
    builder.add(2, 1, 1);
    builder.add(2, 1, -1);
    builder.finish_row();
    return {.image = {4, 3}, .glimpse = {2, 1}, .kind = std::move(builder).matrix()};
}

const SparseMatrix& kind_of(const LinearMap& map) {
    return std::get<SparseMatrix>(map.kind);
}

}  // namespace

TEST_CASE("a sparse matrix holds each pixel once, in order, and no zeros") {
    const LinearMap map = by_hand();
    const SparseMatrix& matrix = kind_of(map);
    CHECK(matrix.begin == std::vector<std::size_t>{0, 2, 2});
    REQUIRE(matrix.entries.size() == 2);
    CHECK(matrix.entries[0].x == 1);
    CHECK(matrix.entries[0].y == 0);
    CHECK(matrix.entries[0].weight == 0.75F);
    CHECK(matrix.entries[1].weight == -0.5F);
    CHECK(support(map) == Rectangle{1, 0, 3, 3});
}

TEST_CASE("a sparse matrix reads sums, of bytes too, and writes its adjoint") {
    const LinearMap map = by_hand();
    const cv::Mat image = small_images::ramp({4, 3});  // 10 y + x
    const cv::Mat glimpse = read(kind_of(map), map, {whole({4, 3}), image}, CV_32F);
    CHECK(glimpse.at<float>(0, 0) == 0.75F * 1 - 0.5F * 23);
    CHECK(glimpse.at<float>(0, 1) == 0);
    const cv::Mat bytes = read(kind_of(map), map, {whole({4, 3}), image}, CV_8U);
    CHECK(bytes.at<std::uint8_t>(0, 0) == 0);  // saturated
    // A part of the image is enough where it has the support.
    const cv::Mat seen = image(cv::Rect(1, 0, 3, 3));
    CHECK(read(kind_of(map), map, {{1, 0, 3, 3}, seen}, CV_32F).at<float>(0, 0) == glimpse.at<float>(0, 0));

    const ImageRegion written = write(kind_of(map), map, small_images::line({2, 8}));
    CHECK(written.region == Rectangle{1, 0, 3, 3});
    CHECK(written.pixels.at<float>(0, 0) == 1.5F);
    CHECK(written.pixels.at<float>(2, 2) == -1);
    CHECK(cv::sum(written.pixels)[0] == 0.5);
}

TEST_CASE("a sparse matrix has signed attention, row sums, and means over blocks") {
    const LinearMap map = by_hand();
    const ImageRegion attention = attention_map(map);
    CHECK(attention.pixels.at<float>(0, 0) == 0.75F);
    CHECK(attention.pixels.at<float>(2, 2) == -0.5F);
    CHECK(row_sums(map).at<float>(0, 0) == 0.25F);
    CHECK(row_sums(map).at<float>(0, 1) == 0);
    const ImageRegion blocks = block_attention(map, 2);
    CHECK(blocks.region == Rectangle{0, 0, 2, 2});
    CHECK(blocks.pixels.at<float>(0, 0) == 0.75F / 4);
    CHECK(blocks.pixels.at<float>(1, 1) == -0.5F / 4);
    CHECK(mixes_pixels(map));
    CHECK_THROWS_AS(shrunk(kind_of(map), 2), std::logic_error);
}

TEST_CASE("an empty sparse matrix sees nothing") {
    SparseMatrixBuilder builder(4);
    builder.finish_row();
    const LinearMap map{.image = {4, 3}, .glimpse = {1, 1}, .kind = std::move(builder).matrix()};
    CHECK(support(map).empty());
    CHECK(attention_map(map).region.empty());
    CHECK(block_attention(map, 2).region.empty());
    CHECK(write(kind_of(map), map, small_images::line({1})).region.empty());
}
