#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <thread>

#include "glimpse/error.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"
#include "system/new_file.hpp"

// Outputs below a directory whose content others may change.

using namespace glimpse;

namespace fs = std::filesystem;

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void write_below(const fs::path& root, const fs::path& name) {
    NewFile file(root, name);
    file.write(bytes_of("ours"));
    file.publish(true);
}

constexpr const char* leads_out = "its directory leads out of the output directory through a symbolic link";

/// root/deep/er, root/within → deep, root/out and root/absolute → elsewhere, elsewhere/deep.
void make_tree(const scratch::Directory& d) {
    fs::create_directories(d / "root/deep/er");
    fs::create_directories(d / "elsewhere/deep");
    fs::create_directory_symlink("deep", d / "root/within");
    fs::create_directory_symlink("../elsewhere", d / "root/out");
    fs::create_directory_symlink(d / "elsewhere", d / "root/absolute");
}

}  // namespace

TEST_CASE("what is opened below a directory lies below it") {
    const scratch::Directory d;
    make_tree(d);
    const Descriptor root(::open((d / "root").c_str(), O_PATH | O_DIRECTORY));
    const auto refusal_of = [&](auto&& open, const fs::path& name) {
        const Descriptor directory(open(root.number(), name, O_PATH | O_DIRECTORY | O_CLOEXEC));
        return directory.is_open() ? 0 : errno;
    };
    for (const auto& open : {open_beneath, open_without_links}) {
        for (const char* name : {"deep", "deep/er", "deep//er"}) {
            CAPTURE(name);
            CHECK(refusal_of(open, name) == 0);
        }
        for (const char* name :
             {"out", "out/deep", "absolute", "absolute/deep", "..", "deep/../../elsewhere"}) {
            CAPTURE(name);
            CHECK(refusal_of(open, name) == EXDEV);
        }
        CHECK(refusal_of(open, "deep/none") == ENOENT);
    }
    CHECK(refusal_of(open_without_links, "within/er") == EXDEV);
    // Where the kernel has the call, a link that stays below is followed.
    const bool has_openat2 = syscall(437, -1, nullptr, nullptr, 0) < 0 && errno != ENOSYS && errno != EPERM;
    if (!has_openat2) MESSAGE("skipped: links below, for which this kernel has no openat2");
    if (has_openat2) CHECK(refusal_of(open_beneath, "within/er") == 0);
}

TEST_CASE("an output stays below its root, which may be a link itself") {
    const scratch::Directory d;
    make_tree(d);
    fs::create_directory_symlink("root", d / "link");
    write_below(d / "link", "a");
    write_below(d / "link", "deep/new/b");
    write_below(d / "link/", "deep/er/c");
    CHECK(scratch::content_of(d / "root/a") == "ours");
    CHECK(scratch::content_of(d / "root/deep/new/b") == "ours");
    CHECK(scratch::content_of(d / "root/deep/er/c") == "ours");
    for (const char* name : {"out/a", "out/deep/a", "out/new/a", "absolute/a", "../elsewhere/a"}) {
        CAPTURE(name);
        CHECK(refusal<Error>([&] { write_below(d / "root", name); }) == leads_out);
    }
    CHECK(fs::is_empty(d / "elsewhere/deep"));
    CHECK(std::distance(fs::directory_iterator(d / "elsewhere"), {}) == 1);
    // By a path of the user's own a link may lead anywhere.
    NewFile(d / "root/out/a").publish(true);
    CHECK(fs::exists(d / "elsewhere/a"));
}

TEST_CASE("a directory that is swapped for a link leads nowhere") {
    const scratch::Directory d;
    make_tree(d);
    {
        NewFile file(d / "root", "deep/a");
        file.write(bytes_of("ours"));
        fs::rename(d / "root/deep", d / "root/moved");
        fs::create_directory_symlink("../elsewhere", d / "root/deep");
        CHECK(scratch::content_of(file.temporary_path()) == "ours");
        file.publish(true);
    }
    CHECK(scratch::content_of(d / "root/moved/a") == "ours");
    CHECK_FALSE(fs::exists(d / "elsewhere/a"));
    CHECK(refusal<Error>([&] { write_below(d / "root", "deep/a"); }) == leads_out);
}

TEST_CASE("no output gets out while a directory and a link change their places") {
    const scratch::Directory d;
    make_tree(d);
    constexpr unsigned exchange = 2;  // RENAME_EXCHANGE
    const auto swap = [deep = d / "root/deep", out = d / "root/out"] {
        return syscall(SYS_renameat2, AT_FDCWD, deep.c_str(), AT_FDCWD, out.c_str(), exchange) == 0;
    };
    if (!swap()) {
        MESSAGE("skipped: this file system exchanges no names");
        return;
    }
    std::atomic<bool> over = false;
    std::thread attacker([&] {
        while (!over) swap();
    });
    constexpr int files = 2000;
    int written = 0;
    for (int k = 0; k < files; ++k) {
        written += refusal<Error>([&] { write_below(d / "root", "deep/a" + std::to_string(k)); }).empty();
    }
    over = true;
    attacker.join();
    CHECK(std::distance(fs::directory_iterator(d / "elsewhere"), {}) == 1);
    const fs::path real = fs::is_symlink(d / "root/deep") ? d / "root/out" : d / "root/deep";
    CHECK(std::distance(fs::directory_iterator(real), {}) == written + 1);
}

TEST_CASE("a directory that somebody removed is made again") {
    const scratch::Directory d;
    make_tree(d);
    NewFile first(d / "root", "deep/er/a");
    fs::remove_all(d / "root/deep");
    write_below(d / "root", "deep/er/b");
    CHECK(scratch::content_of(d / "root/deep/er/b") == "ours");
    CHECK_THROWS_AS(first.publish(true), Error);
}

TEST_CASE("abandoned files behind a link that leads out are not ours to remove") {
    const scratch::Directory d;
    make_tree(d);
    std::array<char, 256> host{};
    REQUIRE(gethostname(host.data(), host.size() - 1) == 0);
    const std::string name = std::string(".glimpse-") + host.data() + "-1-3.tmp";
    const auto theirs = d.file("elsewhere/" + name);
    const auto ours = d.file("root/deep/" + name);
    for (const char* below : {"out", "deep"}) remove_abandoned_files(d / "root", below);
    CHECK(fs::exists(theirs));
    CHECK_FALSE(fs::exists(ours));
}
