#include "system/file_io.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "system/at_place.hpp"

namespace glimpse {

namespace {

void write_all(int descriptor, std::span<const std::uint8_t> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw Error(std::strerror(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {
        if (number < 0) throw Error(std::strerror(errno));
    }
    ~Descriptor() { ::close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

/// What the names of temporary files begin with on this machine; the process's number follows.
std::string temporary_prefix() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) return ".glimpse-";
    return std::string(".glimpse-") + host.data() + "-";
}

constexpr const char* temporary_suffix = ".tmp";

/// The process that a temporary file's name names: PREFIX, its number, "-", another number and the suffix. 0
/// where it is another file's name.
pid_t owner_of(const std::string& name, const std::string& prefix) {
    if (!name.starts_with(prefix)) return 0;
    pid_t process = 0;
    unsigned number = 0;
    const char* const end = name.data() + name.size();
    const auto [dash, no_process] = std::from_chars(name.data() + prefix.size(), end, process);
    if (no_process != std::errc() || dash == end || *dash != '-') return 0;
    const auto [suffix, no_number] = std::from_chars(dash + 1, end, number);
    if (no_number != std::errc() || std::string_view(suffix, end) != temporary_suffix) return 0;
    return process;
}

/// A new file of a name that no other thread, process or machine uses, with the permissions of any new file.
/// Not mkstemp, whose files are private: to find out the umask is to change it under the other threads.
int create_unique(const std::filesystem::path& directory, std::string& name) {
    static std::atomic<unsigned> counter{0};
    static const std::string ours = temporary_prefix() + std::to_string(getpid()) + "-";
    while (true) {
        name = (directory / (ours + std::to_string(counter++) + temporary_suffix)).string();
        const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
}

/// Where files are mapped, for the handler of SIGBUS, which may take no lock.
struct MappedPages {
    std::atomic<bool> taken = false;
    std::atomic<std::uintptr_t> begin = 0;
    std::atomic<std::uintptr_t> end = 0;
    std::atomic<bool> lost = false;  ///< some were gone when they were read
};
constexpr std::size_t no_entry = 8192;  // files beyond so many are mapped without protection
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
    // Not one of ours: what would have happened happens on the return.
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
    // A pipe that nobody writes to is refused below rather than waited for.
    const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
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

MappedFile::~MappedFile() {
    if (bytes_.empty()) return;
    if (entry_ != no_entry) mapped_pages[entry_].end = 0;
    munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
    if (entry_ != no_entry) mapped_pages[entry_].taken = false;
}

std::string obstacle_to_output(const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return {};
    if (S_ISDIR(status.st_mode)) return std::strerror(EISDIR);
    return "it is not a regular file; use - to write to standard output";
}

bool is_there(const std::filesystem::path& path) {
    std::error_code unseen;
    return std::filesystem::exists(path, unseen);
}

void remove_abandoned_files(const std::filesystem::path& directory) {
    const std::string prefix = temporary_prefix();
    std::error_code failure;
    std::vector<std::filesystem::path> abandoned;
    for (std::filesystem::directory_iterator entry(directory.empty() ? "." : directory, failure), end;
         !failure && entry != end; entry.increment(failure)) {
        const pid_t process = owner_of(entry->path().filename().string(), prefix);
        if (process > 0 && kill(process, 0) != 0 && errno == ESRCH) abandoned.push_back(entry->path());
    }
    for (const auto& file : abandoned) std::filesystem::remove(file, failure);
}

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
    if (const std::string obstacle = obstacle_to_output(path_); !obstacle.empty()) throw Error(obstacle);
    std::error_code failure;
    if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path(), failure);
    if (failure) throw Error("its directory cannot be made: " + failure.message());
    descriptor_ = create_unique(path_.parent_path(), temporary_);
    if (descriptor_ < 0) throw Error(std::strerror(errno));
}

NewFile::~NewFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(std::span<const std::uint8_t> bytes) {
    write_all(descriptor_, bytes);
}

void NewFile::publish(bool replace) {
    // What a delayed write had to say comes out when the file is closed.
    const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
    const auto name = replace ? ::rename : ::link;
    if (!closed || name(temporary_.c_str(), path_.c_str()) != 0) throw Error(std::strerror(errno));
    if (replace) temporary_.clear();
}

void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, bool replace) {
    at_place(path.string(), [&] {
        NewFile file(path);
        file.write(bytes);
        file.publish(replace);
    });
}

std::vector<std::uint8_t> read_standard_input() {
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(std::cin),
                                    std::istreambuf_iterator<char>()};
    if (std::cin.bad()) throw Error("standard input", "cannot be read");
    return bytes;
}

void write_standard_output(std::span<const std::uint8_t> bytes) {
    at_place("standard output", [&] {
        std::cout.flush();
        write_all(STDOUT_FILENO, bytes);
    });
}

}  // namespace glimpse
