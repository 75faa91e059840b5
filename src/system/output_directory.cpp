#include "system/output_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "glimpse/error.hpp"
#include "system/open_failure.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

using Shared = OutputDirectory::Shared;

std::atomic<std::size_t> open_directories{0};

/// What is open, by root and name.
class Register {
  public:
    Shared find(const std::string& key) {
        const std::scoped_lock lock(mutex_);
        const auto entry = entries_.find(key);
        Shared directory = entry == entries_.end() ? nullptr : entry->second.lock();
        struct stat status {};
        const bool is_there = directory && fstat(directory->number(), &status) == 0 && status.st_nlink > 0;
        return is_there ? directory : nullptr;
    }

    void add(const std::string& key, const Shared& directory) {
        constexpr std::size_t many = 64;
        const std::scoped_lock lock(mutex_);
        if (entries_.size() >= many)
            std::erase_if(entries_, [](const auto& entry) { return entry.second.expired(); });
        entries_[key] = directory;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<const OutputDirectory>> entries_;  ///< guarded by `mutex_`
};

Register& open_register() {
    static Register all;
    return all;
}

/// The directories that this process has made and whose entries may not be on the disk yet.
class Unflushed {
  public:
    void add(const fs::path& directory) {
        const std::scoped_lock lock(mutex_);
        directories_.insert(directory);
    }

    void remove(const fs::path& directory) {
        const std::scoped_lock lock(mutex_);
        directories_.erase(directory);
    }

    std::vector<DirectoryPlace> on_the_way_to(DirectoryPlace place) {
        std::vector<DirectoryPlace> found;
        const std::scoped_lock lock(mutex_);
        if (directories_.empty()) return found;
        for (; place != place.parent(); place = place.parent()) {
            if (directories_.contains(place.path())) found.push_back(place);
        }
        return found;
    }

  private:
    std::mutex mutex_;
    std::set<fs::path> directories_;  ///< guarded by `mutex_`
};

Unflushed& unflushed() {
    static Unflushed all;
    return all;
}

/// A NUL is in no path.
std::string key_of(const fs::path& root, const fs::path& below) {
    return root.string() + '\0' + below.string();
}

/// Opens a directory by `open`, which gets flags; null, with `errno`, where that fails.
template <typename Open>
Shared opened(const fs::path& path, Open&& open) {
    constexpr int flags = O_DIRECTORY | O_CLOEXEC;
    int descriptor = open(flags | O_RDONLY);
    const bool is_readable = descriptor >= 0 || errno != EACCES;
    if (!is_readable) descriptor = open(flags | O_PATH);
    return descriptor < 0 ? nullptr : std::make_shared<const OutputDirectory>(descriptor, path, is_readable);
}

Shared opened_root(const fs::path& path) {
    return opened(path, [&](int flags) { return ::open(path.empty() ? "." : path.c_str(), flags); });
}

Shared opened_below(const OutputDirectory& root, const fs::path& name) {
    return opened(root.path() / name, [&](int flags) { return open_beneath(root.number(), name, flags); });
}

[[noreturn]] void fail_directory() {
    if (errno == EXDEV)
        throw Error("its directory leads out of the output directory through a symbolic link");
    throw Error("its directory cannot be made: " + open_failure(errno));
}

/// Makes one directory in another, unless it has come meanwhile.
void make_in(const OutputDirectory& parent, const fs::path& name) {
    // Before it is made, so that a thread that finds it on the disk finds it among these, too.
    unflushed().add(parent.path() / name);
    if (mkdirat(parent.number(), name.c_str(), 0777) != 0 && errno != EEXIST) fail_directory();
}

Shared made_root(const fs::path& path) {
    if (!path.empty() && !path.has_filename() && path.has_relative_path())
        return made_root(path.parent_path());  // written with a slash at its end
    const std::string key = key_of(path, {});
    if (Shared known = open_register().find(key)) return known;
    Shared directory = opened_root(path);
    if (!directory && errno == ENOENT && path.has_filename()) {
        make_in(*made_root(path.parent_path()), path.filename());
        directory = opened_root(path);
    }
    if (!directory) fail_directory();
    open_register().add(key, directory);
    return directory;
}

Shared made_below(const Shared& root, const fs::path& below) {
    Shared directory = opened_below(*root, below);
    if (directory) return directory;
    if (errno != ENOENT) fail_directory();
    directory = root;
    fs::path name;
    for (const fs::path& part : below) {
        name /= part;
        Shared next = opened_below(*root, name);
        if (!next && errno == ENOENT) {
            make_in(*directory, part);
            next = opened_below(*root, name);
        }
        if (!next) fail_directory();
        directory = std::move(next);
    }
    return directory;
}

/// open_how of openat2(2), by which its header comes for kernels from 5.6 on alone.
struct OpenHow {
    std::uint64_t flags;
    std::uint64_t mode;
    std::uint64_t resolve;
};
constexpr std::uint64_t no_magic_links = 0x02;
constexpr std::uint64_t beneath = 0x08;

#ifdef SYS_openat2
constexpr long openat2_number = SYS_openat2;
#else
constexpr long openat2_number = 437;  // on every architecture
#endif

}  // namespace

