#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/array.hpp"
#include "glimpse/export.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/mechanism.hpp"

namespace glimpse {

/// What the caller supplies for entries that leave it open.
struct ParameterDefaults {
    std::string mechanism = "crop";       ///< for entries that name a box but no mechanism
    std::optional<Size> size;             ///< for entries that give none
    std::optional<AlphaChannel> alpha{};  ///< of every image: no document may say otherwise
    /// In which the numbers of entries and boxes are written that say nothing of it, one of
    /// `conventions()`; empty: this program's own.
    std::string convention{};
    /// The caller makes trackers' windows of all boxes, so that no box may be such a window already.
    bool makes_windows = false;
};

/// The conventions of entries: "xyxy", "torch-corners", …
GLIMPSE_EXPORT std::vector<std::string_view> conventions();

struct ImageElements;

/// The glimpses of one document, in its order, each with an id of its own, and what it says of the image.
class ParameterDocument : public std::vector<Glimpse> {
  public:
    using std::vector<Glimpse>::vector;

    std::optional<AlphaChannel> alpha{};  ///< none: it says nothing
    /// Those with the arrays that it refers to, and with labels, each once.
    std::vector<std::filesystem::path> array_files{};
    bool uses_convention = false;  ///< whether an entry takes that of the caller's defaults
    /// What differs from image to image; null: nothing. The glimpses are those of the first image.
    std::shared_ptr<const ImageElements> of_images{};
};

/// Of a document whose references take an element for each image of a run, by "each": "image".
struct ImageElements {
    std::size_t count = 0;  ///< of elements, and so of images
    std::string place{};    ///< of such a reference, for messages
    /// The document of the run's n-th image, 0 ≤ n < count. Throws as `parse_parameters`.
    std::function<ParameterDocument(std::size_t n)> document{};
};

/// Of a parameter document: in a file, on standard input or in an archive.
inline constexpr InputLimit document_limit{
    .bytes = std::uint64_t{256} << 20,
    .kind = "a parameter document",
    .remedy = "split it, or give a manifest, of which one record is read after another"};

/// Whether a path is that of an existing file.
using IsFile = std::function<bool(const std::filesystem::path&)>;

/// Whether the path is a regular file on disk, rather than in an archive.
GLIMPSE_EXPORT bool is_file_on_disk(const std::filesystem::path& path);

/// The bytes of a file with arrays.
using OpenArrays = std::function<std::shared_ptr<const StableBytes>(const std::filesystem::path&)>;

/// How the files that a document names are found, and those read from which its numbers come.
struct DocumentFiles {
    IsFile is_file = is_file_on_disk;
    OpenArrays open = mapped_bytes;
};

/// Reads a parameter document. `file` is its name in messages; relative paths in it start at `directory`.
/// Strict: throws `UsageError` "FILE:LINE:COLUMN: …" for a syntax error and
/// "FILE: /glimpses/3/theta/1: …" for a value that breaks a rule.
GLIMPSE_EXPORT ParameterDocument parse_parameters(std::string_view text, const std::string& file,
                                                  const std::filesystem::path& directory,
                                                  const ParameterDefaults& defaults,
                                                  const DocumentFiles& files = {});

/// Reads the document in a file, where its relative paths start too. Throws `UsageError` as
/// `parse_parameters`, and where the file cannot be read, or is larger than `document_limit`.
GLIMPSE_EXPORT ParameterDocument read_parameters(const std::filesystem::path& path,
                                                 const ParameterDefaults& defaults);

/// Throws `UsageError` where a document has no entry, as that of one image alone may. `file` is its name.
GLIMPSE_EXPORT void require_entries(const ParameterDocument& document, const std::string& file);

/// A record of a manifest, which is one of its lines.
struct ManifestRecord {
    std::filesystem::path image{};                ///< as written, relative to the manifest's directory
    std::optional<std::string> name{};            ///< replaces the image's own name in the outputs' names
    std::optional<ParameterDocument> glimpses{};  ///< none: the run's own hold; empty: none are wanted
    std::optional<int> page{};                    ///< of the image's file, ≥ 0
    std::optional<AlphaChannel> alpha{};          ///< of the image; none: it says nothing
    std::string problem{};  ///< why its name cannot be that of outputs; empty where it can
};

/// Reads a record, `line` ≥ 1 being its number in `file`. Throws `UsageError` as `parse_parameters`.
GLIMPSE_EXPORT ManifestRecord parse_manifest_record(std::string_view text, const std::string& file,
                                                    std::size_t line, const std::filesystem::path& directory,
                                                    const ParameterDefaults& defaults);

/// The image that a record names, even if the rest of it is invalid; none where that cannot be told.
GLIMPSE_EXPORT std::optional<std::string> image_of_record(std::string_view text);

/// The JSON Schema (draft 2020-12) of the parameter document.
GLIMPSE_EXPORT std::string_view parameter_schema();

/// The keys of each mechanism's entries as Markdown tables: value, range, unit, forms, default, meaning.
GLIMPSE_EXPORT std::string_view parameter_keys();

}  // namespace glimpse
