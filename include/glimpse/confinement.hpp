#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "glimpse/export.hpp"

// What a process gives up for good before it decodes files that anybody may have made, so that a fault in a
// decoder gets at little.

namespace glimpse {

/// The files that a confined process can still open, links being followed when it is confined. What is not
/// there is left out.
struct Permissions {
    std::vector<std::filesystem::path> readable;  ///< files, and directories with all that is below them
    /// Files, to be read and written; and directories, below which files and directories can be made, read,
    /// replaced, and files removed.
    std::vector<std::filesystem::path> writable;
};

/// The version of Landlock's interface that this kernel has; 0 where it has none, or that is switched off.
GLIMPSE_EXPORT int landlock_version();

/// Confines the process to these files and to what its libraries read of the system, by the kernel's
/// Landlock. Other files cannot be opened, and no program started; from version 3 on no other file truncated,
/// from 4 on no TCP connection made, from 6 on no signal sent to another process. What is open stays open.
/// Whether it is in force: false, and nothing done, on a kernel without Landlock. Throws `Error` where the
/// process has other threads already, which would not be confined, or the kernel refuses.
GLIMPSE_EXPORT bool confine(const Permissions& permissions);

/// Limits the memory for data (RLIMIT_DATA) to what the process has now and `more` bytes; a lower limit
/// stays. Files that are mapped do not count. Beyond, `Error` says that there is not enough memory. Throws
/// `Error` where the system refuses.
GLIMPSE_EXPORT void limit_memory(std::uint64_t more);

}  // namespace glimpse
