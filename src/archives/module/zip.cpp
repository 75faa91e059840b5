#include "archives/zip.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "archives/module/archive_output.hpp"
#include "archives/module/utf8_names.hpp"
#include "glimpse/error.hpp"
#include "system/module_export.hpp"

namespace glimpse {

namespace {

struct ArchiveDeleter {
    void operator()(archive* a) const { archive_read_free(a); }
};

/// libarchive's reader of a zip archive in memory, from its first member to its last.
class Pass {
  public:
    using Block = std::span<const std::uint8_t>;

    Pass(std::span<const std::uint8_t> bytes, bool checks_content) : archive_(archive_read_new()) {
        archive_read_support_format_zip_seekable(archive_.get());
        // A checksum reads all of a member.
        if (!checks_content) archive_read_set_options(archive_.get(), "zip:ignorecrc32");
        require(archive_read_open_memory2(archive_.get(), bytes.data(), bytes.size(), bytes.size()));
    }

    /// The next file; null at the end.
    archive_entry* next_file() {
        archive_entry* entry = nullptr;
        do {
            const int status = archive_read_next_header(archive_.get(), &entry);
            if (status == ARCHIVE_EOF) return nullptr;
            require(status);
        } while (archive_entry_filetype(entry) != AE_IFREG);
        return entry;
    }

    /// Whether the file is not compressed.
    [[nodiscard]] bool is_stored() const {
        return std::string_view(archive_format_name(archive_.get())).ends_with("(uncompressed)");
    }

    /// The next block of its content; an empty one at the end.
    Block next_block() {
        const void* block = nullptr;
        std::size_t size = 0;
        la_int64_t ignored = 0;
        do {
            const int status = archive_read_data_block(archive_.get(), &block, &size, &ignored);
            if (status == ARCHIVE_EOF) return {};
            // Of content, a warning is a checksum that is wrong.
            if (status != ARCHIVE_OK) require(ARCHIVE_FATAL);
        } while (size == 0);
        return {static_cast<const std::uint8_t*>(block), size};
    }

  private:
    void require(int status) {
        if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;
        const char* const reason = archive_error_string(archive_.get());
        throw Error("the zip archive is damaged or ends early" + (reason ? std::string(": ") + reason : ""));
    }

    std::unique_ptr<archive, ArchiveDeleter> archive_;
};

class MemoryZipReader final : public ZipReader {
  public:
    explicit MemoryZipReader(std::span<const std::uint8_t> bytes) : bytes_(bytes) {
        const Utf8Names utf8;
        Pass pass(bytes, false);
        while (archive_entry* const entry = pass.next_file()) {
            const char* const name = archive_entry_pathname(entry);
            const auto size = static_cast<std::uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0));
            members_.push_back({.name = name ? name : "", .size = size});
            const bool is_encrypted = archive_entry_is_encrypted(entry) != 0;
            if (!is_encrypted && pass.is_stored())
                members_.back().stored_at = place_of(pass.next_block(), size);
        }
    }

    [[nodiscard]] const std::vector<ZipMember>& members() const override { return members_; }

    [[nodiscard]] std::vector<std::uint8_t> read(std::size_t member) const override {
        std::vector<std::uint8_t> content;
        content.reserve(members_[member].size);  // pages are committed as they are filled
        read_blocks(member,
                    [&](Pass::Block block) { content.insert(content.end(), block.begin(), block.end()); });
        return content;
    }

    void require_intact(std::size_t member) const override {
        read_blocks(member, [](Pass::Block) {});
    }

  private:
    /// Gives the member's content, of no more than its size, block by block.
    void read_blocks(std::size_t member, const std::function<void(Pass::Block)>& take) const {
        const Utf8Names utf8;
        Pass pass(bytes_, true);
        archive_entry* entry = pass.next_file();
        for (std::size_t k = 0; entry && k < member; ++k) entry = pass.next_file();
        if (entry && archive_entry_is_encrypted(entry) != 0) throw Error("the zip archive is encrypted");
        std::uint64_t left = members_[member].size;
        for (Pass::Block block = pass.next_block(); !block.empty(); block = pass.next_block()) {
            if (block.size() > left) fail_size(members_[member]);
            left -= block.size();
            take(block);
        }
        if (left != 0) fail_size(members_[member]);
    }

    /// Where a block of so many bytes begins, unless it is a copy, as where a size stands behind its content.
    [[nodiscard]] std::optional<std::size_t> place_of(Pass::Block block, std::uint64_t size) const {
        const std::less_equal<const std::uint8_t*> not_behind;
        const std::uint8_t* const end = bytes_.data() + bytes_.size();
        if (!not_behind(bytes_.data(), block.data()) || !not_behind(block.data(), end)) return std::nullopt;
        if (block.size() != size) return std::nullopt;
        return static_cast<std::size_t>(block.data() - bytes_.data());
    }

    [[noreturn]] static void fail_size(const ZipMember& member) {
        throw Error("the zip archive is damaged: its member " + member.name + " has not the " +
                    std::to_string(member.size) + " bytes that its directory says");
    }

    std::span<const std::uint8_t> bytes_;
    std::vector<ZipMember> members_;
};

class DeflatingZipWriter final : public ZipWriter {
  public:
    explicit DeflatingZipWriter(ByteSink sink) : output_(std::move(sink)) {
        archive_write_set_format_zip(output_.get());
        output_.require(archive_write_zip_set_compression_deflate(output_.get()));
        // Readers look for the directory at the end, which libarchive would pad.
        archive_write_set_bytes_in_last_block(output_.get(), 1);
        output_.open();
    }

    void begin(const std::string& name, std::uint64_t size) override {
        const Utf8Names utf8;
        output_.begin(output_.file(name, size));
    }
    void write(std::span<const std::uint8_t> bytes) override { output_.write(bytes); }
    void finish() override { output_.finish(); }

  private:
    ArchiveOutput output_;
};

std::unique_ptr<ZipReader> open_zip(std::span<const std::uint8_t> bytes) {
    return std::make_unique<MemoryZipReader>(bytes);
}

std::unique_ptr<ZipWriter> create_zip(ByteSink sink) {
    return std::make_unique<DeflatingZipWriter>(std::move(sink));
}

}  // namespace

}  // namespace glimpse

GLIMPSE_MODULE(glimpse::ZipArchives, glimpse::open_zip, glimpse::create_zip);
