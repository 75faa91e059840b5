#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/choices.hpp"
#include "cli/commands.hpp"
#include "cli/extract.hpp"
#include "cli/help.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/location_policy.hpp"

namespace glimpse::cli {

namespace {

using Activation = Mask::Activation;
using Kind = LocationPolicy::Kind;

const std::map<std::string, Kind> policies{
    {"categorical", Kind::categorical}, {"normal", Kind::normal}, {"top-k", Kind::top_k}};
const std::map<std::string, Activation> activations{{"none", Activation::none},
                                                    {"sigmoid", Activation::sigmoid},
                                                    {"softmax", Activation::softmax},
                                                    {"relu", Activation::relu}};
const std::map<std::string, LocationPolicy::Cells> cell_choices{{"map", LocationPolicy::Cells::map},
                                                                {"pixels", LocationPolicy::Cells::pixels}};
const std::map<std::string, LocationPolicy::Units> unit_choices{
    {"pixels", LocationPolicy::Units::pixels},
    {"fraction", LocationPolicy::Units::fraction},
    {"normalised", LocationPolicy::Units::normalised}};
const std::map<std::string, Padding> paddings{
    {"zeros", Padding::zeros}, {"border", Padding::border}, {"reflection", Padding::reflection}};

struct SampleOptions {
    ExtractOptions run;
    std::string map;
    std::string activation;
    std::optional<double> temperature;
    std::string within;
    std::string policy = "categorical";
    std::optional<int> count;
    std::optional<std::uint64_t> seed;
    std::string cells;
    std::string mean;
    std::optional<double> sigma;
    std::string units;
    std::optional<Size> size;
    std::string padding = "zeros";
    bool no_gradients = false;
};

/// Numbers with commas between them. Throws `UsageError` with the option's name.
template <std::size_t n>
std::array<double, n> numbers(const std::string& text, const char* option, const char* form) {
    std::array<double, n> all{};
    std::string left = text;
    for (std::size_t k = 0; k < n; ++k) {
        const std::size_t end = left.find(',');
        const bool is_last = k + 1 == n;
        const std::string number = left.substr(0, end);
        if (is_last != (end == std::string::npos) || !CLI::detail::lexical_cast(number, all[k])) {
            throw UsageError(option, std::string(form) + " is needed, not '" + text + "'");
        }
        left = is_last ? "" : left.substr(end + 1);
    }
    return all;
}

void add_map(Command& command, SampleOptions& o) {
    command.option_defaults()->group("The map");
    CLI::Option* const map =
        command
            .add_option(
                "--map", o.map,
                "the attention map of every input, without a document: a grey picture or a .npy array")
            ->type_name("FILE");
    CLI::Option* const activation = command
                                        .add_choice("--activation", o.activation, keys(activations),
                                                    "of the numbers of --map: softmax, where they are logits")
                                        ->needs(map)
                                        ->default_str("none");
    command
        .add_number("--temperature", o.temperature, 0.0, std::numeric_limits<double>::max(),
                    "of sigmoid and softmax, > 0")
        ->needs(activation)
        ->default_str("1");
    command
        .add_option("--within", o.within, "the box that --map lies on, pixels; without it all of the image")
        ->type_name("X,Y,W,H")
        ->needs(map);
    command
        .add_choice("--cells", o.cells, keys(cell_choices),
                    "what is chosen among: the map's own numbers, or the image's pixels")
        ->default_str("map");
}

void add_policy(Command& command, SampleOptions& o) {
    command.option_defaults()->group("The policy");
    command
        .add_choice("--policy", o.policy, keys(policies),
                    "categorical: cells, by their probabilities, with replacement; top-k: the cells of the "
                    "greatest weights; normal: points about the map's centre of mass, or --mean")
        ->capture_default_str();
    command.add_number("-k,--count", o.count, 1, most_draws, "locations from each map")->default_str("1");
    command
        .add_number("--seed", o.seed, std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max(),
                    "of what is drawn")
        ->default_str("0");
    command.add_option("--mean", o.mean, "of normal, in place of a map")->type_name("X,Y");
    command.add_number("--sigma", o.sigma, 0.0, std::numeric_limits<double>::max(),
                       "of normal: the standard deviation along either axis, > 0");
    command
        .add_choice("--units", o.units, keys(unit_choices),
                    "of --mean and --sigma, and so of their gradients; normalised: the image is -1 to 1")
        ->default_str("pixels");
    command.add_flag("--no-gradients", o.no_gradients, "leave the gradients out of the report");
    command.option_defaults()->group("The crops");
    add_size_option(command, "-s,--size", o.size, "of each crop about a location")->required();
    command.add_choice("--padding", o.padding, keys(paddings), "what crops have beyond the image")
        ->capture_default_str();
}

struct SampleRule {
    const char* option;  ///< whose value is at fault
    bool (*is_broken)(const SampleOptions&);
    const char* text;
};

bool has_policy(const SampleOptions& o, Kind kind) {
    return policies.at(o.policy) == kind;
}

/// Whether entries are named, of which the attention is taken.
bool names_maps(const SampleOptions& o) {
    const InputOptions& input = o.run.input;
    return !o.map.empty() || input.parameters || !input.boxes.empty() || input.sidecar || input.manifest;
}

/// Whether anything tells what was drawn.
bool writes_records(const SampleOptions& o) {
    return !o.run.report.empty() || !o.run.output.archive.empty();
}

constexpr const char* about_normal = "is about normal distributions: give --policy normal";

const std::array sample_rules{
    SampleRule{"--mean",
               [](const SampleOptions& o) { return !o.mean.empty() && !has_policy(o, Kind::normal); },
               about_normal},
    SampleRule{"--sigma", [](const SampleOptions& o) { return o.sigma && !has_policy(o, Kind::normal); },
               about_normal},
    SampleRule{"--units",
               [](const SampleOptions& o) { return !o.units.empty() && !has_policy(o, Kind::normal); },
               about_normal},
    SampleRule{"--sigma", [](const SampleOptions& o) { return !o.sigma && has_policy(o, Kind::normal); },
               "--policy normal needs its standard deviation"},
    SampleRule{"--seed", [](const SampleOptions& o) { return o.seed && has_policy(o, Kind::top_k); },
               "nothing is drawn by --policy top-k: leave it out"},
    SampleRule{"--no-gradients",
               [](const SampleOptions& o) { return o.no_gradients && has_policy(o, Kind::top_k); },
               "--policy top-k has none: leave it out"},
    SampleRule{"--no-gradients", [](const SampleOptions& o) { return o.no_gradients && !writes_records(o); },
               "is about what records say: give --report or --output-tar"},
    SampleRule{"--temperature",
               [](const SampleOptions& o) {
                   return o.temperature && o.activation != "softmax" && o.activation != "sigmoid";
               },
               "is of --activation softmax or sigmoid"},
    SampleRule{"--mean", [](const SampleOptions& o) { return !o.mean.empty() && o.run.input.sidecar; },
               "takes the place of maps: give either it or --sidecar"},
    SampleRule{"--map", [](const SampleOptions& o) { return !o.map.empty() && o.run.input.sidecar; },
               "is the map of every input: give either it or --sidecar"},
    SampleRule{"--map", [](const SampleOptions& o) { return o.map == standard_stream; },
               "the name of a file is needed: only images and documents are read from standard input"},
    SampleRule{"--cells", [](const SampleOptions& o) { return !o.cells.empty() && !o.mean.empty(); },
               "is about maps, whose place --mean takes: give one of them"},
    SampleRule{
        "--map", [](const SampleOptions& o) { return !names_maps(o) && o.mean.empty(); },
        "say what is drawn from: --map FILE, or entries by --params, --box, --sidecar or --manifest, or, for "
        "--policy normal, --mean"},
};

std::optional<Mask> mask_of(const SampleOptions& o) {
    if (o.map.empty()) return std::nullopt;
    mask_form::MapOptions map{.temperature = o.temperature.value_or(1)};
    if (!o.within.empty()) {
        const auto box = numbers<4>(o.within, "--within", "a box X,Y,W,H");
        map.placement = Box{box[0], box[1], box[2], box[3]};
    }
    Mask mask;
    mask.form = Mask::FileForm{.path = std::filesystem::path(o.map), .values = {}};
    mask.kind = Mask::Kind::free;  // any numbers: which of them are weights, the policy says
    if (!o.activation.empty()) mask.activation = activations.at(o.activation);
    mask.map_options = std::make_shared<const mask_form::MapOptions>(map);
    return mask;
}

LocationPolicy policy_of(const SampleOptions& o) {
    LocationPolicy policy{.kind = policies.at(o.policy),
                          .count = o.count.value_or(1),
                          .seed = o.seed.value_or(0),
                          .sigma = o.sigma.value_or(0),
                          .size = *o.size,
                          .padding = paddings.at(o.padding),
                          .has_gradients = writes_records(o) && !o.no_gradients};
    if (!o.cells.empty()) policy.cells = cell_choices.at(o.cells);
    if (!o.units.empty()) policy.units = unit_choices.at(o.units);
    if (!o.mean.empty()) {
        const auto mean = numbers<2>(o.mean, "--mean", "a position X,Y");
        policy.mean = Point{mean[0], mean[1]};
    }
    return policy;
}

Outcome sample(SampleOptions& o) {
    for (const SampleRule& rule : sample_rules) {
        if (rule.is_broken(o)) throw UsageError(rule.option, rule.text);
    }
    o.run.input.map = mask_of(o);
    o.run.input.policy = policy_of(o);
    return extract(o.run);
}

}  // namespace

void add_sample(CLI::App& application, Action& action) {
    Command& command =
        add_command(application, "sample",
                    "Draw locations from attention maps; write crops, log probabilities, gradients");
    const auto options = std::make_shared<SampleOptions>();
    options->run.input.defaults.mechanism = Mask::name;
    add_map(command, *options);
    add_policy(command, *options);
    add_common_options(command, options->run);
    command.footer(
        std::string("Examples:\n"
                    "  glimpse sample photo.jpg --map logits.npy --activation softmax -k 8 -s 64x64 \\\n"
                    "      --seed 1 --report r.jsonl --out out/\n"
                    "  glimpse sample photo.jpg --policy normal --mean 0.1,-0.2 --sigma 0.17 \\\n"
                    "      --units normalised --size 64x64 --report r.jsonl --out out/\n") +
        "Exit status: " + std::string(exit_statuses));
    command.callback([&action, options] { action = [options] { return sample(*options); }; });
}

}  // namespace glimpse::cli
