#include "glimpse/explaining.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/signals.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace {

struct ExplainCommand : ReadingLimits {
    ExplainOptions explain;
    std::string figure_format;
    std::string page;
    bool no_auto_orient = false;
    std::string alpha;
    bool no_sync = false;
};

Permissions permissions_of(const ExplainOptions& explain) {
    Permissions permissions;
    if (explain.image != standard_stream) permissions.readable.emplace_back(explain.image);
    const auto& parameters = explain.input.parameters;
    if (parameters && *parameters != standard_stream) allow_with_neighbours(*parameters, permissions);
    if (parameters == standard_stream) permissions.readable.emplace_back(".");  // where its paths start
    if (explain.out.empty()) return permissions;
    const std::filesystem::path out(explain.out);
    const auto formats = figure_format_names();
    const bool is_file = std::ranges::find(formats, extension_of(out)) != formats.end();
    allow_output_directory(is_file ? out.parent_path() : out, explain.sync, permissions);
    return permissions;
}

void apply(ExplainCommand& o) {
    InputOptions& input = o.explain.input;
    if (!o.figure_format.empty()) o.explain.figure_format = figure_format_from_name(o.figure_format);
    if (!o.page.empty()) {
        input.page = whole_number(o.page);
        if (!input.page) throw UsageError("--page", "a number from 0 is needed, not '" + o.page + "'");
    }
    input.defaults.alpha = alpha_channel(o.alpha);
    input.warn = warn;
    OpenOptions& open = input.open;
    open.auto_orient = !o.no_auto_orient;
    open.alpha = input.defaults.alpha.value_or(AlphaChannel::as_said);
    set_limits(o, 1, open);
    o.explain.sync = !o.no_sync;
    o.explain.interrupted = was_interrupted;
}

Outcome explain_image(ExplainCommand& o) {
    apply(o);
    if (o.untrusted) {
        restrict_process(permissions_of(o.explain), 1, warn);
    }
    bool has_failed = false;
    const bool is_done = explain(o.explain, *make_backend("cpu"), [&](const ExplainedGlimpse& glimpse) {
        std::cout << glimpse.text << std::flush;
        require_printed();
        if (glimpse.error.empty()) return;
        has_failed = true;
        std::cerr << "glimpse: "
                  << message_line(o.explain.image + ": glimpse " + glimpse.id + ": " + glimpse.error) << '\n';
    });
    if (!is_done) return Outcome::interrupted;
    return has_failed ? Outcome::some_failed : Outcome::all_done;
}

void add_inputs(Command& command, ExplainCommand& o) {
    InputOptions& input = o.explain.input;
    command.option_defaults()->group("The image and its parameters");
    command.add_option("IMAGE", o.explain.image, "an image file, or - for its bytes on standard input")
        ->required();
    command.add_option("-p,--params", input.parameters, "the parameter document; - for standard input")
        ->type_name("FILE");
    add_box_options(command, input);
    add_size_option(command, "-s,--size", input.defaults.size, "the size of glimpses whose entry gives none");
}

void add_reading(Command& command, ExplainCommand& o) {
    command.option_defaults()->group("Reading images");
    add_no_auto_orient_option(command, o.no_auto_orient);
    add_alpha_option(command, o.alpha);
    add_formats_option(command, o.formats);
    command.add_option("--page", o.page, "which image of a file with several, from 0")->type_name("N");
    add_memory_option(command, o.memory,
                      "for what is decoded at once, and a mask's weights: bytes, or 512M, 1.5G; what needs "
                      "more fails");
    add_pixels_option(command, o.maximum_pixels, o.explain.input.open.maximum_pixels);
    add_seconds_option(command, o.maximum_seconds);
    add_untrusted_option(command, o.untrusted);
}

void add_outputs(Command& command, ExplainCommand& o) {
    command.option_defaults()->group("What is told");
    command.add_flag("--json", o.explain.json, "a line of JSON for each glimpse, in place of text");
    command
        .add_option("-o,--out", o.explain.out,
                    "also draw panels of how the numbers are read, and would be otherwise: a directory, for "
                    "NAME.ID.explain.png; or a file, when there is one glimpse")
        ->type_name("PATH");
    const auto formats = figure_format_names();
    command
        .add_choice("--figure-format", o.figure_format, {formats.begin(), formats.end()},
                    "of panels; svg and pdf: lines as lines, texts as texts")
        ->default_str("that of --out, or png");
    add_no_sync_option(command, o.no_sync);
}

}  // namespace

void add_explain(CLI::App& application, Action& action) {
    Command& command = add_command(application, "explain",
                                   "Tell what each entry's numbers make of an image, and would otherwise");
    const auto o = std::make_shared<ExplainCommand>();
    add_inputs(command, *o);
    add_reading(command, *o);
    add_outputs(command, *o);
    command.footer(
        "Examples:\n"
        "  glimpse explain photo.jpg --params p.json\n"
        "  glimpse explain photo.jpg --box 120,80,200,160 --size 64x64 --out panel.png\n"
        "Exit status: " +
        std::string(exit_statuses));
    command.callback([&action, o] { action = [o] { return explain_image(*o); }; });
}

}  // namespace glimpse::cli
