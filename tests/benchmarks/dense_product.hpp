#pragma once

#include <algorithm>
#include <opencv2/core.hpp>
#include <vector>

#include "glimpse/linear_map.hpp"

namespace benchmarks {

/// A_y I A_xᵀ as two products of dense float32 matrices for each channel, which the essay takes for granted.
class DenseProduct {
  public:
    DenseProduct(const glimpse::Separable& map, int channels)
        : rows_(dense(map.rows)),
          columns_(dense(map.columns)),
          glimpses_(static_cast<std::size_t>(channels)) {}

    /// The glimpse of an 8-bit image, 8-bit.
    const cv::Mat& read(const cv::Mat& image) {
        image.convertTo(values_, CV_32F);
        cv::split(values_, planes_);
        for (std::size_t c = 0; c < planes_.size(); ++c) {
            cv::gemm(rows_, planes_[c], 1, cv::noArray(), 0, between_);
            cv::gemm(between_, columns_, 1, cv::noArray(), 0, glimpses_[c], cv::GEMM_2_T);
        }
        cv::merge(glimpses_, values_);
        values_.convertTo(glimpse_, CV_8U);
        return glimpse_;
    }

  private:
    static cv::Mat dense(const glimpse::BandedMatrix& banded) {
        cv::Mat matrix = cv::Mat::zeros(banded.rows(), banded.columns(), CV_32F);
        for (int i = 0; i < banded.rows(); ++i) {
            const auto row = banded.row(i);
            std::copy(row.weights.begin(), row.weights.end(), matrix.ptr<float>(i) + row.first);
        }
        return matrix;
    }

    cv::Mat rows_;
    cv::Mat columns_;
    std::vector<cv::Mat> planes_;
    std::vector<cv::Mat> glimpses_;
    cv::Mat values_;
    cv::Mat between_;
    cv::Mat glimpse_;
};

}  // namespace benchmarks
