#include "system/syncing.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/failure.hpp"

namespace glimpse {

namespace {

/// Whether a failure of fsync says that this kind of file has nothing to be flushed.
bool cannot_be_synced(int error) {
    return error == EINVAL || error == ENOTSUP || error == EROFS;
}

/// Runs a step of a file that has not failed before.
template <typename Step>
void attempt(std::string& failure, Step&& step) {
    if (!failure.empty()) return;
    try {
        step();
    } catch (...) {
        failure = current_message();
    }
}

/// Waits until what a descriptor stands for is on the disk. Throws `Error` with the system's reason.
void sync_content(int file) {
    if (fdatasync(file) != 0 && !cannot_be_synced(errno)) throw Error(std::strerror(errno));
}

/// Flushes the file system of a descriptor. Returns false where that fails, or may not reach the disk: file
/// systems that are not listed (FUSE, network, …) may only hand on what this machine holds in memory.
bool sync_file_system(int descriptor) {
    constexpr std::array<std::uint32_t, 5> that_reach_it{EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                                                         F2FS_SUPER_MAGIC, OVERLAYFS_SUPER_MAGIC};
    struct statfs status {};
    if (fstatfs(descriptor, &status) != 0) return false;
    const auto type = static_cast<std::uint32_t>(status.f_type);
    return std::ranges::find(that_reach_it, type) != that_reach_it.end() && syncfs(descriptor) == 0;
}

dev_t device_of(int failed, const struct stat& status) {
    if (failed != 0) throw Error(std::strerror(errno));
    return status.st_dev;
}

/// The contents of new files.
struct Contents {
    std::span<NewFile* const> files;

    [[nodiscard]] std::size_t size() const { return files.size(); }
    [[nodiscard]] dev_t device(std::size_t k) const {
        struct stat status {};
        return device_of(fstat(files[k]->descriptor(), &status), status);
    }
    [[nodiscard]] bool sync_all(std::size_t k) const { return sync_file_system(files[k]->descriptor()); }
    /// Throws `Error` for what flushing a file system does not report: earlier failures to write the file
    /// and, before Linux 5.8, all of them.
    void check(std::size_t k) const {
        const int failed = sync_file_range(files[k]->descriptor(), 0, 0, SYNC_FILE_RANGE_WAIT_BEFORE);
        if (failed != 0 && errno != ENOSYS && errno != EPERM) throw Error(std::strerror(errno));
    }
    void sync(std::size_t k) const { sync_content(files[k]->descriptor()); }
};

/// The entries of directories. One that is not held is open for as long as it is flushed, since there may be
/// more of them than descriptors.
struct Entries {
    std::vector<EntryDirectory> directories;

    [[nodiscard]] std::size_t size() const { return directories.size(); }
    [[nodiscard]] OutputDirectory::Shared open(std::size_t k) const {
        const EntryDirectory& one = directories[k];
        auto directory = one.held ? one.held : OutputDirectory::found(one.place.root, one.place.below);
        if (!directory) throw Error(std::strerror(errno));
        return directory;
    }
    [[nodiscard]] dev_t device(std::size_t k) const {
        struct stat status {};
        return device_of(fstat(open(k)->number(), &status), status);
    }
    [[nodiscard]] bool sync_all(std::size_t k) const { return sync_file_system(open(k)->number()); }
    void check(std::size_t /*k*/) const {}
    void sync(std::size_t k) const {
        const auto directory = open(k);
        // A directory that may be written but not read cannot be flushed: that is left to the system.
        if (!directory->is_readable()) return;
        if (fsync(directory->number()) != 0 && !cannot_be_synced(errno)) throw Error(std::strerror(errno));
    }
};

/// Flushes each of several things or, where they are many, their file systems as a whole, which takes a disk
/// as long as a few of them. Returns what went wrong with each; empty where nothing did.
template <typename Things>
std::vector<std::string> sync_each(const Things& things) {
    constexpr std::size_t few = 3;
    std::vector<std::string> failures(things.size());
    std::map<dev_t, std::vector<std::size_t>> file_systems;
    for (std::size_t k = 0; k < things.size(); ++k) {
        attempt(failures[k], [&] { file_systems[things.device(k)].push_back(k); });
    }
    for (const auto& [device, members] : file_systems) {
        const bool together = members.size() > few && things.sync_all(members.front());
        // Checked one by one as well, to tell which of them has failed.
        for (const std::size_t k : members) {
            attempt(failures[k], [&] { together ? things.check(k) : things.sync(k); });
        }
    }
    return failures;
}

using Directories = std::set<EntryDirectory>;

/// Flushes the entries of directories; gives what went wrong with which.
std::map<EntryDirectory, std::string> sync_directories(const Directories& directories) {
    const Entries entries{{directories.begin(), directories.end()}};
    const std::vector<std::string> reasons = sync_each(entries);
    std::map<EntryDirectory, std::string> failures;
    for (std::size_t k = 0; k < reasons.size(); ++k) {
        if (!reasons[k].empty()) failures[entries.directories[k]] = reasons[k];
    }
    return failures;
}

std::string about_directory(const std::string& failure) {
    return "its directory cannot be flushed to the disk: " + failure;
}

}  // namespace

std::vector<std::string> publish_synced(std::span<NewFile* const> files, bool replace) {
    std::vector<std::string> failures = sync_each(Contents{files});
    Directories directories;
    for (std::size_t k = 0; k < files.size(); ++k) {
        attempt(failures[k], [&] { files[k]->publish(replace); });
        if (!failures[k].empty()) continue;
        for (auto& directory : files[k]->directories()) directories.insert(std::move(directory));
    }
    const auto failed = sync_directories(directories);
    for (std::size_t k = 0; k < files.size(); ++k) {
        for (const EntryDirectory& directory : files[k]->directories()) {
            if (failures[k].empty() && failed.contains(directory))
                failures[k] = about_directory(failed.at(directory));
        }
        if (failures[k].empty()) files[k]->forget_made_directories();
    }
    return failures;
}

void publish_synced(NewFile& file, bool replace) {
    NewFile* const one = &file;
    const std::string failure = publish_synced({&one, 1}, replace).front();
    if (!failure.empty()) throw Error(failure);
}

void sync_file(const std::filesystem::path& path) {
    struct stat status {};
    if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return;
    with_context(path.string(), [&] {
        const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        if (!file.is_open()) throw Error(std::strerror(errno));
        sync_content(file.number());
        const EntryDirectory own{.place = {path.parent_path(), {}}};
        const auto failed = sync_directories({own});
        if (!failed.empty()) throw Error(about_directory(failed.begin()->second));
    });
}

void make_directory(const std::filesystem::path& directory, bool sync) {
    with_context(directory.string(), [&] {
        OutputDirectory::made(directory, {});
        if (!sync) return;
        const std::vector<DirectoryPlace> made = unflushed_directories({directory, {}});
        Directories with_entries;
        for (const DirectoryPlace& one : made) with_entries.insert({one.parent()});
        const auto failed = sync_directories(with_entries);
        if (!failed.empty()) throw Error(about_directory(failed.begin()->second));
        forget_unflushed(made);
    });
}

void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, bool replace,
                bool sync) {
    with_context(path.string(), [&] {
        NewFile file(path);
        file.write(bytes);
        sync ? publish_synced(file, replace) : file.publish(replace);
    });
}

}  // namespace glimpse
