#include <benchmark/benchmark.h>
#include <malloc.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../filters.hpp"
#include "../warps.hpp"
#include "dense_product.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"

// Kernels on one thread, beside what their users would call instead: a glimpse of n×n pixels out of a
// 1920×1080 photograph's worth of 8-bit pixels, and a larger one out of 12 megapixels. Names are
// JOB/WHO/n/channels; ratios are taken between names of one run.

using namespace glimpse;

namespace {

constexpr int most_of_photograph = 256;
constexpr Size picture_size(int n) {
    return n > most_of_photograph ? Size{4096, 3072} : Size{1920, 1080};
}
/// From one glimpse pixel to the next, in image pixels. Not 2, for which cv::resize averages instead.
constexpr double pitch = 1.9;
constexpr double left = 300.25;
constexpr double top = 200.75;
constexpr double angle = 20;

cv::Mat picture(const benchmark::State& state) {
    const Size size = picture_size(static_cast<int>(state.range(0)));
    cv::Mat pixels(size.height, size.width, CV_8UC(static_cast<int>(state.range(1))));
    cv::RNG random(20260101);
    cv::Mat numbers = pixels.reshape(1);
    random.fill(numbers, cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

Box box_of(int n) {
    if (n <= most_of_photograph) return {left, top, pitch * n, pitch * n};
    const auto [width, height] = picture_size(n);  // turned it still lies inside
    return {(width - pitch * n) / 2, (height - pitch * n) / 2, pitch * n, pitch * n};
}

/// A glimpse read as the pipeline reads it; its map is made once, or each time, with what must be decoded.
void run_glimpse(benchmark::State& state, const Mechanism& mechanism, bool with_lowering = false) {
    const cv::Mat image = picture(state);
    const Size size{image.cols, image.rows};
    const auto backend = make_backend("cpu");
    const ImageRegion region{whole(size), image};
    LinearMap map = lower(mechanism, size).map;
    for (auto _ : state) {
        if (with_lowering) {
            map = lower(mechanism, size).map;
            benchmark::DoNotOptimize(support(map));
        }
        benchmark::DoNotOptimize(read_one(*backend, map, region, CV_8U));
    }
}

template <typename Job>
void run_peer(benchmark::State& state, Job&& job) {
    const cv::Mat image = picture(state);
    cv::Mat out;
    for (auto _ : state) {
        job(image, out);
        benchmark::DoNotOptimize(out.data);
    }
}

Size size_of(const benchmark::State& state) {
    const int n = static_cast<int>(state.range(0));
    return {n, n};
}

SpatialTransformer turned_box(Size size, double degrees) {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::BoxForm{box_of(size.width), Units::pixels, degrees};
    transformer.size = size;
    return transformer;
}

void axis_aligned_glimpse(benchmark::State& state) {
    run_glimpse(state, turned_box(size_of(state), 0));
}
void axis_aligned_lowered(benchmark::State& state) {
    run_glimpse(state, turned_box(size_of(state), 0), true);
}
void axis_aligned_resize(benchmark::State& state) {
    const Size n = size_of(state);
    const Rectangle box = rounded(box_of(n.width));
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) {
        cv::resize(image(cv::Rect(box.x, box.y, box.width, box.height)), out, {n.width, n.height}, 0, 0,
                   cv::INTER_LINEAR);
    });
}

void general_glimpse(benchmark::State& state) {
    run_glimpse(state, turned_box(size_of(state), angle));
}
void general_lowered(benchmark::State& state) {
    run_glimpse(state, turned_box(size_of(state), angle), true);
}
void general_warp_affine(benchmark::State& state) {
    const Size n = size_of(state);
    const Affine affine = box_to_image(box_of(n.width), n, angle);
    const cv::Matx23d matrix(affine.m[0][0], affine.m[0][1], affine.m[0][2], affine.m[1][0], affine.m[1][1],
                             affine.m[1][2]);
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) {
        cv::warpAffine(image, out, matrix, {n.width, n.height}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
    });
}

