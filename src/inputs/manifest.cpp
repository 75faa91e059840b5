#include "inputs/manifest.hpp"

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "system/failure.hpp"
#include "system/relative_name.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace {

/// In bytes: a mask's grid of four million numbers fits.
constexpr std::size_t longest_record = std::size_t{64} << 20;

bool is_blank(const std::string& line) {
    return line.find_first_not_of(" \t\r") == std::string::npos;
}

/// What a file is whose first line is none of a manifest's, so that all others would fail likewise; null
/// where that line may be one.
const char* other_format(std::string_view first_line) {
    if (first_line.starts_with("\x1F\x8B")) return "is compressed; decompress it";
    first_line.remove_prefix(std::min(first_line.find_first_not_of(" \t\r"), first_line.size()));
    if (first_line.starts_with('[')) return "is an array; each of its records is needed on a line of its own";
    const bool is_begun =
        first_line.starts_with('{') && first_line.find_first_not_of(" \t\r", 1) == std::string_view::npos;
    return is_begun ? "is JSON of several lines; each record is needed on a line of its own" : nullptr;
}

std::unique_ptr<ByteInput> opened(const std::string& file, StandardInput& standard_input,
                                  const std::function<bool()>& interrupted) {
    if (file == standard_stream) standard_input.claim("manifest");
    return with_context<UsageError>(file, [&] {
        const std::string obstacle = file == standard_stream ? "" : obstacle_to_input(file);
        if (!obstacle.empty()) throw Error(obstacle);
        return open_input(file, interrupted);
    });
}

}  // namespace

Manifest::Manifest(const InputOptions& options, const JobMaker& maker, StandardInput& standard_input,
                   const std::function<bool()>& interrupted)
    : options_(options),
      maker_(maker),
      file_(*options.manifest),
      input_(opened(file_, standard_input, interrupted)),
      lines_(*input_, longest_record) {
    if (file_ == standard_stream) {
        file_ = place_of_standard_input;
    } else {
        directory_ = directory_of(file_);
    }
}

std::optional<ImageJob> Manifest::next() {
    const std::optional<std::string> line = next_line();
    if (!line) return std::nullopt;
    try {
        return job_of(*line);
    } catch (const UsageError& error) {
        return failed_job(image_of_record(*line).value_or(""), error.what());
    }
}

std::optional<std::string> Manifest::next_line() {
    const auto read = [&]() -> std::optional<std::string> {
        while (std::optional<std::string> line = lines_.next()) {
            ++number_;
            if (is_blank(*line)) continue;
            const char* const other = has_records_ ? nullptr : other_format(*line);
            if (other) throw Error(other);
            has_records_ = true;
            return line;
        }
        return std::nullopt;
    };
    const bool is_stream = *options_.manifest == standard_stream;
    return is_stream ? with_context(file_, read) : with_context<UsageError>(file_, read);
}

ImageJob Manifest::job_of(const std::string& line) const {
    const std::string place = place_of_line(file_, number_);
    if (line.size() > longest_record) {
        throw UsageError(place, "a record has at most " + std::to_string(longest_record) + " bytes");
    }
    ImageJob job = maker_.of_record(
        parse_manifest_record(line, file_, number_, directory_, options_.defaults), directory_, place);
    job.record = number_;
    return job;
}

}  // namespace glimpse
