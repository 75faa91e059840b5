#pragma once

#include <cstddef>
#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/geometry.hpp"
#include "glimpse/lowered.hpp"

// What the attention matrices of a transformer say of an image. A ∈ R^{N×N}: row i says how much token i
// takes of each token j, and sums to 1. The first `prefix` tokens are no part of the image: the class token
// and registers; those behind them are the cells of a grid, row by row.

namespace glimpse {

/// How several heads become one.
enum class HeadFusion : std::uint8_t { mean, max, min };

/// Numbers of several heads, fused one by one: F_k = mean, max or min over the heads of their k-th.
class FusedHeads {
  public:
    FusedHeads(HeadFusion fusion, std::size_t count) : fusion_(fusion), fused_(count) {}

    /// Numbers of a head, the n-th from 0, which stand from `first` on among the `count`.
    void add(std::size_t n, std::span<const double> head, std::size_t first = 0);

    /// Of so many heads, all of whose numbers were added.
    [[nodiscard]] std::vector<double> of(std::size_t heads) &&;

  private:
    HeadFusion fusion_;
    std::vector<double> fused_;
};

/// Sets the ⌊share · N²⌋ lowest numbers of a matrix to 0, 0 ≤ share < 1: of equal ones those that come first,
/// row by row. The very first, [0, 0], which is the class token's attention to itself, is counted and never
/// dropped. So does the code of vit-explain (Gildenblat 2020).
void discard_lowest(std::span<double> attention, double share);

/// One row of an attention rollout (Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers"):
///   R = Â_L ⋯ Â_1,  Â_l = ½(A_l + I), each row divided by its sum.
/// Of R only row q is needed: e_qᵀ Â_L ⋯ Â_1, from the left, which is N² multiplications a layer.
class Rollout {
  public:
    /// query < tokens.
    Rollout(std::size_t tokens, std::size_t query);

    /// Goes one layer down, from the last on; `attention` is N×N, row by row, all ≥ 0.
    void through(std::span<const double> attention);

    /// How much of the query each token of the lowest layer so far makes up; ≥ 0, and they sum to 1.
    [[nodiscard]] const std::vector<double>& row() const { return row_; }

  private:
    std::vector<double> row_;
};

/// The cell of a grid of so many columns × rows on `region` in which the point lies, row by row from 0; edge
/// coordinates of the image, as the region's. None where it lies outside.
std::optional<std::size_t> cell_at(const Point& point, const Box& region, Size grid);

/// What a map's numbers (CV_64F) are where they are an attention matrix by mistake, in words: as many rows as
/// columns, as many of them as a square grid of at least 9 cells and 0, 1, 2 or 5 tokens before it, or any 49
/// and more, none negative, and the sum of each row 1. Not all of them 0 or 1, nor all rows equal, as drawn
/// maps are; empty for anything else.
std::string attention_matrix_in(const cv::Mat& map);

/// Whether a map's numbers may have been drawn: all 0 or 1, or the same in each row.
bool is_drawn(const cv::Mat& map);

/// The tokens of an attention matrix of so many rows and columns: at least 7×7 cells, and 1, 2 or 5 tokens
/// before them, as of ViT, DeiT, and those with registers. Not 0 of them, since 224 and 256 are more often
/// sides of pictures.
std::optional<TokenCounts> tokens_of_size(Size map);

/// Throws `Error` where the map of an array, given by that key of a document, is an attention matrix.
void require_map(const cv::Mat& map, std::string_view key);

}  // namespace glimpse
