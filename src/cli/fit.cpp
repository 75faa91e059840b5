#include <algorithm>
#include <array>
#include <filesystem>
#include <iostream>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/fit_record.hpp"
#include "cli/help.hpp"
#include "cli/signals.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/fit_run.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

struct FitCommand : ReadingLimits {
    FitRunOptions run;
    std::string estimator = "pathwise";
    std::string optimiser;
    std::string loss = "none";
    std::string free;
    std::string held;
    std::string lower;
    std::string upper;
    std::optional<double> loss_scale;
    std::optional<double> sigma;
    std::optional<int> samples;
    std::optional<std::uint64_t> seed;
    std::string report;
    std::string path;
    bool no_auto_orient = false;
    bool no_sync = false;
    bool quiet = false;
};

std::vector<std::string> words_of(std::span<const std::string_view> names) {
    return {names.begin(), names.end()};
}

/// Its place among the names, which has the option's choices.
template <typename Value>
Value value_of(const std::string& word, std::span<const std::string_view> names) {
    return static_cast<Value>(std::ranges::find(names, word) - names.begin());
}

std::vector<std::string> parts_of(const std::string& list) {
    return list.empty() ? std::vector<std::string>() : CLI::detail::split(list, ',');
}

std::vector<FitBound> bounds_of(const std::string& list, const std::string& option) {
    std::vector<FitBound> bounds;
    for (const std::string& part : parts_of(list)) {
        const std::size_t sign = part.rfind('=');
        FitBound bound{.parameter = part.substr(0, sign)};
        const bool is_bound = sign != std::string::npos && !bound.parameter.empty() &&
                              CLI::detail::lexical_cast(part.substr(sign + 1), bound.value);
        if (!is_bound) throw UsageError(option, "bounds NAME=NUMBER,… are needed, not '" + list + "'");
        bounds.push_back(bound);
    }
    return bounds;
}

struct FitRule {
    const char* option;  ///< whose value is at fault
    bool (*is_broken)(const FitCommand&);
    const char* text;
};

const std::array fit_rules{
    FitRule{"--loss-scale", [](const FitCommand& o) { return o.loss_scale && o.loss == "none"; },
            "is that of a robust loss: give --loss, too"},
    FitRule{"--sigma", [](const FitCommand& o) { return o.sigma && o.estimator != "score"; },
            "is of --estimator score"},
    FitRule{"--samples", [](const FitCommand& o) { return o.samples && o.estimator != "score"; },
            "is of --estimator score"},
    FitRule{
        "--seed",
        [](const FitCommand& o) { return o.seed && o.estimator != "score" && o.estimator != "linearized"; },
        "nothing is drawn by this estimator: leave it out"},
};

void apply_fit(FitCommand& o) {
    for (const FitRule& rule : fit_rules) {
        if (rule.is_broken(o)) throw UsageError(rule.option, rule.text);
    }
    FitOptions& fit = o.run.fit;
    fit.estimator = value_of<Estimator>(o.estimator, estimator_names());
    if (!o.optimiser.empty()) fit.optimiser = value_of<Optimiser>(o.optimiser, optimiser_names());
    fit.loss = value_of<RobustLoss>(o.loss, robust_loss_names());
    fit.loss_scale = o.loss_scale.value_or(fit.loss_scale);
    fit.sigma = o.sigma.value_or(fit.sigma);
    fit.samples = o.samples.value_or(fit.samples);
    fit.seed = o.seed.value_or(fit.seed);
    fit.free = parts_of(o.free);
    fit.held = parts_of(o.held);
    fit.lower = bounds_of(o.lower, "--lower");
    fit.upper = bounds_of(o.upper, "--upper");
}

Permissions permissions_of(const FitRunOptions& run) {
    Permissions permissions;
    for (const std::string& image : run.images) {
        if (image != standard_stream) permissions.readable.emplace_back(image);
    }
    if (run.patch != standard_stream) permissions.readable.emplace_back(run.patch);
    const auto& parameters = run.input.parameters;
    if (parameters && *parameters != standard_stream) allow_with_neighbours(*parameters, permissions);
    std::vector<std::string> outputs{run.out, run.animation};
    for (const auto& [field, file] : run.other_outputs) outputs.push_back(file);
    for (const std::string& file : outputs) {
        if (!file.empty() && file != standard_stream)
            allow_output_directory(std::filesystem::path(file).parent_path(), run.sync, permissions);
    }
    return permissions;
}

