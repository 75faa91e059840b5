#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "glimpse/banded_matrix.hpp"

using namespace glimpse;

namespace {

void check_row(const BandedMatrix& matrix, int index, int first, const std::vector<float>& weights) {
    CAPTURE(index);
    const BandedMatrix::Row row = matrix.row(index);
    CHECK(row.first == first);
    CHECK(std::ranges::equal(row.weights, weights));
}

void check_support(const BandedMatrix& matrix, int begin, int end) {
    CHECK(matrix.support().begin == begin);
    CHECK(matrix.support().end == end);
}

}  // namespace

TEST_CASE("a row drops the zeros at its ends, and what float32 makes 0, and keeps those between") {
    BandedMatrix matrix(20);
    matrix.append_row(3, std::vector<double>{0, 0, 0.5, 0, 0.25, 0});
    check_row(matrix, 0, 5, {0.5F, 0, 0.25F});
    check_support(matrix, 5, 8);
    matrix.append_row(9, std::vector<double>{1e-60, 2, 1e-60});
    check_row(matrix, 1, 10, {2});
    check_support(matrix, 5, 11);
    CHECK(matrix.widest() == 3);
    CHECK(matrix.row_sums() == std::vector<double>{0.75, 2});
    CHECK(matrix.column_sums() == std::vector<double>{0.5, 0, 0.25, 0, 0, 2});
}

TEST_CASE("a row of zeros widens no support") {
    BandedMatrix matrix(20);
    matrix.append_row(7, std::vector<double>{0, 0, 0});
    CHECK(matrix.support().empty());
    matrix.append_row(12, std::vector<double>{1, 1});
    matrix.append_row(0, std::vector<double>{0});
    check_support(matrix, 12, 14);
    check_row(matrix, 2, 12, {});
    CHECK(matrix.rows() == 3);
}

TEST_CASE("a matrix selects where each row is a single 1 or nothing") {
    BandedMatrix matrix(9);
    CHECK(matrix.selects());
    matrix.append_row(2, std::vector<double>{0, 1, 0});
    matrix.append_row(5, std::vector<double>{0});
    CHECK(matrix.selects());
    BandedMatrix halved = matrix;
    halved.append_row(0, std::vector<double>{0.5});
    CHECK(!halved.selects());
    matrix.append_row(0, std::vector<double>{1, 1});
    CHECK(!matrix.selects());
}
