#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "glimpse/confinement.hpp"

// What --untrusted does for the commands that read images.

namespace glimpse::cli {

class Command;

/// The formats of images, their size and the seconds to decode each that --untrusted allows, unless the
/// options of these say otherwise.
inline constexpr const char* untrusted_formats = "safe";
inline constexpr std::int64_t untrusted_pixels = std::int64_t{1} << 26;
inline constexpr double untrusted_seconds = 30;
/// For decoding, for each image in flight: `untrusted_pixels` of 8 bits with alpha, and an overlay of them.
inline constexpr std::int64_t untrusted_memory = std::int64_t{7} << 28;

void add_untrusted_option(Command& command, bool& untrusted);

/// Throws `UsageError` for a device whose driver reads and writes what it likes.
void require_confinable(const std::string& device);

/// A file that is named, and what lies beside it: it may name that.
void allow_with_neighbours(const std::string& file, Permissions& permissions);

/// Makes the directory of an output while those above it can be opened, and with `sync` flushes its entry; ""
/// for the working directory. The first output says where that fails.
void make_output_directory(const std::filesystem::path& directory, bool sync);

/// The same, and allows to write below it.
void allow_output_directory(const std::filesystem::path& directory, bool sync, Permissions& permissions);

/// Confines the process, and limits its memory to `images` in flight. Tells `warn` where the kernel cannot
/// confine it. To be called before any input is read, and any thread started.
void restrict_process(const Permissions& permissions, int images,
                      const std::function<void(const std::string&)>& warn);

}  // namespace glimpse::cli
