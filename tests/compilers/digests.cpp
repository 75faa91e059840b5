#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <random>
#include <type_traits>
#include <vector>

#include "kernels/kernels.hpp"

// Prints a digest of the bits that each kernel computes of random inputs, for each instruction set that this
// machine has, element and number of channels. Programs of several compilers shall print the same.

using namespace glimpse;

namespace {

/// Portable random numbers, which depend on no library's distributions. Braces fix the order of several
/// draws.
class Draws {
  public:
    explicit Draws(std::uint64_t seed) : random_(seed) {}
    int whole(int low, int high) {
        return low + static_cast<int>(random_() % static_cast<std::uint64_t>(high - low + 1));
    }
    double uniform(double low, double high) {
        return low + static_cast<double>(random_() >> 11) * 0x1p-53 * (high - low);
    }

  private:
    std::mt19937_64 random_;
};

/// FNV-1a.
class Digest {
  public:
    template <typename T>
    void add(const std::vector<T>& values) {
        const auto* bytes = reinterpret_cast<const unsigned char*>(values.data());
        for (std::size_t n = 0; n < values.size() * sizeof(T); ++n) {
            value_ = (value_ ^ bytes[n]) * 0x100000001B3U;
        }
    }
    [[nodiscard]] std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0xCBF29CE484222325U;
};

template <typename T>
constexpr Element element_of = sizeof(T) == 1   ? Element::uint8
                               : sizeof(T) == 2 ? Element::uint16
                                                : Element::float32;

template <typename T>
constexpr auto bytes_of = static_cast<std::ptrdiff_t>(sizeof(T));

/// Lines of H·W·C values that follow each other.
template <typename T>
struct Image {
    int width;
    int height;
    int channels;
    std::vector<T> values;

    Image(Draws& draw, int w, int h, int c)
        : width(w), height(h), channels(c), values(static_cast<std::size_t>(w * h * c)) {
        for (T& value : values) {
            if constexpr (std::is_same_v<T, float>) {
                value = static_cast<float>(draw.uniform(-1, 1));
            } else {
                value = static_cast<T>(draw.whole(0, std::numeric_limits<T>::max()));
            }
        }
    }
    [[nodiscard]] Lines lines() const { return {values.data(), step(), element_of<T>}; }
    [[nodiscard]] std::ptrdiff_t step() const { return std::ptrdiff_t{width} * channels * bytes_of<T>; }
    [[nodiscard]] std::ptrdiff_t bytes() const { return height * step(); }
};

/// Bands within `columns`, with the weights they point to.
struct Bands {
    std::vector<std::vector<float>> weights;
    std::vector<Band> bands;