/// The turned box seen through a quarter of the pixels along each side.
Size quarter_of(Size n) {
    return {n.width / 4, n.height / 4};
}
void antialiased_glimpse(benchmark::State& state) {
    SpatialTransformer transformer = turned_box(size_of(state), angle);
    transformer.size = quarter_of(size_of(state));
    transformer.antialias = true;
    run_glimpse(state, transformer);
}
/// As many pixels, upright: what the peer can do.
void antialiased_resize(benchmark::State& state) {
    const Size n = size_of(state);
    const Rectangle box = rounded(box_of(n.width));
    const Size to = quarter_of(n);
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) {
        cv::resize(image(cv::Rect(box.x, box.y, box.width, box.height)), out, {to.width, to.height}, 0, 0,
                   cv::INTER_AREA);
    });
}

/// The turned box, its far side shortened.
std::array<Point, 4> trapezoid(Size n) {
    std::vector<Point> corners = border_in_image(box_to_image(box_of(n.width), n, angle), n);
    const auto towards = [](const Point& a, const Point& b) {
        constexpr double share = 0.2;
        return Point{a.x + share * (b.x - a.x), a.y + share * (b.y - a.y)};
    };
    return {towards(corners[0], corners[1]), towards(corners[1], corners[0]), corners[2], corners[3]};
}

SpatialTransformer warped(Warp warp, std::optional<Size> size) {
    SpatialTransformer transformer;
    transformer.form = SpatialTransformer::WarpForm{std::make_shared<const Warp>(std::move(warp))};
    transformer.size = size;
    return transformer;
}

SpatialTransformer quadrilateral(Size n) {
    return warped(QuadWarp{trapezoid(n)}, n);
}

/// Of the turned box, slightly waved.
std::vector<Point> waved_points(Size n) {
    const Affine affine = box_to_image(box_of(n.width), n, angle);
    std::vector<Point> points;
    for (int i = 0; i < n.height; ++i) {
        for (int j = 0; j < n.width; ++j) {
            const auto [x, y] = affine(j, i);
            points.push_back({x + std::sin(i / 9.0), y + std::cos(j / 7.0)});
        }
    }
    return points;
}

SpatialTransformer grid(Size n) {
    const auto [width, height] = picture_size(n.width);
    std::vector<Point> points = waved_points(n);
    for (auto& [x, y] : points) {
        x = (2 * x + 1) / width - 1;
        y = (2 * y + 1) / height - 1;
    }
    return warped(GridWarp{warps::field(std::move(points), n.width)}, {});
}

SpatialTransformer flow(Size n) {
    const auto [width, height] = picture_size(n.width);
    std::vector<Point> points = waved_points(n);
    std::size_t k = 0;
    for (int i = 0; i < n.height; ++i) {
        for (int j = 0; j < n.width; ++j, ++k) {
            points[k].x -= (j + 0.5) * width / n.width - 0.5;
            points[k].y -= (i + 0.5) * height / n.height - 0.5;
        }
    }
    return warped(FlowWarp{warps::field(std::move(points), n.width)}, {});
}

/// The turned box by its corners, its middle moved by a twentieth of it.
SpatialTransformer thin_plate(Size n) {
    std::vector<Point> to = border_in_image(box_to_image(box_of(n.width), n, angle), n);
    const auto w = static_cast<double>(n.width);
    const auto h = static_cast<double>(n.height);
    to.push_back({(to[0].x + to[2].x) / 2 + pitch * w / 20, (to[0].y + to[2].y) / 2});
    return warped(ThinPlateWarp{{{0, 0}, {w, 0}, {w, h}, {0, h}, {w / 2, h / 2}}, to}, n);
}

/// Rows that are as far from each other as the box's.
SpatialTransformer log_polar(Size n) {
    const auto [width, height] = picture_size(n.width);
    constexpr double inner = 8;
    const double outer = std::min(inner + pitch * n.width, height / 2.0);
    return warped(LogPolarWarp{{width / 2.0, height / 2.0}, {inner, outer}}, n);
}

