#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "glimpse/conversion.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

struct ConvertOptions {
    std::string parameters;
    ParameterDefaults defaults;
    ConversionOptions conversion;
    std::string image;
    bool exact = false;
    std::string out = standard_stream;
    std::string report;
    bool quiet = false;
};

/// Of "WxH", or of an image's file. Throws `UsageError` with the option's name.
Size image_size(const std::string& text) {
    if (const std::optional<Size> size = size_in(text)) {
        // A greater number is taken for the greatest.
        constexpr int longest = std::numeric_limits<int>::max() - 1;
        const auto [least, most] = std::minmax(size->width, size->height);
        if (least > 0 && most <= longest) return *size;
        throw UsageError(
            "--image", "sides of 1 to " + std::to_string(longest) + " pixels are needed, not '" + text + "'");
    }
    try {
        return open_image(std::filesystem::path(text))->info().size;
    } catch (const Error& error) {
        throw UsageError("--image",
                         "a size WxH is needed, such as 640x480, or an image: " + text + ": " + error.what());
    }
}

ParameterDocument read_input(const ConvertOptions& o) {
    if (o.parameters != standard_stream) return read_parameters(o.parameters, o.defaults);
    const auto bytes = read_standard_input(document_limit);
    return parse_parameters({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "standard input", {},
                            o.defaults);
}

ParameterDocument read(const ConvertOptions& o) {
    ParameterDocument document = read_input(o);
    require_entries(document, o.parameters == standard_stream ? "standard input" : o.parameters);
    return document;
}

void require_used_defaults(const ParameterDocument& document, const ParameterDefaults& defaults) {
    if (!defaults.convention.empty() && !document.uses_convention)
        throw InvalidOption("defaults.convention",
                            "no entry takes it: each has one of its own, or a form that has none such");
    const auto takes_size = [&](const Glimpse& glimpse) {
        return requested_size(glimpse.mechanism) == defaults.size;
    };
    if (defaults.size && std::ranges::none_of(document, takes_size))
        throw InvalidOption("defaults.size", "no entry takes it: each has a size of its own, or none");
}

/// Throws `UsageError` where a file that is written is one that is read, or both are one.
void require_other_files(const ConvertOptions& o, const ParameterDocument& document) {
    std::vector<std::filesystem::path> inputs = document.array_files;
    if (o.parameters != standard_stream) inputs.emplace_back(o.parameters);
    inputs.emplace_back(o.image);
    for (const Glimpse& glimpse : document) {
        if (const auto file = attention_file(glimpse.mechanism)) inputs.push_back(*file);
    }
    const auto is_same = [](const std::filesystem::path& one, const std::filesystem::path& other) {
        std::error_code ignored;
        const auto resolved = [&](const std::filesystem::path& path) {
            return std::filesystem::weakly_canonical(std::filesystem::absolute(path), ignored);
        };
        return std::filesystem::equivalent(one, other, ignored) || resolved(one) == resolved(other);
    };
    for (const auto& [option, file] : {std::pair("--out", o.out), {"--report", o.report}}) {
        if (file.empty() || file == standard_stream) continue;
        for (const std::filesystem::path& input : inputs) {
            if (!input.empty() && is_same(file, input))
                throw UsageError(option, "'" + file + "' is an input, and is not written over");
        }
    }
    if (!o.report.empty() && (o.report == o.out || is_same(o.report, o.out)))
        throw UsageError("--report", "'" + o.report + "' is what --out names");
}

std::string shown(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", number);
    return text.data();
}

/// "not exact: its points are at most 0.31 pixels off, RMS 0.12; its matrix is off by 0.004 of its norm".
std::string words_of(const Conversion& converted) {
    const Deviation& d = converted.deviation;
    std::vector<std::string> words;
    if (d.greatest) {
        words.push_back(*d.greatest == 0 ? "its points are the same"
                                         : "its points are at most " + shown(*d.greatest) +
                                               " pixels off, RMS " + shown(*d.rms));
    }
    if (d.unplaced > 0)
        words.push_back(std::to_string(d.unplaced) + " of its pixels have a place in one of both alone");
    words.push_back(d.matrices ? "its matrix is off by " + shown(*d.matrices) + " of its norm"
                               : "its matrix was not compared, since " + d.not_computed);
    std::string text = "not exact: " + join(words, "; ");
    if (!converted.stand_in.empty()) text += "; it has " + converted.stand_in;
    if (!converted.losses.empty()) text += "; it lacks " + join(converted.losses, "; ");
    return text;
}

std::string record_of(const Glimpse& glimpse, const Conversion& converted, const std::string& error) {
    nlohmann::ordered_json record{{"id", glimpse.id}};
    if (glimpse.label) record["label"] = *glimpse.label;
    record["status"] = error.empty() ? "ok" : "error";
    if (!error.empty()) {
        record["error"] = error;
    } else {
        const Deviation& d = converted.deviation;
        const auto number = [](const std::optional<double>& value) {
            return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json(nullptr);
        };
        record["exact"] = d.is_exact;
        record["points"] = {
            {"greatest", number(d.greatest)}, {"rms", number(d.rms)}, {"unplaced", d.unplaced}};
        record["matrices"] = number(d.matrices);
        if (!d.not_computed.empty()) record["not_computed"] = d.not_computed;
        if (!converted.stand_in.empty()) record["stands_in"] = converted.stand_in;
        if (!converted.losses.empty()) record["lacks"] = converted.losses;
        if (!converted.gains.empty()) record["gains"] = converted.gains;
    }
    return record.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

void write(const std::string& file, const std::string& text) {
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
    file == standard_stream ? write_standard_output(bytes) : write_file(file, bytes);
}

/// What entries have that their glimpses had not, with how many have it.
class GainTally {
  public:
    void add(const std::vector<std::string>& gains) {
        for (const std::string& gain : gains) ++counts_[gain];
    }
    void tell() const {
        for (const auto& [gain, count] : counts_) {
            warn(std::to_string(count) + (count == 1 ? " glimpse gains " : " glimpses gain ") + gain);
        }
    }

  private:
    std::map<std::string, std::int64_t> counts_;
};

Outcome convert_all(const ConvertOptions& o, const ParameterDocument& document) {
    std::vector<std::string> entries;
    GainTally gains;
    std::string report;
    bool has_failed = false;
    for (const Glimpse& glimpse : document) {
        const std::string place = glimpse.place.of("") + " (" + glimpse.id + ")";
        Conversion converted;
        std::string error;
        try {
            converted = convert(glimpse, o.conversion);
            if (o.exact && !converted.deviation.is_exact) error = words_of(converted);
        } catch (const UsageError&) {
            throw;
        } catch (const Error& failure) {
            error = failure.what();
        }
        if (!o.report.empty()) report += record_of(glimpse, converted, error);
        if (!error.empty()) {
            has_failed = true;
            std::cerr << "glimpse: " << message_line(place + ": " + error) << '\n';
            continue;
        }
        if (!converted.deviation.is_exact && !o.quiet) warn(place + ": " + words_of(converted));
        gains.add(converted.gains);
        entries.push_back(std::move(converted.entry));
    }
    if (!o.quiet) gains.tell();
    // First what the report says of.
    if (!entries.empty()) write(o.out, converted_document(entries, document.alpha));
    if (!o.report.empty()) write(o.report, report);
    return has_failed ? Outcome::some_failed : Outcome::all_done;
}

Outcome convert_parameters(ConvertOptions& o) {
    if (o.conversion.target.empty() && o.conversion.units.empty())
        throw UsageError("--to", "say what to: a mechanism, a form or a convention; or --units");
    if (!o.image.empty()) o.conversion.image_size = image_size(o.image);
    const ParameterDocument document = read(o);
    if (document.of_images) {
        throw UsageError(document.of_images->place,
                         R"("each": "image" is of a whole run of images: give it an "index")");
    }
    require_used_defaults(document, o.defaults);
    require_other_files(o, document);
    return convert_all(o, document);
}

std::vector<std::string> target_words() {
    std::vector<std::string> words;
    for (const ConversionTarget& target : conversion_targets()) words.emplace_back(target.word);
    return words;
}

}  // namespace

void add_convert(CLI::App& application, Action& action) {
    Command& command =
        add_command(application, "convert", "Carry parameters over to another mechanism or convention");
    const auto o = std::make_shared<ConvertOptions>();
    command.option_defaults()->group("The parameters");
    command.add_option("PARAMS", o->parameters, "a parameter document, or - for standard input")->required();
    command
        .add_option("--image", o->image,
                    "an image that they are for, or its size, WxH: fractions and normalised numbers depend "
                    "on it, and matrices are compared for it")
        ->type_name("FILE");
    add_mechanism_option(command, o->defaults.mechanism, "for entries that name a box but no mechanism");
    add_convention_option(command, o->defaults.convention,
                          "in which entries that say nothing of it are written");
    add_size_option(command, "-s,--size", o->defaults.size, "of glimpses whose entry gives none");
    command.option_defaults()->group("What becomes of them");
    command.add_choice("--to", o->conversion.target, target_words(), "the mechanism, form or convention");
    const auto units = conversion_units();
    command.add_choice("--units", o->conversion.units, {units.begin(), units.end()},
                       "what boxes, and points, are measured in");
    command.add_flag("--exact", o->exact, "refuse what would not say the same");
    command.add_option("-o,--out", o->out, "a file, or - for standard output")
        ->type_name("FILE")
        ->capture_default_str();
    command.add_option("--report", o->report, "how far off each entry is, as JSON Lines")->type_name("FILE");
    command.add_flag("-q,--quiet", o->quiet, "no messages but errors");
    command.footer(
        "Example:\n"
        "  glimpse convert p.json --to torch --image 640x480 --out theta.json");
    command.callback([&action, o] { action = [o] { return convert_parameters(*o); }; });
}

}  // namespace glimpse::cli
