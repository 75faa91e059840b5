#include "system/resolved_path.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <string>

#include "scratch_directory.hpp"
#include "system/descriptors.hpp"
#include "system/output_directory.hpp"

using namespace glimpse;

namespace {

namespace fs = std::filesystem;

}  // namespace

TEST_CASE("a path is resolved to what it names once the directories are made that it lacks") {
    const scratch::Directory directory;
    directory.file("a.png");
    directory.file("far/away/a.png");
    fs::create_directory_symlink(directory / "far" / "away", directory / "link");
    fs::create_directory_symlink("later/../far", directory / "dangling");
    const auto follow = [&](const std::string& path) {
        return resolved_path(directory / path).lexically_relative(directory.path()).string();
    };
    CHECK(follow("./a.png") == "a.png");
    CHECK(follow("new/b.png") == "new/b.png");
    CHECK(follow("new/") == "new");
    CHECK(follow("new/../a.png") == "a.png");
    CHECK(follow("new/x/../.././/a.png") == "a.png");
    CHECK(follow("link/../a.png") == "far/a.png");
    CHECK(follow("new/../link/a.png") == "far/away/a.png");
    CHECK(follow("new/../link/../a.png") == "far/a.png");
    CHECK(follow("link/new/../../b.png") == "far/b.png");
    CHECK(follow("dangling/away/a.png") == "far/away/a.png");
    for (const char* path : {"new/../link/../new", "link/other/../../new"}) {
        CAPTURE(path);
        const fs::path resolved = resolved_path(directory / path);
        OutputDirectory::made(directory / path, {});
        CHECK(fs::canonical(directory / path) == resolved);
        fs::remove_all(resolved);
    }
}

TEST_CASE("a path is resolved where links lead nowhere, or there is nothing to resolve") {
    const scratch::Directory directory;
    fs::create_symlink("loop", directory / "loop");
    fs::create_symlink("nowhere/b", directory / "broken");
    CHECK(resolved_path(directory / "loop") == directory / "loop");
    CHECK(resolved_path(directory / "broken") == directory / "nowhere/b");
    CHECK(resolved_path("/../..//") == "/");
    CHECK(resolved_path("a") == fs::current_path() / "a");
    CHECK(resolved_path("").empty());
    // A link of /proc to a file without a name is no path.
    const Descriptor nameless(open(directory.path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
    REQUIRE(nameless.is_open());
    CHECK(fs::exists(resolved_path("/dev/fd/" + std::to_string(nameless.number()))));
}
