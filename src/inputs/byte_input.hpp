#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace glimpse {

/// The bytes of a file or a pipe, as a stream.
class ByteInput {
  public:
    /// The descriptor stays the caller's. `interrupted` is polled while waiting.
    ByteInput(int descriptor, std::function<bool()> interrupted)
        : descriptor_(descriptor), interrupted_(std::move(interrupted)) {}
    /// Throws `Error` with the reason alone where the file cannot be opened.
    ByteInput(const std::filesystem::path& file, std::function<bool()> interrupted);
    ~ByteInput();
    ByteInput(const ByteInput&) = delete;
    ByteInput& operator=(const ByteInput&) = delete;

    /// Waits for bytes and reads as many as there are and fit. 0 at the end, or when interrupted. Throws
    /// `Error` with the reason alone.
    std::size_t read(std::span<std::uint8_t> bytes);
    /// Whether `read` has reached the end.
    [[nodiscard]] bool at_end() const { return at_end_; }

  private:
    int descriptor_;
    bool owned_ = false;
    std::function<bool()> interrupted_;
    bool at_end_ = false;
};

/// Opens a file, or standard input for `standard_stream`. Throws `Error` with the reason alone.
std::unique_ptr<ByteInput> open_input(const std::string& file, const std::function<bool()>& interrupted);

}  // namespace glimpse
