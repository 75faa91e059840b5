#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "archives/archives.hpp"
#include "archives/module/archive_output.hpp"
#include "archives/module/gzip.hpp"
#include "archives/module/utf8_names.hpp"
#include "glimpse/error.hpp"
#include "system/module_export.hpp"

namespace glimpse {

namespace {

struct ReadDeleter {
    void operator()(archive* a) const { archive_read_free(a); }
};

ArchiveMember::Kind kind_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK) {
        return ArchiveMember::Kind::link;
    }
    if (archive_entry_filetype(entry) == AE_IFDIR) return ArchiveMember::Kind::directory;
    return archive_entry_filetype(entry) == AE_IFREG ? ArchiveMember::Kind::file : ArchiveMember::Kind::other;
}

/// Throws `Error` for an archive of another kind, by its first bytes, which libarchive just does not know.
void require_no_other_kind(std::span<const std::uint8_t> head) {
    using namespace std::string_view_literals;
    struct Kind {
        std::string_view signature;
        const char* name;
    };
    constexpr std::array kinds{Kind{"PK\3\4"sv, "a zip archive"}, Kind{"PK\5\6"sv, "an empty zip archive"},
                               Kind{"7z\xBC\xAF\x27\x1C"sv, "a 7z archive"},
                               Kind{"Rar!\x1A\7"sv, "a RAR archive"}};
    const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
    for (const Kind& kind : kinds) {
        if (!text.starts_with(kind.signature)) continue;
        throw Error(std::string("it is ") + kind.name +
                    ", and tar archives are read; unpack it, and give its directory as an input");
    }
}

/// libarchive's reader of bytes that come in blocks.
class BlockReader {
  public:
    using Block = std::span<const std::uint8_t>;

    /// `next` gives the next block; an empty one at the end.
    explicit BlockReader(std::function<Block()> next)
        : next_(std::move(next)), archive_(archive_read_new()) {}

    [[nodiscard]] archive* get() const { return archive_.get(); }
    void open() { require(archive_read_open(archive_.get(), this, nullptr, fill, nullptr)); }

    archive_entry* next_entry() {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(archive_.get(), &entry);
        if (status != ARCHIVE_EOF) return require(status), entry;
        thrown_.rethrow();
        return nullptr;
    }

    /// The next block of the entry's content and its offset there; an empty one at the end.
    Block next_block(std::size_t& offset) {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t position = 0;
        do {
            const int status = archive_read_data_block(archive_.get(), &block, &size, &position);
            if (status == ARCHIVE_EOF) return {};
            require(status);
        } while (size == 0);
        offset = static_cast<std::size_t>(position);
        return {static_cast<const std::uint8_t*>(block), size};
    }

  private:
    static la_ssize_t fill(archive* /*archive*/, void* reader, const void** bytes) {
        auto& self = *static_cast<BlockReader*>(reader);
        return self.thrown_.guard([&] {
            const Block block = self.next_();
            *bytes = block.data();
            return static_cast<la_ssize_t>(block.size());
        });
    }

    void require(int status) {
        glimpse::require(status, archive_.get(), thrown_, "the archive is damaged or ends early");
    }

    std::function<Block()> next_;
    std::unique_ptr<archive, ReadDeleter> archive_;
    Thrown thrown_;
};

/// A source's bytes, decompressed.
class Decompressed {
  public:
    explicit Decompressed(ByteSource source)
        : source_(std::move(source)), reader_([this] { return fill(); }) {
        archive* const a = reader_.get();
        archive_read_support_filter_bzip2(a);
        archive_read_support_filter_xz(a);
        archive_read_support_filter_zstd(a);
        archive_read_support_format_raw(a);
        archive_read_support_format_empty(a);
    }

    BlockReader::Block next_block() {
        if (!is_open_) {
            reader_.open();
            is_open_ = true;
            has_content_ = reader_.next_entry() != nullptr;
        }
        std::size_t ignored = 0;
        const BlockReader::Block block = has_content_ ? reader_.next_block(ignored) : BlockReader::Block();
        if (block.empty()) require_end();
        return block;
    }

  private:
    BlockReader::Block fill() {
        const std::size_t count = source_.read(buffer_);
        if (count > 0) filled_ = count;  // at the end, what was last read is still to be looked at
        taken_ += count;
        return {buffer_.data(), count};
    }

