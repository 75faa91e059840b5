#include "glimpse/mechanisms/points.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <opencv2/core/mat.hpp>
#include <utility>
#include <variant>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr const char* rows_words = "an array of rows [x, y, weight]";
constexpr std::string_view mean_head = "mean";
constexpr std::string_view head_of_each = "each";
constexpr std::string_view all_levels = "all";

/// An array that was looked up, without the axes of a batch of one.
struct SampledArray {
    Reference reference;
    Array array;
    std::size_t axes;  ///< of all queries

    [[nodiscard]] bool has_queries() const { return array.shape().size() == axes; }
};

/// Throws `UsageError` where "index" or "each" takes anything but the first axes: heads, levels and points
/// have keys of their own.
void require_leading_axes(const Reference& reference) {
    const Value& value = reference.value;
    if (value.contains("index")) {
        for (const Value& one : elements(value.member("index"), "an array of integers")) {
            if (one.is_number()) continue;
            reference.fail_at(one,
                              R"(an index takes the batch and the query, in their order: "query", "head" )"
                              R"(and "level" choose the others)");
        }
    }
    if (!value.contains("each") || !value.member("each").is_number()) return;
    const Value each = value.member("each");
    if (integer(each) == 0) return;
    reference.fail_at(each, R"("each" is 0, the axis of the queries once an "index" has taken the batch; )"
                            R"("head": "each" makes a glimpse of each head)");
}

/// Throws `UsageError` where two references take other elements along an axis.
void require_same_elements(const Reference& locations, const Reference& weights) {
    for (const char* const key : {"index", "each"}) {
        const bool is_there = locations.value.contains(key);
        if (is_there == weights.value.contains(key) &&
            (!is_there || *locations.value.member(key).json == *weights.value.member(key).json))
            continue;
        weights.fail("the same \"" + std::string(key) + "\" as that of the sampling locations is needed");
    }
}

/// Of `axes` axes, which `words` name, or one more of a batch, or one less where "index" or "each" has taken
/// a query.
SampledArray sampled_array(const Value& value, std::size_t axes, const std::string& words,
                           const ReadingContext& context) {
    Reference reference = looked_up(value, context);
    require_leading_axes(reference);
    Array array = reference.array;
    const Array::Shape& shape = array.shape();
    if (shape.size() == axes + 1) {
        if (shape.front() != 1) {
            reference.fail("of the shape " + shape_text(shape) +
                           " the first axis is of the images of a batch: \"index\": [n] says which is meant, "
                           "\"each\": \"image\" that each image of the run has its own");
        }
        array = array.take(0, 0);
    }
    const std::size_t left = array.shape().size();
    const bool has_numbers = std::ranges::find(array.shape(), std::size_t{0}) == array.shape().end();
    if ((left != axes && left + 1 != axes) || !has_numbers) {
        reference.fail_shape(words +
                             ", or this with a first axis, of a batch, or without its first, of queries,");
    }
    return {std::move(reference), std::move(array), axes};
}

/// The place that an integer names on an axis of so many.
std::size_t position(const SampledArray& array, const Value& value, std::size_t count,
                     const std::string& what) {
    const std::int64_t given = integer(value);
    if (const auto place = position_of(given, count)) return *place;
    array.reference.fail_at(value, "there is no " + what + " " + std::to_string(given) + ": of " +
                                       std::to_string(count) + " in the shape " +
                                       shape_text(array.reference.array.shape()) + ", counted from 0");
}

/// The locations (queries, heads, levels, points, 2) and weights (queries, heads, levels, points) of an
/// entry.
struct Sampling {
    SampledArray locations;
    SampledArray weights;

    void require_alike() const;
    void take_query(Entry& entry);
    [[nodiscard]] std::vector<std::size_t> heads(Entry& entry, const ReadingContext& context) const;
    [[nodiscard]] std::vector<std::size_t> levels(Entry& entry) const;
};

void Sampling::require_alike() const {
    Array::Shape shape = locations.array.shape();
    if (shape.back() != 2) {
        locations.reference.fail_shape("(queries, heads, levels, points, 2), whose last axis has x and y,");
    }
    shape.pop_back();
    if (shape == weights.array.shape()) return;
    weights.reference.fail_shape(shape_text(shape) + ", that of the sampling locations without x and y,");
}

