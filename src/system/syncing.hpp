#pragma once

#include <span>
#include <string>
#include <vector>

#include "system/new_file.hpp"

// What is to survive a power cut.

namespace glimpse {

/// Publishes files whose content is on the disk before any of their names appears, and whose names are when
/// this returns. Many at once cost little more than a few, since they are flushed with all that their file
/// system holds. Says of each why it was not; empty where it was.
std::vector<std::string> publish_synced(std::span<NewFile* const> files, bool replace);

/// The same for one file. Throws `Error` with the reason alone.
void publish_synced(NewFile& file, bool replace);

}  // namespace glimpse
