#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace glimpse {

/// The records of one or several reports, in the order in which their images were begun.
class Records {
  public:
    struct Record {
        nlohmann::json json;     ///< what is known of a record is of its type
        std::size_t report = 0;  ///< which of the reports has it
        /// Of one whose outputs are members of an archive: its report says later that the archive was made.
        bool is_archived = false;
    };

    /// Adds what a report has. A record takes the place of an earlier one of the same image, page and name:
    /// where both name outputs, and some in common; or where the earlier names none, both are of one report,
    /// and the glimpses that they have are the same, as those of a resumed run are. Tells `warn` of a last
    /// line that is cut short, which is left out. Throws `UsageError` with the number of any other line that
    /// is no record.
    void add(std::string_view text, const std::string& place,
             const std::function<void(const std::string&)>& warn);

    [[nodiscard]] const std::vector<Record>& all() const { return records_; }
    /// How many gave their place to a later one.
    [[nodiscard]] std::size_t replaced() const { return replaced_; }

  private:
    void add(nlohmann::json record);
    [[nodiscard]] bool is_what_became_of(const Record& earlier, const nlohmann::json& later) const;
    void settle_archive(const nlohmann::json& made);

    std::vector<Record> records_;
    std::multimap<std::string, std::size_t, std::less<>> by_image_;
    std::vector<std::size_t> unsettled_;  ///< records of the report whose archives may still be made
    std::size_t reports_ = 0;
    std::size_t replaced_ = 0;
};

/// Which of the images in its file a record is of, from 0.
int page_of(const nlohmann::json& record);

/// The string of a member; empty where it is null or missing.
std::string member_or_empty(const nlohmann::json& object, std::string_view key);

}  // namespace glimpse
