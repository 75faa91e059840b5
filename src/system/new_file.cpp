#include "system/new_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/open_failure.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace {

/// What the names of temporary files begin with on this machine; the process's number follows.
std::string temporary_prefix() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) return ".glimpse-";
    return std::string(".glimpse-") + host.data() + "-";
}

constexpr const char* temporary_suffix = ".tmp";

/// Whether a name is that of a temporary file: PREFIX PID "-" COUNTER SUFFIX.
bool is_temporary(const std::string& name, const std::string& prefix) {
    if (!name.starts_with(prefix)) return false;
    pid_t process = 0;
    unsigned number = 0;
    const char* const end = name.data() + name.size();
    const auto [dash, no_process] = std::from_chars(name.data() + prefix.size(), end, process);
    if (no_process != std::errc() || dash == end || *dash != '-') return false;
    const auto [suffix, no_number] = std::from_chars(dash + 1, end, number);
    return no_number == std::errc() && std::string_view(suffix, end) == temporary_suffix;
}

/// The temporary files of this process, which need no lock to be known to be in use: not every file system
/// knows locks, and a lock may fail.
class OwnFiles {
  public:
    void add(const std::string& name, int directory) {
        const std::scoped_lock lock(mutex_);
        directories_.emplace(name, directory);
    }
    void remove(const std::string& name) {
        const std::scoped_lock lock(mutex_);
        directories_.erase(name);
    }
    [[nodiscard]] bool contain(const std::string& name) {
        const std::scoped_lock lock(mutex_);
        return directories_.contains(name);
    }
    /// Keeps the lock, so that no other is begun.
    void unlink_all() {
        mutex_.lock();
        for (const auto& [name, directory] : directories_) ::unlinkat(directory, name.c_str(), 0);
    }

  private:
    std::mutex mutex_;
    /// Their descriptors, by names that are given once in a process, whatever the directory.
    std::map<std::string, int> directories_;
};

OwnFiles& own_files() {
    static OwnFiles all;
    return all;
}

/// Locks a file, which marks it as in use. Returns whether it still has its name then, as far as that can be
/// told. Where the file system has no locks, nobody removes it either.
bool lock(int descriptor) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    struct stat status {};
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0;
}

