#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

#include "file_io.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"

using namespace glimpse;

namespace {

/// A file of so many bytes 'x' that goes with the test.
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
    // The next file in its place has lost nothing.
    const MappedFile next(scratch.path());
    CHECK(next.bytes().back() == 'x');
    next.require_whole();
    std::signal(SIGBUS, SIG_DFL);
}
