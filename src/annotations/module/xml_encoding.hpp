#pragma once

#include <filesystem>
#include <string>

namespace glimpse::annotations {

/// The text of an XML file in UTF-8, UTF-16 or UTF-32, whatever encoding its declaration names: those that
/// pugixml does not know, and people use, are converted to UTF-8. Throws `UsageError` for another one, and
/// for bytes that are no text in it.
std::string in_known_encoding(std::string text, const std::filesystem::path& file);

}  // namespace glimpse::annotations
