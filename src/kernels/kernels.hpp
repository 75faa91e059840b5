#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The loops that the time goes into. They are compiled once for each instruction set, and the best one that
// the machine has is chosen when it is first asked for. They therefore know plain pointers and numbers only:
// an inline function that other translation units have too could be linked in the form of the wrong
// instruction set.

namespace glimpse {

/// What pixels are made of.
enum class Element { uint8, uint16, float32 };

/// Lines of values: value v of line y is the v-th element from `data` + y · `step` bytes on.
struct Lines {
    const void* data;
    std::ptrdiff_t step;
    Element element;
};
struct OutLines {
    void* data;
    std::ptrdiff_t step;
    Element element;  ///< values are rounded half to even and saturated, NaN as 0; float32 as they are
};

/// One row of a banded matrix: `count` weights from column `first` on.
struct Band {
    int first;
    int count;
    const float* weights;
};

/// Neighbouring values of a line, which stand at `offset` where only the touched ones are kept.
struct Span {
    int begin;
    int length;
    int offset;
};

/// out[i][j·C + c] = Σ_y Σ_x R[i, y] K[j, x] in[y][x·C + c].
struct SeparableTask {
    Lines in;
    OutLines out;
    int channels;         ///< C
    const Band* rows;     ///< R, `first` being a line of `in`
    int row_count;        ///< h
    const Band* columns;  ///< K, `first` being the offset of its first value among those kept
    int column_count;     ///< w
    const Span* spans;    ///< the values of a line that some column touches, in order; each of at least
                          ///< `minimum_span` values unless a line has fewer
    int span_count;
    float* scratch;  ///< `separable_scratch` floats
};

/// out[i][v] = Σ_y R[i, y] in[y][v].
struct VerticalTask {
    Lines in;
    OutLines out;
    const Band* rows;
    int row_count;
    int length;  ///< values of a line
};

/// A row of samples, at least `minimum_samples`: the sampling point of pixel j is start + j · step, counted
/// in pixels of an image in which `in` begins at `origin`. All pixels that have a weight are in the lines.
struct SampleTask {
    Lines in;
    std::ptrdiff_t end_of_data;  ///< bytes from the first value of `in` to the end of its last; < 2^31
    int channels;
    int origin_x;
    int origin_y;
    double start_x;
    double start_y;
    double step_x;
    double step_y;
    int begin;  ///< the j that are sampled: begin … end - 1
    int end;
    float* out;  ///< value c of pixel j at j·C + c; one value after the last is overwritten
};

constexpr int minimum_samples = 8;

constexpr int minimum_span = 8;

/// Values of a line that are at work at once: eight lines of so many floats stay in the nearest cache.
constexpr int tile_length = 256;
/// Lines of a tile that are made floating point once, where they are used often.
constexpr int maximum_converted = 32;

/// Floats that `SeparableTask::scratch` holds where `kept` values of a line are kept.
constexpr std::size_t separable_scratch(int kept) {
    constexpr std::size_t lines = 8;
    return (lines + maximum_converted) * tile_length + lines * (static_cast<std::size_t>(kept) + lines);
}

/// The loops in one instruction set.
struct Kernels {
    const char* instruction_set;
    void (*separable)(const SeparableTask&);
    void (*vertical)(const VerticalTask&);
    void (*sample_bilinear)(const SampleTask&);
    void (*sample_bicubic)(const SampleTask&);
    void (*round)(const float* values, std::size_t count, void* out, Element element);
};

/// Those that this machine can run, the best one first.
std::span<const Kernels* const> available_kernels();

/// The best of this machine.
inline const Kernels& kernels() {
    return *available_kernels().front();
}

}  // namespace glimpse
