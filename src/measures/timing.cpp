#include <algorithm>
#include <chrono>
#include <opencv2/core.hpp>
#include <stdexcept>

#include "backends/cpu.hpp"
#include "glimpse/measures.hpp"
#include "glimpse/reading.hpp"
#include "system/interruption.hpp"

namespace glimpse {

namespace measures {

namespace {

struct Timed {
    double median = 0;  ///< microseconds
    int calls = 0;
};

template <typename Call>
Timed timed(double seconds, int least, Call&& call) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point start = Clock::now();
    std::vector<double> all;
    const auto elapsed = [](Clock::time_point from) {
        return std::chrono::duration<double>(Clock::now() - from).count();
    };
    while (static_cast<int>(all.size()) < least || elapsed(start) < seconds) {
        require_uninterrupted();
        const Clock::time_point before = Clock::now();
        call();
        all.push_back(elapsed(before));
    }
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
    std::nth_element(all.begin(), middle, all.end());
    constexpr double microseconds = 1e6;
    return {*middle * microseconds, static_cast<int>(all.size())};
}

cv::Mat dense(const BandedMatrix& band) {
    cv::Mat matrix = cv::Mat::zeros(band.rows(), band.columns(), CV_32F);
    for (int k = 0; k < band.rows(); ++k) {
        const auto [first, weights] = band.row(k);
        std::ranges::copy(weights, matrix.ptr<float>(k) + first);
    }
    return matrix;
}

std::vector<cv::Mat> planes_of(const cv::Mat& pixels) {
    std::vector<cv::Mat> planes(static_cast<std::size_t>(pixels.channels()));
    for (int c = 0; c < pixels.channels(); ++c) {
        cv::Mat channel;
        cv::extractChannel(pixels, channel, c);
        channel.convertTo(planes[static_cast<std::size_t>(c)], CV_32F);
    }
    return planes;
}

constexpr int least_calls = 3;

}  // namespace

}  // namespace measures

ReadingTimes reading_times(const Mechanism& mechanism, const ImageRegion& image, double seconds) {
    using namespace measures;
    const CpuBackend cpu;
    const Size size = image.region.size();
    const int depth = image.pixels.depth();
    const Lowered lowered = lower(mechanism, size);
    const Timed both =
        timed(seconds, least_calls, [&] { return read_glimpse(cpu, lower(mechanism, size), image, depth); });
    const Timed alone = timed(seconds, least_calls, [&] { return read_glimpse(cpu, lowered, image, depth); });
    return {both.median, alone.median, alone.calls};
}

bool has_dense_product(const Lowered& lowered) {
    return std::holds_alternative<Separable>(lowered.map.kind);
}

double dense_time(const Lowered& lowered, const ImageRegion& image, double seconds) {
    using namespace measures;
    const auto* const axes = std::get_if<Separable>(&lowered.map.kind);
    if (!axes) throw std::logic_error("the dense product is of separable maps");
    const cv::Mat rows = dense(axes->rows);
    const cv::Mat columns = dense(axes->columns);
    const std::vector<cv::Mat> planes = planes_of(image.pixels);
    return timed(seconds, 1,
                 [&] {
                     for (const cv::Mat& plane : planes) {
                         cv::Mat half;
                         cv::Mat glimpse;
                         cv::gemm(rows, plane, 1, {}, 0, half);
                         cv::gemm(half, columns, 1, {}, 0, glimpse, cv::GEMM_2_T);
                     }
                 })
        .median;
}

}  // namespace glimpse
