#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/compare_record.hpp"
#include "cli/font_warnings.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/comparing.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace {

struct CompareCommand : ReadingLimits {
    ComparisonOptions run;
    std::string sections;
    std::string target = "own";
    std::string json;
    std::string progress = "auto";
    bool no_auto_orient = false;
    bool no_sync = false;
    bool quiet = false;
};

Permissions permissions_of(const CompareCommand& o) {
    Permissions permissions;
    if (o.run.image != standard_stream) permissions.readable.emplace_back(o.run.image);
    const auto& parameters = o.run.input.parameters;
    if (parameters && *parameters != standard_stream) allow_with_neighbours(*parameters, permissions);
    for (const std::string& file : {o.run.out, o.json}) {
        if (!file.empty() && file != standard_stream)
            allow_output_directory(std::filesystem::path(file).parent_path(), o.run.sync, permissions);
    }
    return permissions;
}

void apply_compare(CompareCommand& o) {
    if (!o.sections.empty()) o.run.sections = comparison_sections_in(o.sections);
    o.run.basin.target = o.target == "own" ? BasinTarget::own : BasinTarget::area;
    o.run.open.auto_orient = !o.no_auto_orient;
    set_limits(o, 1, o.run.open);
    o.run.sync = !o.no_sync;
    o.run.interrupted = was_interrupted;
    o.run.input.warn = warn;
    o.run.other_outputs = {{"--json", o.json}};
    if (o.untrusted) restrict_process(permissions_of(o), 1, warn);
}

void write_json(const CompareCommand& o, const Comparison& comparison) {
    if (o.json.empty()) return;
    const std::string text = comparison_record(comparison);
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    o.json == standard_stream ? write_standard_output(bytes) : write_file(o.json, bytes, true, o.run.sync);
}

Outcome compare_mechanisms(CompareCommand& o) {
    apply_compare(o);
    std::optional<Progress> bar;
    ComparisonProgress progress;
    progress.begin = [&](std::size_t steps) {
        bar.emplace(steps, shows_progress(o.progress, steps), "steps");
    };
    progress.advance = [&] { bar->advance(); };
    const Comparison comparison = compare(o.run, progress);
    if (bar) bar->finish();
    write_json(o, comparison);
    if (!o.quiet && o.json != standard_stream) std::cout << comparison_words(comparison);
    for (const auto& warning : {no_font_warning(), missing_letters_warning()}) {
        if (warning && !o.quiet) warn(*warning);
    }
    return Outcome::all_done;
}

void add_compare_inputs(Command& command, CompareCommand& o) {
    ComparisonOptions& run = o.run;
    command.option_defaults()->group("The image and the mechanisms");
    command.add_option("IMAGE", run.image, "the image, or - for standard input")->required();
    command
        .add_option("-b,--box", run.input.boxes,
                    "the box that crops, transformers, Gaussians and DRAW's patch are compared on")
        ->type_name("X,Y,W,H")
        ->expected(1);
    add_size_option(command, "-s,--size", run.input.defaults.size,
                    "of each glimpse; of a document's entries that give none");
    command
        .add_option("-p,--params", run.input.parameters,
                    "a parameter document in place of a box: its entries are compared as they are, up to 32")
        ->type_name("FILE");
    add_no_auto_orient_option(command, o.no_auto_orient);
    add_formats_option(command, o.formats);
    add_memory_option(
        command, o.memory,
        "for the image and all that is made of it: bytes, or 512M, 1.5G; what needs more fails");
    add_seconds_option(command, o.maximum_seconds);
    add_untrusted_option(command, o.untrusted);
}

void add_compare_contents(Command& command, CompareCommand& o) {
    BasinOptions& basin = o.run.basin;
    command.option_defaults()->group("What is compared");
    command
        .add_option("--sections", o.sections,
                    "glimpses, maps, reach, time, aliasing, jacobian, basin; by default all")
        ->type_name("NAME,…");
    command
        .add_choice("--target", o.target, {"own", "area"},
                    "what starts of the basin are fitted to: the mechanism's own glimpse, or the area crop")
        ->capture_default_str();
    command.add_number("--grid", basin.grid, 1, 64, "starts of the basin along either axis")
        ->capture_default_str();
    command
        .add_number("--displacement", basin.displacement, 0.0, std::numeric_limits<double>::max(),
                    "how far the outermost of them are away, > 0, in sides of the box")
        ->capture_default_str();
    command.add_number("--seconds", o.run.seconds, 0.0, 60.0, "for which each time is measured, > 0")
        ->capture_default_str();
    command.add_number("--steps", basin.steps, 1, 1'000'000, "at most, of each fit")->capture_default_str();
}

void add_compare_outputs(Command& command, CompareCommand& o) {
    command.option_defaults()->group("Outputs");
    command.add_option("-o,--out", o.run.out, "the figure: .png, .svg or .pdf")
        ->type_name("FILE")
        ->required();
    command.add_option("--json", o.json, "every number, as JSON, or - for standard output")
        ->type_name("FILE");
    add_progress_option(command, o.progress, "a bar on standard error; auto: where that is a terminal");
    add_no_sync_option(command, o.no_sync);
    command.add_flag("-q,--quiet", o.quiet, "no messages but errors");
}

}  // namespace

void add_compare(CLI::App& application, Action& action) {
    Command& command =
        add_command(application, "compare", "Show every mechanism on the same box, to decide which to use");
    const auto o = std::make_shared<CompareCommand>();
    add_compare_inputs(command, *o);
    add_compare_contents(command, *o);
    add_compare_outputs(command, *o);
    command.footer(
        "Example:\n"
        "  glimpse compare photo.jpg --box 110,90,190,170 --size 32x32 \\\n"
        "      --out compared.png --json compared.json");
    command.callback([&action, o] { action = [o] { return compare_mechanisms(*o); }; });
}

}  // namespace glimpse::cli
