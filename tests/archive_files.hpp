#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "archives/archives.hpp"

// What is in an archive.

namespace glimpse {

using Bytes = std::vector<std::uint8_t>;
using Files = std::vector<std::pair<std::string, std::string>>;  ///< names and contents

inline ByteSource source_of(const Bytes& bytes) {
    return [&bytes, read = std::size_t{0}](std::span<std::uint8_t> room) mutable {
        const std::size_t count = std::min(room.size(), bytes.size() - read);
        std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(read), count, room.begin());
        read += count;
        return count;
    };
}

inline Files files_of(const Bytes& bytes) {
    Files files;
    const auto reader = archives().open(source_of(bytes));
    while (const auto member = reader->next()) {
        CHECK(member->kind == ArchiveMember::Kind::file);
        const Bytes content = reader->read();
        CHECK(content.size() == member->size);
        files.emplace_back(member->name, std::string(content.begin(), content.end()));
    }
    return files;
}

}  // namespace glimpse
