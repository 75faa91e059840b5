#include "inputs/archive_sample.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <set>

#include "glimpse/array.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "images/output_format.hpp"
#include "parameters/attention_file.hpp"
#include "parameters/document.hpp"
#include "system/relative_name.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

constexpr const char* document_extension = "json";
/// Of arrays, and of labels, that no image is made of.
constexpr std::array<std::string_view, 5> array_file_extensions{"npz", "safetensors", "csv", "tsv", "txt"};

bool is_array(const std::string& name) {
    return is_array_format(extension_of(name));
}

bool is_picture(const std::string& name) {
    return !is_array(name) && has_image_extension(name);
}

class SampleJobs {
  public:
    SampleJobs(const ArchiveSample& sample, const InputOptions& options, const JobMaker& maker)
        : sample_(sample), options_(options), maker_(maker) {}

    std::vector<ImageJob> jobs(const SkipMember& skip) && {
        std::vector<ImageJob> made;
        std::vector<std::string> unused;
        const bool has_pictures =
            sample_.had_picture || std::ranges::any_of(sample_.members, is_picture, &Member::name);
        for (const Member& member : sample_.members) {
            const bool is_image = is_picture(member.name) || (!has_pictures && is_array(member.name));
            if (is_image) {
                made.push_back(job_of(member));
            } else {
                unused.push_back(member.name);
            }
        }
        std::erase_if(made, [&](const ImageJob& job) { return is_named(job.image.name()); });
        for (const std::string& name : unused) {
            if (!is_named(sample_.archive + "/" + name) && !documents_.contains(name)) skip(name);
        }
        return made;
    }

  private:
    using Member = ArchiveSample::Member;

    [[nodiscard]] std::string path_of(const Member& member) const {
        return sample_.archive + "/" + member.name;
    }

    /// Whether a document that was read names the member with this path.
    [[nodiscard]] bool is_named(const std::string& path) const { return masks_.contains(path); }

    ImageJob job_of(const Member& image) {
        ImageJob job{.image = ImageSource(path_of(image), image.bytes),
                     .name = output_name(image.name),
                     .member = image.name};
        try {
            const Member* const document = options_.sidecar ? find_sidecar(image) : nullptr;
            const Document glimpses = document ? read(*document) : maker_.shared();
            if (!glimpses) throw Error("there is no " + sample_.key + ".json beside it");
            give(job, glimpses);
            return job;
        } catch (const Error& error) {
            return failed_job(job.image.name(), error.what());
        }
    }

    /// STEM.json, or with an extension in capitals, as WebDataset reads them. Throws `Error` where both are
    /// there: neither is more the image's than the other.
    const Member* find_document(const std::string& stem) {
        const Member* found = nullptr;
        for (const Member& member : sample_.members) {
            if (extension_of(member.name) != document_extension) continue;
            if (fs::path(member.name).replace_extension() != stem) continue;
            documents_.insert(member.name);
            if (found && found->name == member.name) fail_repeated(member.name);
            if (found)
                throw Error("its document may be " + found->name + " or " + member.name +
                            "; leave one of them");
            found = &member;
        }
        return found;
    }

    /// IMAGE.json, or else KEY.json.
    const Member* find_sidecar(const Member& image) {
        const auto* own = find_document(image.name);
        return own ? own : find_document(sample_.key);
    }

    Document read(const Member& member) {
        require_within(document_limit, member.bytes->size(), path_of(member));
        const std::string text(member.bytes->begin(), member.bytes->end());
        const auto is_member = [&](const fs::path& path) { return find(path) != nullptr; };
        // What is opened again when its image has its size, this sample being gone by then.
        const auto kept = std::make_shared<std::map<fs::path, std::shared_ptr<const StableBytes>>>();
        const auto open_member = [this, kept](const fs::path& path) {
            const auto found = kept->find(path);
            return found != kept->end() ? found->second : (*kept)[path] = kept_bytes(mask_bytes(path));
        };
        ParameterDocument document =
            parse_parameters(text, path_of(member), fs::path(member.name).parent_path(), options_.defaults,
                             {.is_file = is_member, .open = open_member});
        parameters::require_of_one_image(document);
        for (Glimpse& glimpse : document) supply_mask(glimpse);
        release_arrays(document);
        const auto reads_later = [](const Glimpse& glimpse) { return reads_files_later(glimpse.mechanism); };
        if (std::ranges::none_of(document, reads_later)) kept->clear();
        return std::make_shared<const ParameterDocument>(std::move(document));
    }

    /// Attention files are members of the same sample: a document in an archive opens no file on disk.
    void supply_mask(Glimpse& glimpse) {
        if (!lacks_values(glimpse.mechanism)) return;
        supply_attention_file(glimpse, *mask_bytes(*attention_file(glimpse.mechanism)), options_.open);
    }

    /// Of a member that the document names, which is no image then.
    std::shared_ptr<const std::vector<std::uint8_t>> mask_bytes(const fs::path& path) {
        const Member& mask = *find(path);
        masks_.insert(path_of(mask));
        return mask.bytes;
    }

    /// Throws `Error` where the archive has two of that name.
    [[nodiscard]] const Member* find(const fs::path& path) const {
        const std::string name = path.lexically_normal().string();
        const auto members = std::ranges::count(sample_.members, name, &Member::name);
        if (members > 1) fail_repeated(name);
        return members == 0 ? nullptr : &*std::ranges::find(sample_.members, name, &Member::name);
    }

    [[noreturn]] static void fail_repeated(const std::string& name) {
        throw Error("the archive has two members " + name + "; leave one of them");
    }

    const ArchiveSample& sample_;
    const InputOptions& options_;
    const JobMaker& maker_;
    std::set<std::string> masks_;      ///< paths of what documents name
    std::set<std::string> documents_;  ///< names of those that images have
};

}  // namespace

void append_jobs(ArchiveSample& sample, const InputOptions& options, const JobMaker& maker,
                 std::deque<ImageJob>& jobs, const SkipMember& skip) {
    std::ranges::move(SampleJobs(sample, options, maker).jobs(skip), std::back_inserter(jobs));
    sample.had_picture =
        sample.had_picture || std::ranges::any_of(sample.members, is_picture, &ArchiveSample::Member::name);
    sample.members.clear();
}

bool is_wanted_member(const std::string& name, const ArchiveSample& sample, const InputOptions& options) {
    if (options.sidecar) {
        const std::string extension = extension_of(name);
        return has_image_extension(name) || extension == document_extension ||
               std::ranges::find(array_file_extensions, extension) != array_file_extensions.end();
    }
    return is_picture(name) || (is_array(name) && !sample.had_picture);
}

bool is_complete_member(const std::string& name, const InputOptions& options) {
    return !options.sidecar && is_picture(name);
}

}  // namespace glimpse
