#include <archive.h>
#include <archive_entry.h>
#include <locale.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include "archives/archives.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

namespace {

struct ReadDeleter {
    void operator()(archive* a) const { archive_read_free(a); }
};
struct WriteDeleter {
    void operator()(archive* a) const { archive_write_free(a); }
};
struct EntryDeleter {
    void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

/// Keeps what a callback throws on the other side of libarchive, which is C and lets no exception pass.
class Thrown {
  public:
    template <typename Step>
    la_ssize_t guard(Step&& step) {
        try {
            return step();
        } catch (...) {
            exception_ = std::current_exception();
            return ARCHIVE_FATAL;
        }
    }
    void rethrow() {
        if (exception_) std::rethrow_exception(std::exchange(exception_, nullptr));
    }

  private:
    std::exception_ptr exception_;
};

/// Names are UTF-8 while this lives: libarchive takes them to be in the thread's locale.
class Utf8Names {
  public:
    Utf8Names() : previous_(uselocale(utf8())) {}
    ~Utf8Names() { uselocale(previous_); }
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

  private:
    /// The thread's own where the system has no such locale.
    static locale_t utf8() {
        static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return locale;
    }
    locale_t previous_;
};

ArchiveMember::Kind kind_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry) || archive_entry_filetype(entry) == AE_IFLNK) {
        return ArchiveMember::Kind::link;
    }
    if (archive_entry_filetype(entry) == AE_IFDIR) return ArchiveMember::Kind::directory;
    return archive_entry_filetype(entry) == AE_IFREG ? ArchiveMember::Kind::file : ArchiveMember::Kind::other;
}

class TarReader final : public ArchiveReader {
  public:
    explicit TarReader(ByteSource source) : source_(std::move(source)), archive_(archive_read_new()) {
        archive_read_support_filter_gzip(archive_.get());
        archive_read_support_filter_bzip2(archive_.get());
        archive_read_support_filter_xz(archive_.get());
        archive_read_support_filter_zstd(archive_.get());
        archive_read_support_format_tar(archive_.get());
        archive_read_set_option(archive_.get(), "tar", "read_concatenated_archives", "1");
        require(archive_read_open(archive_.get(), this, nullptr, fill, nullptr));
    }

    std::optional<ArchiveMember> next() override {
        const Utf8Names utf8;
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(archive_.get(), &entry);
        if (status == ARCHIVE_EOF) {
            thrown_.rethrow();
            require_end_marker();
            return std::nullopt;
        }
        require(status);
        const char* name = archive_entry_pathname(entry);
        return ArchiveMember{name ? name : "", kind_of(entry)};
    }

    std::vector<std::uint8_t> read() override {
        std::vector<std::uint8_t> bytes;
        while (true) {
            const void* block = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            const int status = archive_read_data_block(archive_.get(), &block, &size, &offset);
            if (status == ARCHIVE_EOF) return bytes;
            require(status);
            if (offset != static_cast<la_int64_t>(bytes.size())) {
                throw Error("is a file with holes, which is not read");
            }
            const auto* begin = static_cast<const std::uint8_t*>(block);
            bytes.insert(bytes.end(), begin, begin + size);
        }
    }

  private:
    static la_ssize_t fill(archive* /*archive*/, void* reader, const void** bytes) {
        auto& self = *static_cast<TarReader*>(reader);
        *bytes = self.buffer_.data();
        return self.thrown_.guard([&] {
            const std::size_t count = self.source_(self.buffer_);
            self.remember({self.buffer_.data(), count});
            return static_cast<la_ssize_t>(count);
        });
    }

    /// Counts the zeros at the end of what has come so far.
    void remember(std::span<const std::uint8_t> bytes) {
        const auto last = std::ranges::find_if(bytes.rbegin(), bytes.rend(), [](auto b) { return b != 0; });
        const auto zeros = static_cast<std::size_t>(last - bytes.rbegin());
        zeros_ = zeros == bytes.size() ? zeros_ + zeros : zeros;
    }

