#include "glimpse/writing.hpp"

#include <memory>

#include "cli/commands.hpp"

namespace glimpse::cli {

namespace {

struct Options {
    WriteOptions write;
    std::string size;
    std::string canvas_size;
    std::string mode = "adjoint";
    std::string device = "cpu";
};

Outcome write(Options& o) {
    if (!o.size.empty()) o.write.input.defaults.size = parse_size(o.size, "--size");
    if (!o.canvas_size.empty()) o.write.canvas_size = parse_size(o.canvas_size, "--canvas-size");
    o.write.paste = o.mode == "paste";
    write_glimpse(o.write, *make_backend(o.device));
    return Outcome::all_done;
}

}  // namespace

void add_write(CLI::App& application, Action& action) {
    CLI::App* command =
        application.add_subcommand("write", "Put a glimpse back on a canvas (the adjoint, or a paste)");
    const auto o = std::make_shared<Options>();
    command->add_option("GLIMPSE", o->write.glimpse, "the glimpse's picture, or - for standard input")
        ->required();
    command
        ->add_option("-p,--params", o->write.input.parameters, "the parameter document it was cut out with")
        ->type_name("FILE");
    command->add_option("--id", o->write.id, "which of the document's entries, where it has several");
    command->add_option("-b,--box", o->write.input.boxes, "the box it was cut out with, without a document")
        ->type_name("X,Y,W,H")
        ->expected(1);
    add_mechanism_option(*command, o->write.input.defaults.mechanism, "for --box");
    command->add_option("-s,--size", o->size, "the glimpse's size, by default that of its picture")
        ->type_name("WxH");
    command->add_option("--canvas", o->write.canvas, "the picture that it is put on")->type_name("FILE");
    command->add_option("--canvas-size", o->canvas_size, "or the size of a black one")->type_name("WxH");
    command
        ->add_option(
            "--mode", o->mode,
            "adjoint: canvas + A^T g, DRAW's write operation; paste: the glimpse laid over the canvas")
        ->check(CLI::IsMember({"adjoint", "paste"}))
        ->capture_default_str();
    command->add_option("-o,--out", o->write.out, "a file, or - for standard output")
        ->type_name("PATH")
        ->required();
    command->add_option("--format", o->write.format, "by default that of --out, or png")->type_name("EXT");
    command->add_option("--device", o->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
    command->footer(
        "Example:\n"
        "  glimpse write face.png --box 120,80,200,160 --canvas photo.jpg --mode paste --out edited.png");
    command->callback([&action, o] { action = [o] { return write(*o); }; });
}

}  // namespace glimpse::cli
