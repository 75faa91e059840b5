#include "images/codecs/module_codec.hpp"

#include "glimpse/error.hpp"
#include "system/module.hpp"

namespace glimpse {

const Coder& ModuleCodec::coder() const {
    std::call_once(opened_, [&] { coder_ = &opened_module<Coder>(description_.name.c_str()); });
    return *coder_;
}

const Coder& ModuleCodec::coder_for(std::span<const std::uint8_t> bytes) const {
    try {
        return coder();
    } catch (const Error& error) {
        throw Error("the file is " + format(bytes).name + ", and " + error.what());
    }
}

std::unique_ptr<ImageReader> ModuleCodec::open(std::span<const std::uint8_t> bytes,
                                               const CodecRequest& request) const {
    return coder_for(bytes).open(bytes, request);
}

std::optional<std::size_t> ModuleCodec::length_by_decoder(std::span<const std::uint8_t> bytes) const {
    return length_ ? std::nullopt : coder().length(bytes);
}

std::vector<std::uint8_t> ModuleCodec::encode(const Image& image, std::string_view extension) const {
    return coder().encode(image, extension);
}

}  // namespace glimpse