    /// Throws `Error` where others than zeros follow the last bzip2 stream, which libarchive passes over:
    /// they may be a further one that is damaged.
    void require_end() {
        if (archive_filter_code(reader_.get(), 0) != ARCHIVE_FILTER_BZIP2) return;
        const auto used = static_cast<std::uint64_t>(archive_filter_bytes(reader_.get(), -1));
        BlockReader::Block rest =
            BlockReader::Block(buffer_.data(), filled_)
                .last(std::min<std::uint64_t>(filled_, taken_ - std::min(used, taken_)));
        do {
            if (std::ranges::any_of(rest, [](std::uint8_t byte) { return byte != 0; }))
                throw Error(
                    "the archive is damaged or ends early: bzip2: other data follow the compressed ones");
            rest = fill();
        } while (!rest.empty());
    }

    GzipSource source_;
    std::array<std::uint8_t, 1 << 16> buffer_{};
    std::size_t filled_ = 0;   ///< of the buffer
    std::uint64_t taken_ = 0;  ///< of the source
    BlockReader reader_;
    bool is_open_ = false;
    bool has_content_ = false;
};

class TarReader final : public ArchiveReader {
  public:
    explicit TarReader(ByteSource source)
        : decompressed_(std::move(source)), reader_([this] { return next_block(); }) {
        archive_read_support_format_tar(reader_.get());
        archive_read_set_option(reader_.get(), "tar", "read_concatenated_archives", "1");
        reader_.open();
    }

    std::optional<ArchiveMember> next() override {
        const Utf8Names utf8;
        archive_entry* const entry = reader_.next_entry();
        if (!entry) return std::nullopt;
        const char* name = archive_entry_pathname(entry);
        size_ = static_cast<std::size_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
        return ArchiveMember{name ? name : "", kind_of(entry), size_};
    }

    [[nodiscard]] bool has_end_marker() const override {
        constexpr std::size_t end_marker = 1024;
        return zeros_ >= end_marker;
    }

    std::vector<std::uint8_t> read() override {
        std::vector<std::uint8_t> bytes;
        bytes.reserve(size_);  // pages are committed as they are filled: a header may claim anything
        std::size_t offset = 0;
        for (BlockReader::Block block = reader_.next_block(offset); !block.empty();
             block = reader_.next_block(offset)) {
            if (offset > size_ || block.size() > size_ - offset) {
                throw Error("the archive is damaged: a member is larger than its header says");
            }
            bytes.resize(offset);
            bytes.insert(bytes.end(), block.begin(), block.end());
        }
        bytes.resize(size_);
        return bytes;
    }

  private:
    /// Counts the zeros at the end of what has come so far.
    BlockReader::Block next_block() {
        const BlockReader::Block block = decompressed_.next_block();
        if (!std::exchange(has_begun_, true)) require_no_other_kind(block);
        const auto last = std::ranges::find_if(block.rbegin(), block.rend(), [](auto b) { return b != 0; });
        const auto zeros = static_cast<std::size_t>(last - block.rbegin());
        zeros_ = zeros == block.size() ? zeros_ + zeros : zeros;
        return block;
    }

    Decompressed decompressed_;
    BlockReader reader_;
    bool has_begun_ = false;
    std::size_t zeros_ = 0;
    std::size_t size_ = 0;  ///< of the current member
};

class TarWriter final : public ArchiveWriter {
  public:
    TarWriter(ByteSink sink, Compression compression) : output_(std::move(sink)) {
        archive* const a = output_.get();
        archive_write_set_format_pax_restricted(a);
        output_.require(add_filter(compression));
        // libarchive pads the last block with zeros, which after compressed data zstd refuses.
        if (compression != Compression::none) archive_write_set_bytes_in_last_block(a, 1);
        output_.open();
    }

    void add(const std::string& name, std::span<const std::uint8_t> bytes) override {
        const Utf8Names utf8;
        archive_entry* const entry = output_.file(name, bytes.size());
        archive_entry_set_mtime(entry, 0, 0);
        output_.begin(entry);
        output_.write(bytes);
    }

    void finish() override { output_.finish(); }

  private:
    int add_filter(Compression compression) {
        archive* const a = output_.get();
        switch (compression) {
            case Compression::none:
                return ARCHIVE_OK;
            case Compression::bzip2:
                return archive_write_add_filter_bzip2(a);
            case Compression::xz:
                return archive_write_add_filter_xz(a);
            case Compression::zstd:
                return archive_write_add_filter_zstd(a);
            case Compression::gzip:
                break;
        }
        const int status = archive_write_add_filter_gzip(a);
        archive_write_set_filter_option(a, "gzip", "timestamp", nullptr);
        return status;
    }

    ArchiveOutput output_;
};

std::unique_ptr<ArchiveReader> open(ByteSource source) {
    return std::make_unique<TarReader>(std::move(source));
}

std::unique_ptr<ArchiveWriter> create(ByteSink sink, Compression compression) {
    return std::make_unique<TarWriter>(std::move(sink), compression);
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::Archives, glimpse::open, glimpse::create);
