#include "system/text_file.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "refusals.hpp"
#include "scratch_directory.hpp"

// Texts that are read as a whole, up to a limit.

using namespace glimpse;

namespace {

constexpr InputLimit note_limit{.bytes = 10, .kind = "a note", .remedy = "shorten it"};

/// Lets standard input be a pipe that holds so many bytes, and then ends, as long as this lives.
class PipeOnStandardInput {
  public:
    explicit PipeOnStandardInput(std::size_t size) : before_(dup(STDIN_FILENO)) {
        std::array<int, 2> ends{};
        REQUIRE(pipe(ends.data()) == 0);
        const std::string bytes(size, 'x');
        REQUIRE(write(ends[1], bytes.data(), size) == static_cast<ssize_t>(size));
        REQUIRE(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
    }
    ~PipeOnStandardInput() {
        dup2(before_, STDIN_FILENO);
        close(before_);
    }
    PipeOnStandardInput(const PipeOnStandardInput&) = delete;
    PipeOnStandardInput& operator=(const PipeOnStandardInput&) = delete;

  private:
    int before_;
};

}  // namespace

TEST_CASE("a file of the limit is read, and a larger one is refused by its size, before it is read") {
    const scratch::Directory directory;
    const auto file = directory.file("note", "0123456789");
    CHECK(read_text_file(file, note_limit) == "0123456789");
    const auto refused = [&](const InputLimit& limit) {
        return refusal([&] { read_text_file(file, limit); });
    };
    std::filesystem::resize_file(file, 11);
    CHECK(refused(note_limit) == file.string() + ": has 11 bytes, and a note has at most 10; shorten it");
    // Of a file of holes, which no memory would hold.
    std::filesystem::resize_file(file, std::uintmax_t{1} << 40);
    CHECK(refused({.bytes = std::uint64_t{4} << 30, .kind = "a note", .remedy = "shorten it"}) ==
          file.string() + ": has 1099511627776 bytes, and a note has at most 4294967296 (4 GiB); shorten it");
    CHECK(holds(refused({.bytes = std::uint64_t{256} << 20, .kind = "a note", .remedy = ""}),
                "at most 268435456 (256 MiB);"));
}

TEST_CASE("a file whose bytes cannot be read is refused with the system's reason") {
    const std::string memory = "/proc/self/mem";  // at address 0, where nothing is
    CHECK(refusal([&] { read_text_file(memory, note_limit); }) == memory + ": Input/output error");
}

TEST_CASE("a pipe beyond the limit is refused as soon as it is") {
    const scratch::Directory directory;
    const auto pipe = directory / "pipe";
    const auto read = [&](const std::string& content) {
        REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
        std::jthread writer([&] { std::ofstream(pipe) << content; });
        std::string text;
        std::string refused = refusal([&] { text = read_text_file(pipe, note_limit); });
        writer.join();
        std::filesystem::remove(pipe);
        return refused.empty() ? text : refused;
    };
    CHECK(read("0123456789") == "0123456789");
    CHECK(read("01234567890") == pipe.string() + ": goes on, and a note has at most 10 bytes; shorten it");
}

TEST_CASE("standard input has a limit") {
    const auto read = [](std::size_t size) {
        const PipeOnStandardInput input(size);
        std::size_t count = 0;
        std::string refused = refusal([&] { count = read_standard_input(note_limit).size(); });
        return refused.empty() ? std::to_string(count) : refused;
    };
    CHECK(read(10) == "10");
    CHECK(read(11) == "standard input: goes on, and a note has at most 10 bytes; shorten it");
}

TEST_CASE("a line ends with a line feed, a carriage return, or both") {
    std::string_view text = "a\nb\r\nc\rd\r\r\n\ne";
    for (const std::string_view line : {"a", "b", "c", "d", "", "", "e"}) CHECK(take_line(text) == line);
    CHECK(text.empty());
    text = "\r";
    CHECK(take_line(text).empty());
    CHECK(text.empty());
}
