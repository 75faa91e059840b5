#pragma once

#include <deque>
#include <memory>

#include "inputs/job_maker.hpp"

namespace glimpse {

/// Neighbours in an archive whose names are the same up to the first dot of the last part, as WebDataset has
/// them: those members that wait for what else the sample holds.
struct ArchiveSample {
    struct Member {
        std::string name;
        std::shared_ptr<const std::vector<std::uint8_t>> bytes;
    };
    std::string archive;  ///< its name
    std::string key;
    std::vector<Member> members;  ///< images and documents
    bool had_picture = false;     ///< of which a job has been made
};

/// A job for each image that a sample holds, which then holds nothing any more. It is named by the member
/// without its extension; the glimpses are those of KEY.json in the sample, if sidecars are wanted, or the
/// shared ones. Arrays are images only where the sample has no other; a picture that is the mask of another's
/// glimpse is none.
void append_jobs(ArchiveSample& sample, const InputOptions& options, const JobMaker& maker,
                 std::deque<ImageJob>& jobs);

/// Whether the next member of a sample can be of any use.
bool is_wanted_member(const std::string& name, const ArchiveSample& sample, const InputOptions& options);

/// Whether its job need not wait for the rest of the sample.
bool is_complete_member(const std::string& name, const InputOptions& options);

}  // namespace glimpse
