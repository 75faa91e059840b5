#include "pipeline/matrices.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/array.hpp"
#include "glimpse/mechanisms/mask.hpp"
#include "glimpse/mechanisms/spatial_transformer.hpp"
#include "lowered_job.hpp"
#include "scratch_directory.hpp"

// Which matrices are written of each kind of map, and what is in the files; `tests/laws.hpp` has it that they
// are the map.

using namespace glimpse;

namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

constexpr Size image{20, 10};

/// A rotation of a 2×3 glimpse, by samples, and a crop of 4×5 pixels.
ParameterDocument document() {
    SpatialTransformer turned;
    turned.form = SpatialTransformer::BoxForm{.box = {2, 3, 6, 4}, .units = Units::pixels, .angle = 30};
    turned.size = Size{2, 3};
    return {cropped("crop", {1, 2, 4, 5}), {.id = "turned", .mechanism = turned}};
}

OutputOptions into_archive(const scratch::Directory& directory, MatrixForm form) {
    OutputOptions options;
    options.archive = directory / "a.tar";
    options.matrices = form;
    return options;
}

/// `report` takes those of the job's glimpses, which keep their places in memory.
std::vector<OutputFile> saved(LoweredJob& job, ImageReport& report) {
    report.glimpses = std::move(job.reports);
    Matrices matrices(job.plan.options, job.paths, report);
    matrices.plan(job.glimpses);
    Saver saver(job.plan);
    for (const LoweredGlimpse& glimpse : job.glimpses) matrices.save(glimpse, saver);
    return saver.members();
}

Names names(const std::vector<OutputFile>& files) {
    Names all;
    for (const OutputFile& file : files) all.push_back(file.path.string());
    return all;
}

std::unique_ptr<ArrayFile> opened(const OutputFile& file) {
    return open_array_file(kept_bytes(std::make_shared<const std::vector<std::uint8_t>>(file.bytes)));
}

Numbers numbers(const Array& array) {
    Numbers all(array.count());
    array.read(all);
    return all;
}

}  // namespace

TEST_CASE("matrices: of separable maps two, of samples one and their grid") {
    const scratch::Directory directory;
    LoweredJob job(document(), image, into_archive(directory, MatrixForm::sparse));
    ImageReport report;
    const std::vector<OutputFile> files = saved(job, report);
    CHECK(names(files) == Names{"a.crop.A_x.npz", "a.crop.A_y.npz", "a.turned.A.npz", "a.turned.grid.npy"});
    CHECK(report.matrices[0] == Names{"a.crop.A_y.npz", "a.crop.A_x.npz"});
    CHECK(report.matrices[1] == Names{"a.turned.grid.npy", "a.turned.A.npz"});

    const auto columns = opened(files[0]);
    CHECK(columns->names() == Names{"indices", "indptr", "format", "shape", "data"});
    CHECK(numbers(columns->array("indices")) == Numbers{1, 2, 3, 4});
    CHECK(numbers(columns->array("indptr")) == Numbers{0, 1, 2, 3, 4});
    CHECK(numbers(columns->array("shape")) == Numbers{4, 20});
    CHECK(numbers(columns->array("data")) == Numbers{1, 1, 1, 1});
    CHECK(numbers(opened(files[1])->array("indices")) == Numbers{2, 3, 4, 5, 6});

    const auto all = opened(files[2]);
    CHECK(numbers(all->array("shape")) == Numbers{6, 200});
    CHECK(all->array("indptr").count() == 7);
    const Array grid = opened(files[3])->array("");
    CHECK(grid.shape() == Array::Shape{3, 2, 2});
    const Point first = (*job.glimpses[1].lowered.matrix)(0, 0);
    CHECK(numbers(grid)[0] == first.x);
    CHECK(numbers(grid)[1] == first.y);
}

TEST_CASE("matrices: with their zeros they are arrays of float32") {
    const scratch::Directory directory;
    LoweredJob job(document(), image, into_archive(directory, MatrixForm::dense));
    ImageReport report;
    const std::vector<OutputFile> files = saved(job, report);
    CHECK(names(files) == Names{"a.crop.A_x.npy", "a.crop.A_y.npy", "a.turned.A.npy", "a.turned.grid.npy"});
    const Array rows = opened(files[1])->array("");
    REQUIRE(rows.shape() == Array::Shape{5, 10});
    const Numbers weights = numbers(rows);
    for (std::size_t i = 0; i < 5; ++i) {
        for (std::size_t y = 0; y < 10; ++y) CHECK(weights[i * 10 + y] == (y == i + 2 ? 1 : 0));
    }
    CHECK(opened(files[2])->array("").shape() == Array::Shape{6, 200});
}

TEST_CASE("matrices: one that is too large with its zeros fails its glimpse alone, by name") {
    const scratch::Directory directory;
    const auto wide = [] {
        return ParameterDocument{cropped("small", {0, 0, 4, 1}), cropped("all", {0, 0, 70000, 1})};
    };
    LoweredJob job(wide(), {70000, 1}, into_archive(directory, MatrixForm::dense));
    ImageReport report;
    CHECK(names(saved(job, report)) == Names{"a.small.A_x.npy", "a.small.A_y.npy"});
    REQUIRE(job.glimpses.size() == 1);
    CHECK(report.glimpses[0].error.empty());
    CHECK(report.glimpses[1].error ==
          "A_x has 70000 rows and 70000 columns, more than the 67108864 numbers that matrices.dense writes "
          "at most; leave matrices.dense out, and it is written as a sparse matrix");
    CHECK(job.paths.matrices[1].empty());

    LoweredJob sparse(wide(), {70000, 1}, into_archive(directory, MatrixForm::sparse));
    ImageReport report_of_sparse;
    CHECK(saved(sparse, report_of_sparse).size() == 4);
}

TEST_CASE("matrices: a glimpse is kept only where all matrices of its map are there") {
    const scratch::Directory directory;
    OutputOptions options = into(directory.path());
    options.matrices = MatrixForm::dense;
    options.existing = Existing::skip;
    options.sync = false;
    const auto bytes = encode_image({.pixels = cv::Mat::zeros(2, 2, CV_8UC3)}, "png");
    for (const char* name : {"a.crop.png", "a.turned.png"})
        directory.file(name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    for (const std::size_t left : {2, 0}) {
        LoweredJob job(document(), image, options);
        ImageReport report;
        report.glimpses = std::move(job.reports);
        Matrices matrices(options, job.paths, report);
        matrices.plan(job.glimpses);
        Saver saver(job.plan);
        drop_existing(job.glimpses, matrices, saver);
        CHECK(job.glimpses.size() == left);
        for (const LoweredGlimpse& glimpse : job.glimpses) matrices.save(glimpse, saver);
    }
    CHECK(std::filesystem::exists(directory / "a.turned.grid.npy"));
    CHECK_FALSE(std::filesystem::exists(directory / "a.turned.A_y.npy"));
}