void apply_run(FitCommand& o) {
    o.run.open.auto_orient = !o.no_auto_orient;
    set_limits(o, 1, o.run.open);
    o.run.sync = !o.no_sync;
    o.run.interrupted = was_interrupted;
    o.run.input.warn = warn;
    o.run.other_outputs = {{"--report", o.report}, {"--path", o.path}};
    if (o.untrusted) restrict_process(permissions_of(o.run), 1, warn);
}

void write_text(const std::string& file, const std::string& text, bool sync) {
    if (file.empty()) return;
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    file == standard_stream ? write_standard_output(bytes) : write_file(file, bytes, true, sync);
}

/// What a fit lacks that one may take for granted.
void warn_of(const FittedImage& done, const FitOptions& options) {
    const Fit& fit = *done.fit;
    const bool knows_end =
        options.estimator == Estimator::pathwise || options.estimator == Estimator::linearized;
    if (knows_end && !fit.has_converged) warn(done.image + ": the fit has not converged: " + fit.stop);
    if (!fit.undetermined.empty()) {
        warn(done.image + ": the target does not determine " + join(fit.undetermined) +
             ": they may change together, and the glimpse stays as it is; hold some of them by --hold");
    }
}

Outcome outcome_of(const FitCommand& o, const std::vector<FittedImage>& all) {
    const bool uses_output =
        o.run.out == standard_stream || o.report == standard_stream || o.path == standard_stream;
    bool has_failed = false;
    for (const FittedImage& done : all) {
        if (!done.fit) {
            has_failed = true;
            std::cerr << "glimpse: " << message_line(done.error) << '\n';
        } else if (!o.quiet) {
            warn_of(done, o.run.fit);
            if (!uses_output) std::cout << fit_words(done);
        }
    }
    return has_failed ? Outcome::some_failed : Outcome::all_done;
}

Outcome fit(FitCommand& o) {
    apply_fit(o);
    apply_run(o);
    std::string path;
    FitProgress progress;
    if (!o.path.empty())
        progress.step = [&](const std::string& image, const FitStep& step) {
            path += path_record(image, step);
        };
    const std::vector<FittedImage> all = fit_images(o.run, progress);
    write_text(o.path, path, o.run.sync);
    std::string report;
    for (const FittedImage& done : all) report += fit_record(done, o.run.fit);
    write_text(o.report, report, o.run.sync);
    return outcome_of(o, all);
}

void add_fit_inputs(Command& command, FitCommand& o) {
    FitRunOptions& run = o.run;
    command.option_defaults()->group("The image, the patch and the start");
    command
        .add_option("IMAGE", run.images,
                    "the image, or - for standard input; with --along the frames of a track, in their order")
        ->required();
    command.add_option("--target", run.patch, "the patch that the glimpse is to match, or -")
        ->type_name("FILE")
        ->required();
    command.add_option("-p,--params", run.input.parameters, "the parameter document that it starts with")
        ->type_name("FILE");
    command.add_option("--id", run.id, "which of the document's entries, where it has several")
        ->type_name("ID");
    command.add_option("-b,--box", run.input.boxes, "the box that it starts with, without a document")
        ->type_name("X,Y,W,H")
        ->expected(1);
    add_mechanism_option(command, run.input.defaults.mechanism, "for --box");
    add_convention_option(command, run.input.defaults.convention,
                          "in which --box, or an entry that says nothing of it, is written");
    add_no_auto_orient_option(command, o.no_auto_orient);
    add_formats_option(command, o.formats);
    add_memory_option(
        command, o.memory,
        "for an image, the target and what the fit takes: bytes, or 512M, 1.5G; what needs more "
        "fails");
    add_seconds_option(command, o.maximum_seconds);
    add_untrusted_option(command, o.untrusted);
}

