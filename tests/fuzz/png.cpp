#include <zlib.h>

#include <vector>

#include "codec_laws.hpp"

namespace {

std::uint32_t big_endian(fuzz::Bytes bytes) {
    return static_cast<std::uint32_t>(fuzz::Draws(bytes).bits(4));
}

/// The file with the checksum of each chunk set right: a changed one is refused before anything else is
/// looked at.
std::vector<std::uint8_t> with_checksums(fuzz::Bytes file) {
    constexpr std::size_t signature = 8;
    constexpr std::size_t frame = 12;  // length, type and checksum
    std::vector<std::uint8_t> repaired(file.begin(), file.end());
    for (std::size_t chunk = signature; chunk + frame <= repaired.size();) {
        const std::size_t length = big_endian(file.subspan(chunk, 4));
        if (length > repaired.size() - chunk - frame) break;
        const std::size_t checksum = chunk + 8 + length;
        const auto sum = crc32_z(0, repaired.data() + chunk + 4, length + 4);
        for (std::size_t byte = 0; byte < 4; ++byte) {
            repaired[checksum + byte] = static_cast<std::uint8_t>(sum >> (24 - 8 * byte));
        }
        chunk = checksum + 4;
    }
    return repaired;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [file, choices] = fuzz::split({data, size}, fuzz::codec_choices);
    const bool as_it_is = fuzz::Draws(choices).bits(1) >= 224;
    const std::vector<std::uint8_t> repaired = with_checksums(file);
    fuzz::check_codec(as_it_is ? file : fuzz::Bytes(repaired), choices);
    return 0;
}
