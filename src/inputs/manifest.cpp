#include "inputs/manifest_stream.hpp"

#include <unistd.h>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

const std::string file = "standard input";

/// In bytes: a mask's grid of four million numbers fits.
constexpr std::size_t longest_record = std::size_t{64} << 20;

}  // namespace

ManifestStream::ManifestStream(const InputOptions& options, const JobMaker& maker,
                               StandardInput& standard_input, std::function<bool()> interrupted)
    : options_(options),
      maker_(maker),
      input_(STDIN_FILENO, std::move(interrupted)),
      lines_(input_, longest_record) {
    standard_input.claim("--manifest");
}

std::optional<std::string> ManifestStream::next_line() {
    try {
        return lines_.next();
    } catch (const Error& error) {
        throw Error(file, error.what());
    }
}

std::optional<ImageJob> ManifestStream::next() {
    while (const std::optional<std::string> line = next_line()) {
        ++number_;
        if (line->find_first_not_of(" \t\r") != std::string::npos) return job_of(*line);
    }
    return std::nullopt;
}

ImageJob ManifestStream::job_of(const std::string& line) const {
    try {
        if (line.size() > longest_record) {
            throw UsageError(file + ":" + std::to_string(number_),
                             "a record has at most " + std::to_string(longest_record) + " bytes");
        }
        return maker_.of_record(parse_manifest_record(line, file, number_, {}, options_.defaults), {},
                                file + ":" + std::to_string(number_));
    } catch (const UsageError& error) {
        return failed_job(image_of_record(line).value_or(""), error.what());
    }
}

}  // namespace glimpse
