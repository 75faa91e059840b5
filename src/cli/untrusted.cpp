#include "cli/untrusted.hpp"

#include <system_error>

#include "cli/commands.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"

namespace glimpse::cli {

namespace fs = std::filesystem;

void add_untrusted_option(Command& command, bool& untrusted) {
    command.add_flag(
        "--untrusted", untrusted,
        "for files of anybody: safe formats, 2^26 pixels, 30 seconds of the processor and 2 GiB an image at "
        "most, and where the kernel has Landlock no other files than inputs and outputs");
}

void require_confinable(const std::string& device) {
    if (device != "cpu")
        throw UsageError("--untrusted", "the driver of a GPU needs more files: give --device cpu");
}

void allow_with_neighbours(const std::string& file, Permissions& permissions) {
    const fs::path directory = fs::path(file).parent_path();
    permissions.readable.emplace_back(file);
    std::error_code unseen;
    const bool is_here = directory.empty() || fs::is_fifo(file, unseen);  // a pipe's paths start here
    permissions.readable.push_back(is_here ? "." : directory);
}

void make_output_directory(const fs::path& directory, bool sync) {
    try {
        make_directory(directory, sync);
    } catch (const Error&) {
        return;
    }
}

void allow_output_directory(const fs::path& directory, bool sync, Permissions& permissions) {
    make_output_directory(directory, sync);
    permissions.writable.push_back(directory.empty() ? "." : directory);
}

void restrict_process(const Permissions& permissions, int images,
                      const std::function<void(const std::string&)>& warn) {
    constexpr std::uint64_t most_memory = std::uint64_t{2} << 30;
    if (!confine(permissions)) {
        warn(
            "--untrusted: this kernel has no Landlock, so that nothing but the permissions of files keeps a "
            "damaged decoder from other files");
    }
    limit_memory(most_memory * static_cast<std::uint64_t>(images));
}

}  // namespace glimpse::cli
