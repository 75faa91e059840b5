#include "system/directory_walk.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "system/natural_order.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace {

class Walker {
  public:
    explicit Walker(const DirectoryWalk& walk) : walk_(walk) {}

    void enter(const fs::path& directory) {
        std::error_code failure;
        const fs::path real = fs::canonical(directory, failure);
        if (!failure && !entered_.insert(real).second) return walk_.met_again(directory);
        for (fs::directory_iterator entry(directory, failure), end; !failure && entry != end;
             entry.increment(failure)) {
            visit(*entry);
        }
        if (failure) walk_.failed(directory, failure);
    }

    /// After all directories below the first one, in natural order, so that the order in which a directory
    /// lists its entries decides nothing.
    void follow_links() {
        while (!links_.empty()) {
            std::vector<std::string> links = std::exchange(links_, {});
            std::ranges::sort(links, comes_before);
            for (const std::string& link : links) enter(link);
        }
    }

  private:
    void visit(const fs::directory_entry& entry) {
        std::error_code unreadable;
        if (!walk_.visit(entry) || !entry.is_directory(unreadable)) return;
        if (entry.is_symlink(unreadable)) {
            links_.push_back(entry.path().string());
        } else {
            enter(entry.path());
        }
    }

    const DirectoryWalk& walk_;
    std::set<fs::path> entered_;  ///< canonical paths
    std::vector<std::string> links_;
};

}  // namespace

void walk_through(const fs::path& directory, const DirectoryWalk& walk) {
    Walker walker(walk);
    walker.enter(directory);
    walker.follow_links();
}

}  // namespace glimpse
