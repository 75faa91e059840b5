#include "kernels/instruction_set.hpp"
#include "kernels/lanes.hpp"
#include "kernels/multiply_add.hpp"

// Two passes over blocks of eight glimpse rows. The vertical one yields eight lines, which are transposed, so
// that a register holds one value of each of the eight rows; in the horizontal one a weight is then the same
// for all of a register, whatever the number of channels.

namespace glimpse {
namespace {

/// Calls add(begin, end, sums), which adds weighted values to the sums, for each block of a band's weights,
/// and adds up the blocks' sums.
template <int N, typename Values, typename Add>
GLIMPSE_INLINE void sum_in_blocks(int count, Values (&sums)[N], Add&& add) {
    for (int n = 0; n < N; ++n) sums[n] = Values{};
    add(0, count < summation_block ? count : summation_block, sums);
    for (int begin = summation_block; begin < count; begin += summation_block) {
        Values block[N] = {};
        add(begin, count - begin < summation_block ? count : begin + summation_block, block);
        for (int n = 0; n < N; ++n) sums[n] += block[n];
    }
}

/// to[v] = Σ_k weights[k] · line[first + k][begin + v] for G·8 values.
template <int G, typename T>
GLIMPSE_INLINE void weigh(const Lines& in, const Band& band, std::ptrdiff_t begin, Lanes (&to)[G]) {
    const auto* from = reinterpret_cast<const unsigned char*>(line_of<T>(in, band.first) + begin);
    sum_in_blocks(band.count, to, [&](int first, int end, Lanes(&sums)[G]) {
        for (int k = first; k < end; ++k, from += in.step) {
            const Lanes weight = broadcast(band.weights[k]);
            for (int g = 0; g < G; ++g) {
                const T* const values = reinterpret_cast<const T*>(from) + std::ptrdiff_t{g} * lane_count;
                sums[g] = multiply_add(weight, load(values), sums[g]);
            }
        }
    });
}

/// The same for `count` values, fewer than a register holds, one by one.
template <typename T, typename Out>
void weigh_scalar(const Lines& in, const Band& band, int begin, int count, Out* to) {
    for (int v = 0; v < count; ++v) {
        float sum[1];
        sum_in_blocks(band.count, sum, [&](int first, int end, float(&block)[1]) {
            for (int k = first; k < end; ++k) {
                const auto value = static_cast<float>(line_of<T>(in, band.first + k)[begin + v]);
                block[0] = multiply_add(band.weights[k], value, block[0]);
            }
        });
        store_partial(broadcast(sum[0]), to + v, 1);
    }
}

/// Likewise for any number of values.
template <typename T, typename Out>
GLIMPSE_INLINE void weigh_line(const Lines& in, const Band& band, int begin, int count, Out* to) {
    if (count < lane_count) return weigh_scalar<T>(in, band, begin, count, to);
    constexpr int groups = 4;
    int v = 0;
    for (; v + groups * lane_count <= count; v += groups * lane_count) {
        Lanes values[groups];
        weigh<groups, T>(in, band, begin + v, values);
        for (int g = 0; g < groups; ++g) store(values[g], to + v + g * lane_count);
    }
    while (v < count) {
        if (v + lane_count > count) v = count - lane_count;  // overlaps, with the same result
        Lanes values[1];
        weigh<1, T>(in, band, begin + v, values);
        store(values[0], to + v);
        v += lane_count;
    }
}

/// columns[v] = the v-th value of each of eight lines of `stride` floats.
GLIMPSE_INLINE void transpose_lines(const float* lines, int stride, int count, float* columns) {
    for (int v = 0; v < count; v += lane_count) {
        Lanes block[lane_count];
        for (int r = 0; r < lane_count; ++r) block[r] = load(lines + std::ptrdiff_t{r} * stride + v);
        transpose(block);
        for (int k = 0; k < lane_count; ++k) store(block[k], columns + std::ptrdiff_t{v + k} * lane_count);
    }
}

/// The lines from the first to the last that a block of rows has weights for.
struct Touched {
    int first;
    int count;
    int uses;  ///< weights in all
};

Touched touched_lines(const Band* rows, int row_count) {
    int first = 0;
    int end = 0;
    int uses = 0;
    for (int r = 0; r < row_count; ++r) {
        const Band& band = rows[r];
        if (band.count == 0) continue;
        if (end == 0 || band.first < first) first = band.first;
        if (end == 0 || band.first + band.count > end) end = band.first + band.count;
        uses += band.count;
    }
    return {first, end - first, uses};
}

struct Scratch {
    float* lines;      ///< 8 × tile_length
    float* converted;  ///< maximum_converted × tile_length
    float* columns;    ///< (length + 8) × 8
};

Scratch scratch_of(const SeparableTask& task) {
    float* const lines = task.scratch;
    float* const converted = lines + std::ptrdiff_t{lane_count} * tile_length;
    return {lines, converted, converted + std::ptrdiff_t{maximum_converted} * tile_length};
}

/// The vertical pass over one tile of a line, for up to eight rows.
template <typename T>
void weigh_tile(const SeparableTask& task, const Band* rows, int row_count, const Touched& touched, int begin,
                int count, const Scratch& scratch) {
    constexpr int often = 3;
    const bool convert = !std::is_same_v<T, float> && touched.count <= maximum_converted &&
                         touched.uses >= often * touched.count;
    if (convert) {
        const float one = 1;
        for (int y = 0; y < touched.count; ++y) {
            weigh_line<T>(task.in, {touched.first + y, 1, &one}, begin, count,
                          scratch.converted + std::ptrdiff_t{y} * tile_length);
        }
    }
    const Lines converted{scratch.converted, tile_length * sizeof(float), Element::float32};
    for (int r = 0; r < lane_count; ++r) {
        float* const line = scratch.lines + std::ptrdiff_t{r} * tile_length;
        if (r >= row_count) {
            std::memset(line, 0, static_cast<std::size_t>(count) * sizeof(float));
        } else if (convert) {
            const Band& band = rows[r];
            weigh_line<float>(converted,
                              {band.count > 0 ? band.first - touched.first : 0, band.count, band.weights}, 0,
                              count, line);
        } else {
            weigh_line<T>(task.in, rows[r], begin, count, line);
        }
    }
}

/// The vertical pass: the values that the columns touch, one register for each.
template <typename T>
void weigh_rows(const SeparableTask& task, const Band* rows, int row_count, const Scratch& scratch) {
    const Touched touched = touched_lines(rows, row_count);
    for (int s = 0; s < task.span_count; ++s) {
        const Span& span = task.spans[s];
        for (int v = 0; v < span.length; v += tile_length) {
            int begin = v;
            int count = span.length - v < tile_length ? span.length - v : tile_length;
            // A remainder shorter than a register overlaps the tile before.
            if (count < minimum_span && begin > 0) {
                begin -= minimum_span - count;
                count = minimum_span;
            }
            weigh_tile<T>(task, rows, row_count, touched, span.begin + begin, count, scratch);
            transpose_lines(scratch.lines, tile_length, count,
                            scratch.columns + std::ptrdiff_t{span.offset + begin} * lane_count);
        }
    }
}

/// Eight values of each row of the block, of which the first `count` are stored.
template <typename Out>
GLIMPSE_INLINE void store_block(Lanes (&block)[lane_count], const OutLines& out, int first_row, int row_count,
                                std::ptrdiff_t position, int count) {
    transpose(block);
    for (int r = 0; r < row_count; ++r) {
        Out* const to = line_of<Out>(out, first_row + r) + position;
        if (count == lane_count) {
            store(block[r], to);
        } else {
            store_partial(block[r], to, count);
        }
    }
}

/// sums[c] = Σ_k weights[k] · columns[first + k · stride + c] for C channels of `stride`.
template <int C>
GLIMPSE_INLINE void weigh_columns(const Band& band, const float* columns, std::ptrdiff_t stride,
                                  Lanes (&sums)[C]) {
    const float* from = columns + std::ptrdiff_t{band.first} * lane_count;
    sum_in_blocks(band.count, sums, [&](int first, int end, Lanes(&block)[C]) {
        for (int k = first; k < end; ++k, from += stride * lane_count) {
            const Lanes weight = broadcast(band.weights[k]);
            for (int c = 0; c < C; ++c) {
                block[c] = multiply_add(weight, load(from + std::ptrdiff_t{c} * lane_count), block[c]);
            }
        }
    });
}

/// The horizontal pass for C channels: eight pixels make C whole blocks.
template <int C, typename Out>
void weigh_columns_of(const SeparableTask& task, int first_row, int row_count, const float* columns) {
    for (int j = 0; j < task.column_count; j += lane_count) {
        const int pixels = task.column_count - j < lane_count ? task.column_count - j : lane_count;
        Lanes values[C * lane_count];
        for (int p = 0; p < pixels; ++p) {
            Lanes sums[C];
            weigh_columns<C>(task.columns[j + p], columns, C, sums);
            for (int c = 0; c < C; ++c) values[p * C + c] = sums[c];
        }
        for (int p = pixels * C; p < C * lane_count; ++p) values[p] = Lanes{};
        for (int b = 0; b < C; ++b) {
            Lanes block[lane_count];
            for (int k = 0; k < lane_count; ++k) block[k] = values[b * lane_count + k];
            const int left = pixels * C - b * lane_count;
            if (left <= 0) break;
            store_block<Out>(block, task.out, first_row, row_count,
                             std::ptrdiff_t{j} * C + std::ptrdiff_t{b} * lane_count,
                             left < lane_count ? left : lane_count);
        }
    }
}

/// The same for any number of channels.
template <typename Out>
void weigh_columns_generic(const SeparableTask& task, int first_row, int row_count, const float* columns) {
    const std::ptrdiff_t values = std::ptrdiff_t{task.column_count} * task.channels;
    for (std::ptrdiff_t v = 0; v < values; v += lane_count) {
        const int count = values - v < lane_count ? static_cast<int>(values - v) : lane_count;
        Lanes block[lane_count];
        for (int k = 0; k < lane_count; ++k) {
            Lanes sum[1] = {};
            if (k < count) {
                const Band& band = task.columns[(v + k) / task.channels];
                const int channel = static_cast<int>((v + k) % task.channels);
                weigh_columns<1>({band.first + channel, band.count, band.weights}, columns, task.channels,
                                 sum);
            }
            block[k] = sum[0];
        }
        store_block<Out>(block, task.out, first_row, row_count, v, count);
    }
}

template <typename Out>
void weigh_columns_of(const SeparableTask& task, int first_row, int row_count, const float* columns) {
    switch (task.channels) {
        case 1:
            return weigh_columns_of<1, Out>(task, first_row, row_count, columns);
        case 3:
            return weigh_columns_of<3, Out>(task, first_row, row_count, columns);
        case 4:
            return weigh_columns_of<4, Out>(task, first_row, row_count, columns);
        default:
            return weigh_columns_generic<Out>(task, first_row, row_count, columns);
    }
}

}  // namespace

namespace GLIMPSE_INSTRUCTION_SET {

void separable(const SeparableTask& task) {
    const Scratch scratch = scratch_of(task);
    for (int i = 0; i < task.row_count; i += lane_count) {
        const int rows = task.row_count - i < lane_count ? task.row_count - i : lane_count;
        with_element(task.in.element,
                     [&]<typename T>(T*) { weigh_rows<T>(task, task.rows + i, rows, scratch); });
        with_element(task.out.element,
                     [&]<typename Out>(Out*) { weigh_columns_of<Out>(task, i, rows, scratch.columns); });
    }
}

void vertical(const VerticalTask& task) {
    for (int i = 0; i < task.row_count; ++i) {
        with_element(task.in.element, [&]<typename T>(T*) {
            with_element(task.out.element, [&]<typename Out>(Out*) {
                weigh_line<T>(task.in, task.rows[i], 0, task.length, line_of<Out>(task.out, i));
            });
        });
    }
}

void round(const float* values, std::size_t count, void* out, Element element) {
    with_element(element, [&]<typename Out>(Out*) {
        auto* const to = static_cast<Out*>(out);
        std::size_t n = 0;
        for (; n + lane_count <= count; n += lane_count) store(load(values + n), to + n);
        for (; n < count; ++n) store_partial(broadcast(values[n]), to + n, 1);
    });
}

}  // namespace GLIMPSE_INSTRUCTION_SET

}  // namespace glimpse
