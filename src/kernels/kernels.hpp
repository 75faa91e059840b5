#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

// The hot loops, compiled once per instruction set and dispatched at run time. They take plain pointers and
// numbers only: of an inline function that several translation units define the linker keeps one copy, and
// that might be for an instruction set that the machine lacks.

namespace glimpse {

/// Weighted sums are accumulated in blocks of so many weights, so that float32 rounding grows with the root
/// of the number of blocks rather than of weights: for thousands of weights less than 5e-7 of the range
/// instead of 2e-6.
constexpr int summation_block = 32;

/// The type of a pixel's values.
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

/// The values [begin, begin + length) of a line; `offset` is their place in a buffer that packs all spans.
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
    const Band* columns;  ///< K, `first` being an offset into the packed spans
    int column_count;     ///< w
    const Span* spans;    ///< the parts of a line that K's support covers, in order; each has at least
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

/// Images are not longer, of which listed points are sampled.
constexpr int longest_sampled = 1 << 20;

/// A row of at least `minimum_samples` samples. The sampling point of glimpse pixel j is start + j · step, or
/// the j-th of `points`, in centre coordinates of an image whose pixel `origin` is the first of `in`. Every
/// tap whose weight is not 0 lies in `in`.
struct SampleRowTask {
    Lines in;
    std::ptrdiff_t end_of_data;  ///< bytes from the first value of `in` to the end of its last; < 2^31
    int channels;
    int origin_x;
    int origin_y;
    double start_x;
    double start_y;
    double step_x;
    double step_y;
    const double* points;  ///< x and y of each j from 0 on, < `longest_sampled`; null: they are `step` apart
    int begin;             ///< the j that are sampled: [begin, end)
    int end;
    float* out;  ///< value c of pixel j at j·C + c; one value after the last is overwritten
};

/// out[j] = Σ_u Σ_v F[j, u, v] lines[u][j + v], 0 ≤ u, v < s: a row of one channel. Sums are those of each
/// row of the filter, and then of these.
struct FilterRowTask {
    int side;                   ///< s
    int count;                  ///< of pixels, w ≥ 1
    const float* const* lines;  ///< s of them, of w + s - 1 values
    const float* weights;  ///< that of tap u·s + v at [u·s + v]; or of each pixel, at [(u·s + v)·w + j]
    bool of_each;          ///< the latter
    float* out;            ///< w values
};

/// The extent of some points, or that a coordinate is NaN; then the extent is none.
struct PointExtent {
    double low_x;
    double low_y;
    double high_x;
    double high_y;
    bool has_nan;
};

/// The points (x/d, y/d) of the pixels (j, i) of a row, x = a j + b i + c being of the matrix's first row,
/// and y and d of the others; NaN where d ≤ 0.
struct ProjectiveRowTask {
    const double* matrix;  ///< 3×3, row by row
    int j;                 ///< the first
    int i;
    int count;
    double* points;  ///< x and y by turns
};

/// The points (slope_x x + middle_x, slope_y y + middle_y) of others.
struct ScaledRowTask {
    const double* from;  ///< x and y by turns
    double slope_x;
    double slope_y;
    double middle_x;
    double middle_y;
    int count;
    double* points;  ///< likewise
};

/// The points (x_j + u_j - ½, y + v_j - ½) that are displaced by (u_j, v_j), from edge to centre coordinates.
struct DisplacedRowTask {
    const double* places;  ///< x_j and 0 by turns
    double y;
    const double* by;  ///< u_j and v_j by turns
    int count;
    double* points;  ///< x and y by turns
};

/// A thin-plate spline's sums at the points p_j = (x_j, y):
///
///   sum_j = start + slope x_j + Σ_k w_k U(|p_j - a_k|),   U(r) = r² log r²
struct PlateRowTask {
    const double* centres;  ///< a_k, x and y by turns
    const double* weights;  ///< w_k, of x and of y by turns
    int centre_count;
    double start_x;
    double start_y;
    double slope_x;
    double slope_y;
    const double* x;
    double y;
    int count;      ///< of points; a multiple of `plate_lanes`
    double* sum_x;  ///< `count` each
    double* sum_y;
};
constexpr int plate_lanes = 8;
/// Where the numbers of thin plates begin: a register that lies across two lines of the cache takes twice as
/// long.
constexpr std::size_t plate_alignment = 64;

/// A polynomial of two values x and y over a square of `tile_side`² pixels, by what it is at `tile_nodes`²
/// places that lie symmetrically to the square's axes, as do the pixels, u from the middle: their line is
///
///   f(±u) = Σ_q even_q P_q(u) ± odd_q Q_q(u),   0 ≤ q < `tile_terms`,   u = n + ½, 0 ≤ n < `tile_half`
///
/// P_q(u) is at [q · tile_half + n] of `basis`, and all Q_q are behind all P_q.
constexpr int tile_side = 64;
constexpr int tile_half = tile_side / 2;
constexpr int tile_nodes = 16;
constexpr int tile_terms = tile_nodes / 2;
/// Of a line of the square: even_q and then odd_q of x, and then those of y.
constexpr int tile_line = 4 * tile_terms;
struct TileTask {
    const double* basis;
    const double* nodes;  ///< the lines of each even_q, and then of each odd_q, down the square
    double* lines;        ///< of the pixels' rows from the top
};
/// Pixels of such a line, from the `first` on: the points whose x and y are those sums and the polynomial's.
struct TileRowTask {
    PlateRowTask sums;  ///< of as many pixels
    int first;          ///< a multiple of `plate_lanes`
    bool has_sums;      ///< else there is a polynomial alone
    const double* basis;
    const double* line;  ///< null: there is no polynomial
    double* points;      ///< as many as there are sums, x and y by turns
};

/// A row of a footprint's weights, at d_n = first + n, 0 ≤ n < count, k(t) being max(0, 1 - |t|):
///
///   footprint · k(across + across_slope d) · k(down + down_slope d) + upright · k(upright_slope d)
struct FootprintRowTask {
    double first;
    std::ptrdiff_t count;
    double across;
    double across_slope;
    double down;
    double down_slope;
    double footprint;
    double upright;
    double upright_slope;
    float* weights;  ///< null: they are not wanted
};

/// sum[c] += Σ_n w_n in[n·C + c].
struct RunTask {
    const void* in;   ///< of the first pixel
    const void* end;  ///< of the data that may be read, behind its last value
    Element element;
    int channels;  ///< C
    const float* weights;
    std::ptrdiff_t count;
    double* sum;
};

constexpr int minimum_samples = 8;

constexpr int minimum_span = 8;

/// Values of a line in a tile: eight lines of so many floats fit into the L1 cache.
constexpr int tile_length = 256;
/// The most lines of a tile that are converted to float in advance, where several rows use them.
constexpr int maximum_converted = 32;

/// Floats of `SeparableTask::scratch`, `kept` being the sum of the spans' lengths.
constexpr std::size_t separable_scratch(int kept) {
    constexpr std::size_t lines = 8;
    return (lines + maximum_converted) * tile_length + lines * (static_cast<std::size_t>(kept) + lines);
}

/// The loops in one instruction set.
struct Kernels {
    const char* instruction_set;
    void (*separable)(const SeparableTask&);
    void (*vertical)(const VerticalTask&);
    void (*sample_bilinear)(const SampleRowTask&);
    void (*sample_bicubic)(const SampleRowTask&);
    void (*filter_row)(const FilterRowTask&);
    PointExtent (*extent)(const double* points, std::size_t count);  ///< x and y by turns; at least one point
    void (*scaled_row)(const ScaledRowTask&);
    void (*displaced_row)(const DisplacedRowTask&);
    void (*projective_row)(const ProjectiveRowTask&);
    void (*plate_row)(const PlateRowTask&);
    void (*tile)(const TileTask&);
    void (*tile_row)(const TileRowTask&);
    /// Writes the weights, and returns the sum of the products alone, without `footprint` and `upright`.
    double (*footprint_row)(const FootprintRowTask&);
    void (*add_run)(const RunTask&);
    void (*round)(const float* values, std::size_t count, void* out, Element element);
};

/// The sets that this machine can run, the best one first.
std::span<const Kernels* const> available_kernels();

/// The best of this machine.
inline const Kernels& kernels() {
    return *available_kernels().front();
}

}  // namespace glimpse
