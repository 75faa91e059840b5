#include "kernels/cubic_convolution.hpp"
#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// A row of samples in two steps: where the sampling points are, eight at a time, and then their taps.

namespace glimpse {
namespace {

/// Samples are located in batches before any is read: loading single values right after a whole register was
/// stored would stall on store forwarding.
constexpr int batch_length = 128;

/// Sampling points (x, y): the byte offset of the pixel at (⌊x⌋, ⌊y⌋), and the fractions x - ⌊x⌋ and y - ⌊y⌋.
struct Points {
    std::int32_t offset[batch_length];
    float fraction_x[batch_length];
    float fraction_y[batch_length];
};

/// Four coordinates in fixed point, 32 bits before the point and 32 behind it.
using FixedPoints = std::int64_t __attribute__((vector_size(32)));

/// Those of 32 bits behind the point.
GLIMPSE_INLINE Lanes fraction_of(IntLanes bits) {
    using Unsigned = std::uint32_t __attribute__((vector_size(lane_count * sizeof(std::uint32_t))));
    constexpr int dropped = 8;  // a float holds 24 bits
    const auto kept = reinterpret_cast<IntLanes>(reinterpret_cast<Unsigned>(bits) >> dropped);
    constexpr float unit = 1.0F / (1 << (32 - dropped));
    return __builtin_convertvector(kept, Lanes) * unit;
}

/// One coordinate of eight sampling points in a row, counted from `origin`.
class Coordinate {
  public:
    Coordinate(double start, double step, int origin)
        : start_(start), step_(step), fixed_step_(fixed(step)), fixed_origin_(std::int64_t{origin} << 32) {
        for (int n = 0; n < 4; ++n) steps_[n] = n * fixed_step_;
    }

    /// ⌊x⌋ and the fraction of the eight points from the j-th on.
    GLIMPSE_INLINE void locate(int j, IntLanes& whole, Lanes& fraction) const {
        // Each eight start anew in double, so that the rounding of the step does not accumulate. The bias,
        // 4e-9 of a pixel, exceeds what eight steps accumulate: a point on a pixel's centre never falls short
        // of it.
        constexpr std::int64_t bias = 16;
        const FixedPoints first = steps_ + (fixed(start_ + j * step_) + bias - fixed_origin_);
        const auto low = reinterpret_cast<IntLanes>(first);
        const auto high = reinterpret_cast<IntLanes>(first + 4 * fixed_step_);
        whole = __builtin_shufflevector(low, high, 1, 3, 5, 7, 9, 11, 13, 15);
        const IntLanes rest = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
        fraction = fraction_of(rest);
    }

  private:
    static std::int64_t fixed(double value) {
        constexpr double one = 4294967296.0;
        return static_cast<std::int64_t>(value * one);
    }
    double start_;
    double step_;
    std::int64_t fixed_step_;
    std::int64_t fixed_origin_;
    FixedPoints steps_{};
};

/// One coordinate of listed sampling points, 0 ≤ x < `longest_sampled`: x, or y for `which` = 1, of a list of
/// x and y by turns.
template <int which>
class ListedCoordinate {
  public:
    ListedCoordinate(const double* points, int origin) : points_(points), origin_(origin) {}

    /// ⌊x⌋ and the fraction of the eight points from the j-th on.
    GLIMPSE_INLINE void locate(int j, IntLanes& whole, Lanes& fraction) const {
        const double* const at = points_ + std::ptrdiff_t{2} * j;
#ifdef __AVX512F__
        // Behind this sum's point there are 32 bits, and before it those of ⌊x⌋ below `least`.
        constexpr double least = longest_sampled;
        constexpr std::int32_t bits_of_least = 0x41300000;
        using Halves = std::int32_t __attribute__((vector_size(sizeof(WideLanes))));
        const auto first = reinterpret_cast<Halves>(load_wide(at) + least);
        const auto second = reinterpret_cast<Halves>(load_wide(at + wide_lane_count) + least);
        constexpr int low = 2 * which;
        constexpr int high = low + 1;
        whole = __builtin_shufflevector(first, second, high, 4 + high, 8 + high, 12 + high, 16 + high,
                                        20 + high, 24 + high, 28 + high) -
                (bits_of_least + origin_);
        fraction = fraction_of(__builtin_shufflevector(first, second, low, 4 + low, 8 + low, 12 + low,
                                                       16 + low, 20 + low, 24 + low, 28 + low));
#else
        const Four low = four(at);
        const Four high = four(at + 8);
        const auto low_whole = __builtin_convertvector(low, FourInts);
        const auto high_whole = __builtin_convertvector(high, FourInts);
        whole = __builtin_shufflevector(low_whole, high_whole, 0, 1, 2, 3, 4, 5, 6, 7) - origin_;
        const auto low_rest =
            __builtin_convertvector(low - __builtin_convertvector(low_whole, Four), FourFloats);
        const auto high_rest =
            __builtin_convertvector(high - __builtin_convertvector(high_whole, Four), FourFloats);
        fraction = __builtin_shufflevector(low_rest, high_rest, 0, 1, 2, 3, 4, 5, 6, 7);
#endif
    }

