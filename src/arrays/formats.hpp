#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/array.hpp"

// The formats of array files, each of which is told by its content.

namespace glimpse {

using BytesOfArrays = std::shared_ptr<const StableBytes>;

std::unique_ptr<ArrayFile> open_npy(const BytesOfArrays& bytes);

bool begins_npz(std::span<const std::uint8_t> bytes);
std::unique_ptr<ArrayFile> open_npz(BytesOfArrays bytes);

bool begins_safetensors(std::span<const std::uint8_t> bytes);
std::unique_ptr<ArrayFile> open_safetensors(BytesOfArrays bytes);

/// Whether the bytes may be a text: they have no control characters but those of lines and tabulators.
bool begins_text(std::span<const std::uint8_t> bytes);
/// A table of numbers, separated by commas, semicolons, tabulators or spaces.
std::unique_ptr<ArrayFile> open_table(const StableBytes& bytes);

/// The array of a .npy file.
Array npy_array(const BytesOfArrays& bytes);

/// So many of the bytes, which it keeps, from `begin` on; they must be there.
BytesOfArrays part_of(BytesOfArrays bytes, std::size_t begin, std::size_t size);

/// The position of that name, or of the only one where `name` is empty. Throws `Error`, with the names, where
/// there is none, and for a name that there is twice.
std::size_t chosen_array(std::string_view name, const std::vector<std::string>& names);

/// The bytes of memory that the names take.
std::uint64_t bytes_of_names(const std::vector<std::string>& names);

/// Most axes of an array: numpy has no more.
inline constexpr std::size_t most_axes = 64;
/// Throws the `Error` of an array that has more.
[[noreturn]] void fail_axes();

/// Throws the `Error` of a name that there is not.
[[noreturn]] void fail_no_array(std::string_view name, const std::vector<std::string>& names);

}  // namespace glimpse
