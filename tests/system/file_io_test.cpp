#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "scratch_directory.hpp"
#include "system/mapped_file.hpp"
#include "system/new_file.hpp"
#include "system/resolved_path.hpp"
#include "system/syncing.hpp"

using namespace glimpse;

namespace {

/// A temporary file of so many bytes 'x'.
class ScratchFile {
  public:
    explicit ScratchFile(std::size_t size)
        : path_(std::filesystem::temp_directory_path() / "glimpse_file_io_test") {
        std::ofstream(path_, std::ios::binary) << std::string(size, 'x');
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    ScratchFile(const ScratchFile&) = delete;
    ScratchFile& operator=(const ScratchFile&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

constexpr std::size_t three_pages = std::size_t{3} << 16;  // of any size that systems have
constexpr std::size_t one_page = std::size_t{1} << 16;

}  // namespace

TEST_CASE("a mapped file that becomes shorter is an error, not a signal") {
    survive_lost_pages();
    const ScratchFile scratch(three_pages);
    {
        const MappedFile file(scratch.path());
        REQUIRE(file.bytes().size() == three_pages);
        CHECK(file.bytes().back() == 'x');
        file.require_whole();
        std::filesystem::resize_file(scratch.path(), one_page);
        CHECK(file.bytes().front() == 'x');
        file.require_whole();  // nothing that is gone has been read
        CHECK(file.bytes().back() == 0);
        CHECK_THROWS_WITH_AS(file.require_whole(), doctest::Contains("became shorter"), Error);
    }
    // The next file in its place is intact.
    const MappedFile next(scratch.path());
    CHECK(next.bytes().back() == 'x');
    next.require_whole();
    std::signal(SIGBUS, SIG_DFL);
}

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// How many files there are in a directory, hidden ones too.
std::ptrdiff_t count_files(const std::filesystem::path& directory) {
    return std::distance(std::filesystem::directory_iterator(directory), {});
}

}  // namespace

TEST_CASE("a new file appears when it is published, and whole") {
    const scratch::Directory directory;
    const auto path = directory / "new/deep/a";
    {
        NewFile given_up(path);
        given_up.write(bytes_of("half"));
    }
    CHECK(count_files(path.parent_path()) == 0);
    for (const char* content : {"first", "second"}) {
        NewFile file(path);
        file.write(bytes_of(content));
        CHECK(scratch::content_of(path) != content);
        file.write(bytes_of(" part"));
        file.publish(true);
        CHECK(scratch::content_of(path) == std::string(content) + " part");
    }
    CHECK(count_files(path.parent_path()) == 1);
    const mode_t mask = umask(0);
    umask(mask);
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == (0666 & ~mask));
}

TEST_CASE("files that are published together are each published, or say why not") {
    const scratch::Directory directory;
    NewFile first(directory / "a");
    NewFile second(directory / "new/deep/b");
    NewFile late(directory / "taken");
    CHECK(NewFile::open_count() == 5);  // three files, and two directories
    for (NewFile* file : {&first, &second, &late}) file->write(bytes_of("ours"));
    directory.file("taken", "somebody's");
    const std::array files{&first, &second, &late};
    CHECK(publish_synced(files, false) == std::vector<std::string>{"", "", "File exists"});
    CHECK(scratch::content_of(directory / "a") == "ours");
    CHECK(scratch::content_of(directory / "new/deep/b") == "ours");
    CHECK(scratch::content_of(directory / "taken") == "somebody's");
    CHECK(NewFile::open_count() == 3);
}

namespace {

std::vector<std::filesystem::path> paths_of(const std::vector<EntryDirectory>& directories) {
    std::vector<std::filesystem::path> paths;
    for (const EntryDirectory& one : directories) paths.push_back(one.place.path());
    return paths;
}

/// Lets the process open few files more; with its end as many as before.
class FewDescriptors {
  public:
    explicit FewDescriptors(rlim_t most) {
        REQUIRE(getrlimit(RLIMIT_NOFILE, &before_) == 0);
        const rlimit few{most, before_.rlim_max};
        REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    }
    ~FewDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }
    FewDescriptors(const FewDescriptors&) = delete;
    FewDescriptors& operator=(const FewDescriptors&) = delete;

  private:
    rlimit before_{};
};

}  // namespace

TEST_CASE("files that are published together need no descriptor for each new directory") {
    const scratch::Directory directory;
    std::vector<std::unique_ptr<NewFile>> files;
    std::vector<NewFile*> pointers;
    for (const char* chain : {"a", "b", "c"}) {
        std::filesystem::path deep = directory / chain;
        for (int level = 0; level < 20; ++level) deep /= "d";
        pointers.push_back(files.emplace_back(std::make_unique<NewFile>(deep / "new")).get());
    }
    const FewDescriptors few(static_cast<rlim_t>(pointers.back()->descriptor()) + 6);
    CHECK(publish_synced(pointers, true) == std::vector<std::string>(pointers.size()));
}

