#include "inputs/annotated_jobs.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <system_error>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "inputs/job_maker.hpp"
#include "inputs/search.hpp"
#include "parameters/boxes.hpp"
#include "parameters/ids.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// Turns the ids of annotations into legal ones, unique within an image.
class UniqueIds {
  public:
    std::string next(const std::string& wanted) {
        const std::string once = parameters::legal_id(wanted);
        std::string id = once;
        while (!used_.insert(id).second) id = once + "-" + std::to_string(1 + ++repeated_[once]);
        return id;
    }

  private:
    std::unordered_set<std::string> used_;
    std::unordered_map<std::string, std::size_t> repeated_;
};

/// Whether a skipped entry is the annotation file, or may be one in the directory of annotations.
bool is_annotation(const SkippedEntry& entry, const fs::path& annotations) {
    std::error_code failure;
    if (fs::equivalent(entry.path, annotations, failure)) return true;
    constexpr std::array<std::string_view, 5> kinds{".txt", ".xml", ".json", ".names", ".yaml"};
    if (std::ranges::count(kinds, entry.kind) == 0) return false;
    const fs::path directory = fs::path(entry.path).parent_path();
    return fs::equivalent(directory.empty() ? "." : directory, annotations, failure);
}

/// Finds the images; a directory that cannot be searched becomes a job that fails.
ImageFiles annotated_images(const InputOptions& options, std::vector<ImageJob>& unsearched) {
    ImageFiles images;
    for (const std::string& input : options.inputs) {
        std::error_code failure;
        if (input == standard_stream) throw InvalidOption("inputs", "annotations belong to files", "-");
        if (!fs::exists(input, failure)) {
            if (!failure) failure = std::make_error_code(std::errc::no_such_file_or_directory);
            unsearched.push_back(failed_job(input, failure.message()));
            continue;
        }
        if (!fs::is_directory(input, failure)) {
            images.files.push_back(
                {.path = input, .name = fs::path(input).stem().string(), .named_explicitly = true});
            continue;
        }
        images.directories.emplace_back(input);
        SearchResult result = find_images(input, options.recursive);
        std::erase_if(result.skipped, [&](const SkippedEntry& entry) {
            return is_annotation(entry, options.annotations->file);
        });
        warn_of_skipped(input, result.skipped, options);
        for (const FoundImage& found : result.images) {
            if (found.problem.empty()) {
                images.files.push_back({.path = found.path, .name = name_below(input, found.path)});
            } else {
                unsearched.push_back(failed_job(found.path, found.problem));
            }
        }
    }
    return images;
}

/// The places of the boxes of a file. Those of one kind have all but their numbers in common.
class Places {
  public:
    explicit Places(const fs::path& file) : file_(file.string()) {}

    Place of(const BoxPlace& box) {
        auto& common = common_[box.kind];
        if (!common) {
            common =
                std::make_shared<const CommonPlace>(CommonPlace{.before = file_ + std::string(box.before()),
                                                                .behind = std::string(box.behind()),
                                                                .is_box = true});
        }
        return {.common = common, .number = box.number};
    }

  private:
    std::string file_;
    std::map<BoxPlace::Kind, std::shared_ptr<const CommonPlace>> common_;
};

/// The category of a box in a run; null where it has none.
std::shared_ptr<const GlimpseCategory> category_of(const AnnotatedBox& box, GlimpseCategories& known) {
    const auto& [name, number] = *box.category;
    if (name.empty() && number.empty()) return nullptr;
    auto& category = known[{name, number}];
    if (!category) {
        category = std::make_shared<const GlimpseCategory>(
            GlimpseCategory{name.empty() ? number : name, known.size() - 1, name != number});
    }
    return category;
}

/// Adds the glimpses of one box; an unusable box does not fail the others.
void add(const AnnotatedBox& box, const std::string& id, const Place& place,
         const ParameterDefaults& defaults, GlimpseCategories& categories, ParameterDocument& document,
         ImageJob& job) {
    const std::size_t before = document.size();
    try {
        if (box.problem) throw UsageError(place.text(), *box.problem);
        append_glimpses_of_box(id, box.box, place, defaults, document);
        const auto category = category_of(box, categories);
        for (std::size_t k = before; k < document.size(); ++k) {
            document[k].category = category;
            document[k].score = box.score;
        }
    } catch (const UsageError& error) {
        job.unusable.push_back({id, error.what()});
    }
}

ImageJob job_of(const AnnotatedImage& image, const InputOptions& options, GlimpseCategories& categories) {
    ImageJob job{.image = ImageSource(image.path.string()),
                 .name = image.name,
                 .problem = image.problem,
                 .annotated_size = image.size};
    ParameterDocument document;
    UniqueIds ids;
    Places places(image.file);
    if (job.problem.empty()) {
        document.reserve(image.boxes.size());  // growing would take twice as much
        for (const AnnotatedBox& box : image.boxes) {
            add(box, ids.next(box.id), places.of(box.place), options.defaults, categories, document, job);
        }
    }
    job.glimpses = std::make_shared<const ParameterDocument>(std::move(document));
    return job;
}

}  // namespace

AnnotatedJobs::AnnotatedJobs(const InputOptions& options) : options_(options) {
    std::vector<ImageJob> unsearched;
    AnnotationOptions annotations = *options.annotations;
    annotations.warn = options.warn;
    images_ = read_annotations(annotations, annotated_images(options, unsearched));
    unsearched_ = JobList(std::move(unsearched));
}

std::optional<ImageJob> AnnotatedJobs::next() {
    if (std::optional<ImageJob> job = unsearched_.next()) return job;
    if (taken_ == images_.size()) return std::nullopt;
    return job_of(std::exchange(images_[taken_++], {}), options_, categories_);
}

}  // namespace glimpse
