#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

#include "input.hpp"

// For what reads files by name.

namespace fuzz {

/// A temporary directory of this program, removed when it ends as it should.
class Scratch {
  public:
    Scratch() {
        std::string name = (std::filesystem::temp_directory_path() / "glimpse-fuzz-XXXXXX").string();
        require(mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
        path_ = name;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    /// Writes a file anew, and returns its path.
    [[nodiscard]] std::filesystem::path file(std::string_view name, std::string_view content) const {
        std::filesystem::path path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream stream(path, std::ios::binary | std::ios::trunc);
        stream << content;
        stream.close();
        require(stream.good(), "a temporary file can be written");
        return path;
    }
    [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

  private:
    std::filesystem::path path_;
};

}  // namespace fuzz