    /// A tar ends with two blocks of zeros, whose absence libarchive forgives; but then it was cut off.
    void require_end_marker() const {
        constexpr std::size_t end_marker = 1024;
        const bool plain = archive_filter_code(archive_.get(), 0) == ARCHIVE_FILTER_NONE;
        if (plain && zeros_ < end_marker) throw Error("the archive ends early: its end marker is missing");
    }

    void require(int status) {
        if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;
        thrown_.rethrow();
        const char* reason = archive_error_string(archive_.get());
        throw Error(std::string("the archive is damaged or ends early: ") + (reason ? reason : "no reason"));
    }

    ByteSource source_;
    std::unique_ptr<archive, ReadDeleter> archive_;
    Thrown thrown_;
    std::array<std::uint8_t, 1 << 16> buffer_{};
    std::size_t zeros_ = 0;
};

class TarWriter final : public ArchiveWriter {
  public:
    TarWriter(ByteSink sink, std::string_view name)
        : sink_(std::move(sink)), archive_(archive_write_new()), entry_(archive_entry_new()) {
        archive_write_set_format_pax_restricted(archive_.get());
        require(add_filter(name));
        require(archive_write_open(archive_.get(), this, nullptr, drain, nullptr));
    }
    /// Freeing it finishes it, and libarchive forgets its buffer where it is told not to.
    ~TarWriter() override { abandoned_ = true; }
    TarWriter(const TarWriter&) = delete;
    TarWriter& operator=(const TarWriter&) = delete;

    void add(const std::string& name, std::span<const std::uint8_t> bytes) override {
        constexpr int permissions = 0644;
        const Utf8Names utf8;
        archive_entry_clear(entry_.get());
        archive_entry_set_pathname(entry_.get(), name.c_str());
        archive_entry_set_filetype(entry_.get(), AE_IFREG);
        archive_entry_set_perm(entry_.get(), permissions);
        archive_entry_set_size(entry_.get(), static_cast<la_int64_t>(bytes.size()));
        archive_entry_set_mtime(entry_.get(), 0, 0);
        require(archive_write_header(archive_.get(), entry_.get()));
        if (archive_write_data(archive_.get(), bytes.data(), bytes.size()) < 0) require(ARCHIVE_FATAL);
    }

    void finish() override { require(archive_write_close(archive_.get())); }

  private:
    int add_filter(std::string_view name) {
        if (name.ends_with(".gz") || name.ends_with(".tgz")) {
            const int status = archive_write_add_filter_gzip(archive_.get());
            archive_write_set_filter_option(archive_.get(), "gzip", "timestamp", nullptr);
            return status;
        }
        if (name.ends_with(".xz")) return archive_write_add_filter_xz(archive_.get());
        if (name.ends_with(".zst")) return archive_write_add_filter_zstd(archive_.get());
        return ARCHIVE_OK;
    }

    static la_ssize_t drain(archive* /*archive*/, void* writer, const void* bytes, std::size_t size) {
        auto& self = *static_cast<TarWriter*>(writer);
        if (self.abandoned_) return static_cast<la_ssize_t>(size);
        return self.thrown_.guard([&] {
            self.sink_({static_cast<const std::uint8_t*>(bytes), size});
            return static_cast<la_ssize_t>(size);
        });
    }

    void require(int status) {
        if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;
        thrown_.rethrow();
        const char* reason = archive_error_string(archive_.get());
        throw Error(std::string("the archive cannot be written: ") + (reason ? reason : "no reason"));
    }

    ByteSink sink_;
    Thrown thrown_;
    bool abandoned_ = false;
    std::unique_ptr<archive, WriteDeleter> archive_;
    std::unique_ptr<archive_entry, EntryDeleter> entry_;
};

class TarArchives final : public Archives {
  public:
    [[nodiscard]] std::unique_ptr<ArchiveReader> open(ByteSource source) const override {
        return std::make_unique<TarReader>(std::move(source));
    }
    [[nodiscard]] std::unique_ptr<ArchiveWriter> create(ByteSink sink, std::string_view name) const override {
        return std::make_unique<TarWriter>(std::move(sink), name);
    }
};

}  // namespace

}  // namespace glimpse

extern "C" const glimpse::Archives* glimpse_archives() {
    static const glimpse::TarArchives archives;
    return &archives;
}
