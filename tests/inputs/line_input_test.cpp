#include "inputs/line_input.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace glimpse;

namespace {

/// A pipe: what is written into one end is read as lines from the other.
class Pipe {
  public:
    explicit Pipe(std::size_t longest = 1000)
        : input_(descriptors_[0], [this] { return interrupted; }), lines_(input_, longest) {}
    ~Pipe() {
        close();
        ::close(descriptors_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void write(std::string_view text) const {
        REQUIRE(::write(descriptors_[1], text.data(), text.size()) == std::ssize(text));
    }
    void close() {
        if (const int end = std::exchange(descriptors_[1], -1); end >= 0) ::close(end);
    }
    std::optional<std::string> next() { return lines_.next(); }
    std::vector<std::string> rest() {
        close();
        std::vector<std::string> all;
        while (auto line = next()) all.push_back(*std::move(line));
        return all;
    }

    bool interrupted = false;

  private:
    static std::array<int, 2> opened() {
        std::array<int, 2> ends{};
        REQUIRE(pipe(ends.data()) == 0);
        constexpr int room = 1 << 20;  // so that nothing that is written here waits for its reader
        REQUIRE(fcntl(ends[1], F_SETPIPE_SZ, room) >= room);
        return ends;
    }

    std::array<int, 2> descriptors_ = opened();
    ByteInput input_;
    LineInput lines_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines of an input, the last with an end or without") {
    for (const auto& row : {std::pair<std::string, Lines>{"", {}},
                            {"\n", {""}},
                            {"a\n\nbc", {"a", "", "bc"}},
                            {"a\r\nb\n", {"a\r", "b"}}}) {
        const auto& text = row.first;
        const auto& lines = row.second;
        CAPTURE(text);
        Pipe pipe;
        pipe.write(text);
        CHECK(pipe.rest() == lines);
        CHECK_FALSE(pipe.next());
    }
}

TEST_CASE("a line is there as soon as its end is") {
    Pipe pipe;
    pipe.write("first\nsec");
    CHECK(pipe.next() == "first");
    pipe.write("ond\nthird");
    CHECK(pipe.next() == "second");
    CHECK(pipe.rest() == Lines{"third"});
}

TEST_CASE("a line may be longer than what is read at once") {
    const std::string once(std::size_t{1} << 16, 'x');
    for (const std::string& line : {once, once + "y", once + once + "y"}) {
        Pipe pipe(line.size());
        pipe.write("a\n" + line + "\n" + line);
        CHECK(pipe.rest() == Lines{"a", line, line});
    }
}

TEST_CASE("of a line that is too long a byte more than allowed is kept, and the next is whole") {
    Pipe pipe(5);
    pipe.write("12345\n123456\n1234567890\nabc\n");
    CHECK(pipe.rest() == Lines{"12345", "123456", "123456", "abc"});
}

TEST_CASE("an interrupted wait gives no line, nor half of one") {
    Pipe pipe;
    pipe.write("whole\nhalf");
    CHECK(pipe.next() == "whole");
    pipe.interrupted = true;
    CHECK_FALSE(pipe.next());
}