void add_fit_numbers(Command& command, FitCommand& o) {
    command.option_defaults()->group("The numbers");
    command
        .add_option("--free", o.free,
                    "the numbers that are fitted: box/0, or box for all four; by default all that have a "
                    "gradient")
        ->type_name("NAME,…");
    command.add_option("--hold", o.held, "those that stay as they are")->type_name("NAME,…");
    command.add_option("--lower", o.lower, "the least that they may be")->type_name("NAME=N,…");
    command.add_option("--upper", o.upper, "the most")->type_name("NAME=N,…");
}

void add_fit_method(Command& command, FitCommand& o) {
    FitOptions& fit = o.run.fit;
    constexpr double most = std::numeric_limits<double>::max();
    command.option_defaults()->group("The fit");
    command
        .add_choice("--estimator", o.estimator, words_of(estimator_names()),
                    "what stands for the gradient; score and straight-through are of crops")
        ->capture_default_str();
    command
        .add_choice("--optimiser", o.optimiser, words_of(optimiser_names()),
                    "lm is Levenberg-Marquardt, gd gradient descent")
        ->default_str("lm, or adam for crops");
    command.add_choice("--loss", o.loss, words_of(robust_loss_names()), "a robust loss")
        ->capture_default_str();
    command.add_number("--loss-scale", o.loss_scale, 0.0, most, "its scale, > 0, the image being 0 to 1")
        ->default_str("0.05");
    command.add_number("--steps", fit.steps, 1, 1'000'000, "at most, of each level")->capture_default_str();
    command.add_number("--rate", fit.rate, 0.0, most, "of gd and adam, > 0, in pixels of the corners")
        ->default_str("10 and 0.1");
    command
        .add_number("--tolerance", fit.tolerance, 0.0, 1.0,
                    "the relative change of the loss with which it ends")
        ->capture_default_str();
    command.add_flag("--coarse-to-fine", fit.coarse_to_fine,
                     "blur the glimpse and the target alike first, from an eighth of the target's side on, "
                     "and half of that each time");
    command.add_number("--sigma", o.sigma, 0.0, most, "of score: how far windows are drawn, pixels, > 0")
        ->default_str("2");
    command.add_number("--samples", o.samples, 2, 1 << 20, "of score: windows drawn in each step")
        ->default_str("32");
    command
        .add_number("--seed", o.seed, std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max(),
                    "of what score and linearized draw")
        ->default_str("0");
    command.add_flag("--along", o.run.along, "each image starts from what was found in the last");
    command.add_number("--smooth", o.run.smoothing, 0.0, most,
                       "of --along: the standard deviation of the smoothing, frames, > 0");
}

void add_fit_outputs(Command& command, FitCommand& o) {
    command.option_defaults()->group("Outputs");
    command
        .add_option("-o,--out", o.run.out,
                    "the fitted document, or - for standard output; with --along a manifest of the frames")
        ->type_name("FILE")
        ->required();
    command.add_option("--report", o.report, "residuals and standard errors, as JSON Lines")
        ->type_name("FILE");
    command.add_option("--path", o.path, "each step, as JSON Lines")->type_name("FILE");
    command
        .add_option("--animate", o.run.animation,
                    "the box as it walks, step by step or with --along frame by frame: .webp, .gif or .mp4")
        ->type_name("FILE");
    add_no_sync_option(command, o.no_sync);
    command.add_flag("-q,--quiet", o.quiet, "no messages but errors");
}

}  // namespace

void add_fit(CLI::App& application, Action& action) {
    Command& command = add_command(application, "fit", "Find the parameters whose glimpse matches a patch");
    const auto o = std::make_shared<FitCommand>();
    add_fit_inputs(command, *o);
    add_fit_numbers(command, *o);
    add_fit_method(command, *o);
    add_fit_outputs(command, *o);
    command.footer(
        "Example:\n"
        "  glimpse fit photo.jpg --target face.png --mechanism gaussian \\\n"
        "      --box 110,90,190,170 --out fitted.json --report fit.jsonl");
    command.callback([&action, o] { action = [o] { return fit(*o); }; });
}

}  // namespace glimpse::cli
