#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "inputs/job_maker.hpp"

namespace glimpse {

/// A sample of WebDataset: neighbours in an archive whose names agree up to the first dot of the last
/// component. It holds the members that wait for the rest of the sample.
struct ArchiveSample {
    struct Member {
        std::string name;
        std::shared_ptr<const std::vector<std::uint8_t>> bytes;
    };
    std::string archive{};  ///< the archive's name
    std::string key{};
    std::vector<Member> members{};  ///< images, documents, and files of arrays and labels
    bool had_picture = false;       ///< a job has been made of one
};

/// Told the name of a member that nothing uses.
using SkipMember = std::function<void(const std::string&)>;

/// Turns the held members into jobs, one for each image, and empties the sample. A job is named by the member
/// without its extension; its glimpses are those of IMAGE.json or KEY.json in the sample, if sidecars are
/// wanted, or the shared ones. Arrays are images only in samples without pictures; what a document names, as
/// a mask's picture or for its arrays, makes no job. What is neither an image nor a document, and is not
/// named, goes to `skip`.
void append_jobs(ArchiveSample& sample, const InputOptions& options, const JobMaker& maker,
                 std::deque<ImageJob>& jobs, const SkipMember& skip);

/// Whether a member of the sample can be of any use.
bool is_wanted_member(const std::string& name, const ArchiveSample& sample, const InputOptions& options);

/// Whether a member's job can be made without the rest of the sample.
bool is_complete_member(const std::string& name, const InputOptions& options);

}  // namespace glimpse