template <SpatialTransformer make(Size)>
void warp_glimpse(benchmark::State& state) {
    run_glimpse(state, make(size_of(state)));
}
template <SpatialTransformer make(Size)>
void warp_lowered(benchmark::State& state) {
    run_glimpse(state, make(size_of(state)), true);
}
void quadrilateral_warp_perspective(benchmark::State& state) {
    const Size n = size_of(state);
    const auto m = homography(QuadWarp{trapezoid(n)}, picture_size(n.width), n).value();
    const cv::Matx33d matrix(m[0][0], m[0][1], m[0][2], m[1][0], m[1][1], m[1][2], m[2][0], m[2][1], m[2][2]);
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) {
        cv::warpPerspective(image, out, matrix, {n.width, n.height}, cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
    });
}
void quadrilateral_remap(benchmark::State& state) {
    const Size n = size_of(state);
    const SamplingPoints points = sampling_points(QuadWarp{trapezoid(n)}, picture_size(n.width), n, false);
    cv::Mat map(n.height, n.width, CV_32FC2);
    for (int i = 0; i < n.height; ++i) {
        for (int j = 0; j < n.width; ++j) {
            const auto [x, y] = points.at(j, i);
            map.at<cv::Vec2f>(i, j) = {static_cast<float>(x), static_cast<float>(y)};
        }
    }
    run_peer(state,
             [&](const cv::Mat& image, cv::Mat& out) { cv::remap(image, out, map, {}, cv::INTER_LINEAR); });
}

constexpr double gaussian_pitch = 2;
constexpr double standard_deviation = 1;

Gaussian gaussian_of(Size size) {
    const Gaussian::Axis axis{left, standard_deviation, gaussian_pitch};
    return {Gaussian::AxesForm{axis, {top, standard_deviation, gaussian_pitch}}, size, {}};
}

void gaussian_glimpse(benchmark::State& state) {
    run_glimpse(state, gaussian_of(size_of(state)));
}
void gaussian_lowered(benchmark::State& state) {
    run_glimpse(state, gaussian_of(size_of(state)), true);
}
/// Whole pixels only: what the peer can do.
void gaussian_blur_and_decimate(benchmark::State& state) {
    constexpr int reach = 6;
    const Size n = size_of(state);
    const int length = static_cast<int>(gaussian_pitch) * n.width;
    const cv::Rect seen(static_cast<int>(left) - reach, static_cast<int>(top) - reach, length + 2 * reach,
                        length + 2 * reach);
    cv::Mat blurred;
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) {
        cv::GaussianBlur(image(seen), blurred, {2 * reach + 1, 2 * reach + 1}, standard_deviation);
        const cv::Mat inner = blurred(cv::Rect(reach, reach, length, length));
        cv::resize(inner, out, {n.width, n.height}, 0, 0, cv::INTER_NEAREST);
    });
}
void gaussian_dense(benchmark::State& state) {
    const LinearMap map =
        lower(gaussian_of(size_of(state)), picture_size(static_cast<int>(state.range(0)))).map;
    benchmarks::DenseProduct product(std::get<Separable>(map.kind), static_cast<int>(state.range(1)));
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) { out = product.read(image); });
}

constexpr int side_of_filter = 5;

/// Of an n×n image, of which all pixels are filtered.
void run_filter(benchmark::State& state, const Filter& filter) {
    const Size size = size_of(state);
    const cv::Mat image = picture(state)(cv::Rect(0, 0, size.width, size.height));
    const auto backend = make_backend("cpu");
    const LinearMap map = lower(filter, size).map;
    const ImageRegion region{whole(size), image};
    tbb::task_arena one_thread(1);
    one_thread.execute([&] {
        for (auto _ : state) benchmark::DoNotOptimize(read_one(*backend, map, region, CV_8U));
    });
}

std::vector<float> weights_of(std::int64_t pixels) {
    cv::RNG random(16);
    return filters::weights(static_cast<std::size_t>(pixels) * side_of_filter * side_of_filter, random);
}

