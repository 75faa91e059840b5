#include "archives/module/gzip.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "glimpse/error.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::uint8_t, 2> magic{0x1F, 0x8B};

[[noreturn]] void fail_damaged(const std::string& reason) {
    throw Error("the archive is damaged or ends early: gzip: " + reason);
}

}  // namespace

GzipSource::GzipSource(ByteSource source) : source_(std::move(source)) {
    constexpr int with_gzip_header = 16;
    if (inflateInit2(&stream_, MAX_WBITS + with_gzip_header) != Z_OK) throw std::bad_alloc();
}

GzipSource::~GzipSource() {
    inflateEnd(&stream_);
}

std::size_t GzipSource::read(std::span<std::uint8_t> out) {
    if (!has_begun_) begin();
    return is_gzip_ ? inflate_some(out) : copy(out);
}

void GzipSource::begin() {
    has_begun_ = true;
    std::size_t count = 0;
    while (count < magic.size()) {
        const std::size_t more = source_(std::span(buffer_).subspan(count));
        if (more == 0) break;
        count += more;
    }
    pending_ = std::span(buffer_).first(count);
    is_gzip_ = count >= magic.size() && std::ranges::equal(pending_.first(magic.size()), magic);
    is_in_member_ = is_gzip_;
}

bool GzipSource::refill() {
    if (pending_.empty()) pending_ = std::span(buffer_).first(source_(buffer_));
    return !pending_.empty();
}

std::size_t GzipSource::copy(std::span<std::uint8_t> out) {
    if (!refill()) return 0;
    const std::size_t count = std::min(out.size(), pending_.size());
    std::copy_n(pending_.begin(), count, out.begin());
    pending_ = pending_.subspan(count);
    return count;
}

/// Returns whether another member follows.
bool GzipSource::begin_member() {
    while (refill()) {
        const auto other = std::ranges::find_if(pending_, [](std::uint8_t byte) { return byte != 0; });
        pending_ = pending_.subspan(static_cast<std::size_t>(other - pending_.begin()));
        if (pending_.empty()) continue;
        if (pending_.front() != magic.front()) fail_damaged("other data follow the compressed ones");
        inflateReset(&stream_);
        return is_in_member_ = true;
    }
    return false;
}

std::size_t GzipSource::inflate_some(std::span<std::uint8_t> out) {
    while (is_in_member_ || begin_member()) {
        if (!refill()) fail_damaged("unexpected end of file");
        stream_.next_in = const_cast<Bytef*>(pending_.data());
        stream_.avail_in = static_cast<uInt>(pending_.size());
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<uInt>(out.size());
        const int status = inflate(&stream_, Z_NO_FLUSH);
        pending_ = pending_.last(stream_.avail_in);
        if (status == Z_MEM_ERROR) throw std::bad_alloc();
        if (status == Z_STREAM_END) {
            is_in_member_ = false;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            fail_damaged(stream_.msg ? stream_.msg : "damaged data");
        }
        if (const std::size_t count = out.size() - stream_.avail_out; count > 0) return count;
    }
    return 0;
}

}  // namespace glimpse
