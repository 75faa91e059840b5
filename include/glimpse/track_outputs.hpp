#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "glimpse/export.hpp"
#include "glimpse/outputs.hpp"

namespace glimpse {

/// The glimpses of one id in the images of one directory, in the order of the jobs.
struct Track {
    struct Member {
        std::size_t job;             ///< index among the jobs
        std::size_t glimpse;         ///< index in the job's document
        std::filesystem::path file;  ///< the glimpse as the run writes it
    };
    std::string name;  ///< of its outputs: the directory of the images' names, and the id
    std::vector<Member> members;
};

/// The images of one directory that have glimpses, in the order of the jobs.
struct Sequence {
    std::string directory;          ///< of the images' names
    std::vector<std::size_t> jobs;  ///< indices among the jobs
    /// Of each id: which of the directory's tracks it is, from 0; for `glimpse_colour`.
    std::map<std::string, std::size_t> tracks;
};

/// A page of the run's sheet: where its cells begin among the glimpses of all jobs.
struct SheetPage {
    std::size_t job = 0;      ///< index among the jobs
    std::size_t glimpse = 0;  ///< index in the job's document
    std::size_t cells = 0;    ///< ≥ 1: how many glimpses it shows
};

/// An output that several images make together.
struct JointOutput {
    enum class Kind {
        strip,
        animation,
        crops,     ///< of a track
        sequence,  ///< the animation of all tracks of a directory
        page       ///< of the run's sheet
    };
    Kind kind = Kind::strip;
    std::size_t of = 0;  ///< which of the tracks, the sequences or the pages
    std::filesystem::path path{};
};

/// All outputs that the images of a run make together.
struct JointPlan {
    std::vector<Track> tracks{};  ///< none where no output is of one, and so are the others
    std::vector<Sequence> sequences{};
    std::vector<SheetPage> pages{};
    std::vector<JointOutput> outputs{};  ///< those of a track together

    /// What an output shows: "track a/7", "all tracks of a", "sheet of the run, page 2".
    [[nodiscard]] GLIMPSE_EXPORT std::string subject_of(const JointOutput& output) const;
};

/// The option by which images make an output together, "tracks.strip" say, the first of several; empty where
/// none does.
GLIMPSE_EXPORT std::string joining_field(const OutputOptions& options);

/// Whether images make outputs together.
GLIMPSE_EXPORT bool makes_joint_outputs(const OutputOptions& options);

/// The tracks in the order of their first glimpses. Jobs with a problem are in none.
GLIMPSE_EXPORT std::vector<Track> tracks_of(const std::vector<ImageJob>& jobs, const OutputPlan& plan);

/// The directories in the order of their first images. Jobs with a problem, or without glimpses, are in none.
GLIMPSE_EXPORT std::vector<Sequence> sequences_of(const std::vector<ImageJob>& jobs);

/// The most cells of a page of the run's sheet: 256, or as many as have 2^24 pixels where those are fewer.
GLIMPSE_EXPORT std::size_t cells_of_page(const SheetOptions& options);

/// The pages of the run's sheet. Jobs with a problem are on none.
GLIMPSE_EXPORT std::vector<SheetPage> pages_of_run(const std::vector<ImageJob>& jobs,
                                                   const SheetOptions& options);

/// All of them that the options want.
GLIMPSE_EXPORT JointPlan plan_joint_outputs(const std::vector<ImageJob>& jobs, const OutputPlan& plan);

/// The pages of the sheet of an earlier run, of another number of pages, which are there beside those of this
/// one's.
GLIMPSE_EXPORT std::vector<std::filesystem::path> former_pages(const JointPlan& joint,
                                                               const OutputPlan& plan);

/// The formats of animations: "webp", "gif", "mp4".
GLIMPSE_EXPORT std::vector<std::string_view> animation_formats();

}  // namespace glimpse
