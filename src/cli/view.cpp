#include "glimpse/view.hpp"

#include <cstdint>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/progress.hpp"
#include "cli/signals.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace {

struct PageCommand : ReadingLimits {
    ViewOptions view;
    bool no_sync = false;
    bool quiet = false;
    std::string progress = "auto";
};

/// What the reports name is read where it lies below the working directory or that of the page.
Permissions permissions_of(const ViewOptions& view) {
    Permissions permissions;
    permissions.readable.emplace_back(".");
    for (const std::string& report : view.reports) {
        if (report != standard_stream) permissions.readable.emplace_back(report);
    }
    allow_output_directory(std::filesystem::path(view.out).parent_path(), view.sync, permissions);
    return permissions;
}

void apply(PageCommand& o) {
    OpenOptions& open = o.view.open;
    set_limits(o, o.view.jobs, open);
    open.memory.cancelled = was_interrupted;
    o.view.sync = !o.no_sync;
    o.view.interrupted = was_interrupted;
}

Outcome view(PageCommand& o) {
    apply(o);
    std::vector<std::string> warnings;  // kept for the end, so that no bar of progress breaks them
    if (!o.quiet) o.view.warn = [&](const std::string& text) { warnings.push_back(text); };
    if (o.untrusted) restrict_process(permissions_of(o.view), o.view.jobs, o.view.warn);
    std::optional<Progress> progress;
    o.view.begin = [&](std::size_t count) {
        progress.emplace(count, !o.quiet && shows_progress(o.progress, count), "pictures");
    };
    o.view.advance = [&] { progress->advance(); };
    const auto tell_warnings = [&] {
        for (const std::string& text : warnings) warn(text);
    };
    bool is_made = false;
    try {
        is_made = make_page(o.view);
    } catch (...) {
        progress.reset();  // erases the bar
        tell_warnings();
        throw;
    }
    if (progress) progress->finish();
    tell_warnings();
    return is_made ? Outcome::all_done : Outcome::interrupted;
}

void add_page(Command& command, PageCommand& o) {
    command.option_defaults()->group("The page");
    command.add_option("REPORT", o.view.reports, "what extract --report wrote, or - for standard input")
        ->required();
    command
        .add_option("-o,--out", o.view.out,
                    "the page, NAME.html; the thumbnails that it needs lie beside it, in NAME.html.files")
        ->type_name("FILE")
        ->required();
    command
        .add_number("--thumbnail-size", o.view.thumbnail_size, least_thumbnail_size, greatest_thumbnail_size,
                    "the longer side of thumbnails, pixels")
        ->capture_default_str();
    add_no_sync_option(command, o.no_sync);
}

void add_reading(Command& command, PageCommand& o) {
    command.option_defaults()->group("Reading images");
    add_formats_option(command, o.formats);
    add_memory_option(command, o.memory,
                      "for what is decoded at once: bytes, or 512M, 1.5G; a picture that needs more than is "
                      "left waits, one that needs more than all is not shown");
    add_pixels_option(command, o.maximum_pixels, o.view.open.maximum_pixels);
    add_seconds_option(command, o.maximum_seconds);
    add_untrusted_option(command, o.untrusted);
}

void add_run(Command& command, PageCommand& o) {
    command.option_defaults()->group("The run");
    add_jobs_option(command, o.view.jobs, "pictures in flight");
    command.add_flag("-q,--quiet", o.quiet, "no progress and no messages but errors");
    add_progress_option(command, o.progress,
                        "show how many pictures are done; auto: on a terminal, where there is more than one");
}

}  // namespace

void add_view(CLI::App& application, Action& action) {
    Command& command = add_command(application, "view", "Make a page in which a report is browsed");
    const auto o = std::make_shared<PageCommand>();
    add_page(command, *o);
    add_reading(command, *o);
    add_run(command, *o);
    command.footer(
        "Example:\n"
        "  glimpse extract photos/ --params p.json --overlay --report r.jsonl --out out/\n"
        "  glimpse view r.jsonl --out index.html");
    command.callback([&action, o] { action = [o] { return view(*o); }; });
}

}  // namespace glimpse::cli