  private:
#ifndef __AVX512F__
    using Four = double __attribute__((vector_size(32)));
    using FourInts = std::int32_t __attribute__((vector_size(16)));
    using FourFloats = float __attribute__((vector_size(16)));

    /// Of the four points from an address on.
    static GLIMPSE_INLINE Four four(const double* at) {
        Four first;
        Four second;
        std::memcpy(&first, at, sizeof first);
        std::memcpy(&second, at + 4, sizeof second);
        return __builtin_shufflevector(first, second, which, 2 + which, 4 + which, 6 + which);
    }
#endif

    const double* points_;
    std::int32_t origin_;
};

/// Locates the samples of a task, of values `T`.
template <typename T, typename X, typename Y>
class Locations {
  public:
    Locations(X x, Y y, const SampleRowTask& task, int channels)
        : x_(x),
          y_(y),
          step_(static_cast<std::int32_t>(task.in.step)),
          pixel_(channels * static_cast<int>(sizeof(T))) {}

    /// The samples j … j + 7 become the points n … n + 7.
    GLIMPSE_INLINE void locate(int j, Points& points, int n) const {
        IntLanes x;
        IntLanes y;
        Lanes fraction_x;
        Lanes fraction_y;
        x_.locate(j, x, fraction_x);
        y_.locate(j, y, fraction_y);
        const IntLanes offset = y * step_ + x * pixel_;
        std::memcpy(points.offset + n, &offset, sizeof offset);
        store(fraction_x, points.fraction_x + n);
        store(fraction_y, points.fraction_y + n);
    }

    /// The samples j … j + count - 1, at least eight, become the first points.
    void locate_batch(int j, int count, Points& points) const {
        for (int n = 0; n + lane_count <= count; n += lane_count) locate(j + n, points, n);
        locate(j + count - lane_count, points, count - lane_count);
    }

  private:
    X x_;
    Y y_;
    std::int32_t step_;
    std::int32_t pixel_;
};

/// Calls visit(j, points, count) for the task's samples in batches, j being the first of a batch of at least
/// eight.
template <typename T, typename Visit>
GLIMPSE_INLINE void for_each_batch(const SampleRowTask& task, int channels, Visit&& visit) {
    const Locations<T, Coordinate, Coordinate> spaced({task.start_x, task.step_x, task.origin_x},
                                                      {task.start_y, task.step_y, task.origin_y}, task,
                                                      channels);
    const Locations<T, ListedCoordinate<0>, ListedCoordinate<1>> listed(
        {task.points, task.origin_x}, {task.points, task.origin_y}, task, channels);
    Points points;
    for (int j = task.begin; j < task.end; j += batch_length) {
        if (task.end - j < lane_count) j = task.end - lane_count;  // overlaps the batch before
        const int count = task.end - j < batch_length ? task.end - j : batch_length;
        task.points ? listed.locate_batch(j, count, points) : spaced.locate_batch(j, count, points);
        visit(j, points, count);
    }
}

/// The lines of a task, read from byte offsets. A register may reach beyond them; the lanes there have weight
/// 0.
template <typename T>
class SourceLines {
  public:
    explicit SourceLines(const SampleRowTask& task)
        : data_(static_cast<const unsigned char*>(task.in.data)),
          end_(task.end_of_data),
          last_(end_ - static_cast<std::ptrdiff_t>(lane_count * sizeof(T))) {}

    [[nodiscard]] const T* at(std::ptrdiff_t offset) const {
        return reinterpret_cast<const T*>(data_ + offset);
    }

    /// Whether a whole register can be loaded at the offset.
    [[nodiscard]] bool holds_register(std::ptrdiff_t offset) const { return offset <= last_; }

    /// The values inside the data, and 0 for the others.
    [[nodiscard]] Lanes load_inside(std::ptrdiff_t offset) const {
        T values[lane_count] = {};
        for (int n = 0; n < lane_count; ++n, offset += sizeof(T)) {
            if (offset >= 0 && offset < end_) values[n] = *at(offset);
        }
        return load(values);
    }

