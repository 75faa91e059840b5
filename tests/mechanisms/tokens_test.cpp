#include "mechanisms/tokens.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "refusals.hpp"

// Attention matrices, by hand.

using namespace glimpse;

namespace {

constexpr double rounding = 1e-15;  // of a few float64 operations on numbers up to 1

std::vector<double> through(const std::vector<std::vector<double>>& from_the_last, std::size_t query) {
    Rollout rollout(2, query);
    for (const std::vector<double>& layer : from_the_last) rollout.through(layer);
    return rollout.row();
}

}  // namespace

TEST_CASE("by hand: heads are fused number by number") {
    const std::vector<std::pair<HeadFusion, std::vector<double>>> table{
        {HeadFusion::mean, {1, -2, 4}}, {HeadFusion::max, {3, 0, 4}}, {HeadFusion::min, {-1, -4, 4}}};
    for (const auto& row : table) {
        FusedHeads fused(row.first, 3);
        fused.add(0, std::vector<double>{-1, -4});
        fused.add(0, std::vector<double>{4}, 2);
        fused.add(1, std::vector<double>{3, 0});
        fused.add(1, std::vector<double>{4}, 2);
        CHECK(std::move(fused).of(2) == row.second);
    }
}

TEST_CASE("by hand: a rollout") {
    // ½(A + I) of the first layer is [[0.6, 0.4], [0.25, 0.75]], of the last
    // [[0.75, 0.25], [0.1, 0.9]].
    const std::vector<double> first{0.2, 0.8, 0.5, 0.5};
    const std::vector<double> last{0.5, 0.5, 0.2, 0.8};
    const std::vector<std::vector<double>> product{{0.5125, 0.4875}, {0.285, 0.715}};
    for (const std::size_t query : {0U, 1U}) {
        const std::vector<double> row = through({last, first}, query);
        for (const std::size_t k : {0U, 1U}) CHECK(std::abs(row[k] - product[query][k]) <= rounding);
    }
    // Rows that do not sum to 1 are divided by their sums: 0 0 stays with the
    // token itself.
    CHECK(through({{0, 0, 1, 3}}, 0) == std::vector<double>{1, 0});
    CHECK(through({{0, 0, 1, 3}}, 1) == std::vector<double>{0.2, 0.8});
}

TEST_CASE("by hand: the lowest attention is discarded, but the first number never") {
    const std::vector<double> attention{0.1, 0.4, 0.3, 0.2, 0.3, 0.5, 0.3, 0.6, 0.7};
    const auto left = [&](double share) {
        std::vector<double> matrix = attention;
        discard_lowest(matrix, share);
        return matrix;
    };
    CHECK(left(0) == attention);
    CHECK(left(0.11) == attention);  // none of nine
    CHECK(left(0.12) == attention);  // the first
    CHECK(left(0.3) == std::vector<double>{0.1, 0.4, 0.3, 0, 0.3, 0.5, 0.3, 0.6, 0.7});
    CHECK(left(0.5) == std::vector<double>{0.1, 0.4, 0, 0, 0, 0.5, 0.3, 0.6, 0.7});
    CHECK(left(0.99) == std::vector<double>{0.1, 0, 0, 0, 0, 0, 0, 0, 0.7});
}

TEST_CASE("by hand: the cell of a point") {
    const Box region{10, 20, 30, 40};
    const Size grid{3, 2};
    CHECK(cell_at({10, 20}, region, grid) == 0);
    CHECK(cell_at({19.9, 39.9}, region, grid) == 0);
    CHECK(cell_at({20, 40}, region, grid) == 4);
    CHECK(cell_at({39.9, 59.9}, region, grid) == 5);
    for (const Point& outside : {Point{9.9, 20}, Point{40, 20}, Point{10, 19.9}, Point{10, 60}}) {
        CHECK(!cell_at(outside, region, grid));
    }
}

TEST_CASE("an attention matrix is told from a map by its size and the sums of its rows") {
    const auto attention = [](int tokens) {
        cv::Mat matrix(tokens, tokens, CV_64F, cv::Scalar(1.0 / tokens));
        matrix.at<double>(0, 0) += 0.5 / tokens;  // rows that are all equal may be drawn
        matrix.at<double>(0, tokens - 1) -= 0.5 / tokens;
        return matrix;
    };
    for (const int tokens : {10, 17, 50, 197, 577, 9, 49, 11, 14}) {
        CHECK(attention_matrix_in(attention(tokens)) != "");
    }
    for (const int tokens : {2, 4, 5, 8, 12, 13, 15, 48}) CHECK(attention_matrix_in(attention(tokens)) == "");
    CHECK(attention_matrix_in(attention(197)).starts_with("197×197 numbers, each row with the sum 1"));
    CHECK(attention_matrix_in(attention(197)).ends_with("of 1 + 14×14 tokens"));
    CHECK(attention_matrix_in(attention(201)).ends_with("of 5 + 14×14 tokens"));
    // Of an image that is not square, or with as many registers as a model may have.
    for (const int tokens : {52, 200, 206, 241}) {
        CHECK(attention_matrix_in(attention(tokens)).ends_with("of " + std::to_string(tokens) + " tokens"));
    }
    CHECK(attention_matrix_in(cv::Mat(attention(241) * 1.02)) == "");
    CHECK(attention_matrix_in(cv::Mat(attention(17) * 1.02)) == "");
    CHECK(attention_matrix_in(cv::Mat(attention(17) * 1.005)) != "");
    cv::Mat signed_rows = attention(17);
    signed_rows.at<double>(3, 4) -= 0.2;
    signed_rows.at<double>(3, 5) += 0.2;
    CHECK(attention_matrix_in(signed_rows) == "");
    CHECK(attention_matrix_in(cv::Mat(attention(17).rowRange(0, 16))) == "");
}

TEST_CASE("the size of an attention matrix tells its tokens, from 7×7 cells and one token before them on") {
    const auto tokens = [](int rows, int columns) -> std::vector<int> {
        const auto found = tokens_of_size({columns, rows});
        return found ? std::vector{found->prefix, found->side} : std::vector<int>();
    };
    CHECK(tokens(50, 50) == std::vector{1, 7});
    CHECK(tokens(51, 51) == std::vector{2, 7});
    CHECK(tokens(54, 54) == std::vector{5, 7});
    CHECK(tokens(197, 197) == std::vector{1, 14});
    CHECK(tokens(198, 198) == std::vector{2, 14});
    CHECK(tokens(1374, 1374) == std::vector{5, 37});
    for (const int side : {1, 5, 37, 38, 41, 49, 52, 196, 200, 202, 224, 256, 299, 384, 512})
        CHECK(tokens(side, side).empty());
    CHECK(tokens(197, 196).empty());
}

TEST_CASE("what may be drawn is a map: of zeros and ones, or rows that are equal") {
    CHECK(attention_matrix_in(cv::Mat::eye(17, 17, CV_64F)) == "");
    CHECK(attention_matrix_in(cv::Mat(17, 17, CV_64F, cv::Scalar(1.0 / 17))) == "");
    const cv::Mat half_identity = cv::Mat::eye(17, 17, CV_64F) * 0.5;
    cv::Mat blurred = half_identity.clone();
    half_identity.rowRange(1, 17).copyTo(blurred.rowRange(0, 16), half_identity.rowRange(1, 17) > 0);
    CHECK(attention_matrix_in(blurred) == "");  // its last row has the sum ½
    blurred.at<double>(16, 0) = 0.5;
    CHECK(attention_matrix_in(blurred) != "");
}
