#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/extract_options.hpp"
#include "cli/run_record.hpp"
#include "cli/untrusted.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

using namespace glimpse::cli;
using glimpse::OverlayStyle;
using glimpse::SheetContent;
namespace fs = std::filesystem;

TEST_CASE("options that contradict each other are refused by name") {
    const auto refused = [](const auto& set) {
        ExtractOptions options;
        set(options);
        return refusal([&] { validate(options); });
    };
    CHECK(refused([](ExtractOptions&) {}) == "");
    CHECK(refused([](ExtractOptions& o) { o.report = o.output.out = "-"; }) ==
          "--report: standard output already carries the glimpse");
    CHECK(refused([](ExtractOptions& o) { o.report = o.output.archive = "-"; }) ==
          "--report: standard output already carries the archive");
    CHECK(refused([](ExtractOptions& o) { o.resume = true; }) ==
          "--resume: name the earlier run's report: --report FILE");
    CHECK(refused([](ExtractOptions& o) {
              o.resume = true;
              o.report = "report.jsonl";
          }) == "");
    CHECK(
        holds(refused([](ExtractOptions& o) { o.opacity = 0.5; }), "--opacity: is about overlays that show"));
    CHECK(refused([](ExtractOptions& o) {
              o.opacity = 0.5;
              o.output.overlay = true;
          }) == "");
    CHECK(holds(refused([](ExtractOptions& o) {
                    o.opacity = 0.5;
                    o.output.overlay = true;
                    o.output.style.kind = OverlayStyle::Kind::outline;
                }),
                "--opacity: is about overlays that show"));
    const auto scaled = [&](OverlayStyle::Kind kind, SheetContent content) {
        return refused([=](ExtractOptions& o) {
            o.scale = glimpse::SharedScale{};
            o.output.overlay = true;
            o.output.style.kind = kind;
            o.output.sheet.content = content;
        });
    };
    using Kind = OverlayStyle::Kind;
    CHECK(holds(scaled(Kind::outline, SheetContent::none), "--scale: is about attention that is shown"));
    CHECK(holds(scaled(Kind::outline, SheetContent::overlays), "--scale: is about attention that is shown"));
    CHECK(holds(scaled(Kind::contour, SheetContent::none), "--scale: is about attention that is shown"));
    CHECK(scaled(Kind::outline, SheetContent::maps) == "");
    for (const Kind kind : {Kind::heat, Kind::both, Kind::dim, Kind::blend}) {
        CHECK(scaled(kind, SheetContent::none) == "");
    }
    CHECK(holds(refused([](ExtractOptions& o) {
                    o.scale = glimpse::SharedScale{};
                    o.output.sheet.content = SheetContent::glimpses;
                    o.output.tracks.strip = true;
                }),
                "--scale: is about attention that is shown"));
    CHECK(refused([](ExtractOptions& o) {
              o.output.tracks.strip = true;
              o.input.archives = {"a.tar"};
          }) == "--strip: is for images in files, not in an --input-tar");
    CHECK(refused([](ExtractOptions& o) {
              o.verbose = true;
              o.input.inputs = {"no directory.png"};
          }) == "--verbose: names what a directory or an archive has beside images: give one");
    CHECK(refused([](ExtractOptions& o) {
              o.verbose = true;
              o.input.inputs = {"/"};
          }) == "");
    CHECK(holds(refused([](ExtractOptions& o) {
                    o.untrusted = true;
                    o.device = "cuda";
                }),
                "give --device cpu"));
}

TEST_CASE("files of anybody have tighter limits, unless the options say which") {
    const auto seconds = [](bool untrusted, std::optional<double> given) {
        ExtractOptions options;
        options.untrusted = untrusted;
        options.maximum_seconds = given;
        apply(options);
        CHECK(options.input.open.maximum_seconds == options.run.open.maximum_seconds);
        return options.run.open.maximum_seconds;
    };
    CHECK(seconds(false, std::nullopt) == 0);
    CHECK(seconds(true, std::nullopt) == 30);
    CHECK(seconds(true, 0.5) == 0.5);
    CHECK(seconds(true, 0) == 0);
    CHECK(usual_seconds(false) == 0);
    CHECK(usual_seconds(true) == 30);
}

TEST_CASE("a file may be read with what lies beside it") {
    glimpse::Permissions permissions;
    allow_with_neighbours("parameters/a.json", permissions);
    allow_with_neighbours("b.json", permissions);
    CHECK(permissions.readable == std::vector<fs::path>{"parameters/a.json", "parameters", "b.json", "."});
    CHECK(permissions.writable.empty());
}

TEST_CASE("a report has one run that writes it, until that ends") {
    const scratch::Directory directory;
    const std::string report = (directory / "report.jsonl").string();
    std::optional<ReportLock> first(std::in_place);
    first->take(report);
    CHECK(fs::file_size(report) == 0);
    ReportLock second;
    CHECK(refusal([&] { second.take(report); }) ==
          report + ": another run is writing it; give each run a report of its own");
    first.reset();
    ReportLock third;
    third.take(report);
}
