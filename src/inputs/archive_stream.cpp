#include "inputs/archive_stream.hpp"

#include <new>
#include <optional>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "inputs/search.hpp"
#include "system/relative_name.hpp"

namespace glimpse {

namespace {

/// The sample's key: the name up to the first dot of its last component.
std::string key_of(const std::string& name) {
    const std::size_t slash = name.rfind('/');
    return name.substr(0, name.find('.', slash == std::string::npos ? 0 : slash));
}

bool is_hidden(const std::string& name) {
    return std::filesystem::path(name).filename().string().starts_with('.');
}

/// Why a member is refused; none where it may be read.
std::optional<std::string> reason_to_refuse(const ArchiveMember& member) {
    if (member.name.empty()) return "a member has no name, and is not read";
    if (member.name.starts_with('/')) return "is absolute, and is not read";
    if (!stays_below(member.name)) return "climbs out of the archive, and is not read";
    return std::nullopt;
}

}  // namespace

std::string normalised_member(const std::string& name) {
    std::string normal = name.starts_with('/') ? "/" : "";
    for (std::size_t begin = 0, end = 0; begin < name.size(); begin = end + 1) {
        end = std::min(name.find('/', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        if (part.empty() || part == ".") continue;
        if (!normal.empty() && !normal.ends_with('/')) normal += '/';
        normal += part;
    }
    return normal;
}

ArchiveStream::ArchiveStream(const InputOptions& options, const JobMaker& maker,
                             StandardInput& standard_input, std::function<bool()> interrupted)
    : options_(options), maker_(maker), interrupted_(std::move(interrupted)) {
    for (const std::string& archive : options.archives) {
        maker.require_glimpses(archive, options.sidecar);
        if (archive == standard_stream) standard_input.claim("archives");
    }
}

std::optional<ImageJob> ArchiveStream::next() {
    while (ready_.empty() && (reader_ || opened_ < options_.archives.size())) {
        try {
            reader_ ? advance() : open_next();
        } catch (const Error& error) {
            // Whole members are used, also those of the sample that was cut off.
            end_sample();
            warn_of_skipped();
            ready_.push_back(failed_job(archive_name_, error.what()));
            reader_.reset();
        }
        if (interrupted_()) return std::nullopt;
    }
    if (ready_.empty()) return std::nullopt;
    had_jobs_ = true;
    ImageJob job = std::move(ready_.front());
    ready_.pop_front();
    return job;
}

void ArchiveStream::open_next() {
    archive_name_ = options_.archives[opened_++];
    sample_ = {.archive = archive_name_};
    had_jobs_ = false;
    input_ = open_input(archive_name_, interrupted_);
    reader_ =
        archives().open([input = input_.get()](std::span<std::uint8_t> bytes) { return input->read(bytes); });
}

void ArchiveStream::advance() {
    std::optional<ArchiveMember> member = reader_->next();
    member ? take(std::move(*member)) : end_archive();
}

void ArchiveStream::refuse(const std::string& member, const std::string& problem) {
    ready_.push_back(failed_job(archive_name_ + "/" + member, problem));
}

void ArchiveStream::skip(const std::string& member, const std::string& kind) {
    ++skipped_[kind];
    if (options_.names_skipped) options_.warn(archive_name_ + "/" + member + ": skipped: " + kind);
}

void ArchiveStream::warn_of_skipped() {
    const std::string description = description_of_skipped(archive_name_, skipped_);
    if (!description.empty()) options_.warn(description);
    skipped_.clear();
}

void ArchiveStream::take(ArchiveMember member) {
    using Kind = ArchiveMember::Kind;
    if (member.kind == Kind::directory) return;
    member.name = normalised_member(member.name);
    const std::string& name = member.name;
    if (const auto reason = reason_to_refuse(member)) return refuse(name, *reason);
    if (is_hidden(name)) return skip(name, "hidden");
    if (const std::string key = key_of(name); key != sample_.key) begin_sample(key);
    if (!is_wanted_member(name, sample_, options_)) return skip(name, kind_by_name(name));
    if (member.kind == Kind::link) return refuse(name, "is a link, which is not followed");
    if (member.kind == Kind::other) return refuse(name, "is a device or a pipe, which is not read");
    add_to_sample(member);
    if (is_complete_member(name, options_)) append_sample();
}

void ArchiveStream::begin_sample(const std::string& key) {
    end_sample();
    sample_.key = key;
}

void ArchiveStream::add_to_sample(const ArchiveMember& member) {
    std::size_t room = largest_sample;
    for (const auto& held : sample_.members) room -= held.bytes->size();
    if (auto bytes = member.size <= room ? read() : nullptr) {
        sample_.members.push_back({member.name, std::move(bytes)});
    } else {
        refuse(member.name, "has " + std::to_string(member.size) +
                                " bytes: a sample is held in memory, and at most " +
                                std::to_string(largest_sample) + " bytes of it");
    }
}

std::shared_ptr<const std::vector<std::uint8_t>> ArchiveStream::read() {
    try {
        return std::make_shared<const std::vector<std::uint8_t>>(reader_->read());
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void ArchiveStream::append_sample() {
    append_jobs(sample_, options_, maker_, ready_,
                [this](const std::string& member) { skip(member, kind_by_name(member)); });
}

void ArchiveStream::end_sample() {
    append_sample();
    sample_ = {.archive = archive_name_};
}

void ArchiveStream::end_archive() {
    end_sample();
    warn_of_skipped();
    if (!reader_->has_end_marker()) {
        options_.warn(
            archive_name_ +
            ": the archive has no end marker; if it was cut off between two members, some are missing");
    }
    if (!had_jobs_ && ready_.empty())
        ready_.push_back(failed_job(archive_name_, "there is no image in this archive"));
    reader_.reset();
}

}  // namespace glimpse