void Sampling::take_query(Entry& entry) {
    const std::optional<Value> query = entry.take("query");
    if (!locations.has_queries()) {
        if (query) {
            query->fail("of the shape " + shape_text(locations.reference.array.shape()) +
                        " a query was taken already, and there is none to choose");
        }
        return;
    }
    const std::size_t count = locations.array.shape().front();
    if (!query && count > 1) {
        entry.fail("the key \"query\" is missing, which says whose points are meant, of " +
                   std::to_string(count));
    }
    const std::size_t taken = query ? position(locations, *query, count, "query") : 0;
    locations.array = locations.array.take(0, taken);
    weights.array = weights.array.take(0, taken);
}

std::vector<std::size_t> every(std::size_t count) {
    std::vector<std::size_t> all(count);
    for (std::size_t k = 0; k < count; ++k) all[k] = k;
    return all;
}

/// Of arrays whose query is taken.
std::vector<std::size_t> Sampling::heads(Entry& entry, const ReadingContext& context) const {
    const std::size_t count = locations.array.shape().front();
    const std::optional<Value> head = entry.take("head");
    if (!head) return every(count);
    if (!head->is_string()) {
        if (!head->is_number()) head->fail_type(R"(a number, "mean" or "each")");
        return {position(locations, *head, count, "head")};
    }
    if (word_index(*head, std::array{mean_head, head_of_each}) == 0) return every(count);
    const Value& reference = locations.reference.value;
    if (reference.contains("each") && reference.member("each").is_number()) {
        head->fail(
            R"(each head, and each element of the axis that "each" names, are glimpses; only one can hold)");
    }
    ReferencedElements& elements = context.arrays->of_entry;
    count_elements({reference, locations.reference.place, locations.array}, 0, elements);
    return {elements.position};
}

std::vector<std::size_t> Sampling::levels(Entry& entry) const {
    const std::size_t count = locations.array.shape()[1];
    const std::optional<Value> level = entry.take("level");
    if (!level) return every(count);
    if (level->is_number()) return {position(locations, *level, count, "level")};
    if (!level->is_string()) level->fail_type(R"(a number or "all")");
    word_index(*level, std::array{all_levels});
    return every(count);
}

std::vector<double> numbers_of(const Reference& reference, const Array& array) {
    std::vector<double> numbers(array.count());
    try {
        array.read(numbers);
    } catch (const Error& error) {
        reference.fail(error.what());
    }
    return numbers;
}

std::vector<AttendedPoint> sampled_points(Entry& entry, const ReadingContext& context) {
    const std::string because = "points takes \"sampling_locations\" and \"attention_weights\" together";
    const Value locations_of = entry.need("sampling_locations", because);
    const Value weights_of = entry.need("attention_weights", because);
    Sampling sampling{sampled_array(locations_of, 5, "(queries, heads, levels, points, 2)", context),
                      sampled_array(weights_of, 4, "(queries, heads, levels, points)", context)};
    require_same_elements(sampling.locations.reference, sampling.weights.reference);
    sampling.require_alike();
    sampling.take_query(entry);
    const std::vector<std::size_t> heads = sampling.heads(entry, context);
    const std::vector<std::size_t> levels = sampling.levels(entry);
    const std::size_t of_level = sampling.locations.array.shape()[2];
    count_listed(sampling.locations.reference.value, 3 * heads.size() * levels.size() * of_level, context);
    std::vector<AttendedPoint> points;
    for (const std::size_t head : heads) {
        for (const std::size_t level : levels) {
            const auto part = [&](const SampledArray& of) {
                return numbers_of(of.reference, of.array.take(0, head).take(0, level));
            };
            const std::vector<double> locations = part(sampling.locations);
            const std::vector<double> weights = part(sampling.weights);
            for (std::size_t k = 0; k < of_level; ++k) {
                points.push_back({{locations[2 * k], locations[2 * k + 1]},
                                  weights[k] / static_cast<double>(heads.size())});
            }
        }
    }
    return points;
}

