#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core/utility.hpp>

#include "cli/commands.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/confinement.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/modules.hpp"
#include "glimpse/version.hpp"
#include "glimpse/words.hpp"

namespace glimpse::cli {

namespace {

void print_json() {
    nlohmann::ordered_json document{
        {"version", version()}, {"opencv", CV_VERSION}, {"simd", cv::getCPUFeaturesLine()}};
    for (const BackendDescription& backend : backends()) {
        document["backends"].push_back({{"name", backend.name},
                                        {"available", backend.available},
                                        {"detail", backend.detail},
                                        {"devices", backend.devices}});
    }
    for (const CodecDescription& codec : codecs()) {
        document["codecs"].push_back({{"name", codec.name},
                                      {"version", codec.version},
                                      {"reads", codec.reads},
                                      {"writes", codec.writes}});
    }
    document["safe_formats"] = safe_formats();
    document["landlock"] = {{"available", landlock_version() > 0}, {"version", landlock_version()}};
    for (const ModuleDescription& module : modules()) {
        document["modules"].push_back(
            {{"name", module.name}, {"available", module.absence.empty()}, {"detail", module.absence}});
    }
    std::cout << document << '\n';
}

void print_text() {
    std::cout << "glimpse " << version() << ", OpenCV " << CV_VERSION << "\nSIMD      "
              << cv::getCPUFeaturesLine() << '\n';
    for (const BackendDescription& backend : backends()) {
        std::cout << "backend   " << backend.name << ": "
                  << (backend.available ? "available" : "not available")
                  << (backend.detail.empty() ? "" : ", " + backend.detail);
        for (const std::string& device : backend.devices) std::cout << "; " << device;
        std::cout << '\n';
    }
    for (const CodecDescription& codec : codecs()) {
        std::cout << "codec     " << codec.name << (codec.version.empty() ? "" : " " + codec.version)
                  << ": reads " << join(codec.reads, " ")
                  << (codec.writes.empty() ? "" : "; writes " + join(codec.writes, " ")) << '\n';
    }
    const int landlock = landlock_version();
    std::cout << "formats   safe: " << join(safe_formats(), " ") << "\nlandlock  "
              << (landlock > 0 ? "available, version " + std::to_string(landlock) +
                                     ": --untrusted confines a run to its inputs and outputs"
                               : "not available: --untrusted confines no run to its files")
              << '\n';
    for (const ModuleDescription& module : modules()) {
        std::cout << "module    " << module.name << ": "
                  << (module.absence.empty() ? "available" : "not available, " + module.absence) << '\n';
    }
}

}  // namespace

void add_info(CLI::App& application, Action& action) {
    Command& command =
        add_command(application, "info", "Show the version, backends, devices, codecs and SIMD instructions");
    const auto json = std::make_shared<bool>(false);
    command.add_flag("--json", *json, "for scripts");
    command.callback([&action, json] {
        action = [json] {
            *json ? print_json() : print_text();
            return Outcome::all_done;
        };
    });
}

}  // namespace glimpse::cli
