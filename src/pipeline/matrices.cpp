#include "pipeline/matrices.hpp"

#include <algorithm>
#include <limits>

#include "arrays/npy_output.hpp"
#include "glimpse/error.hpp"
#include "maps/matrix_entries.hpp"
#include "maps/weight_facts.hpp"

namespace glimpse {

namespace {

using Kind = MatrixPath::Kind;

std::size_t length(std::int64_t n) {
    return static_cast<std::size_t>(n);
}

/// `kind` is not the grid.
MatrixOf matrix_of(Kind kind) {
    return kind == Kind::a_y ? MatrixOf::y : kind == Kind::a_x ? MatrixOf::x : MatrixOf::all;
}

bool belongs_to(const LinearMap& map, Kind kind) {
    if (kind == Kind::grid) return listed_points(map) != nullptr;
    const std::vector<MatrixOf> all = matrices_of(map);
    return std::ranges::find(all, matrix_of(kind)) != all.end();
}

/// Throws `Error` where the matrix has more than `largest_dense_matrix` numbers.
void require_dense(const LinearMap& map, Kind kind) {
    if (kind == Kind::grid) return;
    const auto [rows, columns] = shape_of(map, matrix_of(kind));
    if (rows == 0 || columns <= largest_dense_matrix / rows) return;
    const std::string name = kind == Kind::a_y ? "A_y" : kind == Kind::a_x ? "A_x" : "A";
    const std::string dense = field_name("matrices.dense");
    throw Error(name + " has " + std::to_string(rows) + " rows and " + std::to_string(columns) +
                " columns, more than the " + std::to_string(largest_dense_matrix) + " numbers that " + dense +
                " writes at most; leave " + dense + " out, and it is written as a sparse matrix");
}

/// The rows of a sparse matrix begin at these places of its weights, and end at the next.
template <typename Index>
void add_beginnings(const LinearMap& map, MatrixOf which, NumberOutput<Index>& beginnings) {
    Index count = 0;
    beginnings.add(count);
    for_each_entry(
        map, which, [&](std::int64_t, float) { ++count; }, [&] { beginnings.add(count); });
}

/// The arrays of `scipy.sparse.save_npz` for a CSR matrix of so many weights, in its order.
template <typename Index>
void add_compressed_rows(const LinearMap& map, MatrixOf which, std::int64_t weights, NpzOutput& npz) {
    const MatrixShape shape = shape_of(map, which);
    const auto end_row = [] {};
    npz.add<Index>("indices", {length(weights)}, [&](NumberOutput<Index>& numbers) {
        const auto add = [&](std::int64_t column, float) { numbers.add(static_cast<Index>(column)); };
        for_each_entry(map, which, add, end_row);
    });
    npz.add<Index>("indptr", {length(shape.rows + 1)},
                   [&](NumberOutput<Index>& numbers) { add_beginnings(map, which, numbers); });
    npz.add("format", "csr");
    npz.add<std::int64_t>("shape", {2}, [&](NumberOutput<std::int64_t>& numbers) {
        numbers.add(shape.rows);
        numbers.add(shape.columns);
    });
    npz.add<float>("data", {length(weights)}, [&](NumberOutput<float>& numbers) {
        for_each_entry(
            map, which, [&](std::int64_t, float weight) { numbers.add(weight); }, end_row);
    });
}

void write_sparse(const LinearMap& map, MatrixOf which, const ByteSink& sink) {
    std::int64_t weights = 0;
    for_each_entry(
        map, which, [&](std::int64_t, float) { ++weights; }, [] {});
    NpzOutput npz(sink);
    // As scipy chooses: 32 bits where they hold every index.
    constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();
    if (std::max(weights, shape_of(map, which).columns) <= largest) {
        add_compressed_rows<std::int32_t>(map, which, weights, npz);
    } else {
        add_compressed_rows<std::int64_t>(map, which, weights, npz);
    }
    npz.finish();
}

void write_dense(const LinearMap& map, MatrixOf which, const ByteSink& sink) {
    const MatrixShape shape = shape_of(map, which);
    write_npy<float>(sink, {length(shape.rows), length(shape.columns)}, [&](NumberOutput<float>& numbers) {
        std::int64_t next = 0;
        const auto add_zeros_before = [&](std::int64_t column) {
            for (; next < column; ++next) numbers.add(0);
        };
        const auto add = [&](std::int64_t column, float weight) {
            add_zeros_before(column);
            numbers.add(weight);
            ++next;
        };
        for_each_entry(map, which, add, [&] {
            add_zeros_before(shape.columns);
            next = 0;
        });
    });
}

void write_grid(const SamplingPoints& points, Size glimpse, const ByteSink& sink) {
    write_npy<double>(sink, {length(glimpse.height), length(glimpse.width), 2},
                      [&](NumberOutput<double>& numbers) {
                          for (int i = 0; i < glimpse.height; ++i) {
                              for (int j = 0; j < glimpse.width; ++j) {
                                  const Point point = points.at(j, i);
                                  numbers.add(point.x);
                                  numbers.add(point.y);
                              }
                          }
                      });
}

void write_matrix(const LinearMap& map, Kind kind, MatrixForm form, const ByteSink& sink) {
    if (kind == Kind::grid) return write_grid(*listed_points(map), map.glimpse, sink);
    (form == MatrixForm::dense ? write_dense : write_sparse)(map, matrix_of(kind), sink);
}

}  // namespace

void Matrices::plan(std::vector<LoweredGlimpse>& glimpses) {
    if (form_ == MatrixForm::none) return;
    report_.matrices.resize(paths_.matrices.size());
    std::erase_if(glimpses, [&](const LoweredGlimpse& glimpse) {
        const LinearMap& map = glimpse.lowered.map;
        std::vector<MatrixPath>& matrices = paths_of(glimpse);
        std::erase_if(matrices, [&](const MatrixPath& one) { return !belongs_to(map, one.kind); });
        if (form_ == MatrixForm::dense) {
            guarded(*glimpse.report, [&] {
                for (const MatrixPath& one : matrices) require_dense(map, one.kind);
            });
        }
        return !glimpse.report->error.empty();
    });
    for (std::size_t k = 0; k < paths_.matrices.size(); ++k) {
        if (!report_.glimpses[k].error.empty()) paths_.matrices[k].clear();
    }
}

bool Matrices::are_wanted(const LoweredGlimpse& glimpse, const Saver& saver) const {
    if (form_ == MatrixForm::none) return false;
    return std::ranges::any_of(paths_of(glimpse),
                               [&](const MatrixPath& matrix) { return saver.wants(matrix.path); });
}

void Matrices::save(const LoweredGlimpse& glimpse, Saver& saver) {
    if (form_ == MatrixForm::none) return;
    for (const auto& [kind, path] : paths_of(glimpse)) {
        const auto write = [&, kind = kind](const ByteSink& sink) {
            write_matrix(glimpse.lowered.map, kind, form_, sink);
        };
        if (saver.save_in_pieces(path, write)) report_.matrices[place_of(glimpse)].push_back(path.string());
    }
}

void Matrices::record_planned(std::span<const LoweredGlimpse> glimpses, const Saver& saver) {
    if (form_ == MatrixForm::none) return;
    for (const LoweredGlimpse& glimpse : glimpses) {
        for (const MatrixPath& matrix : paths_of(glimpse)) {
            if (saver.wants(matrix.path)) report_.matrices[place_of(glimpse)].push_back(matrix.path.string());
        }
    }
}

}  // namespace glimpse
