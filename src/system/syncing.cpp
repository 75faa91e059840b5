#include "system/syncing.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
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

void sync_entries(int directory) {
    if (fsync(directory) != 0 && !cannot_be_synced(errno)) throw Error(std::strerror(errno));
}

/// Flushes each of several descriptors, or, where they are many, their file systems as a whole, for which a
/// disk takes as long as for a few of them. `failures` says of each what went wrong.
void sync_each(std::span<const int> descriptors, void (*sync)(int), std::span<std::string> failures) {
    constexpr std::size_t few = 3;
    std::map<dev_t, std::vector<std::size_t>> file_systems;
    for (std::size_t k = 0; k < descriptors.size(); ++k) {
        struct stat status {};
        if (fstat(descriptors[k], &status) == 0) file_systems[status.st_dev].push_back(k);
    }
    for (const auto& [device, members] : file_systems) {
        if (members.size() > few && syncfs(descriptors[members.front()]) == 0) continue;
        // One by one to find out, too, which of them a failure is about.
        for (const std::size_t k : members) attempt(failures[k], [&] { sync(descriptors[k]); });
    }
}

using Directories = std::set<std::filesystem::path>;

/// Flushes the entries of directories, "" for the working directory; gives what went wrong with which. One
/// that may be written but not read is left to the system.
std::map<std::filesystem::path, std::string> sync_directories(const Directories& directories) {
    std::map<std::filesystem::path, std::string> failures;
    std::vector<std::unique_ptr<const Descriptor>> opened;
    std::vector<int> numbers;
    std::vector<std::filesystem::path> names;
    for (const auto& directory : directories) {
        auto one = std::make_unique<const Descriptor>(
            ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!one->is_open()) {
            if (errno != EACCES) failures[directory] = std::strerror(errno);
            continue;
        }
        numbers.push_back(one->number());
        names.push_back(directory);
        opened.push_back(std::move(one));
    }
    std::vector<std::string> reasons(numbers.size());
    sync_each(numbers, sync_entries, reasons);
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (!reasons[k].empty()) failures[names[k]] = reasons[k];
    }
    return failures;
}

std::string about_directory(const std::string& failure) {
    return "its directory cannot be flushed to the disk: " + failure;
}

}  // namespace

std::vector<std::string> publish_synced(std::span<NewFile* const> files, bool replace) {
    std::vector<std::string> failures(files.size());
    std::vector<int> descriptors;
    for (const NewFile* file : files) descriptors.push_back(file->descriptor());
    sync_each(descriptors, sync_content, failures);
    Directories directories;
    for (std::size_t k = 0; k < files.size(); ++k) {
        attempt(failures[k], [&] { files[k]->publish(replace); });
        if (failures[k].empty()) {
            directories.insert(files[k]->directories().begin(), files[k]->directories().end());
        }
    }
    const auto failed = sync_directories(directories);
    if (failed.empty()) return failures;
    for (std::size_t k = 0; k < files.size(); ++k) {
        for (const auto& directory : files[k]->directories()) {
            if (failures[k].empty() && failed.contains(directory))
                failures[k] = about_directory(failed.at(directory));
        }
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
        const auto failed = sync_directories({path.parent_path()});
        if (!failed.empty()) throw Error(about_directory(failed.begin()->second));
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
