#pragma once

#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "glimpse/array.hpp"
#include "hand_made_files.hpp"

// Files with arrays, put together byte by byte.

namespace array_samples {

using hand_made::Bytes;

inline std::shared_ptr<const glimpse::StableBytes> kept(const Bytes& bytes) {
    return glimpse::kept_bytes(std::make_shared<const Bytes>(bytes));
}

inline std::shared_ptr<const glimpse::StableBytes> kept(std::string_view text) {
    return kept(Bytes(text.begin(), text.end()));
}

inline std::vector<double> numbers_of(const glimpse::Array& array) {
    std::vector<double> numbers(array.count());
    array.read(numbers);
    return numbers;
}

/// The bits of numbers, one after another.
template <typename T>
Bytes bits_of(const std::vector<T>& numbers, bool big_endian = false) {
    Bytes bytes;
    for (const T number : numbers) {
        std::uint64_t bits = 0;
        if constexpr (sizeof(T) == 8) bits = std::bit_cast<std::uint64_t>(number);
        if constexpr (sizeof(T) == 4) bits = std::bit_cast<std::uint32_t>(number);
        if constexpr (sizeof(T) == 2) bits = std::bit_cast<std::uint16_t>(number);
        if constexpr (sizeof(T) == 1) bits = std::bit_cast<std::uint8_t>(number);
        hand_made::append_number(bytes, bits, sizeof(T), big_endian);
    }
    return bytes;
}

/// A .npy file of float64, little endian.
inline Bytes npy_of(const std::string& shape, const std::vector<double>& numbers) {
    return hand_made::npy("{'descr': '<f8', 'fortran_order': False, 'shape': " + shape + ", }",
                          bits_of(numbers));
}

inline Bytes safetensors(std::string_view header, const Bytes& data) {
    Bytes bytes;
    hand_made::append_number(bytes, header.size(), 8, false);
    hand_made::append(bytes, header);
    hand_made::append(bytes, data);
    return bytes;
}

/// A member of a zip archive.
struct Member {
    std::string name;
    Bytes content;
    bool deflated = false;  ///< in one block of deflate that is not compressed
    bool zip64 = false;     ///< its sizes stand in an extra field, as in what numpy writes
};

/// Of fewer than 2^16 bytes.
inline Bytes deflated(const Bytes& content) {
    Bytes bytes{1};  // the last block, not compressed
    hand_made::append_number(bytes, content.size(), 2, false);
    hand_made::append_number(bytes, ~content.size() & 0xFFFF, 2, false);
    hand_made::append(bytes, content);
    return bytes;
}

inline Bytes zip(const std::vector<Member>& members) {
    const auto put = [](Bytes& to, std::uint64_t number, int length) {
        hand_made::append_number(to, number, length, false);
    };
    Bytes file;
    Bytes directory;
    for (const Member& member : members) {
        const Bytes stored = member.deflated ? deflated(member.content) : member.content;
        constexpr std::uint64_t in_extra_field = 0xFFFFFFFF;
        Bytes common;  // what both headers have
        put(common, 45, 2);
        put(common, 0x800, 2);  // the name is UTF-8
        put(common, member.deflated ? 8 : 0, 2);
        put(common, 0, 4);  // time
        put(common, hand_made::crc(member.content), 4);
        put(common, member.zip64 ? in_extra_field : stored.size(), 4);
        put(common, member.zip64 ? in_extra_field : member.content.size(), 4);
        put(common, member.name.size(), 2);
        Bytes extra;
        if (member.zip64) {
            put(extra, 1, 2);
            put(extra, 16, 2);
            put(extra, member.content.size(), 8);
            put(extra, stored.size(), 8);
        }
        put(common, extra.size(), 2);
        const std::size_t begin = file.size();
        hand_made::append(file, std::string_view("PK\3\4"));
        hand_made::append(file, common);
        hand_made::append(file, member.name);
        hand_made::append(file, extra);
        hand_made::append(file, stored);
        hand_made::append(directory, std::string_view("PK\1\2"));
        put(directory, 45, 2);
        hand_made::append(directory, common);
        put(directory, 0, 2);  // comment
        put(directory, 0, 2);  // disk
        put(directory, 0, 2);
        put(directory, 0, 4);
        put(directory, begin, 4);
        hand_made::append(directory, member.name);
        hand_made::append(directory, extra);
    }
    const std::size_t begin = file.size();
    hand_made::append(file, directory);
    hand_made::append(file, std::string_view("PK\5\6"));
    put(file, 0, 4);
    put(file, members.size(), 2);
    put(file, members.size(), 2);
    put(file, directory.size(), 4);
    put(file, begin, 4);
    put(file, 0, 2);
    return file;
}

}  // namespace array_samples
