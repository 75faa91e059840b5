#include "view/sources.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "scratch_directory.hpp"

using namespace glimpse;

TEST_CASE("a link is relative, and of bytes that mean nothing to a browser") {
    const scratch::Directory directory;
    const auto link = [&](std::string_view name) {
        return link_to(directory / "pages", directory.file(name));
    };
    CHECK(link("pages/a.png") == "a.png");
    CHECK(link("a/b.png") == "../a/b.png");
    CHECK(link("pages/a b#c?d%.png") == "a%20b%23c%3Fd%25.png");
    CHECK(link("pages/javascript:alert(1)") == "javascript%3Aalert%281%29");
    CHECK(link("pages/\"><script>.png") == "%22%3E%3Cscript%3E.png");
    CHECK(link("pages/\xC3\xA4\xFF\n.png") == "%C3%A4%FF%0A.png");
}

TEST_CASE("a link leads where the path does, also behind a symbolic link and ..") {
    const scratch::Directory directory;
    const auto file = directory.file("real/deep/a.png");
    std::filesystem::create_directories(directory / "x");
    std::filesystem::create_directory_symlink(directory / "real/deep", directory / "x/link");
    directory.file("real/b.png");
    CHECK(link_to(directory.path(), directory / "x/link/a.png") == "x/link/a.png");
    CHECK(link_to(directory.path(), directory / "x/link/../b.png") == "real/b.png");
}

TEST_CASE("a path of a report is a file, or leads into an archive") {
    const scratch::Directory directory;
    const std::string archive = directory.file("s.tar").string();
    const std::string strange = directory.file("\xFF.png").string();
    CHECK(source_of(archive)->file == archive);
    CHECK(source_of(archive)->member.empty());
    CHECK(source_of(archive + "/a/b.png")->file == archive);
    CHECK(source_of(archive + "/a/b.png")->member == "a/b.png");
    CHECK(source_of(directory.path().string() + "/\xEF\xBF\xBD"
                                                "FF.png")
              ->file == strange);
    CHECK_FALSE(source_of(directory.path().string()));
    CHECK_FALSE(source_of((directory / "gone.png").string()));
    CHECK_FALSE(source_of("-"));
    CHECK_FALSE(source_of(archive + std::string("\0.png", 5)));  // not what stands before the NUL
    CHECK(source_in(archive, "a/b.png")->member == "a/b.png");
    CHECK_FALSE(source_in((directory / "gone.tar").string(), "a/b.png"));
}

TEST_CASE("a path without its parents leads to the same place, through the same links where it can") {
    const scratch::Directory directory;
    directory.file("real/deep/a.png");
    std::filesystem::create_directory_symlink(directory / "real/deep", directory / "link");
    CHECK(without_parents(directory / "link/x") == directory / "link/x");
    CHECK(without_parents(directory / "link/new/../x") == directory / "link/x");
    CHECK(without_parents(directory / "link/../x") == directory / "real/x");
}

TEST_CASE("an SVG says how large it is") {
    const scratch::Directory directory;
    const auto size = [&](const std::string& text) {
        const auto file = directory.file("a.svg");
        std::ofstream(file) << text;
        return size_of_svg(file);
    };
    CHECK(size("<svg width=\"40\" height=\"30\">") == Size{40, 30});
    CHECK(size("<svg height=\"30\">") == Size{});
    CHECK(size("") == Size{});
}
