#include "system/relative_name.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <atomic>
#include <string>
#include <thread>

#include "scratch_directory.hpp"

using namespace glimpse;

TEST_CASE("a name stays below its directory if no part of it is a detour") {
    for (const char* name : {"a", "a/b.c", "..a/b", "a..", ".../a", "a/.b"}) CHECK(stays_below(name));
    for (const char* name : {"", "/a", "a/", "a//b", ".", "./a", "a/.", "..", "../a", "a/..", "a/../b"}) {
        CAPTURE(name);
        CHECK_FALSE(stays_below(name));
    }
    CHECK_FALSE(stays_below(std::string_view("a\0b", 3)));
}

TEST_CASE("a name that leads out of its directory has an obstacle") {
    const scratch::Directory directory;
    directory.file("in/deep/a.png");
    directory.file("in2/a.png");
    std::filesystem::create_directory_symlink(directory / "in2", directory / "in" / "out");
    std::filesystem::create_directory_symlink("deep", directory / "in" / "within");
    const auto obstacle = [&](const std::string& name) {
        const std::string with_slash = obstacle_within(directory / "in/", name);
        CHECK(obstacle_within(directory / "in", name) == with_slash);
        return with_slash;
    };
    for (const char* name : {"deep/a.png", "./deep", "within/a.png", "new/b.png", "..b"}) {
        CAPTURE(name);
        CHECK(obstacle(name).empty());
    }
    CHECK(obstacle("") == "the name of an image is empty");
    CHECK(obstacle(std::string("a\0b", 3)).ends_with("has a zero character, which no file's has"));
    CHECK(obstacle("/a") == "'/a' is absolute, and leads out of its directory");
    CHECK(obstacle("deep/../a") == "'deep/../a' climbs out of its directory");
    CHECK(obstacle("out/a.png") == "'out/a.png' leads out of its directory through a symbolic link");
}

TEST_CASE("a relative directory that others make meanwhile is no obstacle") {
    const scratch::Directory directory;
    const std::filesystem::path before = std::filesystem::current_path();
    std::filesystem::current_path(directory.path());
    std::atomic<bool> done = false;
    std::thread other([&] {
        while (!done) {
            std::filesystem::create_directory("new");
            std::filesystem::remove("new");
        }
    });
    int obstacles = 0;
    for (int k = 0; k < 5000; ++k) obstacles += obstacle_within("new", "deep/a.png").empty() ? 0 : 1;
    done = true;
    other.join();
    std::filesystem::current_path(before);
    CHECK(obstacles == 0);
}

TEST_CASE("relative paths begin beside their document, and without one in the working directory") {
    const scratch::Directory directory;
    CHECK(directory_of("a/b.json") == "a");
    CHECK(directory_of("b.json").empty());
    REQUIRE(mkfifo((directory / "pipe").c_str(), 0600) == 0);
    CHECK(directory_of(directory / "pipe").empty());
}

TEST_CASE("outputs are named by their image's path, unless that leads upwards") {
    CHECK(output_name("a/b.c.png") == "a/b.c");
    CHECK(output_name("./a/../b.png") == "b");
    CHECK(output_name("../a/b.png") == "b");
    CHECK(output_name("/a/b.png") == "b");
    CHECK(output_name("..a/b.png") == "..a/b");
}
