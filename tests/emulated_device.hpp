#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <opencv2/core.hpp>
#include <vector>

#include "backends/cpu.hpp"
#include "backends/device_plan.hpp"
#include "backends/device_work.hpp"
#include "emulated_threads.hpp"
#include "glimpse/backend.hpp"
#include "maps/image_region.hpp"
#include "maps/overloaded.hpp"
#include "maps/samples.hpp"
#include "pixels/matrix_lines.hpp"
#include "pixels/rounding.hpp"
#include "system/numbers.hpp"

// What a GPU would do, block after block and thread after thread, on the host: plans, tasks and threads are
// the GPU's own, so that only transfers and launches are left to be tested on one.

namespace glimpse {

class EmulatedDevice final : public Backend {
  public:
    [[nodiscard]] std::string name() const override { return "emulated device"; }

    [[nodiscard]] std::vector<cv::Mat> read(std::span<const LinearMap* const> maps, const ImageRegion& image,
                                            int depth) const override {
        std::vector<cv::Mat> glimpses(maps.size());
        DevicePlan plan(image.pixels.channels());
        std::vector<std::size_t> places(maps.size());
        for (std::size_t n = 0; n < maps.size(); ++n) {
            glimpses[n] = cv::Mat::zeros(maps[n]->glimpse.height, maps[n]->glimpse.width,
                                         CV_MAKETYPE(depth, plan.channels()));
            places[n] = plan.values_out();
            if (!image.region.empty()) plan.add(*maps[n]);
        }
        const cv::Mat out = run(plan, image, depth);
        for (std::size_t n = 0; n < maps.size() && !image.region.empty(); ++n) {
            if (sees_nothing(*maps[n])) continue;
            const auto values = [&](Size size) {
                const int begin = static_cast<int>(places[n]);
                const int end = begin + static_cast<int>(size.area()) * plan.channels();
                return out.colRange(begin, end).clone().reshape(plan.channels(), size.height);
            };
            const auto read_on_host = [&] { glimpses[n] = read_one(CpuBackend(), *maps[n], image, depth); };
            std::visit(overloaded{[&](const Window&) { read_on_host(); },
                                  [&](const WeightedSum&) { read_on_host(); },
                                  [&](const Filters&) { read_on_host(); },
                                  [&](const Footprints&) { read_on_host(); },
                                  [&](const SparseMatrix&) { read_on_host(); },
                                  [&](const Weights& weights) {
                                      const Rectangle& region = weights.region;
                                      values(region.size()).copyTo(glimpses[n](rect(region)));
                                  },
                                  [&](const auto&) { glimpses[n] = values(maps[n]->glimpse); }},
                       maps[n]->kind);
        }
        return glimpses;
    }

    [[nodiscard]] bool premultiplies() const override { return true; }
    [[nodiscard]] std::vector<cv::Mat> read_premultiplied(std::span<const LinearMap* const> maps,
                                                          const ImageRegion& image,
                                                          const AlphaDivision* division) const override {
        std::vector<cv::Mat> glimpses = read(maps, {image.region, premultiplied(image.pixels), true}, CV_32F);
        for (std::size_t n = 0; division && n < maps.size(); ++n) {
            const cv::Mat undivided = glimpses[n].clone();
            glimpses[n].create(undivided.rows, undivided.cols,
                               CV_MAKETYPE(division->depth, undivided.channels()));
            const device_work::AlphaTask task{static_cast<std::int64_t>(undivided.total()), 0,
                                              division->gains[n]};
            for_each_number(task.pixels(), [&](std::int64_t number) {
                device_work::divide_by_alpha(task, undivided.ptr<float>(), undivided.channels(),
                                             glimpses[n].data, element_of(division->depth), number);
            });
        }
        return glimpses;
    }

    [[nodiscard]] ImageRegion write(const LinearMap& map, const cv::Mat& glimpse) const override {
        const Rectangle region = support(map);
        if (region.empty()) return {};
        const cv::Mat g = rounded_to(glimpse, CV_32F);
        ImageRegion written{region, cv::Mat(region.height, region.width, CV_32FC(g.channels()))};
        std::visit(
            overloaded{
                [&](const Window&) { written = CpuBackend().write(map, glimpse); },
                [&](const WeightedSum&) { written = CpuBackend().write(map, glimpse); },
                [&](const Filters&) { written = CpuBackend().write(map, glimpse); },
                [&](const Footprints&) { written = CpuBackend().write(map, glimpse); },
                [&](const SparseMatrix&) { written = CpuBackend().write(map, glimpse); },
                [&](const Weights&) {
                    DevicePlan plan(g.channels());
                    plan.add(map);
                    written.pixels =
                        run(plan, {whole(map.glimpse), g}, CV_32F).reshape(g.channels(), region.height);
                },
                [&](const Separable& separable) { spread(separable, g, written); },
                [&](const Samples&) { scatter(map, g, written); }},
            map.kind);
        return written;
    }

  private:
    /// Calls with.operator()<T>() for the elements T of a depth.
    template <typename With>
    static void with_element(int depth, With&& with) {
        switch (depth) {
            case CV_8U:
                return with.template operator()<std::uint8_t>();
            case CV_16U:
                return with.template operator()<std::uint16_t>();
            default:
                return with.template operator()<float>();
        }
    }

