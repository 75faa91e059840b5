#pragma once

#include <cstdint>
#include <opencv2/core/types.hpp>
#include <vector>

namespace glimpse {

/// Rectangles on a picture in square buckets, so that to ask about a small place only those near it are
/// looked at.
class RectangleIndex {
  public:
    /// `bucket` is a bucket's side in pixels, best a little more than that of the places asked about.
    RectangleIndex(cv::Size picture, int bucket);

    /// What lies outside the picture is left out.
    void add(const cv::Rect& rectangle);

    /// The sum of the areas that a place has in common with each of the rectangles.
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
