#include "annotations/image_locator.hpp"

#include <algorithm>
#include <utility>

#include "system/presence.hpp"
#include "system/relative_name.hpp"

namespace glimpse::annotations {

namespace fs = std::filesystem;

namespace {

constexpr const char* not_there = "the annotations name it, and it is not there";

std::string ambiguous(const fs::path& one, const fs::path& other) {
    return "the annotations name it, and it may be " + one.string() + " or " + other.string();
}

}  // namespace

std::size_t common_suffix(std::string_view a, std::string_view b) {
    std::size_t components = 0;
    while (!a.empty() && !b.empty()) {
        const std::string_view last = a.substr(a.rfind('/') + 1);
        if (b.substr(b.rfind('/') + 1) != last) break;
        ++components;
        a.remove_suffix(std::min(last.size() + 1, a.size()));
        b.remove_suffix(std::min(last.size() + 1, b.size()));
    }
    return components;
}

std::string comparable(const fs::path& path, bool with_extension) {
    std::error_code ignored;
    fs::path normal = fs::absolute(path, ignored).lexically_normal();
    if (!with_extension) normal.replace_extension();
    return normal.string();
}

ImageLocator::ImageLocator(const ImageFiles& images) : images_(images) {
    const auto is_explicit = &ImageFile::named_explicitly;
    if (std::ranges::none_of(images.files, is_explicit)) return;  // the directories alone are asked
    for (const ImageFile& file : images.files) {
        by_name_.emplace(file.path.filename().string(), Candidate{&file, comparable(file.path)});
    }
}

AnnotatedImage ImageLocator::locate(const std::string& name, std::size_t position) {
    AnnotatedImage found = locate_as(name, position);
    if (!found.problem.empty() && name.find('\\') != std::string::npos) {
        // As Windows separates directories.
        std::string with_slashes = name;
        std::ranges::replace(with_slashes, '\\', '/');
        AnnotatedImage other = locate_as(with_slashes, position);
        if (!other.missing) found = std::move(other);
    }
    return found;
}

namespace {

/// What of an image's name leads on from a directory that ends as the name begins: "a.jpg" of
/// "val2017/a.jpg", from "images/val2017"; empty where it does not.
fs::path rest_behind(const fs::path& directory, const fs::path& name) {
    std::string path = comparable(directory);
    if (path.ends_with('/')) path.pop_back();
    const std::string text = name.lexically_normal().string();
    for (std::size_t end = text.find('/'); end != std::string::npos; end = text.find('/', end + 1)) {
        if (end > 0 && path.ends_with("/" + text.substr(0, end))) return text.substr(end + 1);
    }
    return {};
}

}  // namespace

std::vector<fs::path> ImageLocator::behind_directories(const fs::path& name, std::string& own) const {
    std::vector<fs::path> found;
    for (const fs::path& directory : images_.directories) {
        const fs::path rest = rest_behind(directory, name);
        if (rest.empty() || !may_be_there(directory / rest)) continue;
        found.push_back(directory / rest);
        own = fs::path(rest).replace_extension().string();
    }
    return found;
}

AnnotatedImage ImageLocator::locate_as(const std::string& name, std::size_t position) {
    const fs::path relative(name);
    AnnotatedImage image{.path = relative, .name = fs::path(relative).replace_extension().string()};
    std::vector<fs::path> found;
    for (const fs::path& directory : images_.directories) {
        image.problem = obstacle_in_name(relative);
        image.path = directory / relative;
        if (!image.problem.empty()) return image;
        if (may_be_there(image.path)) found.push_back(image.path);
    }
    if (found.empty()) found = behind_directories(relative, image.name);
    if (found.empty()) return among_files(std::move(image), relative, position);
    image.path = found.front();
    if (found.size() > 1) image.problem = ambiguous(found[0], found[1]);
    return image;
}

AnnotatedImage ImageLocator::among_files(AnnotatedImage image, const fs::path& name, std::size_t position) {
    const std::string normal = name.lexically_normal().string();
    std::vector<const ImageFile*> best;
    std::size_t most = 1;
    const auto [begin, end] = by_name_.equal_range(name.filename().string());
    for (auto candidate = begin; candidate != end; ++candidate) {
        const auto& [file, path] = candidate->second;
        const std::size_t common = common_suffix(path, normal);
        if (common > most) best.clear();
        if (common >= most) best.push_back(file);
        most = std::max(most, common);
    }
    // One that was found in a directory has its name from there.
    if (best.empty() || (best.size() == 1 && !best.front()->named_explicitly)) {
        image.missing = true;
        image.problem = not_there;
    } else if (best.size() > 1) {
        image.problem = ambiguous(best[0]->path, best[1]->path);
    } else {
        claims_[best.front()].push_back({position, normal, most, most == common_suffix(normal, normal)});
        return {.path = best.front()->path, .name = best.front()->name};
    }
    return image;
}

void ImageLocator::resolve_claims(std::vector<AnnotatedImage>& images) const {
    for (const auto& [file, claims] : claims_) {
        if (claims.size() > 1) resolve_claims(claims, *file, images);
    }
}

void ImageLocator::resolve_claims(const std::vector<Claim>& claims, const ImageFile& file,
                                  std::vector<AnnotatedImage>& images) {
    const auto fit = [](const Claim& claim) { return std::pair(claim.common, claim.is_whole); };
    const Claim& best = *std::ranges::max_element(claims, {}, fit);
    const auto fits_as_well = [&](const Claim& claim) { return fit(claim) == fit(best); };
    const auto rival = std::ranges::find_if(
        claims, [&](const Claim& claim) { return fits_as_well(claim) && claim.name != best.name; });
    for (const Claim& claim : claims) {
        AnnotatedImage& image = images[claim.position];
        if (!fits_as_well(claim)) {
            image.missing = true;
            image.problem = not_there;
        } else if (rival != claims.end()) {
            const std::string& other = claim.name == best.name ? rival->name : best.name;
            image.problem = file.path.string() + " may be it, or " + other +
                            " of the annotations; give the directory that these names are below";
        } else {
            continue;
        }
        image.path = claim.name;
        image.name = fs::path(claim.name).replace_extension().string();
    }
}

}  // namespace glimpse::annotations