int open_beneath(int root, const fs::path& name, int flags) {
    // A rename anywhere while a link is followed may need another try.
    constexpr int most_tries = 100;
    const OpenHow how{static_cast<std::uint64_t>(flags), 0, beneath | no_magic_links};
    for (int k = 0; k < most_tries; ++k) {
        const long descriptor = syscall(openat2_number, root, name.c_str(), &how, sizeof how);
        if (descriptor >= 0) return static_cast<int>(descriptor);
        // A sandbox that does not know the call refuses it.
        if (errno == ENOSYS || errno == EPERM) return open_without_links(root, name, flags);
        if (errno != EAGAIN) break;
    }
    return -1;
}

int open_without_links(int root, const fs::path& name, int flags) {
    int descriptor = -1;
    for (auto part = name.begin(); part != name.end(); ++part) {
        const bool is_last = std::next(part) == name.end();
        const Descriptor parent(descriptor);
        if (*part == "..") return errno = EXDEV, -1;
        const int from = parent.is_open() ? parent.number() : root;
        const int how = is_last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC;
        descriptor = openat(from, part->c_str(), how | O_NOFOLLOW);
        if (descriptor >= 0) continue;
        const int cause = errno;
        struct stat status {};
        const bool is_link =
            fstatat(from, part->c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(status.st_mode);
        errno = is_link ? EXDEV : cause;
        return -1;
    }
    return descriptor;
}

Shared OutputDirectory::made(const fs::path& root, const fs::path& below) {
    if (below.empty()) return made_root(root);
    const std::string key = key_of(root, below);
    if (Shared known = open_register().find(key)) return known;
    Shared directory = made_below(made_root(root), below);
    open_register().add(key, directory);
    return directory;
}

Shared OutputDirectory::found(const fs::path& root, const fs::path& below) {
    const Shared directory = opened_root(root);
    return directory && !below.empty() ? opened_below(*directory, below) : directory;
}

DirectoryPlace DirectoryPlace::parent() const {
    return below.empty() ? DirectoryPlace{root.parent_path(), {}} : DirectoryPlace{root, below.parent_path()};
}

std::vector<DirectoryPlace> unflushed_directories(const DirectoryPlace& place) {
    return unflushed().on_the_way_to(place);
}

void forget_unflushed(std::span<const DirectoryPlace> directories) {
    for (const DirectoryPlace& one : directories) unflushed().remove(one.path());
}

OutputDirectory::OutputDirectory(int descriptor, fs::path path, bool is_readable)
    : descriptor_(descriptor), path_(std::move(path)), is_readable_(is_readable) {
    ++open_directories;
}

OutputDirectory::~OutputDirectory() {
    --open_directories;
}

std::size_t OutputDirectory::open_count() {
    return open_directories;
}

}  // namespace glimpse
