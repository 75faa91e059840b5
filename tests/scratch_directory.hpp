#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <system_error>

// Files for tests of readers and writers.

namespace scratch {

/// A temporary directory, removed with the object.
class Directory {
  public:
    Directory() {
        std::string name = (std::filesystem::temp_directory_path() / "glimpse-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        // Canonical, since it is compared with paths that are.
        path_ = std::filesystem::canonical(name);
    }
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

    /// Writes a file and the directories above it, and returns its path.
    std::filesystem::path file(std::string_view name, std::string_view content = "x") const {
        std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << content;
        return file;
    }

  private:
    std::filesystem::path path_;
};

inline std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace scratch
