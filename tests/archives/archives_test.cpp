#include "archives/archives.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "archive_files.hpp"
#include "archives/zip.hpp"
#include "glimpse/error.hpp"

using namespace glimpse;

namespace {

constexpr std::size_t block = 512;  ///< of the tar format

ByteSink sink_into(Bytes& bytes) {
    return
        [&bytes](std::span<const std::uint8_t> more) { bytes.insert(bytes.end(), more.begin(), more.end()); };
}

std::span<const std::uint8_t> bytes_of(const std::string& text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

Bytes archive_of(const Files& files, Compression compression = Compression::none) {
    Bytes bytes;
    const auto writer = archives().create(sink_into(bytes), compression);
    for (const auto& [name, content] : files) writer->add(name, bytes_of(content));
    writer->finish();
    return bytes;
}

/// The text of a field of a tar header.
std::string field(const Bytes& tar, std::size_t offset, std::size_t length) {
    const std::string text(tar.begin() + static_cast<std::ptrdiff_t>(offset),
                           tar.begin() + static_cast<std::ptrdiff_t>(offset + length));
    return text.substr(0, text.find_first_of(std::string_view(" \0", 2)));
}

/// Without the zeros that end a tar, except for those of its last block.
Bytes without_end(Bytes tar) {
    const auto last = std::find_if(tar.rbegin(), tar.rend(), [](std::uint8_t b) { return b != 0; });
    const auto used = static_cast<std::size_t>(tar.rend() - last);
    tar.resize((used + block - 1) / block * block);
    return tar;
}

bool end_marker_of(const Bytes& tar) {
    std::size_t taken = 0;
    const auto reader = archives().open([&](std::span<std::uint8_t> out) {
        const std::size_t count = std::min(out.size(), tar.size() - taken);
        std::copy_n(tar.begin() + static_cast<std::ptrdiff_t>(taken), count, out.begin());
        taken += count;
        return count;
    });
    while (reader->next()) {
    }
    return reader->has_end_marker();
}

const Files some_files{
    {"a/1.png", "first"}, {"ä/ü.json", std::string(3000, 'x')}, {std::string(300, 'n') + ".png", ""}};
constexpr Compression compressions[] = {Compression::none, Compression::gzip, Compression::bzip2,
                                        Compression::xz, Compression::zstd};

}  // namespace

TEST_CASE("an archive gives back what was put into it, and the same files make the same bytes") {
    for (const Compression compression : compressions) {
        CAPTURE(static_cast<int>(compression));
        const Bytes bytes = archive_of(some_files, compression);
        CHECK(files_of(bytes) == some_files);
        CHECK(archive_of(some_files, compression) == bytes);
    }
    CHECK(files_of(archive_of({})).empty());
}

TEST_CASE("a tar's header as POSIX has it: nobody's, of no time, readable by all") {
    const Bytes tar = archive_of({{"a.txt", "12345678"}});
    CHECK(field(tar, 0, 100) == "a.txt");
    CHECK(std::stoi(field(tar, 100, 8), nullptr, 8) == 0644);
    CHECK(std::stoi(field(tar, 108, 8), nullptr, 8) == 0);   // user
    CHECK(std::stoi(field(tar, 116, 8), nullptr, 8) == 0);   // group
    CHECK(std::stoi(field(tar, 124, 12), nullptr, 8) == 8);  // bytes
    CHECK(std::stoi(field(tar, 136, 12), nullptr, 8) == 0);  // time
    CHECK(field(tar, 257, 5) == "ustar");
    CHECK(field(tar, block, 8) == "12345678");
    CHECK(tar.size() % block == 0);
}

TEST_CASE("a gzip header has no time") {
    const Bytes gzip = archive_of(some_files, Compression::gzip);
    REQUIRE(gzip.size() > 10);
    CHECK(gzip[0] == 0x1F);
    CHECK(gzip[1] == 0x8B);
    CHECK(std::all_of(gzip.begin() + 4, gzip.begin() + 8, [](std::uint8_t b) { return b == 0; }));  // MTIME
}

TEST_CASE("archives one after another are one") {
    Bytes both = archive_of({{"1", "a"}});
    const Bytes second = archive_of({{"2", "b"}});
    both.insert(both.end(), second.begin(), second.end());
    CHECK(files_of(both) == Files{{"1", "a"}, {"2", "b"}});
}

TEST_CASE("an archive that ends early or is none is an error") {
    const Bytes tar = archive_of(some_files);
    CHECK_NOTHROW(files_of(tar));
    Bytes cut = without_end(tar);
    cut.resize(cut.size() + block);  // one block of zeros: two are the end
    CHECK(files_of(cut) == some_files);
    CHECK_FALSE(end_marker_of(cut));
    cut.resize(cut.size() + block);
    CHECK(files_of(cut) == some_files);
    CHECK(end_marker_of(cut));
    CHECK_THROWS_AS(files_of({tar.begin(), tar.begin() + 700}), Error);
    CHECK_THROWS_AS(files_of(Bytes(5000, 'x')), Error);
    const Bytes gzip = archive_of(some_files, Compression::gzip);
    CHECK_THROWS_AS(files_of({gzip.begin(), gzip.end() - 20}), Error);
    CHECK_THROWS_AS(files_of({}), Error);
}

TEST_CASE("members of other kinds are told apart") {
    Bytes tar = archive_of({{"d", ""}});
    for (const auto& row : {std::pair{'5', ArchiveMember::Kind::directory},
                            {'2', ArchiveMember::Kind::link},
                            {'1', ArchiveMember::Kind::link},
                            {'6', ArchiveMember::Kind::other}}) {
        const auto& type = row.first;
        const auto& kind = row.second;
        CAPTURE(type);
        tar[156] = static_cast<std::uint8_t>(type);
        if (kind == ArchiveMember::Kind::link) tar[157] = 'e';  // its target
        std::fill_n(tar.begin() + 148, 8, std::uint8_t{' '});
        unsigned sum = std::accumulate(tar.begin(), tar.begin() + block, 0U);
        for (std::size_t digit = 6; digit-- > 0; sum /= 8) {
            tar[148 + digit] = static_cast<std::uint8_t>('0' + sum % 8);
        }
        tar[154] = 0;
        const auto member = archives().open(source_of(tar))->next();
        REQUIRE(member);
        CHECK(member->kind == kind);
    }
}

TEST_CASE("what a source or a sink throws comes through, and an archive given up writes nothing more") {
    struct Own {};
    const auto read = [] {
        archives().open([](std::span<std::uint8_t>) -> std::size_t { throw Own(); })->next();
    };
    CHECK_THROWS_AS(read(), Own);
    const auto write = [] {
        const auto writer =
            archives().create([](std::span<const std::uint8_t>) { throw Own(); }, Compression::none);
        writer->add("a", Bytes(100000));
        writer->finish();
    };
    CHECK_THROWS_AS(write(), Own);

    Bytes written;
    auto given_up = archives().create(sink_into(written), Compression::gzip);
    given_up->add("a", Bytes(100000));
    const std::size_t before = written.size();
    given_up.reset();
    CHECK(written.size() == before);
}

TEST_CASE("an archive's name says how it is compressed") {
    using enum Compression;
    for (const auto& row : {std::pair{"a", none},
                            {"a.tar", none},
                            {"a.TAR.GZ", gzip},
                            {"a.tgz", gzip},
                            {"a.tbz2", bzip2},
                            {"a.tar.bz2", bzip2},
                            {"a.txz", xz},
                            {"a.tar.xz", xz},
                            {"a.tzst", zstd},
                            {"a.tar.zst", zstd}}) {
        const auto& name = row.first;
        const auto& compression = row.second;
        CAPTURE(name);
        CHECK(compression_of(name) == compression);
    }
    CHECK_THROWS_AS(compression_of("a.zip"), UsageError);
}

TEST_CASE("a zip archive gives back what was put into it, piece by piece, and is the same each time") {
    const auto zip_of = [](const Files& files, std::size_t piece) {
        Bytes bytes;
        const auto writer = zip_archives().create(sink_into(bytes));
        for (const auto& [name, content] : files) {
            writer->begin(name, content.size());
            for (std::size_t k = 0; k < content.size(); k += piece)
                writer->write(bytes_of(content.substr(k, piece)));
        }
        writer->finish();
        return bytes;
    };
    const Bytes bytes = zip_of(some_files, 7);
    CHECK(zip_of(some_files, 1000) == bytes);
    const auto reader = zip_archives().open(bytes);
    REQUIRE(reader->members().size() == some_files.size());
    for (std::size_t k = 0; k < some_files.size(); ++k) {
        CHECK(reader->members()[k].name == some_files[k].first);
        const Bytes content = reader->read(k);
        CHECK(std::string(content.begin(), content.end()) == some_files[k].second);
    }
    constexpr std::size_t end_of_directory = 22;
    CHECK(std::string(bytes.end() - end_of_directory, bytes.end() - end_of_directory + 4) == "PK\5\6");
}

TEST_CASE("what the sink of a zip archive throws is thrown") {
    const auto writer = zip_archives().create([](auto) { throw Error("full"); });
    const auto write_all = [&] {
        writer->begin("a", 1);
        writer->write(bytes_of("a"));
        writer->finish();
    };
    CHECK_THROWS_WITH_AS(write_all(), "full", Error);
}