  private:
    const unsigned char* data_;
    std::ptrdiff_t end_;
    std::ptrdiff_t last_;
};

/// Calls sample(offset, x, y, to) for each of the task's samples: the byte offset of the pixel at (⌊x⌋, ⌊y⌋),
/// the fractions, and where the values go.
template <typename T, typename Sample>
GLIMPSE_INLINE void for_each_sample(const SampleRowTask& task, int channels, Sample&& sample) {
    float* const out = task.out;
    for_each_batch<T>(task, channels, [&](int j, const Points& points, int count) {
        float* to = out + std::ptrdiff_t{j} * channels;
        for (int n = 0; n < count; ++n, to += channels) {
            sample(std::ptrdiff_t{points.offset[n]}, points.fraction_x[n], points.fraction_y[n], to);
        }
    });
}

/// a + weight · (b - a); a where the weight is 0, even if b is NaN.
template <typename T>
GLIMPSE_INLINE Lanes lerp(Lanes a, Lanes b, float weight) {
    const Lanes mixed = multiply_add(broadcast(weight), b - a, a);
    if constexpr (std::is_same_v<T, float>) {
        return weight == 0 ? a : mixed;
    } else {
        return mixed;
    }
}

/// sum + weight · a; the sum where the weight is 0, even if a is NaN.
template <typename T>
GLIMPSE_INLINE Lanes accumulate(Lanes sum, Lanes a, float weight) {
    const Lanes more = multiply_add(broadcast(weight), a, sum);
    if constexpr (std::is_same_v<T, float>) {
        return weight == 0 ? sum : more;
    } else {
        return more;
    }
}

/// Moves the next of a register's pixels to its front.
template <int C>
GLIMPSE_INLINE Lanes next_pixel(Lanes values) {
    if constexpr (C == 3)
        return __builtin_shufflevector(values, values, 3, 4, 5, 6, 7, 0, 1, 2);
    else
        return __builtin_shufflevector(values, values, 4, 5, 6, 7, 0, 1, 2, 3);
}

GLIMPSE_INLINE void store_pixel(Lanes values, float* to) {
    std::memcpy(to, &values, 4 * sizeof(float));
}

template <int C, typename T>
void bilinear(const SampleRowTask& task) {
    const SourceLines<T> in(task);
    const std::ptrdiff_t step = task.in.step;
    for_each_sample<T>(task, C, [&](std::ptrdiff_t offset, float x, float y, float* to) {
        Lanes top;
        Lanes bottom;
        if (in.holds_register(offset + step)) [[likely]] {
            top = load(in.at(offset));
            bottom = load(in.at(offset + step));
        } else {
            top = in.load_inside(offset);
            bottom = in.load_inside(offset + step);
        }
        const Lanes column = lerp<T>(top, bottom, y);
        store_pixel(lerp<T>(column, next_pixel<C>(column), x), to);
    });
}

/// One channel: the lanes are pixels.
template <typename T>
void bilinear_grey(const SampleRowTask& task) {
    const SourceLines<T> in(task);
    const std::ptrdiff_t step = task.in.step;
    float* const out = task.out;
    const auto mixed = [](Lanes a, Lanes b, Lanes weight) {
        const Lanes mix = multiply_add(weight, b - a, a);
        return weight == 0.0F ? a : mix;
    };
    for_each_batch<T>(task, 1, [&](int j, const Points& points, int count) {
        // Left and right neighbour side by side: one copy moves both.
        T top[2 * batch_length];
        T bottom[2 * batch_length];
        for (int n = 0; n < count; ++n) {
            const std::ptrdiff_t offset = points.offset[n];
            if (in.holds_register(offset + step)) [[likely]] {
                std::memcpy(top + 2 * n, in.at(offset), 2 * sizeof(T));
                std::memcpy(bottom + 2 * n, in.at(offset + step), 2 * sizeof(T));
            } else {
                for (int k = 0; k < 2; ++k) {
                    top[2 * n + k] = static_cast<T>(in.load_inside(offset)[k]);
                    bottom[2 * n + k] = static_cast<T>(in.load_inside(offset + step)[k]);
                }
            }
        }
        for (int start = 0; start < count; start += lane_count) {
            const int n = count - start < lane_count ? count - lane_count : start;
            const Lanes x = load(points.fraction_x + n);
            const auto line = [&](const T* pairs) {
                const Lanes a = load(pairs + 2 * n);
                const Lanes b = load(pairs + 2 * n + lane_count);
                return mixed(__builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14),
                             __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15), x);
            };
            store(mixed(line(top), line(bottom), load(points.fraction_y + n)), out + j + n);
        }
    });
}