TEST_CASE("a directory's entry is flushed with each file in it until it is on the disk") {
    const scratch::Directory directory;
    using Paths = std::vector<std::filesystem::path>;
    const auto deep = directory / "new/deep";
    NewFile maker(deep / "a");
    NewFile late(deep / "b");  // as of another thread, which may be done first
    NewFile below(directory.path(), "new/deep/b2");
    const Paths all{directory / "new", directory.path(), deep};
    CHECK(paths_of(late.directories()) == all);
    CHECK(paths_of(below.directories()) == all);
    publish_synced(late, true);
    CHECK(paths_of(NewFile(deep / "c").directories()) == Paths{deep});
    CHECK(paths_of(NewFile(directory.path(), "new/deep/d").directories()) == Paths{deep});
    CHECK(paths_of(maker.directories()) == all);
    // A directory that is made by itself is flushed by itself.
    make_directory(directory / "own/deep/", true);
    CHECK(paths_of(NewFile(directory / "own/deep/a").directories()) == Paths{directory / "own/deep"});
    make_directory(directory / "unflushed", false);
    CHECK(paths_of(NewFile(directory / "unflushed", "a").directories()) ==
          Paths{directory.path(), directory / "unflushed"});
}

TEST_CASE("a new file that is to replace nothing leaves alone what came meanwhile") {
    const scratch::Directory directory;
    write_file(directory / "free", bytes_of("ours"), false);
    CHECK(scratch::content_of(directory / "free") == "ours");
    {
        NewFile late(directory / "taken");
        late.write(bytes_of("ours"));
        directory.file("taken", "somebody's");
        CHECK_THROWS_WITH_AS(late.publish(false), "File exists", Error);
    }
    CHECK(scratch::content_of(directory / "taken") == "somebody's");
    CHECK(count_files(directory.path()) == 2);
    CHECK_THROWS_WITH_AS(write_file(directory / "taken", bytes_of("ours"), false),
                         doctest::Contains("taken: File exists"), Error);
}

TEST_CASE("directories, devices and pipes are no place for an output") {
    const scratch::Directory directory;
    REQUIRE(mkfifo((directory / "pipe").c_str(), 0600) == 0);
    const auto require_place = [](const std::filesystem::path& path) {
        require_place_for(path, resolved_path(path));
    };
    CHECK_THROWS_WITH_AS(require_place(directory.path()), doctest::Contains(": Is a directory"), UsageError);
    for (const auto& place : {std::filesystem::path("/dev/null"), directory / "pipe"}) {
        CHECK_THROWS_WITH_AS(require_place(place), doctest::Contains(": it is not a regular file"),
                             UsageError);
        CHECK_THROWS_AS(NewFile{place}, Error);
        CHECK_THROWS_AS(MappedFile{place}, Error);
    }
    CHECK_NOTHROW(require_place(directory / "new"));
    CHECK_NOTHROW(require_place(directory.file("old")));
    CHECK_THROWS_WITH_AS(MappedFile(directory / "gone"), "No such file or directory", Error);
    CHECK(MappedFile(directory.file("empty", "")).bytes().empty());
}

TEST_CASE("temporary files that nobody holds locked go, whatever process has their number, and no others") {
    std::array<char, 256> host{};
    REQUIRE(gethostname(host.data(), host.size() - 1) == 0);
    const std::string ours = std::string(".glimpse-") + host.data() + "-";
    const std::string one = "1";  // each container has a process of this number

    const scratch::Directory directory;
    const auto abandoned = directory.file(ours + one + "-3.tmp");
    const auto own_number = directory.file(ours + std::to_string(getpid()) + "-1000000.tmp");
    for (const std::string& name :
         {ours + one + "-3.png", ours + one + ".tmp", ours + one + "-x.tmp", ours + "-3.tmp",
          ".glimpse-elsewhere-" + one + "-3.tmp", std::string("a.tmp")}) {
        directory.file(name);
    }
    NewFile in_use(directory / "new");
    in_use.write(bytes_of("ours"));
    remove_abandoned_files(directory.path());
    CHECK_FALSE(std::filesystem::exists(abandoned));
    CHECK_FALSE(std::filesystem::exists(own_number));
    CHECK(count_files(directory.path()) == 7);
    in_use.publish(true);
    CHECK(scratch::content_of(directory / "new") == "ours");
    CHECK_NOTHROW(remove_abandoned_files(directory / "none"));
}