    void add(Draws& draw, int begin, int end, int first_value_at, int channels) {
        constexpr int widest = 70;  // more than two of the blocks that sums are made of
        const int count = draw.whole(0, std::min(widest, end - begin));
        auto& row = weights.emplace_back();
        for (int k = 0; k < count; ++k) row.push_back(static_cast<float>(draw.uniform(-0.5, 2.0) / count));
        const int first = draw.whole(begin, end - count);
        bands.push_back({first_value_at + (first - begin) * channels, count, row.data()});
    }
    [[nodiscard]] int count() const { return static_cast<int>(bands.size()); }
};

template <typename T, typename Out>
void add_separable(const Kernels& kernels, Draws& draw, int channels, Digest& digest) {
    const Image<T> image{draw, draw.whole(1, 90), draw.whole(1, 80), channels};
    Bands rows;
    for (int i = draw.whole(1, 19); i > 0; --i) rows.add(draw, 0, image.height, 0, 1);

    // All of a line, or two ends of it.
    const int least = (minimum_span + channels - 1) / channels;
    std::vector<Span> spans{{0, image.width * channels, 0}};
    int left = image.width;
    int right = image.width;
    if (image.width > 2 * least && draw.whole(0, 1) == 1) {
        left = draw.whole(least, image.width - least);
        right = draw.whole(left, image.width - least);
        spans = {{0, left * channels, 0},
                 {right * channels, (image.width - right) * channels, left * channels}};
    }
    Bands columns;
    for (int j = draw.whole(1, 27); j > 0; --j) {
        const bool of_right = right < image.width && draw.whole(0, 1) == 1;
        if (of_right) {
            columns.add(draw, right, image.width, left * channels, channels);
        } else {
            columns.add(draw, 0, left, 0, channels);
        }
    }
    const int kept = spans.back().offset + spans.back().length;
    std::vector<float> scratch(separable_scratch(kept));
    const int length = columns.count() * channels;
    std::vector<Out> out(static_cast<std::size_t>(rows.count() * length));
    kernels.separable({image.lines(),
                       {out.data(), length * bytes_of<Out>, element_of<Out>},
                       channels,
                       rows.bands.data(),
                       rows.count(),
                       columns.bands.data(),
                       columns.count(),
                       spans.data(),
                       static_cast<int>(spans.size()),
                       scratch.data()});
    digest.add(out);
}

template <typename T, typename Out>
void add_vertical(const Kernels& kernels, Draws& draw, int length, Digest& digest) {
    const Image<T> image{draw, length, draw.whole(1, 80), 1};
    Bands rows;
    for (int i = draw.whole(1, 9); i > 0; --i) rows.add(draw, 0, image.height, 0, 1);
    std::vector<Out> out(static_cast<std::size_t>(rows.count() * length));
    kernels.vertical({image.lines(),
                      {out.data(), length * bytes_of<Out>, element_of<Out>},
                      rows.bands.data(),
                      rows.count(),
                      length});
    digest.add(out);
}

/// A row of samples between random points, all taps inside. Only a part of it is sampled, and the image may
/// be a part of a larger one.
template <typename T>
void add_samples(const Kernels& kernels, Draws& draw, int channels, bool cubic, Digest& digest) {
    const Image<T> image{draw, draw.whole(8, 40), draw.whole(8, 40), channels};
    const double low = cubic ? 1 : 0;
    const double from_end = cubic ? 3 : 1;
    const auto coordinate = [&](int size) {
        const double high = size - from_end;
        return draw.whole(0, 3) == 0 ? (draw.whole(0, 1) == 0 ? low : high) : draw.uniform(low, high);
    };
    const int count = draw.whole(minimum_samples, 300);
    const int begin = draw.whole(0, count - minimum_samples);
    const int end = draw.whole(begin + minimum_samples, count);
    const int origin_x = draw.whole(0, 5000);
    const int origin_y = draw.whole(0, 5000);
    const double x = coordinate(image.width);
    const double y = coordinate(image.height);
    const double step_x = (coordinate(image.width) - x) / (count - 1);
    const double step_y = (coordinate(image.height) - y) / (count - 1);
    std::vector<float> out(static_cast<std::size_t>(count * channels) + 1);
    std::vector<double> points;  // the same ones, listed
    for (int j = 0; j < count; ++j) {
        points.push_back(
            std::clamp(origin_x + x + j * step_x, origin_x + low, origin_x + image.width - from_end));
        points.push_back(
            std::clamp(origin_y + y + j * step_y, origin_y + low, origin_y + image.height - from_end));
    }
    for (const double* const listed : std::array<const double*, 2>{nullptr, points.data()}) {
        const SampleRowTask task{image.lines(), image.bytes(), channels,  origin_x, origin_y,
                                 origin_x + x,  origin_y + y,  step_x,    step_y,   listed,
                                 begin,         end,           out.data()};
        cubic ? kernels.sample_bicubic(task) : kernels.sample_bilinear(task);
        digest.add(std::vector(out.begin(),
                               out.begin() + std::ptrdiff_t{end} * channels));  // the next is unspecified
    }
}

template <typename Out>
void add_rounding(const Kernels& kernels, Draws& draw, std::size_t count, Digest& digest) {
    constexpr float endless = std::numeric_limits<float>::infinity();
    constexpr std::array special{std::numeric_limits<float>::quiet_NaN(), endless, -endless, -0.0F, 1e30F};
    std::vector<float> values(count);
    for (float& value : values) {
        const int kind = draw.whole(0, 3);
        value = kind == 0   ? special[static_cast<std::size_t>(draw.whole(0, special.size() - 1))]
                : kind == 1 ? static_cast<float>(draw.whole(-2, 2 * 65537)) / 2
                            : static_cast<float>(draw.uniform(-2, 300));
    }
    std::vector<Out> out(count);
    kernels.round(values.data(), count, out.data(), element_of<Out>);
    digest.add(out);
}

void add_filter(const Kernels& kernels, Draws& draw, bool of_each, Digest& digest) {
    const int side = draw.whole(1, 5);
    const int count = draw.whole(1, 80);
    const auto random = [&](int values) {
        std::vector<float> numbers(static_cast<std::size_t>(values));
        for (float& number : numbers) number = static_cast<float>(draw.uniform(-2, 2));
        return numbers;
    };
    const std::vector<float> values = random(side * (count + side - 1));
    const std::vector<float> weights = random(side * side * (of_each ? count : 1));
    std::vector<const float*> lines;
    for (int u = 0; u < side; ++u) lines.push_back(values.data() + std::ptrdiff_t{u} * (count + side - 1));
    std::vector<float> out(static_cast<std::size_t>(count));
    kernels.filter_row({side, count, lines.data(), weights.data(), of_each, out.data()});
    digest.add(out);
}

std::vector<double> numbers(Draws& draw, std::size_t count) {
    std::vector<double> all(count);
    for (double& number : all) number = draw.uniform(-2, 2);
    return all;
}

void add_plate(const Kernels& kernels, Draws& draw, Digest& digest) {
    const int centres = draw.whole(1, 9);
    const auto count = static_cast<std::size_t>(plate_lanes * draw.whole(1, 9));
    const std::vector<double> at = numbers(draw, 2 * static_cast<std::size_t>(centres));
    const std::vector<double> weights = numbers(draw, at.size());
    std::vector<double> x = numbers(draw, count);
    x.front() = at.front();
    const std::vector<double> affine = numbers(draw, 4);
    std::vector<double> sum_x(count);
    std::vector<double> sum_y(count);
    kernels.plate_row({at.data(), weights.data(), centres, affine[0], affine[1], affine[2], affine[3],
                       x.data(), at[1], static_cast<int>(count), sum_x.data(), sum_y.data()});
    digest.add(sum_x);
    digest.add(sum_y);
}

void add_tile(const Kernels& kernels, Draws& draw, Digest& digest) {
    const std::vector<double> basis = numbers(draw, 2 * tile_terms * tile_half);
    const std::vector<double> nodes = numbers(draw, 2 * tile_terms * tile_line);
    std::vector<double> lines(tile_side * tile_line);
    kernels.tile({basis.data(), nodes.data(), lines.data()});
    digest.add(lines);
    const std::vector<double> affine = numbers(draw, 4);
    const std::vector<double> x = numbers(draw, tile_side);
    const std::vector<double> centre = numbers(draw, 2);
    const std::vector<double> weight = numbers(draw, 2);
    std::vector<double> sum_x(tile_side);
    std::vector<double> sum_y(tile_side);
    std::vector<double> points(2 * tile_side);
    const PlateRowTask sums{centre.data(), weight.data(), 1,        affine[0],           affine[1],
                            affine[2],     affine[3],     x.data(), draw.uniform(-2, 2), tile_side,
                            sum_x.data(),  sum_y.data()};
    for (const bool has_sums : {true, false}) {
        kernels.tile_row({sums, 0, has_sums, basis.data(), lines.data() + tile_line, points.data()});
        digest.add(points);
    }
}

void add_footprint(const Kernels& kernels, Draws& draw, Digest& digest) {
    const std::vector<double> n = numbers(draw, 8);
    std::vector<float> weights(static_cast<std::size_t>(draw.whole(1, 30)));
    const double sum = kernels.footprint_row(
        {n[0], std::ssize(weights), n[1], n[2], n[3], n[4], n[5], n[6], n[7], weights.data()});
    digest.add(weights);
    digest.add(std::vector<double>{sum});
}

template <typename T>
void add_run(const Kernels& kernels, Draws& draw, int channels, Digest& digest) {
    std::vector<float> weights(static_cast<std::size_t>(draw.whole(1, 40)));
    for (float& weight : weights) weight = static_cast<float>(draw.uniform(0, 1));
    std::vector<T> values(weights.size() * static_cast<std::size_t>(channels));
    for (T& value : values) value = static_cast<T>(draw.whole(0, 255));
    std::vector<double> sums = numbers(draw, static_cast<std::size_t>(channels));
    kernels.add_run({values.data(), values.data() + values.size(), element_of<T>, channels, weights.data(),
                     std::ssize(weights), sums.data()});
    digest.add(sums);
}

/// One line of the output: `trials` runs of add(draw, trial, digest).
template <typename Add>
void print(const Kernels& kernels, const char* kernel, const char* element, int channels, int trials,
           Add&& add) {
    Draws draw(20150216);
    Digest digest;
    for (int trial = 0; trial < trials; ++trial) add(draw, trial, digest);
    std::printf("%s %s %s %d %016llx\n", kernels.instruction_set, kernel, element, channels,
                static_cast<unsigned long long>(digest.value()));
}

template <typename T>
void print_all_of(const Kernels& kernels, const char* element) {
    constexpr int trials = 60;
    for (int channels = 1; channels <= 5; ++channels) {
        print(kernels, "separable", element, channels, trials, [&](Draws& draw, int, Digest& digest) {
            add_separable<T, T>(kernels, draw, channels, digest);
            add_separable<T, float>(kernels, draw, channels, digest);
        });
        print(kernels, "bilinear", element, channels, trials, [&](Draws& draw, int, Digest& digest) {
            add_samples<T>(kernels, draw, channels, false, digest);
        });
        print(kernels, "bicubic", element, channels, trials, [&](Draws& draw, int, Digest& digest) {
            add_samples<T>(kernels, draw, channels, true, digest);
        });
        print(kernels, "run", element, channels, trials,
              [&](Draws& draw, int, Digest& digest) { add_run<T>(kernels, draw, channels, digest); });
    }
    print(kernels, "vertical", element, 1, 100, [&](Draws& draw, int trial, Digest& digest) {
        add_vertical<T, T>(kernels, draw, 1 + trial, digest);
        add_vertical<T, float>(kernels, draw, 1 + trial, digest);
    });
    if constexpr (!std::is_same_v<T, float>) {
        print(kernels, "round", element, 1, 40, [&](Draws& draw, int trial, Digest& digest) {
            add_rounding<T>(kernels, draw, 1 + static_cast<std::size_t>(trial), digest);
        });
    }
}

}  // namespace

int main() {
    for (const Kernels* kernels : available_kernels()) {
        print_all_of<std::uint8_t>(*kernels, "uint8");
        print_all_of<std::uint16_t>(*kernels, "uint16");
        print_all_of<float>(*kernels, "float32");
        for (const bool of_each : {false, true}) {
            print(*kernels, of_each ? "filters" : "filter", "float32", 1, 60,
                  [&](Draws& draw, int, Digest& digest) { add_filter(*kernels, draw, of_each, digest); });
        }
        const auto print_points = [&](const char* kernel, auto&& add) {
            print(*kernels, kernel, "float64", 1, 60,
                  [&](Draws& draw, int, Digest& digest) { add(*kernels, draw, digest); });
        };
        print_points("plate", add_plate);
        print_points("tile", add_tile);
        print_points("footprint", add_footprint);
    }
    return 0;
}
