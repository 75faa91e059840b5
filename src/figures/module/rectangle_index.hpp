#pragma once

#include <cstdint>
#include <opencv2/core/types.hpp>
#include <vector>

namespace glimpse {

/// A spatial index: rectangles in square buckets, so that a query visits only those nearby.
class RectangleIndex {
  public:
    /// `bucket`: side in pixels, best a little more than that of the places asked about.
    RectangleIndex(cv::Size picture, int bucket);

    /// Parts outside the picture are ignored.
    void add(const cv::Rect& rectangle);

    /// The sum of the areas of the intersections with all rectangles.
    [[nodiscard]] std::int64_t overlap(const cv::Rect& place) const;

  private:
    struct Bucket {
        std::int64_t covering = 0;    ///< how many rectangles cover all of it
        std::vector<cv::Rect> parts;  ///< of the others, what lies in it
    };

    /// Calls `step` with each bucket that a rectangle meets, the bucket's bounds and the part in it.
    template <typename Step>
    void for_each_bucket(const cv::Rect& rectangle, Step step) const;

    cv::Rect picture_;
    int side_;
    int columns_;
    std::vector<Bucket> buckets_;
};

}  // namespace glimpse
