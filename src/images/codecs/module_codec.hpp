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

    using Length = std::optional<std::size_t> (*)(std::span<const std::uint8_t> bytes);

    using Check = bool (*)(std::span<const std::uint8_t> bytes);

    using Format = FileFormat (*)(std::span<const std::uint8_t> head);

    ModuleCodec(CodecDescription description, Recogniser recogniser, Length length_of, Check whole,
                Format format_of = nullptr)
        : description_(std::move(description)),
          recogniser_(recogniser),
          length_(length_of),
          may_be_whole_(whole),
          format_(format_of) {}

    [[nodiscard]] CodecDescription description() const override { return description_; }
    [[nodiscard]] bool recognises(std::span<const std::uint8_t> head) const override {
        return recogniser_(head);
    }
    [[nodiscard]] FileFormat format(std::span<const std::uint8_t> head) const override {
        return format_ ? format_(head) : Codec::format(head);
    }
    [[nodiscard]] std::unique_ptr<ImageReader> open(std::span<const std::uint8_t> bytes,
                                                    const CodecRequest& request) const override;
    [[nodiscard]] std::optional<std::size_t> length(std::span<const std::uint8_t> bytes) const override {
        return length_ ? length_(bytes) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::size_t> length_by_decoder(
        std::span<const std::uint8_t> bytes) const override;
    [[nodiscard]] bool may_be_whole(std::span<const std::uint8_t> bytes) const override {
        return may_be_whole_(bytes);
    }
    [[nodiscard]] std::vector<std::uint8_t> encode(const Image& image,
                                                   std::string_view extension) const override;

  private:
    /// Throws `Error` where the module cannot be opened.
    const Coder& coder() const;
    /// The same for a file, whose format the `Error` names.
    const Coder& coder_for(std::span<const std::uint8_t> bytes) const;

    CodecDescription description_;
    Recogniser recogniser_;
    Length length_;  ///< null where the decoder alone tells
    Check may_be_whole_;
    Format format_;  ///< null where it is one format
    mutable std::once_flag opened_;
    mutable const Coder* coder_ = nullptr;
};

}  // namespace glimpse
