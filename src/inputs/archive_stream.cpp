#include "inputs/archive_stream.hpp"

#include <unistd.h>

#include <array>

#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "relative_name.hpp"

namespace glimpse {

namespace {

constexpr const char* standard_input_name = "-";

/// Up to the first dot of the last part.
std::string key_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return name.substr(0, name.find('.', slash == std::string::npos ? 0 : slash));
}

bool is_hidden(const std::string& name) {
    return std::filesystem::path(name).filename().string().starts_with('.');
}

}  // namespace

ArchiveStream::ArchiveStream(const InputOptions& options, const JobMaker& maker,
                             StandardInput& standard_input, std::function<bool()> interrupted)
    : options_(options), maker_(maker), interrupted_(std::move(interrupted)) {
    for (const std::string& archive : options.archives) {
        maker.require_glimpses(archive, options.sidecar);
        if (archive == standard_input_name) standard_input.claim("--input-tar");
    }
}

std::optional<ImageJob> ArchiveStream::next() {
    while (ready_.empty() && (reader_ || opened_ < options_.archives.size())) {
        try {
            reader_ ? advance() : open_next();
        } catch (const Error& error) {
            // Whatever came whole is done, also of the sample that was cut off.
            end_sample();
            ready_.push_back(failed_job(archive_name_, error.what()));
            reader_.reset();
        }
        if (interrupted_()) return std::nullopt;
    }
    if (ready_.empty()) return std::nullopt;
    ImageJob job = std::move(ready_.front());
    ready_.pop_front();
    return job;
}

void ArchiveStream::open_next() {
    archive_name_ = options_.archives[opened_++];
    sample_ = {archive_name_, "", {}, {}};
    had_images_ = false;
    input_ = archive_name_ == standard_input_name
                 ? std::make_unique<ByteInput>(STDIN_FILENO, interrupted_)
                 : std::make_unique<ByteInput>(std::filesystem::path(archive_name_), interrupted_);
    reader_ =
        archives().open([input = input_.get()](std::span<std::uint8_t> bytes) { return input->read(bytes); });
}

void ArchiveStream::advance() {
    std::optional<ArchiveMember> member = reader_->next();
    member ? take(std::move(*member)) : end_archive();
}

std::filesystem::path ArchiveStream::path_of(const std::string& member) const {
    return std::filesystem::path(archive_name_) / member;
}

void ArchiveStream::take(ArchiveMember member) {
    std::string& name = member.name;
    while (name.starts_with("./")) name.erase(0, 2);
    using Kind = ArchiveMember::Kind;
    if (member.kind == Kind::directory || member.kind == Kind::other) return;
    if (!stays_below(name)) {
        sample_.refused.push_back(failed_job(path_of(name), "climbs out of the archive, and is not read"));
        return;
    }
    if (is_hidden(name) || !is_wanted_member(name, options_)) return;
    if (member.kind == Kind::link) {
        sample_.refused.push_back(failed_job(path_of(name), "is a link, which is not followed"));
        return;
    }
    if (const std::string key = key_of(name); key != sample_.key) {
        end_sample();
        sample_.key = key;
    }
    auto bytes = std::make_shared<const std::vector<std::uint8_t>>(reader_->read());
    sample_.members.push_back({name, std::move(bytes)});
}

void ArchiveStream::end_sample() {
    const std::size_t before = ready_.size();
    append_jobs(std::exchange(sample_, {archive_name_, "", {}, {}}), options_, maker_, ready_);
    had_images_ = had_images_ || ready_.size() > before;
}

void ArchiveStream::end_archive() {
    end_sample();
    if (!had_images_) ready_.push_back(failed_job(archive_name_, "there is no image in this archive"));
    // Whoever fills a pipe is not to find it closed before all is written.
    std::array<std::uint8_t, 1 << 16> rest{};
    while (input_->read(rest) > 0) continue;
    reader_.reset();
}

}  // namespace glimpse
