#include "codec_laws.hpp"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto [file, choices] = fuzz::split({data, size}, fuzz::codec_choices);
    fuzz::check_codec(file, choices);
    return 0;
}