    static cv::Mat run(const DevicePlan& plan, const ImageRegion& image, int depth) {
        cv::Mat out(1, std::max(1, static_cast<int>(plan.values_out())), depth);
        with_element(image.pixels.depth(), [&]<typename T>() { run_typed<T>(plan, image, out); });
        return out;
    }

    static cv::Mat premultiplied(const cv::Mat& pixels) {
        cv::Mat out(pixels.rows, pixels.cols, CV_32FC(pixels.channels()));
        with_element(pixels.depth(), [&]<typename T>() {
            const AlignedPixels<T> aligned(pixels, {0, 0, pixels.cols, pixels.rows});
            for_each_number(std::int64_t{pixels.rows} * pixels.cols, [&](std::int64_t n) {
                device_work::premultiply(aligned.view(), pixels.cols, out.ptr<float>(),
                                         static_cast<std::ptrdiff_t>(out.step1()), n);
            });
        });
        return out;
    }

    /// Pixels with their lines aligned, as they are on a device.
    template <typename T>
    class AlignedPixels {
      public:
        AlignedPixels(const cv::Mat& pixels, const Rectangle& region)
            : line_(static_cast<std::size_t>(pixels.cols) * pixels.elemSize()),
              step_(ceil_div(line_, alignment) * alignment),
              lines_(static_cast<std::size_t>(pixels.rows) * step_ / alignment) {
            for (int y = 0; y < pixels.rows; ++y) {
                std::memcpy(lines_[static_cast<std::size_t>(y) * step_ / alignment].bytes, pixels.ptr(y),
                            line_);
            }
            view_ = {reinterpret_cast<const T*>(lines_.data()), static_cast<std::ptrdiff_t>(step_),
                     pixels.channels(), region.x, region.y};
        }
        [[nodiscard]] const device_work::Pixels<T>& view() const { return view_; }

      private:
        static constexpr std::size_t alignment = device_work::line_alignment;
        struct alignas(alignment) Unit {
            std::byte bytes[alignment];
        };
        std::size_t line_;
        std::size_t step_;
        std::vector<Unit> lines_;
        device_work::Pixels<T> view_;
    };

    /// A plan as it would lie on a device.
    struct EmulatedPlan {
        explicit EmulatedPlan(const DevicePlan& plan) : memory(plan.size_in_bytes()), bytes(memory.data()) {
            const DevicePlan::Places places = plan.pack(memory.data());
            products = tasks_of(plan.products(), places.products);
            for (std::size_t kind = 0; kind < samples.size(); ++kind) {
                samples[kind] = tasks_of(plan.samples()[kind], places.samples[kind]);
            }
            weights = tasks_of(plan.weights(), places.weights);
        }
        EmulatedPlan(const EmulatedPlan&) = delete;
        EmulatedPlan& operator=(const EmulatedPlan&) = delete;
        template <typename Task>
        EmulatedTasks<Task> tasks_of(const TaskList<Task>& list, const DevicePlan::Place& place) const {
            return {device_work::at<Task>(bytes, place.tasks),
                    device_work::at<std::int64_t>(bytes, place.first_block),
                    static_cast<int>(list.tasks.size()), list.blocks()};
        }

        std::vector<std::byte> memory;
        const std::byte* bytes;
        EmulatedTasks<device_work::ProductTask> products{};
        std::array<EmulatedTasks<device_work::SampleTask>, 3> samples{};
        EmulatedTasks<device_work::WeightTask> weights{};
    };

    template <typename T>
    static void run_typed(const DevicePlan& plan, const ImageRegion& image, cv::Mat& out) {
        const AlignedPixels<T> aligned(image.pixels, image.region);
        emulate_reading(EmulatedPlan(plan), aligned.view(), out.data, element_of(out.depth()));
    }

    static void spread(const Separable& separable, const cv::Mat& glimpse, ImageRegion& written) {
        const AdjointPlan plan = adjoint_plan(separable);
        const AlignedPixels<float> aligned(glimpse, {0, 0, glimpse.cols, glimpse.rows});
        const auto in = aligned.view();
        std::vector<float> between(static_cast<std::size_t>(plan.task.pixels_between() * in.channels));
        for_each_number(plan.task.pixels_between(), [&](std::int64_t n) {
            device_work::spread_columns(plan.bytes.data(), plan.task, in, between.data(), n);
        });
        for_each_number(plan.task.pixels(), [&](std::int64_t n) {
            device_work::spread_lines(plan.bytes.data(), plan.task, in.channels, between.data(),
                                      written.pixels.ptr<float>(), n);
        });
    }

    static void scatter(const LinearMap& map, const cv::Mat& glimpse, ImageRegion& written) {
        const AlignedPixels<float> aligned(glimpse, {0, 0, glimpse.cols, glimpse.rows});
        const auto in = aligned.view();
        DevicePlan plan(in.channels);
        plan.add(map);
        const double scale = fixed_point_scale(glimpse);
        std::vector<std::int64_t> sums(written.pixels.total() * written.pixels.channels());
        emulate_scattering(EmulatedPlan(plan), in, written.region, scale, sums.data());
        auto* out = written.pixels.ptr<float>();
        for (std::size_t n = 0; n < sums.size(); ++n) out[n] = device_work::from_fixed_point(sums[n], scale);
    }
};

}  // namespace glimpse
