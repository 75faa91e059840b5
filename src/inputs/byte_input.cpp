#include "inputs/byte_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

ByteInput::ByteInput(const std::filesystem::path& file, std::function<bool()> interrupted)
    : ByteInput(::open(file.c_str(), O_RDONLY | O_CLOEXEC), std::move(interrupted)) {
    if (descriptor_ < 0) throw Error(open_failure(errno));
    owned_ = true;
}

ByteInput::~ByteInput() {
    if (owned_) ::close(descriptor_);
}

std::size_t ByteInput::read(std::span<std::uint8_t> bytes) {
    constexpr int milliseconds = 100;  // polled, since a signal may be delivered to another thread
    while (!at_end_) {
        if (interrupted_()) return 0;
        pollfd input{descriptor_, POLLIN, 0};
        if (poll(&input, 1, milliseconds) <= 0) continue;
        const ssize_t count = ::read(descriptor_, bytes.data(), bytes.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) throw Error(std::strerror(errno));
        at_end_ = count == 0;
        if (count > 0) return static_cast<std::size_t>(count);
    }
    return 0;
}

std::unique_ptr<ByteInput> open_input(const std::string& file, const std::function<bool()>& interrupted) {
    if (file == standard_stream) return std::make_unique<ByteInput>(STDIN_FILENO, interrupted);
    return std::make_unique<ByteInput>(std::filesystem::path(file), interrupted);
}

}  // namespace glimpse
