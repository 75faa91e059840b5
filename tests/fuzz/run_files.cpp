#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "input.hpp"

// The main function of a fuzz target in a build without libFuzzer: runs the files and directories that it is
// given.

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_of(const fs::path& path) {
    if (!fs::is_directory(path)) return {path};
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::directory_iterator(path)) files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
}

void run(const fs::path& file) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);  // before what may end the program
    std::ifstream stream(file, std::ios::binary);
    const std::vector<char> content{std::istreambuf_iterator<char>(stream), {}};
    fuzz::require(!stream.bad() && stream.is_open(), "the file can be read");
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
}

}  // namespace

int main(int count, char** arguments) try {
    std::size_t files = 0;
    for (int n = 1; n < count; ++n) {
        for (const fs::path& file : files_of(arguments[n])) {
            run(file);
            ++files;
        }
    }
    std::printf("%zu inputs, %zu of them accepted\n", files, fuzz::accepted);
    fuzz::require(fuzz::accepted > 0, "some input is accepted");
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "fuzz: an exception that is no glimpse::Error: %s\n", error.what());
    return 1;
}
