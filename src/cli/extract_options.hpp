#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/commands.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/inputs.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/run.hpp"

namespace glimpse::cli {

class Command;

/// The options of `glimpse extract` as given.
struct ExtractOptions : ReadingLimits {
    InputOptions input;
    OutputOptions output;
    RunOptions run;
    AnnotationOptions annotations;
    std::string tracker_window = "pysot";
    std::string overlay_style;
    std::string colormap;
    std::optional<double> opacity;
    std::optional<AttentionScale> scale;
    std::optional<int> overlay_size;
    std::string sheet;
    std::string over;
    std::optional<int> columns;
    std::optional<int> cell_size;
    std::string figure_format;
    std::optional<std::string> vjp;
    bool matrices = false;
    bool dense = false;
    std::string existing = "overwrite";
    std::string device = "cpu";
    std::string report;
    bool resume = false;
    std::string progress = "auto";
    bool no_auto_orient = false;
    std::string alpha;
    std::string array_layout;
    bool no_sync = false;
    bool quiet = false;
    bool verbose = false;
};

/// Adds the options to the command, which writes them into `options`.
void add_options(Command& command, ExtractOptions& options);

/// Adds those that every command has which cuts glimpses out of many images: not of boxes, nor of what images
/// make together.
void add_common_options(Command& command, ExtractOptions& options);

/// Converts them to the library's options.
void apply(ExtractOptions& options);

/// What --untrusted leaves: inputs with what they may name beside them, the directory of the outputs, the
/// report. Makes the latter two.
Permissions permissions_of(const ExtractOptions& options);

/// Throws `UsageError` for options that contradict each other, or have no effect without others.
void validate(const ExtractOptions& options);

}  // namespace glimpse::cli
