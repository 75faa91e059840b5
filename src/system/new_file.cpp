#include "system/new_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "system/descriptors.hpp"

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

/// Takes the lock that tells a file in use, and whether the file still has its name then, as far as that can
/// be found out. Where the file system knows no locks, nobody removes it either.
bool lock(int descriptor) {
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    struct stat status {};
    return fstat(descriptor, &status) != 0 || status.st_nlink > 0;
}

/// Creates a file of a name that no other thread, process or machine uses, with the permissions of any new
/// file, and locks it. Not mkstemp, whose files are private: the umask can only be read by setting it, for
/// all threads.
int create_unique(const std::filesystem::path& directory, std::string& name) {
    static std::atomic<unsigned> counter{0};
    static const std::string ours = temporary_prefix() + std::to_string(getpid()) + "-";
    while (true) {
        name = (directory / (ours + std::to_string(counter++) + temporary_suffix)).string();
        const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor < 0 && errno == EEXIST) continue;
        if (descriptor < 0 || lock(descriptor)) return descriptor;
        // Another process has taken it for abandoned before it was locked, and removes it.
        ::close(descriptor);
    }
}

/// Removes a temporary file that nobody holds locked.
void remove_if_abandoned(const std::filesystem::path& file) {
    const Descriptor opened(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!opened.is_open() || flock(opened.number(), LOCK_EX | LOCK_NB) != 0) return;
    // Meanwhile it may have been published, and another file have its name.
    struct stat locked {
    }, named{};
    const bool is_same = fstat(opened.number(), &locked) == 0 && lstat(file.c_str(), &named) == 0 &&
                         locked.st_ino == named.st_ino && locked.st_dev == named.st_dev;
    if (is_same) ::unlink(file.c_str());
}

/// Directories that this process has made and whose entries may not be on the disk yet.
struct MadeDirectories {
    std::mutex mutex;
    std::set<std::string> names;
};

MadeDirectories& made_directories() {
    static MadeDirectories all;
    return all;
}

/// Makes a directory and those above it; gives those of them whose entries are to be flushed, since they have
/// just been made, by this thread or another.
std::vector<std::filesystem::path> make_directories(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> made;
    MadeDirectories& all = made_directories();
    bool is_missing = true;
    for (auto one = directory; !one.empty() && one != one.parent_path(); one = one.parent_path()) {
        is_missing = is_missing && !is_there(one);
        const std::scoped_lock lock(all.mutex);
        // Before it is made, so that whoever finds it there finds it here, too.
        if (is_missing) all.names.insert(one.string());
        if (all.names.empty()) break;
        if (all.names.contains(one.string())) made.push_back(one);
    }
    std::error_code failure;
    if (!directory.empty()) std::filesystem::create_directories(directory, failure);
    if (failure) throw Error("its directory cannot be made: " + failure.message());
    return made;
}

/// Not published or given up, in the whole process.
std::atomic<std::size_t> open_files{0};

}  // namespace

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
    std::vector<std::filesystem::path> candidates;
    for (std::filesystem::directory_iterator entry(directory.empty() ? "." : directory, failure), end;
         !failure && entry != end; entry.increment(failure)) {
        if (is_temporary(entry->path().filename().string(), prefix)) candidates.push_back(entry->path());
    }
    std::ranges::for_each(candidates, remove_if_abandoned);
}

void Cleaning::operator()(const std::filesystem::path& directory) {
    {
        const std::scoped_lock lock(mutex_);
        if (!cleaned_.insert(directory.string()).second) return;
    }
    remove_abandoned_files(directory);
}

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
    if (const std::string obstacle = obstacle_to_output(path_); !obstacle.empty()) throw Error(obstacle);
    made_ = make_directories(path_.parent_path());
    descriptor_ = create_unique(path_.parent_path(), temporary_);
    if (descriptor_ < 0) {
        temporary_.clear();
        throw Error(std::strerror(errno));
    }
    ++open_files;
}

NewFile::~NewFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    --open_files;
}

std::vector<std::filesystem::path> NewFile::directories() const {
    std::vector<std::filesystem::path> all;
    for (const auto& directory : made_) all.push_back(directory.parent_path());
    all.push_back(path_.parent_path());
    return all;
}

void NewFile::forget_made_directories() const {
    MadeDirectories& all = made_directories();
    const std::scoped_lock lock(all.mutex);
    for (const auto& directory : made_) all.names.erase(directory.string());
}

std::size_t NewFile::open_count() {
    return open_files;
}

void NewFile::write(std::span<const std::uint8_t> bytes) {
    write_all(descriptor_, bytes);
}

void NewFile::publish(bool replace) {
    // Any close reports the errors of delayed writes; the lock stays until the last one, once it has its
    // name.
    const int copy = ::dup(descriptor_);
    const bool closed = copy >= 0 && ::close(copy) == 0;
    const auto name = replace ? ::rename : ::link;
    if (!closed || name(temporary_.c_str(), path_.c_str()) != 0) throw Error(std::strerror(errno));
    if (replace) temporary_.clear();
    ::close(std::exchange(descriptor_, -1));
    --open_files;
}

}  // namespace glimpse
