#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "images/codecs/codec.hpp"

namespace glimpse {

/// A codec in a module, which is loaded only when a file needs it. Its formats are listed here, so that
/// asking for them does not load it.
class ModuleCodec final : public Codec {
  public:
    using Recogniser = bool (*)(std::span<const std::uint8_t> head);

    ModuleCodec(CodecDescription description, Recogniser recogniser)
        : description_(std::move(description)), recogniser_(recogniser) {}

    [[nodiscard]] CodecDescription description() const override { return description_; }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return recogniser_(head);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes) const override;
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view extension) const override;

  private:
    const Coder& coder() const;

    CodecDescription description_;
    Recogniser recogniser_;
    mutable std::once_flag opened_;
    mutable const Coder* coder_ = nullptr;
};

}  // namespace glimpse
