#pragma once

#include <opencv2/core/mat.hpp>

#include "glimpse/banded_matrix.hpp"

namespace glimpse {

/// R G Kᵀ, h×w CV_32F, of matrices whose rows sum to 1, none being empty, and a grid G, CV_32F. A sum is
/// taken as Σ_k w_k g_k = g_m + Σ_k w_k (g_k - g_m), w_m being the greatest weight: so what is constant where
/// a row has weights stays just what it is, which the weights, rounded to float32, would not leave it.
cv::Mat averages(const BandedMatrix& rows, const BandedMatrix& columns, const cv::Mat& grid);

}  // namespace glimpse
