#include "system/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "system/descriptors.hpp"
#include "system/failure.hpp"

namespace glimpse {

namespace {

/// What the names of temporary files begin with on this machine; the process's number follows.
std::string temporary_prefix() {
    std::array<char, 256> host{};
    if (gethostname(host.data(), host.size() - 1) != 0) return ".glimpse-";
    return std::string(".glimpse-") + host.data() + "-";
}

constexpr const char* temporary_suffix = ".tmp";

/// The process id in the name of a temporary file, PREFIX PID "-" COUNTER SUFFIX; 0 for any other name.
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

/// Creates a file of a name that no other thread, process or machine uses, with the permissions of any new
/// file. Not mkstemp, whose files are private: the umask can only be read by setting it, for all threads.
int create_unique(const std::filesystem::path& directory, std::string& name) {
    static std::atomic<unsigned> counter{0};
    static const std::string ours = temporary_prefix() + std::to_string(getpid()) + "-";
    while (true) {
        name = (directory / (ours + std::to_string(counter++) + temporary_suffix)).string();
        const int descriptor = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (descriptor >= 0 || errno != EEXIST) return descriptor;
    }
}

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
    // close reports the errors of delayed writes.
    const bool closed = ::close(std::exchange(descriptor_, -1)) == 0;
    const auto name = replace ? ::rename : ::link;
    if (!closed || name(temporary_.c_str(), path_.c_str()) != 0) throw Error(std::strerror(errno));
    if (replace) temporary_.clear();
}

void write_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes, bool replace) {
    with_context(path.string(), [&] {
        NewFile file(path);
        file.write(bytes);
        file.publish(replace);
    });
}

}  // namespace glimpse
