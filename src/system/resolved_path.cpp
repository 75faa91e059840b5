#include "system/resolved_path.hpp"

#include <list>
#include <system_error>
#include <utility>

namespace glimpse {

namespace fs = std::filesystem;

namespace {

/// Walks through a path from its root.
class Resolution {
  public:
    explicit Resolution(const fs::path& path) : left_(path.begin(), path.end()) {}

    fs::path end() {
        while (!left_.empty()) {
            const fs::path part = left_.front();
            left_.pop_front();
            step(part);
        }
        return at_;
    }

  private:
    void step(const fs::path& part) {
        if (part.empty() || part == ".") return;  // empty: behind a slash at the end
        if (part == "..") {
            at_ = at_.parent_path();  // without links, the directory above
            return;
        }
        at_ /= part;
        std::error_code unseen;
        if (fs::is_symlink(at_, unseen)) follow();
    }

    void follow() {
        std::error_code failure;
        if (fs::exists(at_, failure)) {
            // Links of /proc to pipes and deleted files stay: they lead elsewhere than they read.
            if (fs::path target = fs::canonical(at_, failure); !failure) at_ = std::move(target);
            return;
        }
        constexpr int most_links = 40;  // as the kernel
        const fs::path target = fs::read_symlink(at_, failure);
        if (failure || ++links_ > most_links) return;
        at_ = at_.parent_path();
        left_.insert(left_.begin(), target.begin(), target.end());
    }

    std::list<fs::path> left_;  ///< absolute ones begin with the root
    fs::path at_;
    int links_ = 0;
};

}  // namespace

fs::path resolved_path(const fs::path& path) {
    std::error_code failure;  // there is no name, or no working directory
    const fs::path whole = fs::absolute(path, failure);
    return failure ? path : Resolution(whole).end();
}

}  // namespace glimpse
