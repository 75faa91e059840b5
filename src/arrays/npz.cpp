#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <utility>

#include "archives/zip.hpp"
#include "arrays/formats.hpp"
#include "arrays/npy_header.hpp"
#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "json/json_text.hpp"

namespace glimpse {

namespace {

constexpr std::array<std::uint8_t, 4> zip_magic{'P', 'K', 3, 4};
constexpr std::string_view npy_extension = ".npy";

class NpzFile final : public ArrayFile {
  public:
    explicit NpzFile(BytesOfArrays bytes)
        : bytes_(std::move(bytes)), zip_(zip_archives().open(bytes_->bytes())) {
        const std::vector<ZipMember>& members = zip_->members();
        for (std::size_t k = 0; k < members.size(); ++k) {
            const std::string_view name = members[k].name;
            if (name == "data.pkl" || name.ends_with("/data.pkl")) {
                throw Error(
                    "a file of PyTorch is a pickle, which is not read, since it may run any program: "
                    "save numbers, by numpy.save or as .safetensors");
            }
            if (!name.ends_with(npy_extension)) continue;
            names_.emplace_back(name.substr(0, name.size() - npy_extension.size()));
            numbers_.push_back(k);
        }
        if (names_.empty()) throw Error("a zip archive without a .npy in it is no .npz");
        bytes_->require_whole();
    }

    [[nodiscard]] const std::vector<std::string>& names() const override { return names_; }

    [[nodiscard]] Array array(std::string_view name) const override {
        const std::size_t chosen = chosen_array(name, names_);
        const std::size_t number = numbers_[chosen];
        const ZipMember& member = zip_->members()[number];
        const auto size = static_cast<std::size_t>(member.size);
        if (member.stored_at) {
            if (member.size <= largest_unpacked) require_intact(chosen);
            return array_in(part_of(bytes_, *member.stored_at, size), chosen);
        }
        if (member.size > largest_unpacked) {
            throw Error("the array " + json::in_quotes(names_[chosen]) + " has " +
                        bytes_text(static_cast<std::int64_t>(member.size)) +
                        ", and what is compressed at most " + bytes_text(largest_unpacked) +
                        ": save it by numpy.savez, which does not compress");
        }
        auto content = std::make_shared<const std::vector<std::uint8_t>>(zip_->read(number));
        bytes_->require_whole();
        return array_in(kept_bytes(std::move(content)), chosen);
    }

    [[nodiscard]] std::uint64_t held() const override {
        // The zip archive's own names are about as many.
        return 2 * bytes_of_names(names_);
    }

    [[nodiscard]] std::uint64_t unpacked(std::string_view name) const override {
        const ZipMember& member = zip_->members()[numbers_[chosen_array(name, names_)]];
        return member.stored_at ? 0 : member.size;
    }

  private:
    [[nodiscard]] Array array_in(const BytesOfArrays& member, std::size_t chosen) const {
        try {
            if (!begins_npy(member->bytes())) throw Error("its member of the zip archive is no .npy file");
            return npy_array(member);
        } catch (const Error& error) {
            throw Error("the array " + json::in_quotes(names_[chosen]) + ": " + error.what());
        }
    }

    /// Compares the checksum of an array that is stored, once.
    void require_intact(std::size_t chosen) const {
        const std::scoped_lock lock(mutex_);
        if (intact_.contains(chosen)) return;
        zip_->require_intact(numbers_[chosen]);
        bytes_->require_whole();
        intact_.insert(chosen);
    }

    BytesOfArrays bytes_;
    std::unique_ptr<ZipReader> zip_;
    std::vector<std::string> names_;
    std::vector<std::size_t> numbers_;  ///< of the zip archive's members, as `names_`
    mutable std::mutex mutex_;
    mutable std::set<std::size_t> intact_;  ///< positions in `names_`; guarded by `mutex_`
};

}  // namespace

bool begins_npz(std::span<const std::uint8_t> bytes) {
    return bytes.size() >= zip_magic.size() && std::ranges::equal(bytes.first(zip_magic.size()), zip_magic);
}

std::unique_ptr<ArrayFile> open_npz(BytesOfArrays bytes) {
    return std::make_unique<NpzFile>(std::move(bytes));
}

}  // namespace glimpse
