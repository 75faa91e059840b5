#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/image_file.hpp"

namespace glimpse {

/// The source of an image: a file, or its bytes in memory, the page of it, and what is said of its alpha.
class GLIMPSE_EXPORT ImageSource {
  public:
    ImageSource() = default;
    /// The file of that path.
    explicit ImageSource(std::string path) : name_(std::move(path)) {}
    /// An encoded image in memory, whose name is for messages; `bytes` is not null.
    ImageSource(std::string name, std::shared_ptr<const std::vector<std::uint8_t>> bytes)
        : name_(std::move(name)), bytes_(std::move(bytes)) {}

    /// Its path as written, "-" for standard input, or "ARCHIVE/MEMBER".
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Whether it is in a file, or else in memory.
    [[nodiscard]] bool is_file() const { return !bytes_; }

    /// The page that was chosen, ≥ 0; none where none was, and the first is opened.
    [[nodiscard]] std::optional<int> page() const { return page_; }
    /// The same file's or bytes' image of that page.
    [[nodiscard]] ImageSource at_page(int page) const;
    /// The same image, of whose last channel this is said, whatever the options to open it say.
    [[nodiscard]] ImageSource with_alpha(AlphaChannel alpha) const;

    /// Lets go of bytes in memory: what is left is as before, but for `open`, which fails.
    void release();

    /// Opens the image and reads its header. The reader must not outlive all copies of the source. Throws
    /// `Error` with the reason, without the name.
    [[nodiscard]] std::unique_ptr<ImageReader> open(const OpenOptions& options) const;

  private:
    std::string name_;
    std::shared_ptr<const std::vector<std::uint8_t>> bytes_;  ///< null: it is in a file
    std::optional<int> page_;
    std::optional<AlphaChannel> alpha_;
};

}  // namespace glimpse