std::vector<AttendedPoint> listed_points(const Value& value, const ReadingContext& context) {
    std::vector<double> numbers;
    if (is_reference(value)) {
        const Reference reference = looked_up(value, context);
        const Array::Shape shape = with_axes(reference.array.shape(), 2);
        if (shape.size() != 2 || shape[0] == 0 || shape[1] != 3)
            reference.fail_shape("(N, 3), whose rows are x, y and a weight,");
        static constexpr std::array<std::string_view, 3> columns{"x", "y", "weight"};
        require_columns(reference, columns, context, "bring them into this order");
        count_listed(value, reference.array.count(), context);
        numbers = numbers_of(reference, reference.array);
    } else {
        for (const Value& row : elements(value, rows_words)) {
            const std::vector<double> point = json::numbers(row, 3, "[x, y, weight]");
            numbers.insert(numbers.end(), point.begin(), point.end());
        }
    }
    std::vector<AttendedPoint> points;
    for (std::size_t k = 0; k < numbers.size(); k += 3)
        points.push_back({{numbers[k], numbers[k + 1]}, numbers[k + 2]});
    return points;
}

Mechanism read_points(Entry& entry, const Form& form, const ReadingContext& context) {
    DeformablePoints points;
    if (form.is("points")) {
        points.points =
            std::make_shared<const std::vector<AttendedPoint>>(listed_points(*entry.take("points"), context));
    } else {
        points.points = std::make_shared<const std::vector<AttendedPoint>>(sampled_points(entry, context));
        entry.stand_for("attention_weights", {"points"});
    }
    if (const std::optional<Value> reference = entry.take("reference")) {
        const auto [x, y] = point(*reference, context);
        points.reference = Point{x, y};
    }
    return points;
}

void write_points(const Mechanism& mechanism, WrittenParameters& written) {
    const DeformablePoints& points = std::get<DeformablePoints>(mechanism);
    cv::Mat rows(static_cast<int>(points.points->size()), 3, CV_64F);
    int k = 0;
    for (const auto& [location, weight] : *points.points) {
        auto* const row = rows.ptr<double>(k++);
        row[0] = location.x;
        row[1] = location.y;
        row[2] = weight;
    }
    written.add_rows("points", rows);
    if (points.reference) written.add("reference", {points.reference->x, points.reference->y});
}

/// A number, or one of the words.
Type number_or_word_type(std::string_view words, std::string_view schema_of_words) {
    return {std::string(words), "",
            R"("anyOf": [{"type": "integer"}, {"enum": [)" + std::string(schema_of_words) + "]}]"};
}

Key array_key(std::string_view name, std::string_view meaning) {
    return {.name = name,
            .forms = {"sampling_locations"},
            .type = {"a reference", "", std::string(reference_schema)},
            .meaning = meaning};
}

}  // namespace

Description points_description() {
    const std::vector<std::string_view> sampled{"sampling_locations"};
    constexpr std::string_view unit = "fractions of the image's width and height";
    Key locations =
        array_key("sampling_locations",
                  "Where each query looks, (queries, heads, levels, points, 2), x before y, from the "
                  "image's top left edge.");
    locations.unit = unit;
    return {
        .word = DeformablePoints::name,
        .meaning =
            "Deformable attention: the sum of sampling points, each times its weight; a glimpse of one "
            "pixel.",
        .forms = {{{"sampling_locations", "attention_weights"}}, {{"points"}}},
        .keys =
            {locations,
             array_key("attention_weights", "The weights of these, (queries, heads, levels, points)."),
             {.name = "query",
              .forms = sampled,
              .type = {"an integer", "", R"("type": "integer")"},
              .meaning =
                  "The query whose points are meant, from 0, or negative from the end; needed where there "
                  "are several."},
             {.name = "head",
              .forms = sampled,
              .type = number_or_word_type("a number, \"mean\" or \"each\"", R"("mean", "each")"),
              .default_value = R"("mean")",
              .meaning = "One of the heads, counted likewise; the mean of all; or a glimpse of each."},
             {.name = "level",
              .forms = sampled,
              .type = number_or_word_type("a number or \"all\"", R"("all")"),
              .default_value = R"("all")",
              .meaning =
                  "One of the levels, counted likewise, or the sum over all, for each of which the image "
                  "stands."},
             {.name = "points",
              .forms = {"points"},
              .type = or_reference(
                  {rows_words, "",
                   R"("type": "array", "minItems": 1, "items": {)" + numbers_type("", 3).schema + "}"}),
              .unit = unit,
              .meaning = "The points themselves, from the image's top left edge, each with its weight."},
             {.name = "reference",
              .type = or_reference(numbers_type("[x, y]", 2), true),
              .unit = unit,
              .meaning = "The reference point of the query, which figures show as a cross."}},
        .read = read_points,
        .write = write_points};
}

}  // namespace glimpse::parameters
