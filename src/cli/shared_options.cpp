#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "cli/commands.hpp"
#include "cli/freed_memory.hpp"
#include "cli/untrusted.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/parameters.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

/// Throws `UsageError` with the option's name.
Size parse_size(const std::string& text, const std::string& option) {
    const std::optional<Size> size = size_in(text);
    if (!size) throw UsageError(option, "a size WxH is needed, such as 64x64, not '" + text + "'");
    try {
        require_glimpse_size(*size, "");
    } catch (const InvalidParameter&) {
        throw UsageError(option, "1x1 to " + power_of_two(maximum_glimpse_pixels) +
                                     " pixels are needed, not '" + text + "'");
    }
    return *size;
}

std::string in_upper_case(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return text;
}

/// The whole part of 0.DIGITS · 2^shift, DIGITS being decimal ones.
std::int64_t shifted_fraction(std::string digits, int shift) {
    std::int64_t whole = 0;
    for (; shift > 0; --shift) {
        int carry = 0;
        for (std::size_t k = digits.size(); k-- > 0;) {
            const int doubled = 2 * (digits[k] - '0') + carry;
            digits[k] = static_cast<char>('0' + doubled % 10);
            carry = doubled / 10;
        }
        whole = 2 * whole + carry;
    }
    return whole;
}

/// "1000000", "512M", "1.5GiB": letters stand for powers of 1024, and a part of a byte does not count. Throws
/// `UsageError` with the option's name.
std::int64_t parse_bytes(const std::string& text) {
    static const std::map<std::string, int> shifts{
        {"", 0},     {"B", 0},  {"K", 10},  {"KB", 10},  {"KIB", 10}, {"M", 20},  {"MB", 20},
        {"MIB", 20}, {"G", 30}, {"GB", 30}, {"GIB", 30}, {"T", 40},   {"TB", 40}, {"TIB", 40}};
    constexpr std::string_view digits = "0123456789";
    const std::size_t end = std::min(text.find_first_not_of(digits), text.size());
    const bool has_fraction =
        end + 1 < text.size() && text[end] == '.' && digits.find(text[end + 1]) != digits.npos;
    const std::size_t begin = has_fraction ? end + 1 : end;
    const std::size_t unit = std::min(text.find_first_not_of(digits, begin), text.size());
    const auto shift = shifts.find(in_upper_case(text.substr(unit)));
    std::int64_t number = 0;
    const auto [rest, failure] = std::from_chars(text.data(), text.data() + end, number);
    const auto fail = [&](const std::string& rule) {
        throw UsageError("--memory", rule + ", not '" + text + "'");
    };
    if (end == 0 || shift == shifts.end())
        fail("a number of bytes is needed, or one with K, M, G or T, such as 4G");
    const bool fits = failure == std::errc() && number <= most_bytes >> shift->second;
    if (fits) {
        number =
            (number << shift->second) + shifted_fraction(text.substr(begin, unit - begin), shift->second);
    }
    if (!fits || number > most_bytes)
        fail("at most " + std::to_string(most_bytes >> shifts.at("T")) + "T are needed");
    if (number == 0) fail("at least 1 byte is needed");
    return number;
}

}  // namespace

std::optional<int> whole_number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc::result_out_of_range ? std::numeric_limits<int>::max() : number;
}

std::optional<Size> size_in(std::string_view text) {
    const std::size_t times = text.find_first_of("xX");
    if (times == std::string_view::npos) return std::nullopt;
    const auto width = whole_number(text.substr(0, times));
    const auto height = whole_number(text.substr(times + 1));
    return width && height ? std::optional<Size>({*width, *height}) : std::nullopt;
}

CLI::Option* add_mechanism_option(Command& command, std::string& mechanism, const std::string& help) {
    const auto names = box_mechanism_names();
    return command.add_choice("-m,--mechanism", mechanism, {names.begin(), names.end()}, help)
        ->capture_default_str();
}

void add_convention_option(Command& command, std::string& convention, const std::string& help) {
    const auto names = conventions();
    command.add_choice("--convention", convention, {names.begin(), names.end()}, help)
        ->default_str("this program's");
}

CLI::Option* add_format_option(Command& command, std::string& format, const std::string& help) {
    CLI::Option* option = command.add_option("--format", format, help);
    command.offer(option, encodable_extensions());
    return option->type_name("EXT")->default_str("that of --out, or png");
}

CLI::Option* add_device_option(Command& command, std::string& device) {
    CLI::Option* option =
        command.add_option("--device", device, "what computes: cuda:N is the N-th GPU from 0");
    const auto names = device_names();
    command.offer(option, {names.begin(), names.end()});
    option->transform(
        CLI::Validator([](std::string& text) { return text = CLI::detail::to_lower(text), ""; }, ""));
    return option->type_name("NAME")->capture_default_str();
}

