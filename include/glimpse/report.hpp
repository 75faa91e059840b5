#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/jobs.hpp"
#include "glimpse/outputs.hpp"

namespace glimpse {

/// What became of one glimpse.
struct GlimpseReport {
    std::string id;
    std::string mechanism;
    std::string output;  ///< the path as written (in a dry run: as it would be); empty where nothing was
    std::string error;
    Size size;
    Rectangle support;
    double inside = 0;
    std::optional<Affine> matrix;  ///< glimpse → image
};

/// What became of one image.
struct ImageReport {
    std::string image;
    std::string error;  ///< empty: all went well
    Size size;
    std::string device;  ///< what read the glimpses, or several in a row; empty where nothing was read
    double seconds = 0;
    std::vector<GlimpseReport> glimpses;
};

/// An output that is handed over, to become a member of an archive, rather than written.
struct OutputFile {
    std::filesystem::path path;
    std::vector<std::uint8_t> bytes;
};

/// A job that is done, with all that whoever takes it needs to know.
struct FinishedJob {
    ImageJob job;
    OutputPaths paths;
    ImageReport report;
    std::vector<OutputFile> files;  ///< in the order of their paths; where outputs go to an archive
};

/// One line of JSON, without the line's end.
GLIMPSE_EXPORT std::string report_line(const ImageReport& report);

/// The same without what differs from run to run: times, and where the archive lay that the image came out
/// of.
GLIMPSE_EXPORT std::string lasting_record(const ImageJob& job, const ImageReport& report);

}  // namespace glimpse
