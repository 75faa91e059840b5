#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"

// Files as a whole, and the standard streams.

namespace glimpse {

/// Writes the bytes under a temporary name in the same directory, then renames: at no moment is there half a
/// file under `path`, and none stays behind on failure. Missing directories are made. With `replace` false an
/// existing file of that name is an error, even one that appeared in the meantime. With `sync` the file is on
/// the disk before it has its name, and the name when this returns. Throws `Error` with the path and the
/// reason.
GLIMPSE_EXPORT void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                               bool replace = true, bool sync = true);

/// Waits until a file, where it is a regular one, and its name are on the disk. Throws `Error` with the path
/// and the reason.
GLIMPSE_EXPORT void sync_file(const std::filesystem::path& path);

/// Makes a directory and those above it, where they are missing; with `sync` their entries are on the disk
/// when this returns. Throws `Error` with the path and the reason.
GLIMPSE_EXPORT void make_directory(const std::filesystem::path& directory, bool sync);

/// Removes what was begun of outputs and is not published: for a process that ends at once, without
/// unwinding. No output can be begun afterwards.
GLIMPSE_EXPORT void remove_unpublished_files();

/// Stands for standard input or output where a file is named.
inline constexpr const char* standard_stream = "-";

/// The most bytes of what is read as a whole, so that no input fills the memory.
struct InputLimit {
    std::uint64_t bytes;
    std::string_view kind;    ///< "a parameter document"
    std::string_view remedy;  ///< where one has more: "split it"
};

/// Of images on standard input, all together.
inline constexpr InputLimit standard_input_limit{
    .bytes = std::uint64_t{4} << 30,
    .kind = "what is read from standard input",
    .remedy = "give the images as files, or as a tar archive, of which one is read after another"};

/// All of standard input. Throws `UsageError` where it has more bytes than the limit, before more are read,
/// and `Error` where reading fails.
GLIMPSE_EXPORT std::vector<std::uint8_t> read_standard_input(const InputLimit& limit = standard_input_limit);

/// Writes the bytes to standard output. Throws `Error` where that fails, and `ReaderGone` where nobody reads
/// them.
GLIMPSE_EXPORT void write_standard_output(std::span<const std::uint8_t> bytes);

/// The extension without its dot, in lower case.
GLIMPSE_EXPORT std::string extension_of(const std::filesystem::path& path);

/// Installs a handler of SIGBUS: a file that is truncated while `open_image` has it mapped then is an
/// `Error`, and not the end of the process. Any other SIGBUS has its default action.
GLIMPSE_EXPORT void survive_lost_pages();

}  // namespace glimpse
