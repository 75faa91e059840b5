#include "inputs/annotated_jobs.hpp"

#include <cctype>
#include <set>

#include "glimpse/error.hpp"
#include "inputs/search.hpp"
#include "parameters/boxes.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

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

ImageFiles annotated_images(const InputOptions& options) {
    ImageFiles images;
    for (const std::string& input : options.inputs) {
        std::error_code ignored;
        if (input == "-") throw UsageError("INPUT -", "annotations belong to files");
        if (!fs::is_directory(input, ignored)) {
            images.files.push_back({input, fs::path(input).stem().string()});
            continue;
        }
        images.directories.emplace_back(input);
        for (const Found& found : images_in(input, options.recursive)) {
            if (found.problem.empty()) images.files.push_back({found.path, found.name.string()});
        }
    }
    return images;
}

ImageJob job_of(const AnnotatedImage& image, const InputOptions& options) {
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
        const std::string place = options.annotations->file.string();
        if (!entries.empty()) {
            document = parameters_of_boxes(entries, place, options.defaults, options.fill_with_mean);
        }
    }
    job.glimpses = std::make_shared<const ParameterDocument>(std::move(document));
    return job;
}

}  // namespace

std::vector<ImageJob> annotated_jobs(const InputOptions& options) {
    std::vector<ImageJob> jobs;
    for (const AnnotatedImage& image : read_annotations(*options.annotations, annotated_images(options))) {
        jobs.push_back(job_of(image, options));
    }
    return jobs;
}

}  // namespace glimpse
