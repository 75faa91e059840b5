#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "cli/action.hpp"
#include "cli/command.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/inputs.hpp"

// One file per command. Each function adds the command's options, and the action that they lead to.

namespace glimpse::cli {

void add_extract(CLI::App& application, Action& action);
void add_sample(CLI::App& application, Action& action);
void add_write(CLI::App& application, Action& action);
void add_explain(CLI::App& application, Action& action);
void add_convert(CLI::App& application, Action& action);
void add_fit(CLI::App& application, Action& action);
void add_compare(CLI::App& application, Action& action);
void add_view(CLI::App& application, Action& action);
void add_schema(CLI::App& application, Action& action);
void add_info(CLI::App& application, Action& action);
void add_completion(CLI::App& application, Action& action);
void add_man_page(CLI::App& application, Action& action);
/// Call it last: it lists the commands added before.
void add_help(CLI::App& application, Action& action);

// Options that several commands share.

/// A whole number from 0, or the largest of all for any beyond; none for anything else.
std::optional<int> whole_number(std::string_view text);

/// "WxH" as numbers, whatever they are; none for anything else.
std::optional<Size> size_in(std::string_view text);

/// What the options below say of decoding images.
struct ReadingLimits {
    std::optional<std::string> formats;
    std::optional<std::int64_t> memory;  ///< bytes; without it half of what there is
    std::optional<std::int64_t> maximum_pixels;
    std::optional<double> maximum_seconds;
    bool untrusted = false;
};
/// Makes a budget of the memory for images, and one for pictures of masks, and tells the allocator; what is
/// not said has its usual value, or that of --untrusted.
void set_limits(const ReadingLimits& limits, int images, OpenOptions& options);

/// --mechanism, --box and --convention: glimpses without a document, and what its entries leave out.
void add_box_options(Command& command, InputOptions& input);
CLI::Option* add_mechanism_option(Command& command, std::string& mechanism, const std::string& help);
void add_convention_option(Command& command, std::string& convention, const std::string& help);
CLI::Option* add_format_option(Command& command, std::string& format, const std::string& help);
CLI::Option* add_device_option(Command& command, std::string& device);
/// "said" or "last".
void add_alpha_option(Command& command, std::string& alpha);
/// None for an empty choice: the option is not given.
std::optional<AlphaChannel> alpha_channel(const std::string& choice);
/// A list for `formats_in`.
void add_formats_option(Command& command, std::optional<std::string>& formats);
/// A number of bytes, or one with a unit.
CLI::Option* add_memory_option(Command& command, std::optional<std::int64_t>& bytes, const std::string& help);
/// Without that option: half of the memory, so that what is made of the pixels, and other programs, have
/// room; with --untrusted no more than `untrusted_memory` for each of `images` in flight.
std::int64_t usual_memory(bool untrusted, int images);
/// The seconds of the processor that decoding an image may take.
void add_seconds_option(Command& command, std::optional<double>& seconds);
/// Without that option: no limit, or with --untrusted `untrusted_seconds`.
double usual_seconds(bool untrusted);
void add_no_auto_orient_option(Command& command, bool& no_auto_orient);
/// `usual` is shown as the default.
void add_pixels_option(Command& command, std::optional<std::int64_t>& pixels, std::int64_t usual);
/// Images, or pictures, in flight: as many as there are cores, unless it is given.
void add_jobs_option(Command& command, int& jobs, const std::string& help);
/// "auto", "always" or "never".
void add_progress_option(Command& command, std::string& progress, const std::string& help);
CLI::Option* add_no_sync_option(Command& command, bool& no_sync);
/// "WxH".
CLI::Option* add_size_option(Command& command, const std::string& names, std::optional<Size>& size,
                             const std::string& help);

}  // namespace glimpse::cli
