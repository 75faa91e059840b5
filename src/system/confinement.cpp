#include "glimpse/confinement.hpp"

#include <fcntl.h>
#include <link.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "glimpse/error.hpp"
#include "system/descriptors.hpp"
#include "system/module.hpp"
#include "system/open_failure.hpp"

#if __has_include(<linux/landlock.h>) && defined(SYS_landlock_restrict_self)
#include <linux/landlock.h>
#define GLIMPSE_HAS_LANDLOCK 1
#else
#define GLIMPSE_HAS_LANDLOCK 0
#endif

// Landlock: the kernel's Documentation/userspace-api/landlock.rst, landlock_create_ruleset(2),
// landlock_add_rule(2), landlock_restrict_self(2).

namespace glimpse {

namespace fs = std::filesystem;

namespace {

std::atomic<bool> confined = false;

[[noreturn]] void fail(const std::string& what) {
    throw Error("the process cannot be confined", what);
}

/// What the loader, the C library, TBB, OpenCV and fontconfig read of any system.
std::vector<fs::path> system_files() {
    return {"/usr",
            "/lib",
            "/lib32",
            "/lib64",
            "/etc/fonts",
            "/etc/ld.so.cache",
            "/dev/urandom",
            "/proc/self",
            "/proc/cpuinfo",
            "/proc/meminfo",
            "/proc/stat",
            "/proc/sys/vm/overcommit_memory",
            "/sys/devices/system/cpu",
            "/sys/devices/system/node",
            "/sys/fs/cgroup",
            "/var/cache/fontconfig"};
}

/// The directories of the loaded libraries, beside which those of modules lie, and that of the modules.
std::set<fs::path> library_directories() {
    std::set<fs::path> objects;
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t /*size*/, void* all) {
            if (*object->dlpi_name != '\0') static_cast<std::set<fs::path>*>(all)->insert(object->dlpi_name);
            return 0;
        },
        &objects);
    const fs::path modules = module_path("").parent_path();
    std::set<fs::path> directories{modules};
    for (const fs::path& object : objects) {
        const bool is_own = object.filename().string().starts_with("libglimpse.so");
        if (!is_own && object.has_parent_path()) directories.insert(object.parent_path());
    }
    return directories;
}

/// Landlock confines the calling thread alone.
void require_one_thread() {
    std::error_code unseen;
    const auto threads = std::distance(fs::directory_iterator("/proc/self/task", unseen), {});
    if (!unseen && threads > 1) fail("it has other threads already");
}

#if GLIMPSE_HAS_LANDLOCK

// Rights that old kernel headers lack, by their values.
constexpr std::uint64_t refer = 1ULL << 13;           // from version 2 on
constexpr std::uint64_t truncate_file = 1ULL << 14;   // 3
constexpr std::uint64_t device_control = 1ULL << 15;  // 5
constexpr std::uint64_t bind_and_connect_tcp = 3;     // 4
constexpr std::uint64_t sockets_and_signals = 3;      // 6

/// landlock_ruleset_attr as of version 6. An older kernel accepts it if the fields that it does not know are
/// 0.
struct RulesetAttributes {
    std::uint64_t handled_access_fs;
    std::uint64_t handled_access_net;
    std::uint64_t scoped;
};

constexpr std::uint64_t read_file = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr std::uint64_t read_below = read_file | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_file_rights = read_file | LANDLOCK_ACCESS_FS_WRITE_FILE | truncate_file;
constexpr std::uint64_t write_below = write_file_rights | read_below | LANDLOCK_ACCESS_FS_MAKE_REG |
                                      LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE;

/// What is forbidden unless a rule allows it.
RulesetAttributes attributes_of(int version) {
    constexpr std::uint64_t first_version = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
    RulesetAttributes attributes{.handled_access_fs = first_version, .handled_access_net = 0, .scoped = 0};
    if (version >= 2) attributes.handled_access_fs |= refer;
    if (version >= 3) attributes.handled_access_fs |= truncate_file;
    if (version >= 4) attributes.handled_access_net = bind_and_connect_tcp;
    if (version >= 5) attributes.handled_access_fs |= device_control;
    if (version >= 6) attributes.scoped = sockets_and_signals;
    return attributes;
}

class Ruleset {
  public:
    explicit Ruleset(int version)
        : attributes_(attributes_of(version)),
          descriptor_(
              static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes_, sizeof attributes_, 0))) {
        if (!descriptor_.is_open()) fail(std::strerror(errno));
    }

    /// Allows `of_file` of a file, and `below` of a directory and all that is below it. What is not there, or
    /// has no place in a file system, is left out.
    void allow(const fs::path& path, std::uint64_t of_file, std::uint64_t below) {
        const Descriptor object(::open(path.c_str(), O_PATH | O_CLOEXEC));
        struct stat status {};
        if (!object.is_open() || fstat(object.number(), &status) != 0) return;
        landlock_path_beneath_attr rule{};
        rule.allowed_access = (S_ISDIR(status.st_mode) ? below : of_file) & attributes_.handled_access_fs;
        rule.parent_fd = object.number();
        const long failed =
            syscall(SYS_landlock_add_rule, descriptor_.number(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        if (failed != 0 && errno != EBADFD) fail(path.string() + ": " + std::strerror(errno));
    }

    void enforce() const {
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            syscall(SYS_landlock_restrict_self, descriptor_.number(), 0) != 0) {
            fail(std::strerror(errno));
        }
    }

  private:
    RulesetAttributes attributes_;
    Descriptor descriptor_;
};

#endif

}  // namespace

int landlock_version() {
#if GLIMPSE_HAS_LANDLOCK
    const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return static_cast<int>(std::max(version, 0L));
#else
    return 0;
#endif
}

bool confine([[maybe_unused]] const Permissions& permissions) {
    if (landlock_version() == 0) return false;
    require_one_thread();
#if GLIMPSE_HAS_LANDLOCK
    Ruleset rules(landlock_version());
    for (const fs::path& path : system_files()) rules.allow(path, read_file, read_below);
    for (const fs::path& path : library_directories()) rules.allow(path, read_file, read_below);
    rules.allow("/dev/null", write_file_rights, 0);
    for (const fs::path& path : permissions.readable) rules.allow(path, read_file, read_below);
    for (const fs::path& path : permissions.writable) rules.allow(path, write_file_rights, write_below);
    rules.enforce();
#endif
    confined = true;
    return true;
}

void limit_memory(std::uint64_t more) {
    std::ifstream file("/proc/self/statm");
    constexpr std::size_t fields_before_data = 5;
    std::uint64_t pages = 0;
    for (std::size_t k = 0; k <= fields_before_data; ++k) file >> pages;
    const std::uint64_t now = file ? pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
    rlimit limit{};
    if (getrlimit(RLIMIT_DATA, &limit) != 0) throw Error(std::strerror(errno));
    limit.rlim_cur = limit.rlim_max = std::min<rlim_t>(limit.rlim_cur, now + more);
    if (setrlimit(RLIMIT_DATA, &limit) != 0)
        throw Error("its memory cannot be limited", std::strerror(errno));
}

std::string open_failure(int error) {
    std::string reason = std::strerror(error);
    if (error != EACCES || !confined) return reason;
    return reason + "; the run is confined to what its options name and to what is below that";
}

}  // namespace glimpse
