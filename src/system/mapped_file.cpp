#include "system/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

namespace {

/// Where files are mapped, for the handler of SIGBUS, which must not take a lock.
struct MappedPages {
    std::atomic<bool> taken = false;
    std::atomic<std::uintptr_t> begin = 0;
    std::atomic<std::uintptr_t> end = 0;
    std::atomic<bool> lost = false;  ///< a page was gone when it was read
};
constexpr std::size_t no_entry = 8192;  // files beyond so many are mapped without this protection
std::array<MappedPages, no_entry> mapped_pages;

std::size_t register_pages(std::uintptr_t begin, std::size_t size) {
    for (std::size_t k = 0; k < no_entry; ++k) {
        if (mapped_pages[k].taken.exchange(true)) continue;
        mapped_pages[k].lost = false;
        mapped_pages[k].begin = begin;
        mapped_pages[k].end = begin + size;
        return k;
    }
    return no_entry;
}

extern "C" void replace_lost_page(int signal, siginfo_t* information, void* /*context*/) {
    const auto page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto address = reinterpret_cast<std::uintptr_t>(information->si_addr);
    for (MappedPages& pages : mapped_pages) {
        if (address < pages.begin || address >= pages.end) continue;
        auto* const page = static_cast<std::byte*>(information->si_addr) - address % page_size;
        if (mmap(page, page_size, PROT_READ, MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, -1, 0) == MAP_FAILED) {
            break;
        }
        pages.lost = true;
        return;
    }
    // Not one of ours: the access faults again on return, with the default action.
    std::signal(signal, SIG_DFL);
}

}  // namespace

void survive_lost_pages() {
    struct sigaction action {};
    action.sa_sigaction = replace_lost_page;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGBUS, &action, nullptr);
}

MappedFile::MappedFile(const std::filesystem::path& path) {
    // O_NONBLOCK: opening a pipe that nobody writes to does not block, and is refused below.
    const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!descriptor.is_open()) throw Error(open_failure(errno));
    struct stat status {};
    if (fstat(descriptor.number(), &status) != 0) throw Error(std::strerror(errno));
    if (S_ISDIR(status.st_mode)) throw Error(std::strerror(EISDIR));
    if (!S_ISREG(status.st_mode)) throw Error("it is not a regular file; use - to read standard input");
    if (status.st_size == 0) return;
    const auto size = static_cast<std::size_t>(status.st_size);
    void* const memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number(), 0);
    if (memory == MAP_FAILED) throw Error(std::strerror(errno));
    bytes_ = {static_cast<const std::uint8_t*>(memory), size};
    entry_ = register_pages(reinterpret_cast<std::uintptr_t>(memory), size);
}

void MappedFile::require_whole() const {
    if (bytes_.empty() || entry_ == no_entry || !mapped_pages[entry_].lost) return;
    throw Error("it became shorter, or could not be read any more, while it was being read");
}

void MappedFile::release() const {
    if (!bytes_.empty()) madvise(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size(), MADV_DONTNEED);
}

MappedFile::~MappedFile() {
    if (bytes_.empty()) return;
    if (entry_ != no_entry) mapped_pages[entry_].end = 0;
    munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
    if (entry_ != no_entry) mapped_pages[entry_].taken = false;
}

}  // namespace glimpse
