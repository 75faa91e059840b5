#include "glimpse/view.hpp"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include "archives/archives.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/overlay.hpp"
#include "glimpse/version.hpp"
#include "glimpse/words.hpp"
#include "inputs/archive_stream.hpp"
#include "inputs/byte_input.hpp"
#include "inputs/standard_input.hpp"
#include "outputs/input_files.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/ordered_work.hpp"
#include "system/resolved_path.hpp"
#include "system/syncing.hpp"
#include "system/text_file.hpp"
#include "view/album.hpp"
#include "view/page.hpp"
#include "view/pictures.hpp"
#include "view/records.hpp"
#include "view/sources.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

void validate(const ViewOptions& options) {
    const int size = options.thumbnail_size;
    if (size < least_thumbnail_size || size > greatest_thumbnail_size) {
        throw InvalidOption("thumbnail_size", std::to_string(least_thumbnail_size) + " to " +
                                                  std::to_string(greatest_thumbnail_size) +
                                                  " pixels are a thumbnail, not " + std::to_string(size));
    }
    const std::string extension = extension_of(options.out);
    if (extension != "html" && extension != "htm") {
        throw InvalidOption("out", "'" + options.out + "' is no page: a file is needed, such as index.html");
    }
    std::error_code unseen;
    const fs::file_status there = fs::status(resolved_path(options.out), unseen);
    if (fs::exists(there) && !fs::is_regular_file(there)) {
        throw InvalidOption("out", "'" + options.out +
                                       "' is no regular file, which a page could replace; "
                                       "give another path, such as index.html");
    }
}

Records read_reports(const ViewOptions& options) {
    Records records;
    StandardInput standard_input;
    for (const std::string& report : options.reports) {
        if (report == standard_stream) {
            const auto bytes = standard_input.take("reports");
            const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
            records.add(text, place_of_standard_input, options.warn);
        } else {
            records.add(read_text_file(report, no_limit), report, options.warn);
        }
    }
    if (records.all().empty()) throw InvalidOption("reports", "there is no record that a page could show");
    return records;
}

/// Shows pictures, and publishes their thumbnails in batches.
class Showing {
  public:
    Showing(const ViewOptions& options, const PictureMaker& maker) : options_(options), maker_(maker) {}

    /// Of one group; returns false where the run was interrupted.
    bool show(const Album::Group& group) {
        group.archive.empty() ? show_files(group) : show_members(group);
        publish();
        return !options_.interrupted();
    }

  private:
    using Thumbnail = std::unique_ptr<NewFile>;
    struct Member {
        Picture* picture;
        std::vector<std::uint8_t> bytes;
    };

    template <typename Next, typename Show>
    void work(Next&& next, Show&& show_one) {
        const auto finished = [this](Thumbnail thumbnail) { take(std::move(thumbnail)); };
        work_through_on(options_.jobs, static_cast<std::size_t>(options_.jobs), next, show_one, finished);
    }

    void show_files(const Album::Group& group) {
        std::size_t next = 0;
        work(
            [&]() -> std::optional<Picture*> {
                if (next == group.pictures.size() || options_.interrupted()) return std::nullopt;
                return group.pictures[next++].get();
            },
            [this](Picture* picture) { return maker_.show(*picture); });
    }

    /// The archive is read once, from its beginning to its end.
    void show_members(const Album::Group& group) {
        std::multimap<std::string, Picture*> wanted;
        for (const auto& picture : group.pictures) wanted.emplace(picture->source.member, picture.get());
        std::string gap = "the archive has no such member";
        try {
            const auto input = open_input(group.archive, options_.interrupted);
            const auto reader =
                archives().open([&](std::span<std::uint8_t> bytes) { return input->read(bytes); });
            std::vector<Member> held;  // pages of one member
            work([&] { return next_member(*reader, wanted, held); },
                 [this](const Member& member) { return maker_.show(*member.picture, member.bytes); });
        } catch (const UsageError&) {
            throw;
        } catch (const ThumbnailFailure&) {
            throw;
        } catch (...) {
            gap = current_message();
        }
        for (const auto& [name, picture] : wanted) {
            picture->gap = gap;
            options_.advance();
        }
    }

