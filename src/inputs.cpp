#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "attention_file.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/pipeline.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

using Document = std::shared_ptr<const ParameterDocument>;

std::string read_standard_input() {
    return {std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
}

/// Standard input can be read once, by whoever names it first.
class StandardInput {
  public:
    std::string take(const std::string& who) {
        if (!taken_by_.empty()) {
            throw UsageError(who, "standard input is already read by " + taken_by_);
        }
        taken_by_ = who;
        return read_standard_input();
    }

  private:
    std::string taken_by_;
};

/// "X,Y,W,H" as a JSON array, so that the document's reader applies its own rules to it.
std::string box_as_json(const std::string& text) {
    const bool plain = text.find_first_not_of("0123456789.,+-eE ") == std::string::npos;
    if (!plain || std::ranges::count(text, ',') != 3) {
        throw UsageError("--box", "four numbers X,Y,W,H are needed, not '" + text + "'");
    }
    return "[" + text + "]";
}

ParameterDocument document_of_boxes(const std::vector<std::string>& boxes,
                                    const ParameterDefaults& defaults) {
    std::string text = "[";
    for (const std::string& box : boxes) {
        text += (text.size() > 1 ? ", {\"box\": " : "{\"box\": ") + box_as_json(box) + "}";
    }
    return parse_parameters(text + "]", "--box", {}, defaults);
}

/// The document that holds for every image without one of its own; null where there is none.
Document shared_document(const InputOptions& options, StandardInput& standard_input) {
    if (options.parameters && !options.boxes.empty()) {
        throw UsageError("--box", "cannot be given together with --params");
    }
    std::optional<ParameterDocument> document;
    if (!options.boxes.empty()) {
        document = document_of_boxes(options.boxes, options.defaults);
    } else if (options.parameters == "-") {
        document = parse_parameters(standard_input.take("--params"), "standard input", {}, options.defaults);
    } else if (options.parameters) {
        document = read_parameters(*options.parameters, options.defaults);
    }
    if (!document) return nullptr;
    try {
        supply_attention_files(*document);
    } catch (const Error& error) {
        throw UsageError(options.parameters.value_or("--box"), error.what());
    }
    return std::make_shared<const ParameterDocument>(std::move(*document));
}

/// Images of a directory in name order, with their names relative to it, extension left out.
std::vector<std::pair<fs::path, fs::path>> images_in(const fs::path& directory, bool recursive) {
    std::vector<std::pair<fs::path, fs::path>> images;
    const auto consider = [&](const fs::directory_entry& entry) {
        std::error_code unreadable;  // a link that leads nowhere is no image
        if (entry.path().filename().string().starts_with('.') || !entry.is_regular_file(unreadable)) return;
        if (!looks_like_image(entry.path())) return;
        images.emplace_back(entry.path(), entry.path().lexically_relative(directory).replace_extension());
    };
    try {
        if (recursive) {
            for (const auto& entry :
                 fs::recursive_directory_iterator(directory, fs::directory_options::skip_permission_denied))
                consider(entry);
        } else {
            for (const auto& entry : fs::directory_iterator(directory)) consider(entry);
        }
    } catch (const fs::filesystem_error& error) {
        throw UsageError(directory.string(), error.code().message());
    }
    std::ranges::sort(images);
    return images;
}

/// IMAGE.json, or else STEM.json.
std::optional<fs::path> sidecar_of(const fs::path& image) {
    for (const fs::path& candidate :
         {fs::path(image.string() + ".json"), fs::path(image).replace_extension(".json")}) {
        std::error_code ignored;
        if (fs::is_regular_file(candidate, ignored)) return candidate;
    }
    return std::nullopt;
}

/// The directories of a relative path are kept, but never lead out of where outputs go.
std::string output_name(const fs::path& image) {
    const fs::path normal = image.lexically_normal();
    const bool stays_below = normal.is_relative() && (normal.empty() || *normal.begin() != "..");
    return (stays_below ? fs::path(normal).replace_extension() : normal.stem()).string();
}

class Collector {
  public:
    explicit Collector(const InputOptions& options)
        : options_(options), shared_(shared_document(options, standard_input_)) {}

    std::vector<ImageJob> collect() && {
        if (options_.manifest) {
            add_manifest();
        } else {
            for (const std::string& input : options_.inputs) add_input(input);
        }
        return std::move(jobs_);
    }

  private:
    void add_input(const std::string& input) {
        std::error_code ignored;
        if (input == "-") {
            const std::string text = standard_input_.take("INPUT -");
            add({"-", std::make_shared<const std::vector<std::uint8_t>>(text.begin(), text.end()), "stdin",
                 shared_, std::nullopt, ""});
        } else if (fs::is_directory(input, ignored)) {
            for (const auto& [path, name] : images_in(input, options_.recursive)) {
                add({path, nullptr, name.string(), shared_, std::nullopt, ""});
            }
        } else {
            add({input, nullptr, fs::path(input).stem().string(), shared_, std::nullopt, ""});
        }
    }

    /// Adds a job that has the shared document, or its own from beside it.
    void add(ImageJob job) {
        if (options_.sidecar) {
            if (const auto sidecar = sidecar_of(job.image)) {
                job.glimpses =
                    std::make_shared<const ParameterDocument>(read_parameters(*sidecar, options_.defaults));
                job.sidecar = sidecar;
            } else if (!shared_) {
                job.problem = "there is no " + job.image.filename().string() + ".json or " +
                              job.image.stem().string() + ".json beside it";
            }
        }
        if (!job.glimpses) {
            if (job.problem.empty()) {
                throw UsageError(job.image.string(),
                                 "no parameters: give --box, --params, --sidecar or --manifest");
            }
            job.glimpses = std::make_shared<const ParameterDocument>();
        }
        jobs_.push_back(std::move(job));
    }

    void add_manifest() {
        const bool standard = *options_.manifest == "-";
        const std::string file = standard ? "standard input" : *options_.manifest;
        const fs::path directory = standard ? fs::path() : fs::path(file).parent_path();
        std::istringstream text;
        std::ifstream stream;
        if (standard) {
            text.str(standard_input_.take("--manifest"));
        } else {
            stream.open(file);
            if (!stream) throw UsageError(file, "cannot be read");
        }
        std::istream& lines = standard ? static_cast<std::istream&>(text) : stream;
        std::string line;
        for (std::size_t number = 1; std::getline(lines, line); ++number) {
            if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
            add_record(parse_manifest_record(line, file, number, directory, options_.defaults), directory,
                       file + ":" + std::to_string(number));
        }
        if (lines.bad()) throw UsageError(file, "cannot be read");
    }

    void add_record(ManifestRecord record, const fs::path& directory, const std::string& place) {
        ImageJob job{directory / record.image,
                     nullptr,
                     record.name.value_or(output_name(record.image)),
                     shared_,
                     std::nullopt,
                     ""};
        if (!record.glimpses.empty()) {
            job.glimpses = std::make_shared<const ParameterDocument>(std::move(record.glimpses));
        }
        if (!job.glimpses && !options_.sidecar) {
            throw UsageError(place, "the record names no glimpses, and neither --params nor --box does");
        }
        if (job.glimpses == shared_) return add(std::move(job));
        jobs_.push_back(std::move(job));
    }

    const InputOptions& options_;
    StandardInput standard_input_;
    Document shared_;
    std::vector<ImageJob> jobs_;
};

}  // namespace

std::shared_ptr<const ParameterDocument> shared_parameters(const InputOptions& options) {
    StandardInput standard_input;
    return shared_document(options, standard_input);
}

std::vector<ImageJob> collect_jobs(const InputOptions& options) {
    if (options.manifest && !options.inputs.empty()) {
        throw UsageError("--manifest", "names the images itself: give no INPUT beside it");
    }
    if (options.manifest && options.sidecar) {
        throw UsageError("--sidecar", "cannot be given together with --manifest");
    }
    if (!options.manifest && options.inputs.empty()) {
        throw UsageError("INPUT", "name an image, a directory, - or a --manifest");
    }
    return Collector(options).collect();
}

}  // namespace glimpse