void add_alpha_option(Command& command, std::string& alpha) {
    command
        .add_choice(
            "--alpha", alpha, {"said", "last"},
            "said: where the file says so; last: also of two or four channels of which it says nothing")
        ->default_str("said");
}

std::optional<AlphaChannel> alpha_channel(const std::string& choice) {
    if (choice.empty()) return std::nullopt;
    return choice == "last" ? AlphaChannel::last : AlphaChannel::as_said;
}

void add_formats_option(Command& command, std::optional<std::string>& formats) {
    CLI::Option* option = command.add_option(
        "--formats", formats,
        "what may be decoded: a list of codecs and extensions, as glimpse info shows them; "
        "safe: those that are fuzzed");
    command.offer(option, format_words());
    option->type_name("LIST")->default_str("all");
}

CLI::Option* add_memory_option(Command& command, std::optional<std::int64_t>& bytes,
                               const std::string& help) {
    return command
        .add_option_function<std::string>(
            "--memory", [&bytes](const std::string& text) { bytes = parse_bytes(text); }, help)
        ->type_name("SIZE")
        ->default_str("half of what there is");
}

std::int64_t usual_memory(bool untrusted, int images) {
    const std::int64_t half = available_memory() / 2;
    return untrusted ? std::min(half, untrusted_memory * images) : half;
}

double usual_seconds(bool untrusted) {
    return untrusted ? untrusted_seconds : OpenOptions().maximum_seconds;
}

void set_limits(const ReadingLimits& limits, int images, OpenOptions& options) {
    options.formats = formats_in(limits.formats.value_or(limits.untrusted ? untrusted_formats : "all"));
    if (limits.untrusted) options.maximum_pixels = untrusted_pixels;
    if (limits.maximum_pixels) options.maximum_pixels = *limits.maximum_pixels;
    options.maximum_seconds = limits.maximum_seconds.value_or(usual_seconds(limits.untrusted));
    const std::int64_t bytes = limits.memory.value_or(usual_memory(limits.untrusted, images));
    options.memory.budget = std::make_shared<MemoryBudget>(bytes);
    options.mask_memory.budget = std::make_shared<MemoryBudget>(bytes);
    retain_freed_memory(bytes);
}

void add_box_options(Command& command, InputOptions& input) {
    add_mechanism_option(command, input.defaults.mechanism,
                         "for --box, and for entries that name a box but no mechanism");
    command.add_option("-b,--box", input.boxes, "a glimpse without a document; may be repeated")
        ->type_name("X,Y,W,H")
        ->allow_extra_args(false);
    add_convention_option(command, input.defaults.convention,
                          "in which --box, and entries that say nothing of it, are written");
}

void add_seconds_option(Command& command, std::optional<double>& seconds) {
    command
        .add_number("--max-seconds", seconds, 0.0, std::numeric_limits<double>::max(),
                    "refuse an image that the processor decodes for longer; 0: no limit")
        ->default_str("0");
}

void add_no_auto_orient_option(Command& command, bool& no_auto_orient) {
    command.add_flag("--no-auto-orient", no_auto_orient, "leave the EXIF orientation unapplied");
}

void add_pixels_option(Command& command, std::optional<std::int64_t>& pixels, std::int64_t usual) {
    command
        .add_number("--max-pixels", pixels, std::int64_t{1}, std::numeric_limits<std::int64_t>::max(),
                    "refuse larger images")
        ->default_str(std::to_string(usual));
}

void add_jobs_option(Command& command, int& jobs, const std::string& help) {
    constexpr int most_jobs = 4096;
    jobs = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    command.add_number("-j,--jobs", jobs, 1, most_jobs, help)->default_str("as many as there are cores");
}

void add_progress_option(Command& command, std::string& progress, const std::string& help) {
    command.add_choice("--progress", progress, {"auto", "always", "never"}, help)->capture_default_str();
}

CLI::Option* add_no_sync_option(Command& command, bool& no_sync) {
    return command.add_flag("--no-sync", no_sync,
                            "do not wait until outputs are on the disk: for scratch space");
}

CLI::Option* add_size_option(Command& command, const std::string& names, std::optional<Size>& size,
                             const std::string& help) {
    const std::string option = names.substr(names.find("--"));
    return command
        .add_option_function<std::string>(
            names, [&size, option](const std::string& text) { size = parse_size(text, option); }, help)
        ->type_name("WxH");
}

}  // namespace glimpse::cli
