#include <benchmark/benchmark.h>

#include <cmath>
#include <opencv2/core.hpp>

#include "dense_product.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/mechanism.hpp"

// What attention costs: the spatial transformer beside Gaussian attention, banded and dense, over sizes of
// glimpses and images. The glimpse looks at the middle half of the image, along either axis, so that the
// Gaussians grow with the image. Names are MECHANISM/n/kilopixels; 8-bit RGB, one thread, lowering included.

using namespace glimpse;

namespace {

constexpr int channels = 3;

cv::Mat square_picture(std::int64_t kilopixels) {
    const int side = static_cast<int>(std::sqrt(1000.0 * static_cast<double>(kilopixels)));
    cv::Mat pixels(side, side, CV_8UC(channels));
    cv::RNG random(20260101);
    cv::Mat numbers = pixels.reshape(1);
    random.fill(numbers, cv::RNG::UNIFORM, 0, 256);
    return pixels;
}

Box middle_half(const cv::Mat& image) {
    return {image.cols / 4.0, image.rows / 4.0, image.cols / 2.0, image.rows / 2.0};
}

Size size_of(const benchmark::State& state) {
    const int n = static_cast<int>(state.range(0));
    return {n, n};
}

template <typename MakeMechanism>
void run(benchmark::State& state, MakeMechanism&& mechanism_for) {
    const cv::Mat image = square_picture(state.range(1));
    const Size size{image.cols, image.rows};
    const auto backend = make_backend("cpu");
    const Mechanism mechanism = mechanism_for(middle_half(image), size_of(state));
    for (auto _ : state) {
        const LinearMap map = lower(mechanism, size).map;
        benchmark::DoNotOptimize(read_one(*backend, map, {whole(size), image}, CV_8U));
    }
}

Gaussian gaussian(const Box& box, Size size) {
    return {Gaussian::BoxForm{{box}}, size, {}};
}

void spatial_transformer_turned(benchmark::State& state) {
    run(state, [](const Box& box, Size size) {
        SpatialTransformer transformer;
        transformer.form = SpatialTransformer::BoxForm{box, Units::pixels, 20};
        transformer.size = size;
        return transformer;
    });
}

void gaussian_banded(benchmark::State& state) {
    run(state, gaussian);
}

void gaussian_dense(benchmark::State& state) {
    const cv::Mat image = square_picture(state.range(1));
    const Size size{image.cols, image.rows};
    const LinearMap map = lower(gaussian(middle_half(image), size_of(state)), size).map;
    benchmarks::DenseProduct product(std::get<Separable>(map.kind), channels);
    for (auto _ : state) {
        cv::Mat glimpse = product.read(image);
        benchmark::DoNotOptimize(glimpse.data);
    }
}

/// Dense products of more multiply-adds are left out.
constexpr double most_multiplications = 5e9;

void sizes(benchmark::internal::Benchmark* job, bool dense) {
    for (const std::int64_t kilopixels : {300, 2000, 12000, 50000}) {
        for (const std::int64_t n : {32, 64, 128, 256, 512}) {
            if (dense && 1e3 * double(kilopixels) * double(n) * channels > most_multiplications) continue;
            job->Args({n, kilopixels});
        }
    }
}

}  // namespace

BENCHMARK(spatial_transformer_turned)->Name("stn")->Apply([](auto* job) { sizes(job, false); });
BENCHMARK(gaussian_banded)->Name("gaussian banded")->Apply([](auto* job) { sizes(job, false); });
BENCHMARK(gaussian_dense)->Name("gaussian dense")->Apply([](auto* job) { sizes(job, true); });

int main(int argc, char** argv) {
    cv::setNumThreads(1);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
