#pragma once

namespace glimpse::cli {

/// The first SIGINT, SIGTERM or SIGHUP lets outputs in progress finish and starts nothing new; another one of
/// them, unless it comes together with the first, ends the process. A pipe that nobody reads, a file beyond
/// the size limit, and a page of a mapped file that is gone are errors of whoever meets them.
void install_signal_handlers();

/// Whether SIGINT, SIGTERM or SIGHUP came.
bool was_interrupted();

}  // namespace glimpse::cli
