#include "figures/module/rectangle_index.hpp"

namespace glimpse {

namespace {

std::int64_t area(const cv::Rect& rectangle) {
    return std::int64_t{rectangle.width} * rectangle.height;
}

}  // namespace

RectangleIndex::RectangleIndex(cv::Size picture, int bucket)
    : picture_({0, 0}, picture),
      side_(bucket),
      columns_(picture.width / bucket + 1),
      buckets_(std::size_t(columns_) * std::size_t(picture.height / bucket + 1)) {}

template <typename Step>
void RectangleIndex::for_each_bucket(const cv::Rect& rectangle, Step step) const {
    const cv::Rect seen = rectangle & picture_;
    if (seen.empty()) return;
    for (int row = seen.y / side_; row <= (seen.br().y - 1) / side_; ++row) {
        for (int column = seen.x / side_; column <= (seen.br().x - 1) / side_; ++column) {
            const cv::Rect bounds(column * side_, row * side_, side_, side_);
            step(std::size_t(row) * std::size_t(columns_) + std::size_t(column), bounds, bounds & seen);
        }
    }
}

void RectangleIndex::add(const cv::Rect& rectangle) {
    for_each_bucket(rectangle, [&](std::size_t k, const cv::Rect& bounds, const cv::Rect& part) {
        if (part == bounds) {
            ++buckets_[k].covering;
        } else {
            buckets_[k].parts.push_back(part);
        }
    });
}

std::int64_t RectangleIndex::overlap(const cv::Rect& place) const {
    std::int64_t sum = 0;
    for_each_bucket(place, [&](std::size_t k, const cv::Rect&, const cv::Rect& part) {
        sum += buckets_[k].covering * area(part);
        for (const cv::Rect& other : buckets_[k].parts) sum += area(part & other);
    });
    return sum;
}

}  // namespace glimpse
