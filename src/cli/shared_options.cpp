#include <charconv>
#include <limits>
#include <optional>

#include "cli/commands.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

/// Throws `UsageError` with the option's name.
Size parse_size(const std::string& text, const std::string& option) {
    const std::size_t times = text.find_first_of("xX");
    const auto width = whole_number(std::string_view(text).substr(0, times));
    const auto height =
        times == std::string::npos ? std::nullopt : whole_number(std::string_view(text).substr(times + 1));
    if (!width || !height) {
        throw UsageError(option, "a size WxH is needed, such as 64x64, not '" + text + "'");
    }
    const Size size{*width, *height};
    try {
        require_glimpse_size(size, "");
    } catch (const InvalidParameter&) {
        throw UsageError(option, "1x1 to " + power_of_two(maximum_glimpse_pixels) +
                                     " pixels are needed, not '" + text + "'");
    }
    return size;
}

}  // namespace

std::optional<int> whole_number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc::result_out_of_range ? std::numeric_limits<int>::max() : number;
}

CLI::Option* add_mechanism_option(Command& command, std::string& mechanism, const std::string& help) {
    const auto names = mechanism_names();
    return command.add_choice("-m,--mechanism", mechanism, {names.begin(), names.end()}, help)
        ->capture_default_str();
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
