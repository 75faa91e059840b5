#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>

#include "attention_file.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "line_input.hpp"
#include "outputs.hpp"
#include "parameters/boxes.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

using Document = std::shared_ptr<const ParameterDocument>;

/// Standard input can be read once, by whoever names it first.
class StandardInput {
  public:
    std::vector<std::uint8_t> take(const std::string& who) {
        if (!taken_by_.empty()) {
            throw UsageError(who, "standard input is already read by " + taken_by_);
        }
        taken_by_ = who;
        return read_standard_input();
    }
    std::string take_text(const std::string& who) {
        const std::vector<std::uint8_t> bytes = take(who);
        return {bytes.begin(), bytes.end()};
    }

  private:
    std::string taken_by_;
};

/// Reads a number, as a shell's user writes one, off the front of the text.
std::optional<double> take_number(std::string_view& text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failure != std::errc() || !std::isfinite(number)) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return number;
}

Box parse_box(const std::string& text) {
    std::array<double, 4> numbers{};
    std::string_view left = text;
    for (std::size_t n = 0; n < numbers.size(); ++n) {
        const std::optional<double> number = take_number(left);
        const bool separated = n == 3 ? left.empty() : left.starts_with(',');
        if (!number || !separated) {
            throw UsageError("--box", "four finite numbers X,Y,W,H are needed, not '" + text + "'");
        }
        if (n < 3) left.remove_prefix(1);
        numbers[n] = *number;
    }
    return {numbers[0], numbers[1], numbers[2], numbers[3]};
}

ParameterDocument document_of_boxes(const InputOptions& options) {
    std::vector<BoxEntry> entries;
    for (const std::string& box : options.boxes) entries.push_back({"", parse_box(box), Units::pixels});
    return parameters_of_boxes(entries, "--box", options.defaults, options.fill_with_mean);
}

/// The document that holds for every image without one of its own; null where there is none.
Document shared_document(const InputOptions& options, StandardInput& standard_input) {
    if (options.parameters && !options.boxes.empty()) {
        throw UsageError("--box", "cannot be given together with --params");
    }
    std::optional<ParameterDocument> document;
    if (!options.boxes.empty()) {
        document = document_of_boxes(options);
    } else if (options.parameters == "-") {
        document =
            parse_parameters(standard_input.take_text("--params"), "standard input", {}, options.defaults);
    } else if (options.parameters) {
        document = read_parameters(*options.parameters, options.defaults);
    }
    if (!document) return nullptr;
    try {
        for (Glimpse& glimpse : *document) supply_attention_file(glimpse);
    } catch (const Error& error) {
        throw UsageError(error.what());
    }
    return std::make_shared<const ParameterDocument>(std::move(*document));
}

/// What is found in a directory: an image with its name relative to where the search began, extension left
/// out, or a part that cannot be read.
struct Found {
    fs::path path;
    fs::path name;
    std::string problem;
};

/// Images of a directory in name order; what is hidden is left out.
class Search {
  public:
    Search(fs::path root, bool recursive) : root_(std::move(root)), recursive_(recursive) {}

    std::vector<Found> images() && {
        search(root_);
        if (found_.empty()) found_.push_back({root_, "", "there is no image in this directory"});
        std::ranges::sort(found_, {}, &Found::path);
        return std::move(found_);
    }

  private:
    void search(const fs::path& directory) {
        std::error_code failure;
        for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            if (!entry->path().filename().string().starts_with('.')) consider(*entry);
        }
        if (failure) found_.push_back({directory, "", failure.message()});
    }

    void consider(const fs::directory_entry& entry) {
        std::error_code unreadable;  // a link that leads nowhere is no image
        if (entry.is_directory(unreadable)) {
            // A link may lead back to where it stands.
            if (recursive_ && !entry.is_symlink(unreadable)) search(entry.path());
        } else if (entry.is_regular_file(unreadable) && looks_like_image(entry.path())) {
            found_.push_back({entry.path(), entry.path().lexically_relative(root_).replace_extension(), ""});
        }
    }

    fs::path root_;
    bool recursive_;
    std::vector<Found> found_;
};

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

/// What is wrong with an annotated box; empty where nothing is.
std::string fault_of(const Box& box) {
    try {
        require_box(box);
        return {};
    } catch (const InvalidParameter& error) {
        return error.what();
    }
}

/// Ids that a glimpse may have, out of what annotations call their boxes.
class UniqueIds {
  public:
    std::string next(const std::string& wanted) {
        std::string id = wanted.empty() ? position_id(count_) : wanted;
        for (char& c : id) {
            if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
        }
        if (id.front() == '.') id.front() = '_';
        ++count_;
        const std::string once = id;
        for (int n = 2; !used_.insert(id).second; ++n) id = once + "-" + std::to_string(n);
        return id;
    }

  private:
    std::size_t count_ = 0;
    std::set<std::string> used_;
};

/// FNV-1a: one that is the same on every machine, which the standard library's need not be.
std::uint64_t hash_of(const std::string& name) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
    return hash;
}

class Collector {
  public:
    explicit Collector(const InputOptions& options)
        : options_(options), shared_(shared_document(options, standard_input_)) {}

    std::vector<ImageJob> collect() && {
        if (options_.manifest) {
            add_manifest();
        } else if (options_.annotations) {
            add_annotated();
        } else {
            for (const std::string& input : options_.inputs) add_input(input);
        }
        return std::move(jobs_);
    }

    /// The job of one record of the manifest on standard input.
    ImageJob job_of(const std::string& line, std::size_t number) {
        const std::string file = "standard input";
        add_record(parse_manifest_record(line, file, number, {}, options_.defaults), {},
                   file + ":" + std::to_string(number));
        ImageJob job = std::move(jobs_.back());
        jobs_.clear();
        return job;
    }

