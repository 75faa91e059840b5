#pragma once

/// Marks what the library offers to programs, and what its modules call; all else is hidden.
#define GLIMPSE_EXPORT __attribute__((visibility("default")))
