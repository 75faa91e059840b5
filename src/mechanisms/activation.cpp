#include "mechanisms/activation.hpp"

#include <cmath>
#include <opencv2/core.hpp>

namespace glimpse {

cv::Mat activated(const Mask& mask, const cv::Mat& grid) {
    cv::Mat a = grid.clone();
    const double temperature = mask.map().temperature;
    switch (mask.activation) {
        case Mask::Activation::none:
            break;
        case Mask::Activation::sigmoid:
            for (double& value : cv::Mat_<double>(a)) value = 1 / (1 + std::exp(-value / temperature));
            break;
        case Mask::Activation::softmax: {
            double largest = 0;
            cv::minMaxLoc(a, nullptr, &largest);
            // Not by the inverse of the temperature, which may be infinite.
            for (double& value : cv::Mat_<double>(a)) value = std::exp((value - largest) / temperature);
            a /= cv::sum(a)[0];
            break;
        }
        case Mask::Activation::relu:
            cv::max(a, 0.0, a);
            break;
    }
    return a;
}

}  // namespace glimpse
