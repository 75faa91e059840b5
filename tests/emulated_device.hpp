#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "backends/cpu.hpp"
#include "backends/device_plan.hpp"
#include "backends/device_work.hpp"
#include "glimpse/backend.hpp"
#include "maps/image_region.hpp"
#include "maps/overloaded.hpp"
#include "pixels/matrix_lines.hpp"
#include "pixels/rounding.hpp"

// What a GPU would do for products, samples and weights, thread after thread, on the host: plans, tasks and
// threads are the GPU's own, so that only transfers and launches are left to be tested on one.

namespace glimpse {

class EmulatedDevice final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "emulated device"; }

    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        std::vector<cv::Mat> glimpses = CpuBackend().read(maps, image, depth);
        if (image.region.empty()) return glimpses;
        DevicePlan plan(image.region, image.pixels.channels());
        std::vector<std::size_t> products;
        std::vector<std::size_t> samples;
        std::vector<std::size_t> weights;
        for (std::size_t n = 0; n < maps.size(); ++n) {
            std::visit(overloaded{[](const Window&) {},
                                  [&](const Weights& some) {
                                      plan.add(some);
                                      weights.push_back(n);
                                  },
                                  [&](const Separable& separable) {
                                      plan.add(separable);
                                      products.push_back(n);
                                  },
                                  [&](const Samples& some) {
                                      plan.add(*maps[n], some);
                                      samples.push_back(n);
                                  }},
                       maps[n]->kind);
        }
        cv::Mat out(1, static_cast<int>(plan.values_out()), depth);
        const auto places = run(plan, image, out);
        for (std::size_t k = 0; k < products.size(); ++k) glimpses[products[k]] = places.products[k];
        for (std::size_t k = 0; k < samples.size(); ++k) glimpses[samples[k]] = places.samples[k];
        for (std::size_t k = 0; k < weights.size(); ++k) {
            cv::Mat& glimpse = glimpses[weights[k]];
            glimpse.setTo(0);
            const Rectangle& region = std::get<Weights>(maps[weights[k]]->kind).region;
            if (!region.empty()) places.weights[k].copyTo(glimpse(rect(region)));
        }
        return glimpses;
    }

    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        ImageRegion written = CpuBackend().write(map, glimpse);
        if (written.region.empty()) return written;
        const cv::Mat g = rounded_to(glimpse, CV_32F);
        DevicePlan plan(whole(map.glimpse), g.channels());
        std::visit(overloaded{[](const Window&) {},  // a window is copied on the host
                              [&](const Weights& weights) {
                                  plan.add(weights);
                                  cv::Mat out(1, static_cast<int>(plan.values_out()), CV_32F);
                                  written.pixels = run(plan, {whole(map.glimpse), g}, out).weights.front();
                              },
                              [&](const Separable& separable) {
                                  plan.add_adjoint(separable);
                                  cv::Mat out(1, static_cast<int>(plan.values_out()), CV_32F);
                                  written.pixels = run(plan, {whole(map.glimpse), g}, out).products.front();
                              },
                              [&](const Samples& samples) {
                                  plan.add(map, samples);
                                  written.pixels.setTo(0);
                                  scatter(plan, g, written);
                              }},
                   map.kind);
        return written;
    }

  private:
    struct Results {
        std::vector<cv::Mat> products;
        std::vector<cv::Mat> samples;
        std::vector<cv::Mat> weights;
    };

    static Results run(const DevicePlan& plan, const ImageRegion& image, cv::Mat& out) {
        switch (image.pixels.depth()) {
            case CV_8U:
                return run_typed<std::uint8_t>(plan, image, out);
            case CV_16U:
                return run_typed<std::uint16_t>(plan, image, out);
            default:
                return run_typed<float>(plan, image, out);
        }
    }

    template <typename T>
    static device_work::Pixels<T> pixels_of(const cv::Mat& pixels, const Rectangle& region) {
        return {pixels.ptr<T>(), static_cast<std::ptrdiff_t>(pixels.step[0]), pixels.channels(), region.x,
                region.y};
    }

    template <typename T>
    static Results run_typed(const DevicePlan& plan, const ImageRegion& image, cv::Mat& out) {
        const auto in = pixels_of<T>(image.pixels, image.region);
        const Element element = element_of(out.depth());
        const DevicePlan::Packed packed = DevicePlan(plan).packed();
        const std::byte* bytes = packed.bytes.data();
        std::vector<float> between(plan.floats_between());
        Results results;
        const auto glimpse_at = [&](const auto& task) -> cv::Mat {
            const int begin = static_cast<int>(task.out);
            if (task.height == 0 || task.width == 0) return cv::Mat();
            return out.colRange(begin, begin + task.height * task.width * in.channels)
                .clone()
                .reshape(in.channels, task.height);
        };
        const auto* products = device_work::at<device_work::ProductTask>(bytes, packed.products_at);
        for (std::size_t k = 0; k < plan.products().size(); ++k) {
            const auto& task = products[k];
            for (std::int64_t n = 0; n < task.pixels_between(); ++n) {
                device_work::weigh_columns(bytes, task, in, between.data(), n);
            }
            for (std::int64_t n = 0; n < task.values_out(in.channels); ++n) {
                device_work::weigh_lines(bytes, task, in.channels, between.data(), out.data, element, n);
            }
            results.products.push_back(glimpse_at(task));
        }
        const auto* samples = device_work::at<device_work::SampleTask>(bytes, packed.samples_at);
        for (std::size_t k = 0; k < plan.samples().size(); ++k) {
            const auto& task = samples[k];
            for (std::int64_t n = 0; n < task.pixels(); ++n) {
                device_work::gather(bytes, task, in, out.data, element, n);
            }
            results.samples.push_back(glimpse_at(task));
        }
        const auto* weights = device_work::at<device_work::WeightTask>(bytes, packed.weights_at);
        for (std::size_t k = 0; k < plan.weights().size(); ++k) {
            const auto& task = weights[k];
            for (std::int64_t n = 0; n < task.pixels(); ++n) {
                device_work::weigh(bytes, task, in, out.data, element, n);
            }
            results.weights.push_back(glimpse_at(task));
        }
        return results;
    }

    static void scatter(const DevicePlan& plan, const cv::Mat& glimpse, ImageRegion& written) {
        const auto in = pixels_of<float>(glimpse, {0, 0, glimpse.cols, glimpse.rows});
        const DevicePlan::Packed packed = DevicePlan(plan).packed();
        const std::byte* bytes = packed.bytes.data();
        const auto& task = *device_work::at<device_work::SampleTask>(bytes, packed.samples_at);
        for (std::int64_t n = 0; n < task.pixels(); ++n) {
            device_work::scatter(bytes, task, in, written.pixels.ptr<float>(), written.region, n,
                                 [](float* value, float amount) { *value += amount; });
        }
    }
};

}  // namespace glimpse
