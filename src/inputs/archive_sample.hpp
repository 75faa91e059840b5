#pragma once

#include <deque>
#include <memory>

#include "inputs/job_maker.hpp"

namespace glimpse {

/// Neighbours in an archive whose names are the same up to the first dot of the last part, as WebDataset has
/// them.
struct ArchiveSample {
    struct Member {
        std::string name;
        std::shared_ptr<const std::vector<std::uint8_t>> bytes;
    };
    std::string archive;  ///< its name
    std::string key;
    std::vector<Member> members;    ///< images and documents
    std::vector<ImageJob> refused;  ///< what will not be read, with the reason
};

/// A job for each image of a sample, named by the member without its extension. The glimpses are those of
/// KEY.json in the sample, if sidecars are wanted, or the shared ones. Arrays are images only where the
/// sample has no other; a picture that is the mask of another's glimpse is none.
void append_jobs(ArchiveSample sample, const InputOptions& options, const JobMaker& maker,
                 std::deque<ImageJob>& jobs);

/// Whether a member of that name can be of any use here.
bool is_wanted_member(const std::string& name, const InputOptions& options);

}  // namespace glimpse
