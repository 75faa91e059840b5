#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>

#include "glimpse/confinement.hpp"
#include "glimpse/error.hpp"
#include "scratch_directory.hpp"
#include "system/open_failure.hpp"

// What a process gives up cannot be had back: each test gives it up in a process of its own.

using namespace glimpse;

namespace {

/// Whether a child process finds that `law` holds.
bool holds_in_child(const std::function<bool()>& law) {
    const pid_t child = fork();
    if (child == 0) {
        bool holds = false;
        try {
            holds = law();
        } catch (const std::exception& error) {
            std::cerr << error.what() << '\n';
        }
        _exit(holds ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// Whether a child process begins with other threads than its first: ThreadSanitizer's runtime starts one.
bool children_have_other_threads() {
    return !holds_in_child([] {
        std::error_code unseen;
        return std::distance(std::filesystem::directory_iterator("/proc/self/task", unseen), {}) <= 1;
    });
}

/// The cause of a failure; 0 where the file can be opened.
int refusal_to_open(const std::filesystem::path& path, int flags) {
    const int descriptor = ::open(path.c_str(), flags, 0666);
    if (descriptor < 0) return errno;
    ::close(descriptor);
    return 0;
}

/// Says what does not hold, since the child's checks are not counted.
bool expect(bool holds, const char* what) {
    if (!holds) std::cerr << "does not hold: " << what << '\n';
    return holds;
}

bool may_not_leave(const scratch::Directory& d) {
    constexpr int anew = O_WRONLY | O_CREAT | O_EXCL;
    const auto refused = [&](const std::filesystem::path& path, int flags) {
        return refusal_to_open(path, flags) == EACCES;
    };
    return expect(refused(d / "other/secret", O_RDONLY), "no other file is read") &&
           expect(refused("/etc/passwd", O_RDONLY), "nor one of the system") &&
           expect(refused(d / "other", O_RDONLY | O_DIRECTORY), "nor another directory") &&
           expect(refused(d / "in/link", O_RDONLY), "nor what a link leads to") &&
           expect(refused(d / "out/link", O_WRONLY), "nor is that written") &&
           expect(refused(d / "in/a", O_WRONLY), "an input is not written") &&
           expect(refused(d / "in/new", anew), "nor one made beside it") &&
           expect(refused(d / "beside", O_RDONLY), "the report's directory is not read") &&
           expect(refused(d / "new", anew), "nor anything made there") &&
           expect(::unlink((d / "other/secret").c_str()) != 0 && errno == EACCES, "nothing is removed") &&
           expect(::mkdir((d / "other/d").c_str(), 0777) != 0 && errno == EACCES, "nor made") &&
           expect(::execl("/bin/true", "true", nullptr) != 0 && errno == EACCES, "nor started");
}

bool may_do_its_work(const scratch::Directory& d) {
    const auto opens = [&](const std::filesystem::path& path, int flags) {
        return refusal_to_open(path, flags) == 0;
    };
    return expect(opens(d / "in/deep/b", O_RDONLY), "an input is read") &&
           expect(opens(d / "out/new", O_WRONLY | O_CREAT | O_EXCL), "an output is made") &&
           expect(std::rename((d / "out/new").c_str(), (d / "out/a").c_str()) == 0, "and renamed") &&
           expect(::mkdir((d / "out/d").c_str(), 0777) == 0, "and a directory for it") &&
           expect(opens(d / "out/d", O_RDONLY | O_DIRECTORY), "which can be flushed") &&
           expect(opens(d / "report", O_WRONLY | O_TRUNC), "the report is written") &&
           expect(opens("/dev/null", O_RDWR), "so is nothing") &&
           expect(opens("/proc/self/status", O_RDONLY), "the process knows itself");
}

}  // namespace

TEST_CASE("a confined process reads and writes what it may, and nothing else") {
    if (landlock_version() == 0) {
        MESSAGE("skipped: this kernel has no Landlock");
        return;
    }
    if (children_have_other_threads()) {
        MESSAGE("skipped: child processes begin with other threads, as ThreadSanitizer's do");
        return;
    }
    const scratch::Directory d;
    for (const char* name : {"in/a", "in/deep/b", "out/old", "other/secret", "report", "beside"})
        d.file(name);
    for (const char* place : {"in/link", "out/link"})
        std::filesystem::create_symlink(d / "other/secret", d / place);
    const Permissions permissions{.readable = {d / "in", d / "absent"},
                                  .writable = {d / "out", d / "report"}};
    CHECK(holds_in_child([&] { return confine(permissions) && may_do_its_work(d) && may_not_leave(d); }));
    std::filesystem::remove(d / "out/d");
    // All of that holds by the confinement alone.
    CHECK(holds_in_child([&] { return may_do_its_work(d); }));
    CHECK(refusal_to_open(d / "other/secret", O_RDONLY) == 0);
    CHECK(refusal_to_open("/etc/passwd", O_RDONLY) == 0);
    CHECK(holds_in_child([&] {
        const std::string free = open_failure(EACCES);
        confine(permissions);
        return free == "Permission denied" &&
               open_failure(EACCES).starts_with("Permission denied; the run is") &&
               open_failure(ENOENT) == "No such file or directory";
    }));
}

TEST_CASE("a process with several threads cannot be confined") {
    if (landlock_version() == 0) {
        MESSAGE("skipped: this kernel has no Landlock");
        return;
    }
    CHECK(holds_in_child([] {
        std::array<int, 2> ends{};
        if (pipe(ends.data()) != 0) return false;
        std::thread other([&] {
            char byte = 0;
            while (::read(ends[0], &byte, 1) < 0) continue;
        });
        bool refused = false;
        try {
            confine({});
        } catch (const Error&) {
            refused = true;
        }
        ::close(ends[1]);
        other.join();
        return refused;
    }));
}

TEST_CASE("memory beyond a limit is not given") {
    constexpr std::size_t little = std::size_t{1} << 20;
    const auto is_given = [](std::size_t bytes) {
        return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
    };
    CHECK(holds_in_child([&] { return is_given(64 * little); }));
    CHECK(holds_in_child([&] {
        limit_memory(32 * little);
        limit_memory(64 * little);  // the lower one stays
        return is_given(little) && !is_given(64 * little);
    }));
}
