#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse {

/// What the command line supplies to entries that leave it open.
struct ParameterDefaults {
    std::string mechanism = "crop";  ///< for entries that name a box but no mechanism
    std::optional<Size> size;        ///< for entries that give none
};

/// The glimpses of one document, in its order, each with an id of its own.
using ParameterDocument = std::vector<Glimpse>;

/// Whether there is a file of that path.
using IsFile = std::function<bool(const std::filesystem::path&)>;

/// Whether there is one outside of archives.
GLIMPSE_EXPORT bool is_file_on_disk(const std::filesystem::path& path);

/// Reads a parameter document. `file` is its name in messages; relative paths in it are taken from
/// `directory`, and must be those of files as `is_file` says. Strict: throws `UsageError` "FILE:LINE:COLUMN:
/// …" for a syntax error and "FILE: /glimpses/3/theta/1: …" for a rule.
GLIMPSE_EXPORT ParameterDocument parse_parameters(std::string_view text, const std::string& file,
                                                  const std::filesystem::path& directory,
                                                  const ParameterDefaults& defaults,
                                                  const IsFile& is_file = is_file_on_disk);

/// Reads the document in a file. Throws `UsageError` also where it cannot be read.
GLIMPSE_EXPORT ParameterDocument read_parameters(const std::filesystem::path& path,
                                                 const ParameterDefaults& defaults);

/// One line of a manifest.
struct ManifestRecord {
    std::filesystem::path image;      ///< as written
    std::optional<std::string> name;  ///< replaces the image's own name in the outputs' names
    ParameterDocument glimpses;       ///< empty: the record names none, and the run's own parameters hold
    std::string problem;              ///< why its name cannot be that of outputs; empty where it can
};

/// Reads one record, `line` being its number from 1 in `file`. Throws `UsageError` as `parse_parameters`
/// does.
GLIMPSE_EXPORT ManifestRecord parse_manifest_record(std::string_view text, const std::string& file,
                                                    std::size_t line, const std::filesystem::path& directory,
                                                    const ParameterDefaults& defaults);

/// The image that a record names, whatever is wrong with the rest of it; none where that cannot be told.
GLIMPSE_EXPORT std::optional<std::string> image_of_record(std::string_view text);

/// The JSON Schema (draft 2020-12) of the parameter document.
GLIMPSE_EXPORT std::string_view parameter_schema();

/// The keys of each mechanism's entries as Markdown tables: value, range, unit, forms, default, meaning.
GLIMPSE_EXPORT std::string_view parameter_keys();

}  // namespace glimpse
