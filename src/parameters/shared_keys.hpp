#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parameters/conventions.hpp"
#include "parameters/description.hpp"

// The keys that several mechanisms share, and their readers.

namespace glimpse::parameters {

inline constexpr std::string_view centre_unit = "pixels, 0 the first pixel's centre";

Key box_key();
Key units_key();
/// "angle", by which a box is turned.
Key angle_key();
/// "convention", the order of a box's numbers.
Key box_convention_key();

/// What boxes and points are measured in.
enum class PointUnits : std::uint8_t { pixels, fraction, normalised };
inline constexpr std::array<std::pair<std::string_view, PointUnits>, 3> point_units{
    {{"pixels", PointUnits::pixels},
     {"fraction", PointUnits::fraction},
     {"normalised", PointUnits::normalised}}};

/// The JSON Schemas of a number that float32 can hold, of an array of such, and of a reference, for "anyOf".
std::string one_or_more_schemas();

/// `forms` as in `Key`.
Key size_key(std::vector<std::string_view> forms);
Key padding_key(std::vector<std::string_view> forms);

/// Reads "box", "convention" and "units". A normalised box is read as fractions.
OrientedBox read_box(Entry& entry, const ReadingContext& context);
/// The same of a box whose convention was read.
OrientedBox read_box(Entry& entry, BoxOrder order, const ReadingContext& context);

/// Reads "angle".
double read_angle(Entry& entry, const ReadingContext& context);

/// Throws `UsageError` where the entry itself asks for antialiasing, of which there is none; false changes
/// nothing.
void refuse_antialiasing(Entry& entry, const std::string& rule);

/// Reads "units" of what is never normalised.
Units read_units(Entry& entry);

/// Reads "size", by default the caller's.
std::optional<Size> read_size(Entry& entry, const ReadingContext& context);

/// What lies outside the image: a padding, or a fill in place of its zeros; neither where the key is not
/// there.
struct PaddingAndFill {
    std::optional<Padding> padding;
    Fill fill;
};

/// Reads "padding"; without it, the fill is `otherwise`.
PaddingAndFill read_padding(Entry& entry, const ReadingContext& context, Fill otherwise = {});

/// What a tracker's window is filled with; of any other box nothing.
inline Fill fill_of(BoxOrder order) {
    return is_tracker_window(order) ? Fill(MeanOfImage{.is_truncated = order == BoxOrder::pysot}) : Fill();
}

/// Writes "box" and "units".
void write_box(const OrientedBox& box, WrittenParameters& written);
/// Writes "angle", unless it is 0.
void write_angle(const OrientedBox& box, WrittenParameters& written);
/// Writes "units", unless they are pixels.
void write_units(Units units, WrittenParameters& written);
/// Writes "size", where there is one.
void write_size(const std::optional<Size>& size, WrittenParameters& written);
/// Writes "padding", where there is one.
void write_padding(const std::optional<Padding>& padding, const Fill& fill, WrittenParameters& written);

}  // namespace glimpse::parameters
