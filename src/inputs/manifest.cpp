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
            if (!is_blank(*line)) return line;
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
    return maker_.of_record(parse_manifest_record(line, file_, number_, directory_, options_.defaults),
                            directory_, place);
}

}  // namespace glimpse
