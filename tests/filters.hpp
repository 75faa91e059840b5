#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "glimpse/mechanisms/filter.hpp"

// Filters of numbers in memory, made in a word.

namespace glimpse::filters {

/// F of each pixel: that of tap k of pixel (j, i) at (i·w + j)·s² + k, as an array H×W×s² has them.
class Field : public filter_form::Field {
  public:
    Field(std::vector<float> weights, Size size, int side)
        : weights_(std::move(weights)), size_(size), side_(side) {}
    [[nodiscard]] std::string field() const override { return "/kernel"; }
    [[nodiscard]] Size size() const override { return size_; }
    [[nodiscard]] int side() const override { return side_; }
    [[nodiscard]] std::shared_ptr<const FilterRows> rows() const override {
        return std::make_shared<const Rows>(weights_, size_.width, side_ * side_);
    }

  private:
    struct Rows : FilterRows {
        Rows(std::vector<float> all, int columns, int of_pixel)
            : weights(std::move(all)),
              width(static_cast<std::size_t>(columns)),
              taps(static_cast<std::size_t>(of_pixel)) {}
        void read(int i, std::span<float> to) const override {
            const float* from = weights.data() + static_cast<std::size_t>(i) * width * taps;
            for (std::size_t j = 0; j < width; ++j) {
                for (std::size_t k = 0; k < taps; ++k) to[k * width + j] = *from++;
            }
        }
        std::vector<float> weights;
        std::size_t width;
        std::size_t taps;
    };

    std::vector<float> weights_;
    Size size_;
    int side_;
};

inline Filter of_kernel(std::vector<double> weights, std::optional<Padding> padding = {}) {
    Filter filter;
    filter.form = Filter::KernelForm{std::move(weights)};
    filter.padding = padding;
    return filter;
}

inline Filter of_each_pixel(std::vector<float> weights, Size size, int side,
                            std::optional<Padding> padding = {}) {
    Filter filter;
    filter.form = Filter::LocalForm{std::make_shared<const Field>(std::move(weights), size, side)};
    filter.padding = padding;
    return filter;
}

/// Any weights of `least` to 1, about a third of them 0.
inline std::vector<float> weights(std::size_t count, cv::RNG& random, double least = -1) {
    std::vector<float> all(count);
    std::ranges::generate(all, [&] {
        const auto weight = static_cast<float>(random.uniform(least, 1.0));
        return random.uniform(0, 3) == 0 ? 0.0F : weight;
    });
    return all;
}

}  // namespace glimpse::filters
