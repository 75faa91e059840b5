#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <opencv2/core.hpp>
#include <vector>

#include "backends/cpu.hpp"
#include "backends/device_plan.hpp"
#include "backends/device_work.hpp"
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

/// Blocks of threads, one after another, as `device_work::multiply` takes them. Threads run in a random
/// order: one that reads what another writes in the same step finds that it was not written yet, or was.
class EmulatedBlock {
  public:
    /// Begins the next block, which finds no number in shared memory.
    void begin() { std::ranges::fill(shared_, std::numeric_limits<float>::quiet_NaN()); }
    float* shared() { return shared_.data(); }
    template <typename Step>
    void for_each_thread(Step&& step) {
        cv::randShuffle(order_, 1, &random_);
        for (const int thread : order_) step(thread, own_[static_cast<std::size_t>(thread)].sums);
    }

  private:
    static std::vector<int> in_order() {
        std::vector<int> order(device_work::threads_of_block);
        for (std::size_t n = 0; n < order.size(); ++n) order[n] = static_cast<int>(n);
        return order;
    }

    cv::RNG random_{20261127};
    std::vector<int> order_ = in_order();
    std::vector<float> shared_ = std::vector<float>(device_work::shared_floats);
    struct Own {
        float sums[device_work::rows_of_block];
    };
    std::vector<Own> own_ = std::vector<Own>(device_work::threads_of_block);
};

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
    static cv::Mat run(const DevicePlan& plan, const ImageRegion& image, int depth) {
        cv::Mat out(1, std::max(1, static_cast<int>(plan.values_out())), depth);
        switch (image.pixels.depth()) {
            case CV_8U:
                run_typed<std::uint8_t>(plan, image, out);
                break;
            case CV_16U:
                run_typed<std::uint16_t>(plan, image, out);
                break;
            default:
                run_typed<float>(plan, image, out);
        }
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

    /// Calls work(task, block) for every block of a list.
    template <typename Task, typename Work>
    static void for_each_block(const std::byte* bytes, const DevicePlan::Place& place,
                               const TaskList<Task>& list, Work&& work) {
        const auto* tasks = device_work::at<Task>(bytes, place.tasks);
        const auto* first_block = device_work::at<std::int64_t>(bytes, place.first_block);
        const auto count = static_cast<int>(list.tasks.size());
        for (std::int64_t block = 0; block < list.blocks(); ++block) {
            const int n = device_work::task_of(first_block, count, block);
            work(tasks[n], block - first_block[n]);
        }
    }

    /// The same for every pixel of a list whose threads have one each.
    template <typename Task, typename Work>
    static void for_each_pixel(const std::byte* bytes, const DevicePlan::Place& place,
                               const TaskList<Task>& list, Work&& work) {
        for_each_block(bytes, place, list, [&](const Task& task, std::int64_t block) {
            for (int thread = 0; thread < device_work::threads_of_block; ++thread) {
                const std::int64_t number = block * device_work::threads_of_block + thread;
                if (number < task.pixels()) work(task, number);
            }
        });
    }

    template <typename T>
    static void run_typed(const DevicePlan& plan, const ImageRegion& image, cv::Mat& out) {
        const AlignedPixels<T> aligned(image.pixels, image.region);
        const auto in = aligned.view();
        const Element element = element_of(out.depth());
        std::vector<std::byte> bytes(plan.size_in_bytes());
        const DevicePlan::Places places = plan.pack(bytes.data());
        EmulatedBlock threads;
        for_each_block(bytes.data(), places.products, plan.products(),
                       [&](const auto& task, std::int64_t block) {
                           threads.begin();
                           device_work::multiply(threads, bytes.data(), task, in, out.data, element, block);
                       });
        device_work::for_each_interpolation([&]<Interpolation interpolation>() {
            const auto kind = static_cast<std::size_t>(interpolation);
            for_each_pixel(bytes.data(), places.samples[kind], plan.samples()[kind],
                           [&](const auto& task, std::int64_t number) {
                               device_work::gather<interpolation>(bytes.data(), task, in, out.data, element,
                                                                  number);
                           });
        });
        for_each_pixel(bytes.data(), places.weights, plan.weights(),
                       [&](const auto& task, std::int64_t number) {
                           device_work::weigh(bytes.data(), task, in, out.data, element, number);
                       });
    }

    static void spread(const Separable& separable, const cv::Mat& glimpse, ImageRegion& written) {
        const AdjointPlan plan = adjoint_plan(separable);
        const AlignedPixels<float> aligned(glimpse, {0, 0, glimpse.cols, glimpse.rows});
        const auto in = aligned.view();
        std::vector<float> between(static_cast<std::size_t>(plan.task.pixels_between() * in.channels));
        for (std::int64_t n = 0; n < plan.task.pixels_between(); ++n) {
            device_work::spread_columns(plan.bytes.data(), plan.task, in, between.data(), n);
        }
        for (std::int64_t n = 0; n < plan.task.pixels(); ++n) {
            device_work::spread_lines(plan.bytes.data(), plan.task, in.channels, between.data(),
                                      written.pixels.ptr<float>(), n);
        }
    }

    static void scatter(const LinearMap& map, const cv::Mat& glimpse, ImageRegion& written) {
        const AlignedPixels<float> aligned(glimpse, {0, 0, glimpse.cols, glimpse.rows});
        const auto in = aligned.view();
        DevicePlan plan(in.channels);
        plan.add(map);
        std::vector<std::byte> bytes(plan.size_in_bytes());
        const DevicePlan::Places places = plan.pack(bytes.data());
        const double scale = fixed_point_scale(glimpse);
        std::vector<std::int64_t> sums(written.pixels.total() * written.pixels.channels());
        device_work::for_each_interpolation([&]<Interpolation interpolation>() {
            const auto kind = static_cast<std::size_t>(interpolation);
            for_each_pixel(bytes.data(), places.samples[kind], plan.samples()[kind],
                           [&](const auto& task, std::int64_t number) {
                               device_work::scatter<interpolation>(
                                   bytes.data(), task, in, written.region, scale, number,
                                   [&](std::int64_t position, std::int64_t amount) {
                                       sums[static_cast<std::size_t>(position)] += amount;
                                   });
                           });
        });
        auto* out = written.pixels.ptr<float>();
        for (std::size_t n = 0; n < sums.size(); ++n) out[n] = device_work::from_fixed_point(sums[n], scale);
    }
};

}  // namespace glimpse
