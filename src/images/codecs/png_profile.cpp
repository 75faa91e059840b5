#include "images/codecs/png_profile.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <future>
#include <mutex>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "glimpse/error.hpp"
#include "images/codecs/png_chunks.hpp"
#include "images/codecs/profile.hpp"
#include "images/decoding_clock.hpp"

namespace glimpse {

namespace {

/// Counts them, and holds none of them; nothing where the stream is damaged or holds more than
/// `largest_profile`.
std::optional<std::size_t> inflated_length(std::span<const std::uint8_t> stream) {
    std::array<std::uint8_t, std::size_t{1} << 14> piece;
    z_stream state{};
    state.next_in = const_cast<std::uint8_t*>(stream.data());
    state.avail_in = static_cast<uInt>(stream.size());
    if (inflateInit(&state) != Z_OK) throw std::bad_alloc();
    const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&state, inflateEnd);
    int status = Z_OK;
    while (status == Z_OK && state.total_out <= largest_profile) {
        require_decoding_time();
        state.next_out = piece.data();
        state.avail_out = static_cast<uInt>(piece.size());
        status = inflate(&state, Z_NO_FLUSH);
    }
    if (status != Z_STREAM_END || state.total_out > largest_profile) return std::nullopt;
    return state.total_out;
}

std::vector<std::uint8_t> inflated(std::span<const std::uint8_t> stream, std::size_t length) {
    std::vector<std::uint8_t> out(length);
    uLongf given = length;
    if (uncompress(out.data(), &given, stream.data(), stream.size()) != Z_OK) return {};
    return out;
}

/// The chunk's zlib stream, behind a name of 1 to 79 bytes, its end and the only method of compression, 0.
std::span<const std::uint8_t> stream_of(const PngChunk& chunk) {
    constexpr std::ptrdiff_t longest_name = 79;
    if (!chunk.is_intact()) return {};
    const std::span<const std::uint8_t> data = chunk.data();
    const auto name_end = std::ranges::find(data, std::uint8_t{0});
    const std::ptrdiff_t length = name_end - data.begin();
    if (length < 1 || length > longest_name || data.end() - name_end < 2 || name_end[1] != 0) return {};
    return data.subspan(static_cast<std::size_t>(length) + 2);
}

std::optional<PngChunk> iccp_of(std::span<const std::uint8_t> file) {
    std::size_t offset = png_signature_length;
    while (const auto chunk = png_chunk_at(file, offset)) {
        if (chunk->type == "IDAT" || chunk->bytes.size() < chunk->length) break;
        if (chunk->type == "iCCP") return chunk;
        offset += chunk->length;
    }
    return std::nullopt;
}

using Deflated = std::shared_ptr<const std::vector<std::uint8_t>>;

Deflated deflated(const std::vector<std::uint8_t>& icc_profile) {
    // A name with its end, and the only method of compression, 0.
    constexpr std::string_view beginning("ICC profile\0\0", 13);
    std::vector<std::uint8_t> data(beginning.begin(), beginning.end());
    uLongf length = compressBound(icc_profile.size());
    data.resize(beginning.size() + length);
    if (compress(data.data() + beginning.size(), &length, icc_profile.data(), icc_profile.size()) != Z_OK)
        throw Error("the PNG cannot be written: its colour profile cannot be compressed");
    data.resize(beginning.size() + length);
    return std::make_shared<const std::vector<std::uint8_t>>(std::move(data));
}

/// Those of the pictures that are worked on at once, the latest first.
class DeflatedProfiles {
  public:
    /// Of threads that ask for one profile, the first deflates it, and the others wait.
    Deflated get(const std::vector<std::uint8_t>& icc_profile) {
        std::promise<Deflated> promise;
        std::shared_future<Deflated> data;
        {
            const std::scoped_lock lock(mutex_);
            const auto found = std::ranges::find(latest_, icc_profile, &Entry::icc_profile);
            if (found != latest_.end()) {
                std::rotate(latest_.begin(), found, found + 1);
                data = latest_.front().data;
            } else {
                latest_.insert(latest_.begin(), {icc_profile, promise.get_future().share()});
                drop_oldest();
            }
        }
        if (data.valid()) return data.get();
        try {
            Deflated made = deflated(icc_profile);
            promise.set_value(made);
            return made;
        } catch (...) {
            promise.set_exception(std::current_exception());
            throw;
        }
    }

  private:
    static constexpr std::size_t most = 16;
    static constexpr std::size_t most_bytes_of_all = std::size_t{32} << 20;

    /// `mutex_` is held.
    void drop_oldest() {
        std::size_t bytes = 0;
        for (const Entry& entry : latest_) bytes += entry.icc_profile.size();
        while (latest_.size() > 1 && (latest_.size() > most || bytes > most_bytes_of_all)) {
            bytes -= latest_.back().icc_profile.size();
            latest_.pop_back();
        }
    }

    struct Entry {
        std::vector<std::uint8_t> icc_profile;
        std::shared_future<Deflated> data;
    };
    std::mutex mutex_;
    std::vector<Entry> latest_;  ///< guarded by `mutex_`
};

}  // namespace

IccProfile png_profile(std::span<const std::uint8_t> file) {
    const auto chunk = iccp_of(file);
    const std::span<const std::uint8_t> stream = chunk ? stream_of(*chunk) : std::span<const std::uint8_t>();
    const std::size_t length = stream.empty() ? 0 : inflated_length(stream).value_or(0);
    if (length == 0) return {};
    return {length, [stream, length] { return inflated(stream, length); }};
}

std::shared_ptr<const std::vector<std::uint8_t>> iccp_data(const std::vector<std::uint8_t>& icc_profile) {
    static DeflatedProfiles profiles;
    return profiles.get(icc_profile);
}

}  // namespace glimpse
