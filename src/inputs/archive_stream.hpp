#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "archives/archives.hpp"
#include "inputs/archive_sample.hpp"
#include "inputs/byte_input.hpp"

namespace glimpse {

/// The most bytes of a sample, and so of a member.
inline constexpr std::size_t largest_sample = std::size_t{1} << 30;

/// The name of a member as images are named by it: without empty components and "."; ".." stays.
std::string normalised_member(const std::string& name);

/// The images of tar archives as a stream.
class ArchiveStream final : public JobSource {
  public:
    /// Throws `UsageError` where standard input is claimed twice.
    ArchiveStream(const InputOptions& options, const JobMaker& maker, StandardInput& standard_input,
                  std::function<bool()> interrupted);

    /// The next job; none at the end of the last archive, or when interrupted. An archive that cannot be read
    /// becomes a failed job.
    std::optional<ImageJob> next() override;

  private:
    void advance();
    void open_next();
    void take(ArchiveMember member);
    void refuse(const std::string& member, const std::string& problem);
    void skip(const std::string& member, const std::string& kind);
    /// At the end of an archive, or where it can be read no further.
    void warn_of_skipped();
    void begin_sample(const std::string& key);
    void add_to_sample(const ArchiveMember& member);
    /// The content of the current member; null where there is no memory for it.
    std::shared_ptr<const std::vector<std::uint8_t>> read();
    void append_sample();
    void end_sample();
    void end_archive();

    const InputOptions& options_;
    const JobMaker& maker_;
    std::function<bool()> interrupted_;
    std::size_t opened_ = 0;    ///< of `options_.archives`
    std::string archive_name_;  ///< of the current archive
    std::unique_ptr<ByteInput> input_;
    std::unique_ptr<ArchiveReader> reader_;
    bool had_jobs_ = false;
    std::map<std::string, std::size_t> skipped_;  ///< members of the current archive, by kind
    ArchiveSample sample_;
    std::deque<ImageJob> ready_;
};

}  // namespace glimpse
