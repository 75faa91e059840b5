#include "system/directory_walk.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scratch_directory.hpp"

using namespace glimpse;

namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

struct Walked {
    Names visited;
    Names met_again;
    Names failed;
};

/// With names below the directory; what a directory lists is in no order.
Walked walked(const fs::path& directory, bool enters) {
    Walked all;
    const auto name = [&](const fs::path& path) { return path.lexically_relative(directory).string(); };
    walk_through(directory, {.visit =
                                 [&](const fs::directory_entry& entry) {
                                     all.visited.push_back(name(entry.path()));
                                     return enters;
                                 },
                             .met_again = [&](const fs::path& path) { all.met_again.push_back(name(path)); },
                             .failed = [&](const fs::path& path,
                                           std::error_code) { all.failed.push_back(name(path)); }});
    std::ranges::sort(all.visited);
    return all;
}

}  // namespace

TEST_CASE("a walk enters each directory once, by its own path or the first link in natural order") {
    const scratch::Directory scratch;
    const fs::path root = scratch / "root";
    scratch.file("root/z/own");
    scratch.file("far/file");
    fs::create_directory_symlink("z", root / "a");
    fs::create_directory_symlink("../far", root / "link10");
    fs::create_directory_symlink("../far", root / "link9");
    fs::create_directory_symlink("../root", scratch / "far" / "back");
    const Walked all = walked(root, true);
    CHECK(all.visited == Names{"a", "link10", "link9", "link9/back", "link9/file", "z", "z/own"});
    CHECK(all.met_again == Names{"a", "link10", "link9/back"});
    CHECK(all.failed.empty());
    CHECK(walked(root, false).visited == Names{"a", "link10", "link9", "z"});
}

TEST_CASE("a walk tells what cannot be listed") {
    const scratch::Directory scratch;
    CHECK(walked(scratch / "missing", true).failed == Names{"."});
    CHECK(walked(scratch.file("file"), true).failed == Names{"."});
}
