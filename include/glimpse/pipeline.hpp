#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "glimpse/annotations.hpp"
#include "glimpse/backend.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/parameters.hpp"

// Many images, each through the same steps: open (the header only), lower every glimpse, decode the union of
// their supports, read, encode, write.

namespace glimpse {

/// One of several shares of the images, the same for everybody: those whose names' hash (FNV-1a, 64 bits),
/// modulo `count`, is `index`.
struct Shard {
    std::uint64_t index = 0;  ///< 0 ≤ index < count
    std::uint64_t count = 1;
};

/// Where the images and their parameters come from.
struct InputOptions {
    std::vector<std::string> inputs;  ///< files, directories, or "-" for image bytes on standard input
    bool recursive = false;
    bool sidecar = false;                   ///< IMAGE.json or STEM.json beside each image
    std::optional<std::string> manifest;    ///< a file, or "-" for standard input
    std::optional<std::string> parameters;  ///< a document's file, or "-" for standard input
    std::vector<std::string> boxes;         ///< "X,Y,W,H"
    std::optional<AnnotationOptions> annotations;
    std::vector<std::string> archives;  ///< tar files, or "-" for one on standard input
    Shard shard;                        ///< of those that `stream_jobs` gives
    ParameterDefaults defaults;
};

/// The document that `parameters` or `boxes` give to every input, its attention files supplied; null without
/// either. Throws `UsageError`.
std::shared_ptr<const ParameterDocument> shared_parameters(const InputOptions& options);

/// A glimpse that was asked for without saying where.
struct UnusableGlimpse {
    std::string id;
    std::string problem;
};

/// One image and what is wanted of it.
struct ImageJob {
    std::string image{};  ///< its path as written; "-" for standard input
    std::shared_ptr<const std::vector<std::uint8_t>>
        bytes{};         ///< the image itself, where it is not in a file
    std::string name{};  ///< of its outputs, sub-directories included
    std::shared_ptr<const ParameterDocument> glimpses{};
    std::string sidecar{};  ///< the document's path, where it came from beside the image
    std::string problem{};  ///< why the image fails before it is opened; empty where it does not
    std::vector<UnusableGlimpse> unusable{};  ///< these fail, the others are done
    std::string member{};                     ///< its name in the archive that it came out of; else empty
};

/// Whether the job is of the share.
bool is_in_shard(const ImageJob& job, const Shard& shard);

/// How the jobs are done.
struct RunOptions {
    OpenOptions open;
    BoxAdjustment adjustment;
    bool fast_shrink = false;  ///< decode smaller where no glimpse asks for half as much; other pixels
    int jobs = 1;              ///< images in flight, and cores
    bool dry_run = false;      ///< open and lower only
    bool fail_fast = false;    ///< start nothing new after the first failure
    std::function<bool()> interrupted = [] { return false; };  ///< asked before each image
};

/// All jobs in their order, of whatever share: the inputs as given, a directory's images in name order, a
/// manifest's records in theirs. Throws `UsageError` for whatever is wrong before any image is opened, also
/// for a default size or an adjustment that no glimpse takes.
std::vector<ImageJob> collect_jobs(const InputOptions& options, const RunOptions& run);

/// What to do with an output that is there already: replace it, leave it as it is, or end the run before any
/// work.
enum class Existing { overwrite, skip, error };

/// What is made of each track once the run is over; see `Tracks`.
struct TrackOptions {
    bool strip = false;     ///< DIR/ID.strip.png, a contact sheet of its glimpses
    std::string animation;  ///< DIR/ID.track.webp, .gif or .mp4, by the extension; empty: none
    std::optional<double>
        frame_rate;  ///< of the animation, 0.1 to 60 frames a second, GIF to 50; without: 25
};

/// What is written, and where.
struct OutputOptions {
    std::string out;       ///< a directory; a file, when there is one glimpse; "-": standard output
    std::string archive;   ///< instead: a tar file, or "-"; outputs are handed over, to become its members
    std::string format;    ///< an extension without its dot; empty: that of `out`, or png
    bool overlay = false;  ///< NAME.overlay.png
    bool panel = false;    ///< NAME.panel.png
    bool map = false;      ///< NAME.ID.map.png, or .npy where the format is npy
    OverlayStyle style;
    TrackOptions tracks;
    Existing existing = Existing::overwrite;
    std::vector<std::filesystem::path> also_inputs;   ///< files of the run that are not images
    std::vector<std::filesystem::path> also_outputs;  ///< files that the caller writes itself
};

/// The paths of one job's outputs, `glimpses` and `maps` parallel to its document; empty where not wanted, or
/// where the job has a problem.
struct OutputPaths {
    std::vector<std::filesystem::path> glimpses;
    std::vector<std::filesystem::path> maps;
    std::filesystem::path overlay;
    std::filesystem::path panel;
    std::filesystem::path record;  ///< the image's record, in an archive
};

/// Where everything goes, worked out before any work.
struct OutputPlan {
    OutputOptions options;
    std::string format;                         ///< of the glimpses, an extension without its dot
    bool to_standard_output = false;            ///< there is one glimpse, and no path for it
    std::optional<std::filesystem::path> file;  ///< the glimpse's own name, where `out` names a file
};

/// Throws `UsageError` for two outputs of one name, an output that is an input, an unknown format, `out` that
/// does not fit the number of glimpses, or tracks that cannot be made.
OutputPlan plan_outputs(const std::vector<ImageJob>& jobs, const OutputOptions& options);

/// Throws `UsageError` for an output that is there already, if that is to be an error.
void require_new_outputs(const OutputPlan& plan, const std::vector<ImageJob>& jobs);

/// The paths of a job's outputs, whether they are there or not.
OutputPaths output_paths(const OutputPlan& plan, const ImageJob& job);

/// Whether `out` names a file or standard output, which hold one glimpse, rather than a directory.
bool holds_one_glimpse(const std::string& out);

/// Jobs as they become known, one with each call; none at the end.
using JobStream = std::function<std::optional<ImageJob>()>;

/// The jobs of a list.
JobStream stream_of(std::vector<ImageJob> jobs);

/// The jobs of the archives, or else of the manifest on standard input, one by one as they come. What is
/// wrong with one, or with where its outputs go, is its `problem`. While nothing comes, it is asked whether
/// the run is interrupted. Throws `UsageError` for what is wrong before the first.
JobStream stream_jobs(const InputOptions& options, const OutputPlan& plan, const RunOptions& run);

/// Takes those jobs away that a report of an earlier run lists as done and whose outputs are all there.
/// Unless nothing is to be written, what that run left behind when it was killed goes too: temporary files,
/// and the beginning of a line at the report's end, which may then be continued. Throws `UsageError` for a
/// report that is none.
void resume(std::vector<ImageJob>& jobs, const OutputPlan& plan, const std::filesystem::path& report,
            bool dry_run);

/// The jobs of a stream that are still to be done, likewise.
JobStream resumed(JobStream jobs, const OutputPlan& plan, const std::filesystem::path& report, bool dry_run);

/// What became of one glimpse.
struct GlimpseReport {
    std::string id;
    std::string mechanism;
    std::string output;  ///< the path as written (in a dry run: as it would be); empty where nothing was
    std::string error;
    Size size;
    Rectangle support;
    double inside = 0;
    std::optional<Affine> matrix;  ///< glimpse → image
};

/// An output that its image's report hands over, rather than that it was written.
struct OutputFile {
    std::filesystem::path path;
    std::vector<std::uint8_t> bytes;
};

/// What became of one image.
struct ImageReport {
    std::string image;
    std::string error;  ///< empty: all went well
    Size size;
    std::string device;  ///< what read the glimpses, or several in a row; empty where nothing was read
    double seconds = 0;
    std::vector<GlimpseReport> glimpses;
    std::vector<OutputFile> files;  ///< in the order of their names; where outputs go to an archive
};

/// One line of JSON, without the line's end.
std::string report_line(const ImageReport& report);

/// The same without what differs from run to run: times, and where the archive lay that the image came out
/// of.
std::string lasting_record(const ImageJob& job, const ImageReport& report);

/// A tar archive of outputs as WebDataset has them: `KEY.ID.png` and the like beside `KEY.json`, which is the
/// image's record without what depends on time. It appears under its name when it is whole.
class OutputArchive {
  public:
    /// For the archive of a plan. Throws `Error` where it cannot be made.
    explicit OutputArchive(const OutputPlan& plan);
    ~OutputArchive();
    OutputArchive(const OutputArchive&) = delete;
    OutputArchive& operator=(const OutputArchive&) = delete;

    /// Adds what a job's report hands over, if anything. Throws `Error` where it cannot be written.
    void add(const ImageJob& job, const ImageReport& report);
    [[nodiscard]] bool is_empty() const { return is_empty_; }
    /// Without this, there is no archive; on standard output it lacks its end.
    void publish();

  private:
    class Sink;
    bool is_empty_ = true;
    const OutputPlan& plan_;
    std::unique_ptr<Sink> sink_;
};

/// What is done with each job's report.
using Finished = std::function<void(const ImageJob&, const ImageReport&)>;

/// Does all jobs and calls `finished` for each, in their order, from one thread at a time. What does not
/// depend on time does not depend on `options.jobs`.
void run(const std::vector<ImageJob>& jobs, const OutputPlan& plan, const Backend& backend,
         const RunOptions& options, const Finished& finished);

/// Does the jobs of a stream, and holds no more of them at a time than are in flight.
void run(const JobStream& jobs, const OutputPlan& plan, const Backend& backend, const RunOptions& options,
         const Finished& finished);

}  // namespace glimpse