  private:
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

    void add_input(const std::string& input) {
        std::error_code ignored;
        if (input.empty()) throw UsageError("INPUT", "the name of a file or directory is needed, not ''");
        if (input == "-") {
            auto bytes = std::make_shared<const std::vector<std::uint8_t>>(standard_input_.take("INPUT -"));
            add({"-", std::move(bytes), "stdin", shared_, std::nullopt, ""});
        } else if (fs::is_directory(input, ignored)) {
            for (Found& found : Search(input, options_.recursive).images()) {
                add({found.path, nullptr, found.name.string(), shared_, std::nullopt, found.problem});
            }
        } else {
            add({input, nullptr, fs::path(input).stem().string(), shared_, std::nullopt, ""});
        }
    }

    /// Adds a job that has the shared document, or its own from beside it.
    void add(ImageJob job) {
        if (!job.problem.empty()) {
            job.glimpses = std::make_shared<const ParameterDocument>();
        } else if (options_.sidecar && !job.bytes) {
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

    void add_annotated() {
        ImageFiles images;
        for (const std::string& input : options_.inputs) {
            std::error_code ignored;
            if (input == "-") throw UsageError("INPUT -", "annotations belong to files");
            if (!fs::is_directory(input, ignored)) {
                images.files.push_back({input, fs::path(input).stem().string()});
                continue;
            }
            images.directories.emplace_back(input);
            for (const Found& found : Search(input, options_.recursive).images()) {
                if (found.problem.empty()) images.files.push_back({found.path, found.name.string()});
            }
        }
        for (const AnnotatedImage& image : read_annotations(*options_.annotations, images)) {
            add_annotated(image);
        }
    }

    void add_annotated(const AnnotatedImage& image) {
        ImageJob job{image.path, nullptr, image.name, nullptr, std::nullopt, image.problem};
        ParameterDocument document;
        if (job.problem.empty()) {
            UniqueIds ids;
            std::vector<BoxEntry> entries;
            for (const AnnotatedBox& box : image.boxes) {
                const std::string id = ids.next(box.id);
                const std::string problem = box.problem.empty() ? fault_of(box.box) : box.problem;
                if (problem.empty()) {
                    entries.push_back({id, box.box, box.units});
                } else {
                    job.unusable.push_back({id, problem});
                }
            }
            const std::string place = options_.annotations->file.string();
            if (!entries.empty()) {
                document = parameters_of_boxes(entries, place, options_.defaults, options_.fill_with_mean);
            }
        }
        job.glimpses = std::make_shared<const ParameterDocument>(std::move(document));
        jobs_.push_back(std::move(job));
    }

    void add_manifest() {
        const bool standard = *options_.manifest == "-";
        const std::string file = standard ? "standard input" : *options_.manifest;
        const fs::path directory = standard ? fs::path() : fs::path(file).parent_path();
        std::istringstream text;
        std::ifstream stream;
        if (standard) {
            text.str(standard_input_.take_text("--manifest"));
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

namespace {

/// Throws `UsageError` for options that contradict each other.
void require_sense(const InputOptions& options) {
    if (options.manifest && !options.inputs.empty()) {
        throw UsageError("--manifest", "names the images itself: give no INPUT beside it");
    }
    if (options.manifest && options.sidecar) {
        throw UsageError("--sidecar", "cannot be given together with --manifest");
    }
    if (options.annotations) {
        for (const auto& [given, option] : {std::pair{options.manifest.has_value(), "--manifest"},
                                            {options.sidecar, "--sidecar"},
                                            {options.parameters.has_value(), "--params"},
                                            {!options.boxes.empty(), "--box"}}) {
            if (given) throw UsageError("--boxes", std::string("cannot be given together with ") + option);
        }
    }
    if (!options.manifest && options.inputs.empty()) {
        throw UsageError("INPUT", "name an image, a directory, - or a --manifest");
    }
}

bool is_in_shard(const ImageJob& job, const Shard& shard) {
    return shard.count <= 1 || hash_of(job.name) % shard.count == shard.index;
}

/// What `stream_jobs` reads.
class ManifestStream {
  public:
    ManifestStream(const InputOptions& options, const OutputPlan& plan, std::function<bool()> interrupted)
        : options_(options), collector_(options_), check_(plan), lines_(0, std::move(interrupted)) {
        check_.check_others();
    }

    std::optional<ImageJob> next() {
        while (const std::optional<std::string> line = lines_.next()) {
            ++number_;
            if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
            ImageJob job = job_of(*line);
            if (is_in_shard(job, options_.shard)) return job;
        }
        return std::nullopt;
    }

  private:
    ImageJob job_of(const std::string& line) {
        ImageJob job;
        job.glimpses = std::make_shared<const ParameterDocument>();
        try {
            job = collector_.job_of(line, number_);
            check_.add_inputs(job);
            check_.check(job);
        } catch (const UsageError& error) {
            job.problem = error.what();
        }
        return job;
    }

    const InputOptions options_;
    Collector collector_;
    OutputCheck check_;
    LineInput lines_;
    std::size_t number_ = 0;
};

}  // namespace

JobStream stream_jobs(const InputOptions& options, const OutputPlan& plan,
                      std::function<bool()> interrupted) {
    require_sense(options);
    const auto stream = std::make_shared<ManifestStream>(options, plan, std::move(interrupted));
    return [stream] { return stream->next(); };
}

std::vector<ImageJob> collect_jobs(const InputOptions& options) {
    require_sense(options);
    std::vector<ImageJob> jobs = Collector(options).collect();
    std::erase_if(jobs, [&](const ImageJob& job) { return !is_in_shard(job, options.shard); });
    return jobs;
}

}  // namespace glimpse