void filter_of_all(benchmark::State& state) {
    const std::vector<float> kernel = weights_of(1);
    run_filter(state, filters::of_kernel({kernel.begin(), kernel.end()}));
}
void filter_of_each(benchmark::State& state) {
    const Size size = size_of(state);
    run_filter(state, filters::of_each_pixel(weights_of(size.area()), size, side_of_filter));
}
void filter_filter2d(benchmark::State& state) {
    const Size size = size_of(state);
    const cv::Mat kernel = cv::Mat(weights_of(1), true).reshape(1, side_of_filter);
    run_peer(state, [&](const cv::Mat& image, cv::Mat& out) {
        cv::filter2D(image(cv::Rect(0, 0, size.width, size.height)), out, CV_8U, kernel, {-1, -1}, 0,
                     cv::BORDER_CONSTANT | cv::BORDER_ISOLATED);
    });
}

/// As the program does: what one image gave back is there for the next.
void keep_freed_memory() {
    constexpr int most_kept = 256 << 20;
    constexpr int mapped_from = 32 << 20;
    mallopt(M_TRIM_THRESHOLD, most_kept);
    mallopt(M_MMAP_THRESHOLD, mapped_from);
}

void sizes(benchmark::internal::Benchmark* job) {
    for (const int channels : {1, 3, 4}) {
        for (const int n : {64, 128, 256}) job->Args({n, channels});
    }
}

void sizes_and_large(benchmark::internal::Benchmark* job) {
    sizes(job);
    job->Args({1200, 3});
}

}  // namespace

#define GLIMPSE_BENCHMARK_WARP(warp)                                               \
    BENCHMARK(warp_glimpse<warp>)->Name(#warp "/glimpse")->Apply(sizes_and_large); \
    BENCHMARK(warp_lowered<warp>)->Name(#warp "/glimpse_with_lowering")->Apply(sizes_and_large)

BENCHMARK(axis_aligned_glimpse)->Name("axis_aligned/glimpse")->Apply(sizes);
BENCHMARK(axis_aligned_lowered)->Name("axis_aligned/glimpse_with_lowering")->Apply(sizes);
BENCHMARK(axis_aligned_resize)->Name("axis_aligned/resize")->Apply(sizes);
BENCHMARK(general_glimpse)->Name("general/glimpse")->Apply(sizes_and_large);
BENCHMARK(general_lowered)->Name("general/glimpse_with_lowering")->Apply(sizes_and_large);
BENCHMARK(general_warp_affine)->Name("general/warpAffine")->Apply(sizes_and_large);
BENCHMARK(antialiased_glimpse)->Name("antialiased/glimpse")->Apply(sizes);
BENCHMARK(antialiased_resize)->Name("antialiased/resize")->Apply(sizes);
BENCHMARK(quadrilateral_warp_perspective)->Name("quadrilateral/warpPerspective")->Apply(sizes_and_large);
BENCHMARK(quadrilateral_remap)->Name("quadrilateral/remap")->Apply(sizes_and_large);
GLIMPSE_BENCHMARK_WARP(quadrilateral);
GLIMPSE_BENCHMARK_WARP(grid);
GLIMPSE_BENCHMARK_WARP(flow);
GLIMPSE_BENCHMARK_WARP(thin_plate);
GLIMPSE_BENCHMARK_WARP(log_polar);
BENCHMARK(gaussian_glimpse)->Name("gaussian/glimpse")->Apply(sizes);
BENCHMARK(gaussian_lowered)->Name("gaussian/glimpse_with_lowering")->Apply(sizes);
BENCHMARK(gaussian_blur_and_decimate)->Name("gaussian/blur_and_decimate")->Apply(sizes);
BENCHMARK(gaussian_dense)->Name("gaussian/dense")->Args({64, 3})->Args({128, 3})->Args({256, 3});

BENCHMARK(filter_of_all)->Name("filter/glimpse")->Apply(sizes);
BENCHMARK(filter_of_each)->Name("filter/of_each_pixel")->Apply(sizes);
BENCHMARK(filter_filter2d)->Name("filter/filter2D")->Apply(sizes);

int main(int argc, char** argv) {
    keep_freed_memory();
    cv::setNumThreads(1);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
