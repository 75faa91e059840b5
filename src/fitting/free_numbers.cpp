#include "fitting/free_numbers.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::fitting {

namespace {

constexpr double infinite = std::numeric_limits<double>::infinity();

/// Whether the name is some neighbouring parts of the pointer: "box", "box/0" and "0" are of "/box/0".
bool has_part(const std::string& pointer, const std::string& name) {
    return !name.empty() && (pointer + "/").find("/" + name + "/") != std::string::npos;
}

/// What may be said in place of a name that nothing has.
std::vector<std::string_view> names_in(const std::vector<std::string>& pointers) {
    std::vector<std::string_view> names;
    for (const std::string& pointer : pointers) {
        const std::string_view all = std::string_view(pointer).substr(1);
        names.push_back(all);
        for (std::size_t end = all.find('/'); end != std::string_view::npos; end = all.find('/', end + 1))
            names.push_back(all.substr(0, end));
        const std::size_t last = all.rfind('/');
        if (last != std::string_view::npos) names.push_back(all.substr(last + 1));
    }
    std::ranges::sort(names);
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

std::vector<std::size_t> named(const GlimpseModel& model, const std::string& name, const std::string& field) {
    const std::vector<std::string>& pointers = model.pointers();
    if (name.empty()) throw InvalidOption(field, "a name is empty; leave out the comma beside it");
    std::vector<std::size_t> found;
    for (std::size_t k = 0; k < pointers.size(); ++k) {
        if (has_part(pointers[k], name)) found.push_back(k);
    }
    if (!found.empty()) return found;
    std::vector<std::string> all;
    std::ranges::transform(pointers, std::back_inserter(all), name_of);
    constexpr std::size_t most = 12;
    const std::size_t others = all.size() > most ? all.size() - most : 0;
    all.resize(all.size() - others);
    throw InvalidOption(field,
                        "no number of the glimpse that can be fitted has that name" +
                            did_you_mean(name, names_in(pointers)) + "; there are " + join(all) +
                            (others > 0 ? " and " + std::to_string(others) + " more" : ""),
                        name);
}

std::vector<bool> chosen(const GlimpseModel& model, const FitOptions& options) {
    std::vector<bool> is_free(model.pointers().size(), options.free.empty());
    for (const std::string& name : options.free) {
        for (const std::size_t k : named(model, name, "free")) is_free[k] = true;
    }
    for (const std::string& name : options.held) {
        for (const std::size_t k : named(model, name, "held")) is_free[k] = false;
    }
    return is_free;
}

struct BoundKind {
    std::string field;
    bool is_lower;
};

void add_bound(const GlimpseModel& model, const FitBound& bound, const BoundKind& kind,
               const std::vector<bool>& is_free, FreeNumbers& numbers) {
    const std::vector<std::size_t> found = named(model, bound.parameter, kind.field);
    if (found.size() > 1) {
        throw InvalidOption(
            kind.field, "a bound is of one number, and " + std::to_string(found.size()) + " have that name",
            bound.parameter);
    }
    const std::size_t k = found.front();
    if (!is_free[k])
        throw InvalidOption(kind.field, "that number is held, and needs no bound", bound.parameter);
    const double start = model.start()[k];
    if (!(kind.is_lower ? start >= bound.value : start <= bound.value)) {
        throw InvalidOption(kind.field,
                            "the start is within its bounds, and here it is " + number_text(start) +
                                (kind.is_lower ? " < " : " > ") + number_text(bound.value),
                            bound.parameter);
    }
    double& place = (kind.is_lower ? numbers.lower : numbers.upper)[k];
    if (std::isfinite(place)) throw InvalidOption(kind.field, "that number has two", bound.parameter);
    place = bound.value;
    if (numbers.lower[k] == numbers.upper[k]) {
        throw InvalidOption(
            kind.field, "both bounds are the same; hold the number with " + field_name("held") + " instead",
            bound.parameter);
    }
}

}  // namespace

Numbers FreeNumbers::of(const Numbers& all) const {
    Numbers some;
    for (const std::size_t k : which) some.push_back(all[k]);
    return some;
}

Numbers FreeNumbers::in(Numbers all, const double* some) const {
    for (std::size_t k = 0; k < which.size(); ++k) all[which[k]] = some[k];
    return all;
}

bool FreeNumbers::allows(const Numbers& all) const {
    return std::ranges::all_of(which,
                               [&](std::size_t k) { return all[k] >= lower[k] && all[k] <= upper[k]; });
}

std::string name_of(const std::string& pointer) {
    return pointer.substr(1);
}

FreeNumbers free_numbers(const GlimpseModel& model, const FitOptions& options) {
    if (model.pointers().empty()) {
        throw InvalidParameter(
            "", "the glimpse has no number that can be fitted; those of arrays, as a grid's, are not");
    }
    const std::vector<bool> is_free = chosen(model, options);
    FreeNumbers numbers{
        .which = {}, .lower = Numbers(is_free.size(), -infinite), .upper = Numbers(is_free.size(), infinite)};
    for (std::size_t k = 0; k < is_free.size(); ++k) {
        if (is_free[k]) numbers.which.push_back(k);
    }
    if (numbers.which.empty())
        throw InvalidOption("held", "all numbers are held, and nothing is left to be fitted");
    for (const FitBound& bound : options.lower) add_bound(model, bound, {"lower", true}, is_free, numbers);
    for (const FitBound& bound : options.upper) add_bound(model, bound, {"upper", false}, is_free, numbers);
    return numbers;
}

}  // namespace glimpse::fitting
