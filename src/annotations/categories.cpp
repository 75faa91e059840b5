#include "annotations/categories.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::annotations {

namespace {

/// The first words, and how many there are more.
std::string first_of(const std::set<std::string>& words) {
    constexpr std::size_t most = 20;
    if (words.size() <= most) return join(words);
    const std::vector<std::string> first(words.begin(), std::next(words.begin(), most));
    return join(first) + " and " + std::to_string(words.size() - most) + " more";
}

/// Throws `InvalidOption` where a wanted category is none. Returns the names of all.
std::set<std::string> require_known(const std::vector<std::string>& wanted, const DataSet& set) {
    std::set<std::string> known(set.categories.begin(), set.categories.end());
    std::set<std::string> numbers(set.numbers.begin(), set.numbers.end());
    for (const AnnotatedImage& image : set.images) {
        for (const AnnotatedBox& box : image.boxes) {
            if (!box.category->name.empty()) known.insert(box.category->name);
            numbers.insert(box.category->number);
        }
    }
    // Where only boxes name categories, those of a file that cannot be read, which fails by itself, are
    // unknown.
    const auto has_problem = [](const AnnotatedImage& image) { return !image.problem.empty(); };
    if (set.categories.empty() && std::ranges::any_of(set.images, has_problem)) return known;
    for (const std::string& category : wanted) {
        if (known.contains(category) || numbers.contains(category)) continue;
        throw InvalidOption("annotations.categories",
                            known.empty()
                                ? "the annotations have no categories"
                                : "there is no '" + category + "', only " + first_of(known) +
                                      (set.place_of_names.empty()
                                           ? ""
                                           : "; names of classes are read from " + set.place_of_names));
    }
    return known;
}

}  // namespace

std::shared_ptr<const BoxCategory> CategoryTable::shared(const std::string& name, const std::string& number) {
    auto& category = known_[{name, number}];
    if (!category) category = new_category(name, number);
    return category;
}

void CategoryTable::share(std::vector<AnnotatedBox>& boxes) {
    for (AnnotatedBox& box : boxes) {
        if (box.category != no_category()) box.category = shared(box.category->name, box.category->number);
    }
}

void resolve_categories(DataSet& set) {
    for (const auto& [number, name] : set.names) {
        set.categories.push_back(name);
        set.numbers.push_back(number);
    }
    if (set.names.empty()) return;
    CategoryTable named;
    for (AnnotatedImage& image : set.images) {
        for (AnnotatedBox& box : image.boxes) {
            const auto name = set.names.find(box.category->number);
            if (name != set.names.end()) box.category = named.shared(name->second, name->first);
        }
    }
}

void keep_categories(DataSet& set, const std::vector<std::string>& wanted) {
    if (wanted.empty()) return;
    const std::set<std::string> names = require_known(wanted, set);
    const auto is_wanted = [&](const std::string& category) {
        return std::ranges::find(wanted, category) != wanted.end();
    };
    const auto is_wanted_number = [&](const std::string& number) {
        return !number.empty() && !names.contains(number) && is_wanted(number);
    };
    for (AnnotatedImage& image : set.images) {
        std::erase_if(image.boxes, [&](const AnnotatedBox& box) {
            const auto& [name, number] = *box.category;
            if (box.problem && name.empty()) return false;  // it may have been one of them
            return !is_wanted(name) && !is_wanted_number(number);
        });
    }
}

}  // namespace glimpse::annotations

namespace glimpse {

const std::shared_ptr<const BoxCategory>& no_category() {
    static const auto none = std::make_shared<const BoxCategory>();
    return none;
}

}  // namespace glimpse
