#include "outputs/output_check.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "outputs/output_plan.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// Where outputs go, and that none of them loses data.

using namespace glimpse;

namespace {

namespace fs = std::filesystem;

ImageJob job(const std::string& image, const std::string& name, const std::vector<std::string>& ids) {
    ParameterDocument document;
    for (const std::string& id : ids) document.push_back({id, Crop{}});
    return {ImageSource(image), name, std::make_shared<const ParameterDocument>(document)};
}

OutputOptions into(const fs::path& out) {
    OutputOptions options;
    options.out = out.string();
    return options;
}

OutputOptions into_archive(const fs::path& archive) {
    OutputOptions options;
    options.archive = archive.string();
    return options;
}

std::string refusal_of(std::vector<ImageJob> jobs, const OutputOptions& options) {
    return refusal([&] { plan_outputs(jobs, options); });
}

std::vector<std::string> names(const std::vector<fs::path>& paths) {
    return {paths.begin(), paths.end()};
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("the paths of a job's outputs") {
    OutputOptions options = into("out");
    options.map = options.overlay = options.panel = true;
    const ImageJob one = job("in/a.b.jpg", "in/a.b", {"x", "y"});
    const auto paths = [&] { return names(all_of(output_paths(plan_outputs({one}, options), one))); };
    CHECK(paths() == Names{"out/in/a.b.x.png", "out/in/a.b.y.png", "out/in/a.b.x.map.png",
                           "out/in/a.b.y.map.png", "out/in/a.b.overlay.png", "out/in/a.b.panel.png"});
    options.format = "npy";
    CHECK(paths()[0] == "out/in/a.b.x.npy");
    CHECK(paths()[2] == "out/in/a.b.x.map.npy");
    options.format = "webp";
    CHECK(paths()[2] == "out/in/a.b.x.map.png");

    ImageJob failed = one;
    failed.problem = "it is not there";
    CHECK(all_of(output_paths(plan_outputs({one}, options), failed)).empty());
}

TEST_CASE("a sheet has pages where there are more glimpses than one shows") {
    OutputOptions options = into("out");
    options.sheet.content = SheetContent::maps;
    const auto sheets = [&](std::size_t count) {
        std::vector<std::string> ids;
        for (std::size_t k = 0; k < count; ++k) ids.push_back("g" + std::to_string(k));
        const ImageJob one = job("a.jpg", "a", ids);
        const OutputPlan plan = plan_outputs({one}, options);
        std::size_t visited = 0;
        for_each_output(plan, one, [&](const fs::path&) { ++visited; });
        const OutputPaths paths = output_paths(plan, one);
        CHECK(visited == count + paths.sheets.size());
        CHECK(all_of(paths).size() == visited);
        return names(paths.sheets);
    };
    CHECK(sheets(0).empty());
    CHECK(sheets(1) == Names{"out/a.sheet.png"});
    CHECK(sheets(256) == Names{"out/a.sheet.png"});
    options.figure_format = FigureFormat::pdf;
    CHECK(sheets(257) == Names{"out/a.sheet.1.pdf", "out/a.sheet.2.pdf"});
    options.sheet.cell_size = 31;
    CHECK(holds(refusal_of({job("a.jpg", "a", {"x"})}, options), "32 to 1024 pixels are a cell, not 31"));
    options.sheet.cell_size = 32;
    options.tracks.strip = true;
    options.tracks.cell_size = 1025;
    CHECK(holds(refusal_of({job("a.jpg", "a", {"x"})}, options), "32 to 1024 pixels are a cell, not 1025"));
    options.tracks.strip = false;
    options.out = "-";
    CHECK(holds(refusal_of({job("a.jpg", "a", {"x"})}, options), "'-' holds the glimpse alone"));
}

TEST_CASE("the names of all matrices that there may be are taken") {
    OutputOptions options = into("out");
    options.matrices = MatrixForm::sparse;
    const ImageJob one = job("a.jpg", "a", {"x"});
    const auto paths = [&] { return names(all_of(output_paths(plan_outputs({one}, options), one))); };
    CHECK(paths() ==
          Names{"out/a.x.png", "out/a.x.A_y.npz", "out/a.x.A_x.npz", "out/a.x.grid.npy", "out/a.x.A.npz"});
    options.matrices = MatrixForm::dense;
    CHECK(paths() ==
          Names{"out/a.x.png", "out/a.x.A_y.npy", "out/a.x.A_x.npy", "out/a.x.grid.npy", "out/a.x.A.npy"});
    options.format = "npy";
    CHECK(holds(refusal_of({job("a.jpg", "a", {"x", "x.A"})}, options),
                "out/a.x.A.npy: would be written twice"));
    options = into("-");
    options.matrices = MatrixForm::sparse;
    CHECK(holds(refusal_of({one}, options), "'-' holds the glimpse alone"));
}

TEST_CASE("in an archive a name's dots end no key, unless its image came out of one") {
    ImageJob one = job("in.d/a.b.jpg", "in.d/a.b", {"x"});
    const OutputPlan plan = plan_outputs({one}, into_archive("out.tar"));
    CHECK(names(all_of(output_paths(plan, one))) == Names{"in.d/a_b.x.png", "in.d/a_b.json"});
    one.member = "in.d/a.b.jpg";
    CHECK(names(all_of(output_paths(plan, one))) == Names{"in.d/a.b.x.png", "in.d/a.b.json"});
}

TEST_CASE("a picture's name is a file, anything else a directory, and a file holds one glimpse") {
    const scratch::Directory directory;
    for (const char* file : {"-", "a.png", "a.NPY", "a.gif", "a.svg"}) CHECK(holds_one_glimpse(file));
    for (const char* other : {"a", "a.png/", "a.txt", ".", "v1.2"}) CHECK_FALSE(holds_one_glimpse(other));
    fs::create_directory(directory / "d.png");
    CHECK_FALSE(holds_one_glimpse(directory / "d.png"));

    const ImageJob one = job("a.jpg", "a", {"x"});
    const OutputPlan plan = plan_outputs({one}, into("other/glimpse.webp"));
    CHECK(names(all_of(output_paths(plan, one))) == Names{"other/glimpse.webp"});
    CHECK(plan.format == "webp");
    CHECK(plan_outputs({one}, into("-")).to_standard_output);
    const ImageJob two = job("b.jpg", "b", {"x", "y"});
    CHECK(holds(refusal_of({two}, into("a.png")),
                "a file name, which holds one glimpse; this run makes 2 out of 1"));
    CHECK(holds(refusal_of({one, one}, into("-")), "this run makes 2 out of 2 images"));
    CHECK(holds(refusal_of({one}, into("")), "out: say where the glimpses go"));
    OutputOptions mapped = into("-");
    mapped.map = true;
    CHECK(holds(refusal_of({one}, mapped), "'-' holds the glimpse alone"));
    CHECK(holds(refusal_of({one}, into_archive("a.zip")), "an archive's name ends in .tar"));
}

TEST_CASE("no output is written twice, by whatever names") {
    const scratch::Directory directory;
    const fs::path out = directory / "out";
    CHECK(refusal_of({job("1.png", "a", {"x"}), job("2.png", "b", {"x"})}, into(out)).empty());
    CHECK(holds(refusal_of({job("1.png", "a", {"x"}), job("2.png", "a", {"y", "x"})}, into(out)),
                "out/a.x.png: would be written twice, for 1.png and for 2.png"));
    CHECK(holds(refusal_of({job("1.png", "a", {"x", "x"})}, into(out)), "for 1.png and for 1.png"));
    CHECK(holds(refusal_of({job("1.png", "a", {"x"}), job("2.png", "d/../a", {"x"})}, into(out)),
                "written twice"));

    fs::create_directory(out);
    fs::create_directory_symlink(out, directory / "link");
    CHECK(holds(
        refusal_of({job("1.png", "out/a", {"x"}), job("2.png", "link/a", {"x"})}, into(directory.path())),
        "written twice"));
    OutputOptions reported = into(out);
    reported.also_outputs = {directory / "link" / "a.x.png"};
    CHECK(holds(refusal_of({job("1.png", "a", {"x"})}, reported), "for the report and for 1.png"));
    OutputOptions archived = into_archive(directory / "a.tar");
    archived.also_outputs = {directory / "a.tar"};
    CHECK(holds(refusal_of({}, archived), "for the report and for the archive"));
    // Members of an archive are no files: links on the disk do not matter.
    CHECK(refusal_of({job("1.png", "out/a", {"x"}), job("2.png", "link/a", {"x"})},
                     into_archive(directory / "a.tar"))
              .empty());
}

TEST_CASE("no output is an input, or stands where none can") {
    const scratch::Directory directory;
    const fs::path image = directory.file("a.x.png");
    const std::string lost = "is an input of this run, and would be overwritten";
    CHECK(holds(refusal_of({job(image, "a", {"x"})}, into(directory.path())), lost));
    CHECK(
        holds(refusal_of({job("b.png", "a", {"x"}), job(image, "c", {"x"})}, into(directory.path())), lost));
    fs::create_hard_link(image, directory / "b.x.png");
    CHECK(holds(refusal_of({job(image, "b", {"x"})}, into(directory.path())), lost));
    OutputOptions with_manifest = into(directory.path());
    with_manifest.also_inputs = {image};
    CHECK(holds(refusal_of({job("b.png", "a", {"x"})}, with_manifest), lost));
    with_manifest.also_outputs = {image};
    CHECK(holds(refusal_of({}, with_manifest), lost));
    ImageJob described = job("b.png", "a", {"x"});
    described.sidecar = image;
    CHECK(holds(refusal_of({described}, into(directory.path())), lost));

    fs::create_directory(directory / "d.x.png");
    CHECK(holds(refusal_of({job("d.png", "d", {"x"})}, into(directory.path())), "d.x.png: Is a directory"));
    CHECK(holds(refusal_of({}, into_archive("/dev/null")), "/dev/null: it is not a regular file"));
}

TEST_CASE("an output behind directories that are still to be made is what it is once they are") {
    const scratch::Directory directory;
    const fs::path image = directory.file("a.x.png");
    const std::string lost = "is an input of this run, and would be overwritten";
    for (const char* way : {"new/..", "new/../new/..", "new/other/../.."}) {
        const fs::path out = directory / way;
        CHECK(holds(refusal_of({job(image, "a", {"x"})}, into(out)), lost));
        CHECK(holds(refusal_of({job(image, "a", {"x"})}, into(out / "a.x.png")), lost));
        CHECK(holds(refusal_of({job(out / "a.x.png", "a", {"x"})}, into(directory.path())), lost));
        OutputOptions reported = into(directory / "out");
        reported.also_inputs = {image};
        reported.also_outputs = {out / "a.x.png"};
        CHECK(holds(refusal_of({}, reported), lost));
        OutputOptions kept = into(out);
        kept.existing = Existing::error;
        std::vector<ImageJob> jobs{job("b.png", "a", {"x"})};
        CHECK(
            holds(refusal([&] { require_new_outputs(plan_outputs(jobs, kept), jobs); }), "is there already"));
    }
    CHECK(!fs::exists(directory / "new"));
    CHECK(holds(
        refusal_of({job("1.png", "a", {"x"}), job("2.png", "b/../a", {"x"})}, into(directory / "new/../new")),
        "written twice"));
    fs::create_directory(directory / "d.png");
    CHECK_FALSE(holds_one_glimpse(directory / "new/../d.png"));
}

TEST_CASE("no output is a file below a directory of annotations, by whatever link") {
    const scratch::Directory directory;
    const fs::path linked = directory.file("elsewhere/a.txt");
    const fs::path own = directory.file("labels/b/a.txt");
    fs::create_directory_symlink(directory / "elsewhere", directory / "labels" / "link");
    fs::create_directory_symlink(directory / "labels", directory / "elsewhere" / "back");
    for (const fs::path& input : {linked, own}) {
        OutputOptions options = into(directory / "out");
        options.also_inputs = {directory / "labels"};
        options.also_outputs = {input};
        CHECK(holds(refusal_of({}, options), "a.txt: is an input of this run, and would be overwritten"));
    }
}

TEST_CASE("a directory that fails for want of images is not searched for files to spare") {
    const scratch::Directory directory;
    OutputOptions options = into(directory / "out");
    options.also_outputs = {directory.file("elsewhere/a.txt")};
    ImageJob empty = job(directory / "elsewhere", "a", {"x"});
    empty.problem = "has no images";
    CHECK(refusal_of({empty}, options).empty());
}

TEST_CASE("what is refused takes nobody's name") {
    const OutputPlan plan = plan_outputs({}, into("out"));
    OutputCheck check(plan, [](std::size_t n) { return "job " + std::to_string(n); });
    check.check(job("0.png", "a", {"x"}));
    CHECK(holds(refusal([&] { check.check(job("1.png", "a", {"y", "x"})); }), "for job 0 and for 1.png"));
    check.check(job("2.png", "a", {"y"}));
    CHECK(holds(refusal([&] { check.check(job("3.png", "a", {"y"})); }), "for job 2 and for 3.png"));
}

TEST_CASE("of a stream, no output is a later record's input, and the last outputs are remembered") {
    const scratch::Directory directory;
    const OutputPlan plan = plan_outputs({}, into(directory / "out"));
    constexpr std::size_t window = 3;
    OutputCheck check(
        plan, [](std::size_t n) { return "job " + std::to_string(n); }, window);
    const auto name = [](std::size_t k) { return "n" + std::to_string(k); };
    for (std::size_t k = 0; k < 5; ++k) {
        check.check(job("i.png", name(k), {"x"}));
        for (std::size_t seen = k + 1 > window ? k + 1 - window : 0; seen <= k; ++seen) {
            CHECK(holds(refusal([&] { check.check(job("j.png", name(seen), {"x"})); }), "written twice"));
        }
        const ImageJob reader = job((directory / "out" / (name(k) + ".x.png")).string(), "z", {});
        CHECK(holds(refusal([&] { check.add_inputs(reader); }), "is an output of this run as well"));
    }
    check.add_inputs(job((directory / "other.png").string(), "z", {}));
}

TEST_CASE("of a stream, what the caller writes may not be an image that it might name") {
    const scratch::Directory directory;
    OutputOptions options = into(directory / "out");
    options.also_outputs = {directory.file("report.png")};
    const OutputPlan plan = plan_outputs({}, options);
    const auto number = [](std::size_t n) { return std::to_string(n); };
    OutputCheck(plan, number).check_caller_outputs();
    OutputOptions other = into(directory / "out");
    other.also_outputs = {directory.file("report.jsonl")};
    OutputCheck(plan_outputs({}, other), number, 1).check_caller_outputs();
    CHECK(holds(refusal([&] { OutputCheck(plan, number, 1).check_caller_outputs(); }),
                "is an image, which a later record may name: the report would overwrite it"));
}

TEST_CASE("outputs that are there are an error where they are to be one") {
    const scratch::Directory directory;
    std::vector<ImageJob> jobs{job("a.png", "a", {"x"})};
    OutputOptions options = into(directory.path());
    options.overlay = true;
    const auto refused = [&] {
        return refusal([&] { require_new_outputs(plan_outputs(jobs, options), jobs); });
    };
    const std::string png(std::string_view("\x89PNG\r\n\x1A\n\0\0\0\0IEND\xAE\x42\x60\x82", 20));
    directory.file("a.overlay.png", png);
    CHECK(refused().empty());
    CHECK(!is_kept(options, directory / "a.overlay.png"));
    options.existing = Existing::skip;
    CHECK(refused().empty());
    CHECK(is_kept(options, directory / "a.overlay.png"));
    CHECK(!is_remade(options, directory / "a.overlay.png"));
    CHECK(!is_remade(options, directory / "a.panel.png"));
    directory.file("a.overlay.png", png.substr(0, 19));
    CHECK(!is_kept(options, directory / "a.overlay.png"));
    CHECK(is_remade(options, directory / "a.overlay.png"));
    CHECK(!is_kept(options, directory / "a.panel.png"));
    options.existing = Existing::error;
    CHECK(holds(refused(), "a.overlay.png: is there already"));
    fs::remove(directory / "a.overlay.png");
    CHECK(refused().empty());
    fs::create_symlink("nowhere", directory / "a.overlay.png");
    CHECK(holds(refused(), "a.overlay.png: is there already"));
    CHECK(!is_kept(options, directory / "a.overlay.png"));
    fs::remove(directory / "a.overlay.png");
    OutputOptions archived = into_archive(directory.file("a.tar"));
    archived.existing = Existing::error;
    CHECK(
        holds(refusal([&] { require_new_outputs(plan_outputs(jobs, archived), jobs); }), "a.tar: is there"));
}

TEST_CASE("no output leaves its directory through a link in it") {
    const scratch::Directory directory;
    fs::create_directory(directory / "out");
    fs::create_directory_symlink("/", directory / "out" / "root");
    const OutputPlan plan = plan_outputs({}, into(directory / "out"));
    CHECK_NOTHROW(require_outputs_below(plan, "a"));
    CHECK_NOTHROW(require_outputs_below(plan, "new/a"));
    CHECK_THROWS_WITH_AS(require_outputs_below(plan, "root/a"), doctest::Contains("symbolic link"), Error);
    for (const char* name : {"a\nb", "a/\x1B[2J", "\xC2\x9B"}) {
        CHECK_THROWS_WITH_AS(require_outputs_below(plan, name), doctest::Contains("control characters"),
                             Error);
        CHECK_THROWS_AS(require_outputs_below(plan_outputs({}, into_archive("a.tar")), name), Error);
    }
    CHECK_NOTHROW(require_outputs_below(plan, "\xC3\x9B \xFF"));
    CHECK_NOTHROW(require_outputs_below(plan_outputs({}, into_archive("a.tar")), "root/a"));
}