/// Any number of channels, value by value; taps of weight 0 are not read.
template <typename T>
void bilinear_generic(const SampleRowTask& task) {
    const SourceLines<T> in(task);
    const std::ptrdiff_t right = task.channels * static_cast<std::ptrdiff_t>(sizeof(T));
    const int channels = task.channels;
    for_each_sample<T>(task, channels, [&](std::ptrdiff_t offset, float x, float y, float* to) {
        for (int c = 0; c < channels; ++c, offset += sizeof(T)) {
            const auto line = [&](std::ptrdiff_t from) {
                const auto a = static_cast<float>(*in.at(from));
                return x == 0 ? a : multiply_add(x, static_cast<float>(*in.at(from + right)) - a, a);
            };
            const float top = line(offset);
            to[c] = y == 0 ? top : multiply_add(y, line(offset + task.in.step) - top, top);
        }
    });
}

/// `multiply_add` of this instruction set.
struct MultiplyAdd {
    GLIMPSE_INLINE float operator()(float a, float b, float c) const { return multiply_add(a, b, c); }
};

/// Keys' kernel at the four taps of a point that lies t beyond the second.
struct CubicWeights {
    float weight[4];
};
GLIMPSE_INLINE CubicWeights cubic_weights(float t) {
    constexpr CubicConvolution<float, MultiplyAdd> kernel{};
    if (t == 0) return {{0, 1, 0, 0}};
    return {{kernel.far(1 + t), kernel.near(t), kernel.near(1 - t), kernel.far(2 - t)}};
}

template <int C, typename T>
void bicubic(const SampleRowTask& task) {
    const SourceLines<T> in(task);
    const std::ptrdiff_t step = task.in.step;
    constexpr auto pixel = static_cast<std::ptrdiff_t>(C * sizeof(T));
    for_each_sample<T>(task, C, [&](std::ptrdiff_t offset, float fraction_x, float fraction_y, float* to) {
        const CubicWeights x = cubic_weights(fraction_x);
        const CubicWeights y = cubic_weights(fraction_y);
        const std::ptrdiff_t first = offset - step - pixel;
        const bool all_inside = first >= 0 && in.holds_register(offset + 2 * step + pixel);
        Lanes left{};
        Lanes right{};
        for (int k = 0; k < 4; ++k) {
            const std::ptrdiff_t line = first + k * step;
            left = accumulate<T>(left, all_inside ? load(in.at(line)) : in.load_inside(line), y.weight[k]);
            const std::ptrdiff_t next = line + 2 * pixel;
            right = accumulate<T>(right, all_inside ? load(in.at(next)) : in.load_inside(next), y.weight[k]);
        }
        Lanes sum = accumulate<T>(Lanes{}, left, x.weight[0]);
        sum = accumulate<T>(sum, next_pixel<C>(left), x.weight[1]);
        sum = accumulate<T>(sum, right, x.weight[2]);
        store_pixel(accumulate<T>(sum, next_pixel<C>(right), x.weight[3]), to);
    });
}

template <typename T>
void bicubic_generic(const SampleRowTask& task) {
    const SourceLines<T> in(task);
    const std::ptrdiff_t step = task.in.step;
    const int channels = task.channels;
    const auto pixel = static_cast<std::ptrdiff_t>(channels * sizeof(T));
    for_each_sample<T>(
        task, channels, [&](std::ptrdiff_t offset, float fraction_x, float fraction_y, float* to) {
            const CubicWeights x = cubic_weights(fraction_x);
            const CubicWeights y = cubic_weights(fraction_y);
            for (int c = 0; c < channels; ++c, offset += sizeof(T)) {
                float sum = 0;
                for (int k = 0; k < 4; ++k) {
                    for (int m = 0; m < 4; ++m) {
                        const float weight = y.weight[k] * x.weight[m];
                        if (weight == 0) continue;
                        const T value = *in.at(offset + (k - 1) * step + (m - 1) * pixel);
                        sum += weight * static_cast<float>(value);  // no FMA: the additions alone are chained
                    }
                }
                to[c] = sum;
            }
        });
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

void sample_bilinear(const SampleRowTask& task) {
    with_element(task.in.element, [&]<typename T>(T*) {
        if (task.channels == 1) return bilinear_grey<T>(task);
        if (task.channels == 3) return bilinear<3, T>(task);
        if (task.channels == 4) return bilinear<4, T>(task);
        bilinear_generic<T>(task);
    });
}

void sample_bicubic(const SampleRowTask& task) {
    with_element(task.in.element, [&]<typename T>(T*) {
        if (task.channels == 3) return bicubic<3, T>(task);
        if (task.channels == 4) return bicubic<4, T>(task);
        bicubic_generic<T>(task);
    });
}

}  // namespace GLIMPSE_INSTRUCTION_SET

}  // namespace glimpse
