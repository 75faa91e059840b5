#pragma once

#include <archive.h>
#include <archive_entry.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "archives/archives.hpp"
#include "archives/module/utf8_names.hpp"
#include "glimpse/error.hpp"

namespace glimpse {

/// Carries a callback's exception past libarchive, whose C code must not be unwound.
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

/// Throws what a callback threw, or else libarchive's reason, where the status is a failure.
inline void require(int status, archive* a, Thrown& thrown, const char* what) {
    if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return;
    thrown.rethrow();
    const char* const reason = archive_error_string(a);
    throw Error(std::string(what) + (reason ? std::string(": ") + reason : ""));
}

/// libarchive's writer of an archive whose bytes go to a sink.
class ArchiveOutput {
  public:
    explicit ArchiveOutput(ByteSink sink)
        : sink_(std::move(sink)), archive_(archive_write_new()), entry_(archive_entry_new()) {}
    /// Freeing the archive finishes it; its output is then discarded, since libarchive leaks its buffer where
    /// the sink refuses it.
    ~ArchiveOutput() { abandoned_ = true; }
    ArchiveOutput(const ArchiveOutput&) = delete;
    ArchiveOutput& operator=(const ArchiveOutput&) = delete;

    [[nodiscard]] archive* get() const { return archive_.get(); }
    /// Once its format is set.
    void open() { require(archive_write_open(get(), this, nullptr, drain, nullptr)); }

    /// The entry that `begin` writes: a file of that name and size, and nothing that differs from run to run.
    archive_entry* file(const std::string& name, std::uint64_t size) {
        constexpr int permissions = 0644;
        archive_entry_clear(entry_.get());
        archive_entry_set_pathname(entry_.get(), name.c_str());
        archive_entry_set_filetype(entry_.get(), AE_IFREG);
        archive_entry_set_perm(entry_.get(), permissions);
        archive_entry_set_size(entry_.get(), static_cast<la_int64_t>(size));
        return entry_.get();
    }
    void begin(archive_entry* entry) { require(archive_write_header(get(), entry)); }
    /// More of the file's content.
    void write(std::span<const std::uint8_t> bytes) {
        if (archive_write_data(get(), bytes.data(), bytes.size()) < 0) require(ARCHIVE_FATAL);
    }

    void finish() { require(archive_write_close(get())); }
    void require(int status) { glimpse::require(status, get(), thrown_, "the archive cannot be written"); }

  private:
    struct WriteDeleter {
        void operator()(archive* a) const { archive_write_free(a); }
    };
    struct EntryDeleter {
        void operator()(archive_entry* entry) const { archive_entry_free(entry); }
    };

    static la_ssize_t drain(archive* /*archive*/, void* writer, const void* bytes, std::size_t size) {
        auto& self = *static_cast<ArchiveOutput*>(writer);
        if (self.abandoned_) return static_cast<la_ssize_t>(size);
        return self.thrown_.guard([&] {
            self.sink_({static_cast<const std::uint8_t*>(bytes), size});
            return static_cast<la_ssize_t>(size);
        });
    }

    ByteSink sink_;
    Thrown thrown_;
    bool abandoned_ = false;
    std::unique_ptr<archive, WriteDeleter> archive_;
    std::unique_ptr<archive_entry, EntryDeleter> entry_;
};

}  // namespace glimpse
