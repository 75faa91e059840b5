#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/parameters.hpp"

// How the numbers of a document's entries would read if they were written otherwise.

namespace glimpse::parameters {

/// An entry's numbers as a convention, or other units, have them.
struct Reading {
    std::string_view convention{};  ///< its word; empty: this program's own, which has none
    std::string units{};  ///< of boxes and centres; empty: the form or the convention leaves no choice
    std::vector<std::string> without{};  ///< keys of the entry that this convention has no place for
    int changes = 0;                     ///< of convention and units, how many are others than as it was read
    std::vector<Glimpse> glimpses{};     ///< as many as those of the entry, in its order
};

/// Members with which an entry could be read, and says something else.
struct Remedy {
    std::string members{};            ///< as JSON has them: `"antialias": true`
    std::vector<Glimpse> glimpses{};  ///< the entry's, with them
};

/// An entry, and how else it can be read.
struct EntryReadings {
    std::string form{};             ///< the keys of its parameters: "box"
    std::string_view convention{};  ///< in which it was read; empty: its form has none
    std::string units{};            ///< as of `Reading`
    bool has_conventions = false;   ///< that its form can be written in
    /// All that read the same numbers as other parameters, each once: fewer changes first, and among these
    /// the more usual convention.
    std::vector<Reading> others{};
    /// Those that may make its kernel as wide as its samples are apart, `"antialias": true`; its weights
    /// greater, `"normalise": "max"`; and that may show something of what lies outside the image,
    /// `"padding": "border"`.
    std::vector<Remedy> widening{};
    std::vector<Remedy> strengthening{};
    std::vector<Remedy> padding{};
    /// Its glimpses of one column and one row more; empty where it takes no other size.
    std::vector<Glimpse> enlarged{};
};

/// A document to read anew.
struct DocumentText {
    std::string_view text;
    std::string file;                 ///< its name in messages
    std::filesystem::path directory;  ///< of relative paths
};

/// The conventions from the most usual on, all of `conventions()`: what is written in the first is met most.
/// Where two read an entry alike, the first of them names both.
std::vector<std::string_view> conventions_by_use();

/// Calls take(number, readings) for each entry of a document that `parse_parameters` has read as `document`,
/// by its number from 0, for as long as it is not interrupted. One entry's are in memory at once.
void for_each_entry_readings(const DocumentText& text, const ParameterDefaults& defaults,
                             const ParameterDocument& document, const std::function<bool()>& is_interrupted,
                             const std::function<void(std::size_t, EntryReadings)>& take);

}  // namespace glimpse::parameters
