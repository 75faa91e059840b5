#include <fstream>

#include "cli/extract_options.hpp"
#include "glimpse/files.hpp"

// What `glimpse extract --untrusted` may still read and write.

namespace glimpse::cli {

namespace {

namespace fs = std::filesystem;

bool is_file_name(const std::string& name) {
    return !name.empty() && name != standard_stream;
}

void allow_inputs(const ExtractOptions& o, Permissions& permissions) {
    std::error_code unseen;
    for (const std::string& input : o.input.inputs) {
        if (!is_file_name(input)) continue;
        if (o.input.sidecar && !fs::is_directory(input, unseen)) {
            allow_with_neighbours(input, permissions);
        } else {
            permissions.readable.emplace_back(input);
        }
    }
    for (const auto& file : {o.input.parameters, o.input.manifest}) {
        if (file && is_file_name(*file)) allow_with_neighbours(*file, permissions);
        if (file && *file == standard_stream)
            permissions.readable.emplace_back(".");  // where its paths start
    }
    if (o.vjp) permissions.readable.emplace_back(*o.vjp);
    if (o.input.map) permissions.readable.push_back(*attention_file(*o.input.map));
    for (const std::string& archive : o.input.archives) {
        if (is_file_name(archive)) permissions.readable.emplace_back(archive);
    }
    if (o.annotations.file.empty()) return;
    for (const fs::path& file : annotation_files(o.annotations.file)) {
        // Nobody has named the files of class names: a link among them may lead anywhere.
        if (file == o.annotations.file || !fs::is_symlink(file, unseen)) permissions.readable.push_back(file);
    }
}

/// The report is made, and its name flushed to the disk, while its directory can still be opened.
void allow_report(const ExtractOptions& o, Permissions& permissions) {
    if (!is_file_name(o.report)) return;
    make_output_directory(fs::path(o.report).parent_path(), !o.no_sync);
    std::error_code ignored;                              // opening it says what is wrong
    const bool is_there = fs::exists(o.report, ignored);  // a pipe's reader would see an end
    if (!is_there && std::ofstream(o.report, std::ios::app) && !o.no_sync) sync_file(o.report);
    permissions.writable.emplace_back(o.report);
}

void allow_outputs(const ExtractOptions& o, Permissions& permissions) {
    const std::string& out = o.output.out;
    if (is_file_name(o.output.archive))
        allow_output_directory(fs::path(o.output.archive).parent_path(), !o.no_sync, permissions);
    if (is_file_name(out))
        allow_output_directory(holds_one_glimpse(out) ? fs::path(out).parent_path() : fs::path(out),
                               !o.no_sync, permissions);
}

}  // namespace

Permissions permissions_of(const ExtractOptions& options) {
    Permissions permissions;
    allow_inputs(options, permissions);
    if (options.run.dry_run) {
        for (const std::string& file : {options.output.out, options.output.archive, options.report}) {
            if (is_file_name(file)) permissions.readable.emplace_back(file);
        }
    } else {
        allow_outputs(options, permissions);
        allow_report(options, permissions);
    }
    return permissions;
}

}  // namespace glimpse::cli