    std::optional<Member> next_member(ArchiveReader& reader, std::multimap<std::string, Picture*>& wanted,
                                      std::vector<Member>& held) const {
        while (held.empty()) {
            const auto member = options_.interrupted() || wanted.empty() ? std::nullopt : reader.next();
            if (!member) return std::nullopt;
            const auto [begin, end] = wanted.equal_range(normalised_member(member->name));
            if (begin == end || member->kind != ArchiveMember::Kind::file) continue;
            if (member->size > largest_sample) {
                refuse(begin, end, member->size);
            } else {
                const auto bytes = reader.read();
                for (auto entry = begin; entry != end; ++entry) held.push_back({entry->second, bytes});
            }
            wanted.erase(begin, end);
        }
        Member next = std::move(held.back());
        held.pop_back();
        return next;
    }

    template <typename Entry>
    void refuse(Entry entry, Entry end, std::uint64_t bytes) const {
        for (; entry != end; ++entry) {
            entry->second->gap = "has " + std::to_string(bytes) +
                                 " bytes: it would be held in memory, and at most " +
                                 std::to_string(largest_sample) + " bytes are";
            options_.advance();
        }
    }

    void take(Thumbnail thumbnail) {
        options_.advance();
        if (thumbnail) unpublished_.push_back(std::move(thumbnail));
        constexpr std::size_t most = 64;
        if (unpublished_.size() == most) publish();
    }

    void publish() {
        std::vector<NewFile*> files;
        for (const Thumbnail& thumbnail : unpublished_) files.push_back(thumbnail.get());
        with_context<ThumbnailFailure>(options_.out + ": a thumbnail cannot be written", [&] {
            if (options_.sync) {
                for (const std::string& failure : publish_synced(files, true)) {
                    if (!failure.empty()) throw Error(failure);
                }
            } else {
                for (NewFile* const file : files) file->publish(true);
            }
        });
        unpublished_.clear();
    }

    const ViewOptions& options_;
    const PictureMaker& maker_;
    std::vector<Thumbnail> unpublished_;
};

nlohmann::json colours_of_glimpses() {
    constexpr std::size_t different = 21;  // three rounds of seven
    nlohmann::json colours;
    for (std::size_t k = 0; k < different; ++k) {
        const cv::Vec3b colour = glimpse_colour(k);
        colours.push_back({colour[0], colour[1], colour[2]});
    }
    return colours;
}

std::string title_of(const ViewOptions& options) {
    std::string title;
    for (const std::string& report : options.reports) {
        if (!title.empty()) title += ", ";
        title += report == standard_stream ? place_of_standard_input : fs::path(report).filename().string();
    }
    return title;
}

std::string text_of_page(const ViewOptions& options, const Records& records, const Album& album) {
    const std::string title = title_of(options);
    const nlohmann::json data{{"title", title},
                              {"version", version()},
                              {"thumbnail", options.thumbnail_size},
                              {"replaced", records.replaced()},
                              {"colours", colours_of_glimpses()}};
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < records.all().size(); ++k) texts.push_back(album.text_of(k));
    return page_text(title, data, texts);
}

void warn_of_gaps(const ViewOptions& options, const Album& album) {
    const Album::Gaps gaps = album.gaps();
    std::vector<std::string> kinds;
    for (const auto& [name, count] : gaps.counts) {
        if (count.missing > 0)
            kinds.push_back(std::to_string(count.missing) + " of " + std::to_string(count.all) + " " + name);
    }
    if (kinds.empty()) return;
    std::string text = join(kinds) + " cannot be shown (" + gaps.first + "), which the page says of each";
    if (gaps.are_gone) text += "; paths are taken from the working directory, as those of the run were";
    options.warn(text);
}

bool show_all(const ViewOptions& options, const Album& album, const PictureMaker& maker) {
    const std::vector<Album::Group> groups = album.groups();
    std::size_t count = 0;
    for (const Album::Group& group : groups) count += group.pictures.size();
    options.begin(count);
    Showing showing(options, maker);
    return std::ranges::all_of(groups, [&](const Album::Group& group) { return showing.show(group); });
}

}  // namespace

bool make_page(const ViewOptions& options) {
    validate(options);
    const Records records = read_reports(options);
    const fs::path page =
        without_parents(fs::absolute(options.out).parent_path()) / fs::path(options.out).filename();
    Album album(records, page.parent_path());
    InputFiles inputs;
    for (const std::string& report : options.reports) {
        if (report != standard_stream) inputs.add_file(report);
    }
    album.add_to(inputs);
    inputs.require_not_input(options.out, resolved_path(options.out));
    const PictureMaker maker(options, page, inputs);
    if (!show_all(options, album, maker)) return false;
    const std::string text = text_of_page(options, records, album);
    write_file(options.out, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, true,
               options.sync);
    maker.remove_others();
    warn_of_gaps(options, album);
    return true;
}

}  // namespace glimpse
