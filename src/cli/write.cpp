#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <opencv2/core.hpp>

#include "commands.hpp"
#include "glimpse/canvas.hpp"
#include "glimpse/error.hpp"
#include "glimpse/pipeline.hpp"

namespace glimpse::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
    std::string glimpse;
    InputOptions input;
    std::string id;
    std::string size;
    std::string canvas;
    std::string canvas_size;
    std::string mode = "adjoint";
    std::string out;
    std::string format;
    std::string device = "cpu";
};

const Glimpse& chosen(const ParameterDocument& document, const std::string& id) {
    if (id.empty()) {
        if (document.size() == 1) return document.front();
        throw UsageError("--id",
                         "the document has " + std::to_string(document.size()) + " entries: say which");
    }
    const auto entry = std::ranges::find(document, id, &Glimpse::id);
    if (entry != document.end()) return *entry;
    std::string ids;
    for (const Glimpse& glimpse : document) ids += (ids.empty() ? "" : ", ") + glimpse.id;
    throw UsageError("--id", "the document has no entry '" + id + "', only " + ids);
}

Image read_named(const std::string& path) {
    try {
        return read_image(path);
    } catch (const Error& error) {
        throw Error(path, error.what());
    }
}

Image black_canvas(Size size, const Image& glimpse) {
    const cv::Mat black = cv::Mat::zeros(size.height, size.width, glimpse.pixels.type());
    return {black, glimpse.alpha, glimpse.icc_profile, false};
}

std::string output_format(const Options& o) {
    if (!o.format.empty()) return o.format;
    const std::string extension = fs::path(o.out).extension().string();
    return o.out == "-" || extension.empty() ? "png" : extension.substr(1);
}

void require_distinct(const Options& o) {
    for (const std::string& input : {o.glimpse, o.canvas, o.input.parameters.value_or("")}) {
        std::error_code ignored;
        if (!input.empty() && fs::equivalent(input, o.out, ignored)) {
            throw UsageError("--out", "'" + o.out + "' is an input of this run, " + input);
        }
    }
}

void save(const Image& image, const Options& o, const std::string& format) {
    const std::vector<std::uint8_t> bytes = encode_image(image, format);
    if (o.out != "-") return write_file(o.out, bytes);
    std::cout.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!std::cout.flush()) throw Error("standard output", "cannot be written to");
}

void require_sense(const Options& o) {
    if (o.canvas.empty() == o.canvas_size.empty()) {
        throw UsageError("--canvas", "give either a picture (--canvas) or a size (--canvas-size)");
    }
    if (!can_encode(output_format(o))) {
        throw UsageError("--out", "'" + output_format(o) + "' is not a format that can be written");
    }
    require_distinct(o);
}

int write(Options& o) {
    require_sense(o);
    const std::unique_ptr<Backend> backend = make_backend(o.device);
    const Image glimpse = read_named(o.glimpse);
    o.input.defaults.size =
        o.size.empty() ? Size{glimpse.pixels.cols, glimpse.pixels.rows} : parse_size(o.size, "--size");
    const auto document = shared_parameters(o.input);
    if (!document) throw UsageError("--params", "say where the glimpse came from: --params or --box");
    const Glimpse& entry = chosen(*document, o.id);
    const Image canvas = o.canvas.empty() ? black_canvas(parse_size(o.canvas_size, "--canvas-size"), glimpse)
                                          : read_named(o.canvas);
    const Size size{canvas.pixels.cols, canvas.pixels.rows};
    const bool pasting = o.mode == "paste";
    const LinearMap map = lower(pasting ? entry.mechanism : for_writing(entry.mechanism), size);
    const Image written =
        pasting ? paste(*backend, map, glimpse, canvas) : add_adjoint(*backend, map, glimpse, canvas);
    save(written, o, output_format(o));
    return all_done;
}

}  // namespace

void add_write(CLI::App& application, Action& action) {
    CLI::App* command =
        application.add_subcommand("write", "Put a glimpse back on a canvas (the adjoint, or a paste)");
    const auto o = std::make_shared<Options>();
    command->add_option("GLIMPSE", o->glimpse, "the glimpse's picture")->required();
    command->add_option("-p,--params", o->input.parameters, "the parameter document it was cut out with")
        ->type_name("FILE");
    command->add_option("--id", o->id, "which of the document's entries, where it has several");
    command->add_option("-b,--box", o->input.boxes, "the box it was cut out with, without a document")
        ->type_name("X,Y,W,H")
        ->expected(1);
    command->add_option("-m,--mechanism", o->input.defaults.mechanism, "for --box")
        ->check(CLI::IsMember({"crop", "mask", "gaussian", "stn"}))
        ->capture_default_str();
    command->add_option("-s,--size", o->size, "the glimpse's size, by default that of its picture")
        ->type_name("WxH");
    command->add_option("--canvas", o->canvas, "the picture that it is put on")->type_name("FILE");
    command->add_option("--canvas-size", o->canvas_size, "or the size of a black one")->type_name("WxH");
    command
        ->add_option(
            "--mode", o->mode,
            "adjoint: canvas + A^T g, DRAW's write operation; paste: the glimpse laid over the canvas")
        ->check(CLI::IsMember({"adjoint", "paste"}))
        ->capture_default_str();
    command->add_option("-o,--out", o->out, "a file, or - for standard output")
        ->type_name("PATH")
        ->required();
    command->add_option("--format", o->format, "by default that of --out, or png")->type_name("EXT");
    command->add_option("--device", o->device, "cpu, cuda, cuda:N or auto")->capture_default_str();
    command->footer(
        "Example:\n"
        "  glimpse write face.png --box 120,80,200,160 --canvas photo.jpg --mode paste --out edited.png");
    command->callback([&action, o] { action = [o] { return write(*o); }; });
}

}  // namespace glimpse::cli
