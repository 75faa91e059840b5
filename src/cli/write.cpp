#include "glimpse/writing.hpp"

#include <cstdint>
#include <iostream>
#include <map>
#include <memory>
#include <optional>

#include "cli/commands.hpp"
#include "cli/signals.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace {

const std::map<std::string, WriteMode> write_modes{
    {"adjoint", WriteMode::adjoint}, {"paste", WriteMode::paste}, {"inverse", WriteMode::inverse}};

struct Options : ReadingLimits {
    WriteOptions write;
    std::string mode = "adjoint";
    std::string alpha;
    std::string device = "cpu";
    bool no_sync = false;
};

Permissions permissions_of(const WriteOptions& write) {
    Permissions permissions;
    for (const std::string& file : {write.glimpse, write.canvas}) {
        if (!file.empty() && file != standard_stream) permissions.readable.emplace_back(file);
    }
    const auto& parameters = write.input.parameters;
    if (parameters && *parameters != standard_stream) allow_with_neighbours(*parameters, permissions);
    if (write.out != standard_stream)
        allow_output_directory(std::filesystem::path(write.out).parent_path(), write.sync, permissions);
    return permissions;
}

void be_untrusting(Options& o) {
    require_confinable(o.device);
    restrict_process(permissions_of(o.write), 1, warn);
}

Outcome write(Options& o) {
    o.write.mode = write_modes.at(o.mode);
    o.write.input.defaults.alpha = alpha_channel(o.alpha);
    o.write.open.alpha = o.write.input.defaults.alpha.value_or(AlphaChannel::as_said);
    set_limits(o, 1, o.write.open);
    o.write.sync = !o.no_sync;
    o.write.interrupted = was_interrupted;
    o.write.input.warn = warn;
    if (o.untrusted) be_untrusting(o);
    write_glimpse(o.write, *make_backend(o.device));
    return Outcome::all_done;
}

void add_inputs(Command& command, Options& o) {
    WriteOptions& write = o.write;
    command.option_defaults()->group("The glimpse, and where it came from");
    command.add_option("GLIMPSE", write.glimpse, "the glimpse's picture or array, or - for standard input")
        ->required();
    command.add_option("-p,--params", write.input.parameters, "the parameter document it was cut out with")
        ->type_name("FILE");
    command.add_option("--id", write.id, "which of the document's entries, where it has several")
        ->type_name("ID");
    command.add_option("-b,--box", write.input.boxes, "the box it was cut out with, without a document")
        ->type_name("X,Y,W,H")
        ->expected(1);
    add_mechanism_option(command, write.input.defaults.mechanism, "for --box");
    add_convention_option(command, write.input.defaults.convention,
                          "in which --box, or an entry that says nothing of it, is written");
    add_size_option(command, "-s,--size", write.input.defaults.size,
                    "the glimpse's size, by default that of its picture");
    add_alpha_option(command, o.alpha);
    add_formats_option(command, o.formats);
    add_memory_option(command, o.memory,
                      "for the glimpse, the canvas, what is made of them, and a mask's weights: bytes, or "
                      "512M, 1.5G; what needs more fails");
    add_seconds_option(command, o.maximum_seconds);
    add_untrusted_option(command, o.untrusted);
}

void add_outputs(Command& command, Options& o) {
    command.option_defaults()->group("The canvas, and where it goes");
    command.add_option("--canvas", o.write.canvas, "the picture that it is put on")->type_name("FILE");
    add_size_option(command, "--canvas-size", o.write.canvas_size,
                    "in place of --canvas: the size of a black one");
    command
        .add_choice("--mode", o.mode, {"adjoint", "paste", "inverse"},
                    "adjoint: canvas + A^T g, DRAW's write operation; paste: the glimpse laid over the "
                    "canvas; inverse: the same by the inverse warp alone, an error where there is none")
        ->capture_default_str();
    command.add_option("-o,--out", o.write.out, "a file, or - for standard output")
        ->type_name("PATH")
        ->required();
    add_format_option(command, o.write.format, "of what is written");
    add_no_sync_option(command, o.no_sync);
    add_device_option(command, o.device);
}

}  // namespace

void add_write(CLI::App& application, Action& action) {
    Command& command =
        add_command(application, "write", "Put a glimpse back on a canvas (the adjoint, or a paste)");
    const auto o = std::make_shared<Options>();
    add_inputs(command, *o);
    add_outputs(command, *o);
    command.footer(
        "Example:\n"
        "  glimpse write face.png --box 120,80,200,160 --canvas photo.jpg \\\n"
        "      --mode paste --out edited.png");
    command.callback([&action, o] { action = [o] { return write(*o); }; });
}

}  // namespace glimpse::cli