/// Creates a file of a name that no other thread, process or machine uses, with the permissions of any new
/// file, and locks it. Not mkstemp, whose files are private: the umask can only be read by setting it, for
/// all threads.
int create_unique(const OutputDirectory& directory, std::string& name) {
    static std::atomic<unsigned> counter{0};
    static const std::string ours = temporary_prefix() + std::to_string(getpid()) + "-";
    while (true) {
        name = ours + std::to_string(counter++) + temporary_suffix;
        own_files().add(name, directory.number());
        const int descriptor =
            ::openat(directory.number(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        const int failure = errno;
        if (descriptor >= 0 && lock(descriptor)) return descriptor;
        own_files().remove(name);
        errno = failure;
        if (descriptor < 0 && failure != EEXIST) return descriptor;
        // Before it was locked, another process took it for abandoned, and removes it.
        if (descriptor >= 0) ::close(descriptor);
    }
}

/// Removes a temporary file that nobody holds locked.
void remove_if_abandoned(const OutputDirectory& directory, const std::string& name) {
    if (own_files().contain(name)) return;
    const Descriptor file(
        ::openat(directory.number(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.is_open() || flock(file.number(), LOCK_EX | LOCK_NB) != 0) return;
    // It may have been published meanwhile, and its name be another file's.
    struct stat opened {
    }, named{};
    const bool is_same = fstat(file.number(), &opened) == 0 &&
                         fstatat(directory.number(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
                         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
    if (is_same) ::unlinkat(directory.number(), name.c_str(), 0);
}

/// The names of the temporary files in a directory.
std::vector<std::string> temporary_files_in(const OutputDirectory& directory) {
    std::vector<std::string> names;
    const int copy = ::openat(directory.number(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(copy < 0 ? nullptr : fdopendir(copy), closedir);
    if (!stream) {
        if (copy >= 0) ::close(copy);
        return names;
    }
    const std::string prefix = temporary_prefix();
    while (const dirent* entry = readdir(stream.get())) {
        if (is_temporary(entry->d_name, prefix)) names.emplace_back(entry->d_name);
    }
    return names;
}

std::string obstacle_of(const struct stat& status) {
    if (S_ISREG(status.st_mode)) return {};
    if (S_ISDIR(status.st_mode)) return std::strerror(EISDIR);
    return "it is not a regular file; use - to write to standard output";
}

/// Files neither published nor given up, in the whole process.
std::atomic<std::size_t> open_files{0};

}  // namespace

void require_place_for(const std::filesystem::path& path, const std::filesystem::path& place) {
    struct stat status {};
    if (stat(place.c_str(), &status) != 0) return;
    if (const std::string obstacle = obstacle_of(status); !obstacle.empty()) {
        throw UsageError(path.string(), obstacle);
    }
}

bool is_there(const std::filesystem::path& path) {
    std::error_code unseen;
    return std::filesystem::exists(resolved_path(path), unseen);
}

void remove_abandoned_files(const std::filesystem::path& root, const std::filesystem::path& below) {
    const OutputDirectory::Shared directory = OutputDirectory::found(root, below);
    if (!directory) return;
    for (const std::string& name : temporary_files_in(*directory)) remove_if_abandoned(*directory, name);
}

void Cleaning::operator()(const std::filesystem::path& root, const std::filesystem::path& below) {
    {
        const std::scoped_lock lock(mutex_);
        if (!cleaned_.insert(root / below).second) return;
    }
    remove_abandoned_files(root, below);
}

void remove_unpublished_files() {
    own_files().unlink_all();
}

NewFile::NewFile(const std::filesystem::path& root, const std::filesystem::path& name)
    : name_(name.filename().string()) {
    own_ = {{root, name.parent_path()}, OutputDirectory::made(root, name.parent_path())};
    made_ = unflushed_directories(own_.place);
    struct stat status {};
    const int directory = own_.held->number();
    const bool is_taken = fstatat(directory, name_.c_str(), &status, 0) == 0;
    if (const std::string obstacle = is_taken ? obstacle_of(status) : std::string(); !obstacle.empty())
        throw Error(obstacle);
    descriptor_ = create_unique(*own_.held, temporary_);
    if (descriptor_ < 0) {
        temporary_.clear();
        throw Error(open_failure(errno));
    }
    ++open_files;
}

NewFile::~NewFile() {
    if (!temporary_.empty()) {
        ::unlinkat(own_.held->number(), temporary_.c_str(), 0);
        own_files().remove(temporary_);
    }
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    --open_files;
}

std::vector<EntryDirectory> NewFile::directories() const {
    std::vector<EntryDirectory> all;
    for (const DirectoryPlace& one : made_) all.push_back({one.parent()});
    all.push_back(own_);
    return all;
}

void NewFile::forget_made_directories() const {
    forget_unflushed(made_);
}

std::size_t NewFile::open_count() {
    return open_files + OutputDirectory::open_count();
}

std::string NewFile::temporary_path() const {
    std::string by_descriptor = "/proc/self/fd/" + std::to_string(descriptor_);
    if (::access(by_descriptor.c_str(), W_OK) == 0) return by_descriptor;
    return (own_.held->path() / temporary_).string();
}

void NewFile::write(std::span<const std::uint8_t> bytes) {
    write_all(descriptor_, bytes);
}

void NewFile::publish(bool replace) {
    // Closing any descriptor reports errors of delayed writes; the lock stays until the last one is closed,
    // when the file has its name.
    const int copy = ::dup(descriptor_);
    const bool closed = copy >= 0 && ::close(copy) == 0;
    const int directory = own_.held->number();
    const auto give_name = [&] {
        return replace ? ::renameat(directory, temporary_.c_str(), directory, name_.c_str())
                       : ::linkat(directory, temporary_.c_str(), directory, name_.c_str(), 0);
    };
    if (!closed || give_name() != 0) throw Error(std::strerror(errno));
    if (replace) own_files().remove(std::exchange(temporary_, {}));
    ::close(std::exchange(descriptor_, -1));
    --open_files;
}

}  // namespace glimpse
