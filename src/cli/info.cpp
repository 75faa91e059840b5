#include <iostream>
#include <memory>
#include <opencv2/core/utility.hpp>

#include "commands.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/version.hpp"

namespace glimpse::cli {

namespace {

std::string joined(const std::vector<std::string>& words, const std::string& quote,
                   const std::string& between) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : between) + quote + word + quote;
    return text;
}

std::string list(const std::vector<std::string>& words) {
    return "[" + joined(words, "\"", ", ") + "]";
}

std::string simd() {
    return cv::getCPUFeaturesLine();
}

/// The values hold no character that JSON escapes: they are names, versions and numbers of this program's
/// own.
void print_json() {
    std::cout << "{\"version\": \"" << version() << "\", \"opencv\": \"" << CV_VERSION << "\", \"simd\": \""
              << simd() << "\", \"backends\": [";
    const char* separator = "";
    for (const BackendDescription& backend : backends()) {
        std::cout << separator << "{\"name\": \"" << backend.name
                  << "\", \"available\": " << (backend.available ? "true" : "false") << ", \"detail\": \""
                  << backend.detail << "\", \"devices\": " << list(backend.devices) << '}';
        separator = ", ";
    }
    std::cout << "], \"codecs\": [";
    separator = "";
    for (const CodecDescription& codec : codecs()) {
        std::cout << separator << "{\"name\": \"" << codec.name << "\", \"version\": \"" << codec.version
                  << "\", \"reads\": " << list(codec.reads) << ", \"writes\": " << list(codec.writes) << '}';
        separator = ", ";
    }
    std::cout << "]}\n";
}

void print_text() {
    std::cout << "glimpse " << version() << ", OpenCV " << CV_VERSION << "\nSIMD      " << simd() << '\n';
    for (const BackendDescription& backend : backends()) {
        std::cout << "backend   " << backend.name << ": "
                  << (backend.available ? "available" : "not available")
                  << (backend.detail.empty() ? "" : ", " + backend.detail);
        for (const std::string& device : backend.devices) std::cout << "; " << device;
        std::cout << '\n';
    }
    for (const CodecDescription& codec : codecs()) {
        std::cout << "codec     " << codec.name << " " << codec.version << ": reads "
                  << joined(codec.reads, "", " ") << "; writes " << joined(codec.writes, "", " ") << '\n';
    }
}

}  // namespace

void add_info(CLI::App& application, Action& action) {
    CLI::App* command = application.add_subcommand(
        "info", "Show the version, backends, devices, codecs and SIMD instructions");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "for scripts");
    command->callback([&action, json] {
        action = [json] {
            *json ? print_json() : print_text();
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
