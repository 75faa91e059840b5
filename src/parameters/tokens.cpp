#include "parameters/tokens.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <variant>

#include "glimpse/error.hpp"
#include "glimpse/memory_budget.hpp"
#include "glimpse/words.hpp"
#include "mechanisms/tokens.hpp"
#include "parameters/array_reference.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr std::array<std::string_view, 7> token_keys{"layer", "head",    "query",  "prefix",
                                                     "grid",  "rollout", "discard"};
constexpr std::array<std::pair<std::string_view, HeadFusion>, 3> fusions{
    {{"mean", HeadFusion::mean}, {"max", HeadFusion::max}, {"min", HeadFusion::min}}};
constexpr std::string_view each_head = "each";
constexpr std::string_view class_token = "cls";

/// What the axes of an array are, but for those of length 1 that are too many.
struct Axes {
    std::optional<std::size_t> layers{};  ///< how many; none: there is no such axis
    std::optional<std::size_t> heads{};
    std::optional<std::size_t> queries{};  ///< none: rows were taken already
    bool has_taken_query = false;          ///< whose axis, of length 1, was kept
    std::size_t tokens = 0;                ///< N

    [[nodiscard]] std::size_t count() const {
        return std::size_t{1} + (layers ? 1 : 0) + (heads ? 1 : 0) + (queries ? 1 : 0);
    }
    [[nodiscard]] bool are_square() const { return queries == tokens; }
};

/// What is made of an array.
struct TokenMap {
    Axes axes;
    std::size_t layer = 0;  ///< of a rollout, the last
    /// One head, or how all are fused.
    std::variant<HeadFusion, std::size_t> head = HeadFusion::mean;
    bool of_each_head = false;  ///< whether all are glimpses
    /// A token, or a point of the image, edge coordinates.
    std::variant<std::size_t, Point> query = std::size_t{0};
    std::size_t prefix = 1;
    Size grid{};
    bool is_rollout = false;
    double discard = 0;
};

class TokenSource : public ReferencedMap {
  public:
    TokenSource(ArrayPlace place, TokenMap map) : place_(std::move(place)), map_(map) {}

    [[nodiscard]] std::string_view field() const override { return "/tokens"; }
    [[nodiscard]] WrittenParameters::Json written() const override;
    [[nodiscard]] std::optional<std::size_t> element() const override {
        return map_.of_each_head ? std::get<std::size_t>(map_.head) : place_.element();
    }
    [[nodiscard]] Size size() const override { return map_.grid; }
    [[nodiscard]] bool is_of_tokens() const override { return true; }
    [[nodiscard]] double coarse_step() const override { return place_.array().type().coarse_step(); }
    [[nodiscard]] std::int64_t working() const override;
    [[nodiscard]] bool needs_region() const override { return std::holds_alternative<Point>(map_.query); }
    [[nodiscard]] cv::Mat values(const Box* region) const override;
    void close() const override { place_.files->close(); }

  private:
    [[nodiscard]] std::size_t query(const Box* region) const;
    [[nodiscard]] std::vector<double> row(const Array& array, std::size_t query) const;
    [[nodiscard]] std::vector<double> rolled_out(const Array& array, std::size_t query) const;
    void add_heads(const Array& layer, std::size_t query, std::size_t first, FusedHeads& fused) const;
    [[nodiscard]] HeadFusion fusion() const {
        const auto* fusion = std::get_if<HeadFusion>(&map_.head);
        return fusion ? *fusion : HeadFusion::mean;  // of one
    }
    [[nodiscard]] std::size_t heads() const {
        return std::holds_alternative<HeadFusion>(map_.head) ? map_.axes.heads.value_or(1) : 1;
    }

    ArrayPlace place_;
    TokenMap map_;
};

/// Of the axes that there are, so that they are taken for the same ones again.
WrittenParameters::Json TokenSource::written() const {
    WrittenParameters::Json tokens = place_.written();
    if (map_.axes.layers) tokens["layer"] = map_.layer;
    if (map_.axes.heads) {
        const auto* one = std::get_if<std::size_t>(&map_.head);
        tokens["head"] = one ? WrittenParameters::Json(*one) : word_of<HeadFusion>(fusions, fusion());
    }
    if (const auto* point = std::get_if<Point>(&map_.query)) {
        tokens["query"] = {centre_from_edge(point->x), centre_from_edge(point->y)};
    } else if (map_.axes.queries) {
        tokens["query"] = std::get<std::size_t>(map_.query);
    }
    tokens["prefix"] = map_.prefix;
    tokens["grid"] = {map_.grid.height, map_.grid.width};
    if (map_.is_rollout) tokens["rollout"] = true;
    if (map_.discard > 0) tokens["discard"] = map_.discard;
    return tokens;
}

std::int64_t TokenSource::working() const {
    const auto tokens = static_cast<std::int64_t>(map_.axes.tokens);
    const std::int64_t rows = bounded_product(3, tokens);
    // The fused matrix, and of what is discarded its copy, which is sorted.
    const std::int64_t matrices = map_.is_rollout ? (map_.discard > 0 ? 2 : 1) : 0;
    return std::min(rows + bounded_product(bounded_product(matrices, tokens), tokens), most_bytes);
}

std::size_t TokenSource::query(const Box* region) const {
    const auto* point = std::get_if<Point>(&map_.query);
    if (!point) return std::get<std::size_t>(map_.query);
    if (const auto cell = cell_at(*point, *region, map_.grid)) return map_.prefix + *cell;
    throw InvalidParameter("/tokens/query", "the point [" + number_text(centre_from_edge(point->x)) + ", " +
                                                number_text(centre_from_edge(point->y)) +
                                                "] lies outside the map, which is on " + to_string(*region) +
                                                " of the image");
}

/// The array without the axes of length 1 that are too many.
Array of_axes(Array array, const Axes& axes) {
    if (axes.has_taken_query) array = array.take(array.shape().size() - 2, 0);
    for (const std::size_t axis : spare_axes(array.shape(), axes.count())) array = array.take(axis, 0);
    return array;
}

/// Adds the rows of the layer's heads, of that query where there are several.
void TokenSource::add_heads(const Array& layer, std::size_t query, std::size_t first,
                            FusedHeads& fused) const {
    std::vector<double> row(map_.axes.tokens);
    for (std::size_t k = 0; k < heads(); ++k) {
        const auto* chosen = std::get_if<std::size_t>(&map_.head);
        const Array head = map_.axes.heads ? layer.take(0, chosen ? *chosen : k) : layer;
        (map_.axes.queries ? head.take(0, query) : head).read(row);
        fused.add(k, row, first);
    }
}

std::vector<double> TokenSource::row(const Array& array, std::size_t query) const {
    FusedHeads fused(fusion(), map_.axes.tokens);
    add_heads(map_.axes.layers ? array.take(0, map_.layer) : array, query, 0, fused);
    return std::move(fused).of(heads());
}

std::vector<double> TokenSource::rolled_out(const Array& array, std::size_t query) const {
    const std::size_t tokens = map_.axes.tokens;
    Rollout rollout(tokens, query);
    for (std::size_t l = map_.layer + 1; l-- > 0;) {
        const Array layer = array.take(0, l);
        FusedHeads fused(fusion(), tokens * tokens);
        for (std::size_t i = 0; i < tokens; ++i) add_heads(layer, i, i * tokens, fused);
        std::vector<double> attention = std::move(fused).of(heads());
        const auto negative = std::ranges::find_if(attention, [](double a) { return a < 0; });
        if (negative != attention.end()) {
            const auto at = static_cast<std::size_t>(negative - attention.begin());
            throw Error(
                "a rollout is of attention, which is ≥ 0, as it is behind its softmax; that of layer " +
                std::to_string(l) + (heads() > 1 ? ", its heads fused, is " : " is ") +
                number_text(*negative) + " at [" + std::to_string(at / tokens) + ", " +
                std::to_string(at % tokens) + "]");
        }
        discard_lowest(attention, map_.discard);
        rollout.through(attention);
    }
    return rollout.row();
}

cv::Mat TokenSource::values(const Box* region) const {
    const Array array = of_axes(place_.array(), map_.axes);
    const std::size_t from = query(region);
    const std::vector<double> row = map_.is_rollout ? rolled_out(array, from) : this->row(array, from);
    cv::Mat values(map_.grid.height, map_.grid.width, CV_64F);
    std::copy(row.begin() + static_cast<std::ptrdiff_t>(map_.prefix), row.end(), values.begin<double>());
    return values;
}

// Reading.

/// What is asked of an array, before its shape is looked at.
struct Wishes {
    std::optional<Value> layer, head, query, prefix, grid, discard;
    bool rollout = false;
};

std::optional<Value> member(const Value& value, std::string_view key) {
    return value.contains(key) ? std::optional(value.member(key)) : std::nullopt;
}

Wishes wishes_of(const Value& value) {
    Wishes wishes{.layer = member(value, "layer"),
                  .head = member(value, "head"),
                  .query = member(value, "query"),
                  .prefix = member(value, "prefix"),
                  .grid = member(value, "grid"),
                  .discard = member(value, "discard")};
    if (value.contains("rollout")) wishes.rollout = boolean(value.member("rollout"));
    if (wishes.discard && !wishes.rollout) {
        wishes.discard->fail(R"("discard" is of a rollout, and "rollout" is not true)");
    }
    return wishes;
}

constexpr const char* shapes_of_tokens =
    "(layers, heads, queries, tokens), (heads, queries, tokens), (queries, tokens), or these without the "
    "queries, of rows that were taken,";
constexpr const char* shapes_of_rollouts =
    "for a rollout (layers, heads, tokens, tokens), or (layers, tokens, tokens) and no \"head\",";

/// Throws where rows were taken, and the axes before them, but for that of a query, may be of heads, of
/// layers or of queries.
void require_said(const Reference& reference, const Wishes& wishes, std::span<const std::size_t> others,
                  bool may_be_matrices) {
    const auto several = std::ranges::count_if(others, [](std::size_t length) { return length > 1; });
    const bool is_said = several == 0 || wishes.layer || (several == 1 && wishes.head);
    if (is_said && !may_be_matrices) return;
    const char* remedy = R"(one of "layer", "head", and "query" as a number, says what the longer is)";
    if (several == 2) remedy = R"(one of "layer", and "query" as a number, says what the first is)";
    if (may_be_matrices)
        remedy = R"("query" as a number says that the last two are matrices, "index" drops the first ones)";
    reference.fail("of the shape " + shape_text(reference.array.shape()) +
                   " the axes before the last may be of layers, heads or queries; " + remedy);
}

/// Throws where the last two axes can only be of matrices, which are not square, and no query is a number.
[[noreturn]] void fail_without_query(const Reference& reference, const Wishes& wishes) {
    const Array::Shape& shape = reference.array.shape();
    reference.fail_at(
        wishes.query ? *wishes.query : reference.value,
        "of the shape " + shape_text(shape) +
            " the last two axes are of queries and of other tokens, as of cross attention; \"query\" as a "
            "number says which one looks, from 0 to " +
            std::to_string(shape[shape.size() - 2] - 1));
}

/// The axes of matrices, or of rows of them, of this shape.
Axes axes_of(const Reference& reference, const Wishes& wishes) {
    Array::Shape shape = reference.array.shape();
    const std::size_t all = shape.size();
    const bool has_queries =
        all > 1 && (shape[all - 1] == shape[all - 2] || (wishes.query && wishes.query->is_number()));
    Axes axes;
    // Kept by whoever took the class token's rows, unless layers and heads are all that there is before them.
    axes.has_taken_query =
        !has_queries && all > 2 && shape[all - 2] == 1 && !(all == 3 && wishes.layer && wishes.head);
    if (axes.has_taken_query) shape.erase(shape.end() - 2);
    const std::size_t own = has_queries ? 2 : 1;
    shape = with_axes(std::move(shape), own + 2);
    if (!has_queries && shape.size() == own + 3) fail_without_query(reference, wishes);
    if (shape.size() < own || shape.size() > own + 2) reference.fail_shape(shapes_of_tokens);
    if (std::ranges::find(shape, std::size_t{0}) != shape.end()) reference.fail_shape("a length > 0");
    axes.tokens = shape.back();
    if (axes.tokens > std::numeric_limits<int>::max()) reference.fail_shape("fewer tokens");
    if (has_queries) axes.queries = shape[shape.size() - 2];
    const std::span others(shape.data(), shape.size() - own);
    if (!has_queries && wishes.rollout) reference.fail_shape(shapes_of_rollouts);
    if (!has_queries) require_said(reference, wishes, others, all > 3 && !axes.has_taken_query);
    // A rollout needs layers, whose heads may be fused already.
    const bool are_layers = others.size() == 1 && !wishes.head && (wishes.rollout || wishes.layer);
    if (others.size() == 2 || are_layers) axes.layers = others.front();
    if (!others.empty() && !are_layers) axes.heads = others.back();
    return axes;
}

/// The place that an integer names on an axis of the array, of so many.
std::size_t position(const Reference& reference, const Value& value, std::size_t count,
                     const std::string& of_what, const char* because = "") {
    const std::int64_t given = integer(value);
    if (const auto place = position_of(given, count)) return *place;
    reference.fail_at(value, "there is no " + of_what + " " + std::to_string(given) + ": of " +
                                 std::to_string(count) + " in the shape " +
                                 shape_text(reference.array.shape()) + because + ", counted from 0");
}

/// Throws for a rollout of what are no layers, or may be heads behind the axis of a batch.
void require_layers(const Reference& reference, const Wishes& wishes, const Axes& axes) {
    if (!axes.layers || !axes.are_square()) reference.fail_shape(shapes_of_rollouts);
    if (wishes.layer || *axes.layers > 1 || axes.heads.value_or(1) == 1) return;
    reference.fail("of the shape " + shape_text(reference.array.shape()) +
                   " a rollout has one layer to follow; \"index\": [0] makes layers of the second axis, "
                   "\"layer\": 0 says that it is of heads");
}

void take_layer(const Reference& reference, const Wishes& wishes, TokenMap& map) {
    if (wishes.rollout) require_layers(reference, wishes, map.axes);
    if (map.axes.layers) map.layer = *map.axes.layers - 1;
    if (!wishes.layer) return;
    if (!map.axes.layers) reference.fail_shape("for \"layer\" an axis of layers before that of heads");
    map.layer = position(reference, *wishes.layer, *map.axes.layers, "layer");
}

void take_head(const Reference& reference, const Wishes& wishes, const ReadingContext& context,
               TokenMap& map) {
    if (!wishes.head) return;
    if (!map.axes.heads) reference.fail_shape("for \"head\" an axis of heads");
    if (!wishes.head->is_string()) {
        if (!wishes.head->is_number()) wishes.head->fail_type(R"(a number, "mean", "max", "min" or "each")");
        map.head = position(reference, *wishes.head, *map.axes.heads, "head",
                            map.axes.layers ? ", whose first is taken for layers" : "");
        return;
    }
    if (text(*wishes.head) != each_head) {
        constexpr std::array<std::string_view, 4> words{"mean", "max", "min", each_head};
        map.head = fusions[word_index(*wishes.head, words)].second;
        return;
    }
    if (member(reference.value, "each").value_or(*wishes.head).is_number()) {
        wishes.head->fail(
            R"(each head, and each element of the axis that "each" names, are glimpses; only one can hold: )"
            R"(an entry for each element, which takes it by "index", has the heads of all)");
    }
    ReferencedElements& elements = context.arrays->of_entry;
    const Reference heads{reference.value, reference.place, of_axes(reference.array, map.axes)};
    count_elements(heads, map.axes.layers ? 1 : 0, elements);
    map.head = elements.position;
    map.of_each_head = true;
}

void take_query(const Reference& reference, const Wishes& wishes, TokenMap& map) {
    if (!map.axes.queries) {
        if (wishes.query) {
            const Array::Shape& shape = reference.array.shape();
            wishes.query->fail("of the shape " + shape_text(shape) +
                               " the rows were taken already, and there is no query to choose" +
                               (shape.size() > 1 ? ", unless its number says that the last two axes are of "
                                                   "queries and of other tokens"
                                                 : ""));
        }
        return;
    }
    constexpr const char* queries = R"("cls", a token's number, or [x, y],)";
    const bool is_class = !wishes.query || wishes.query->is_string();
    if (wishes.query && is_class && text(*wishes.query) != class_token) wishes.query->fail_type(queries);
    if (is_class) {
        if (map.prefix > 0) return;
        (wishes.query ? *wishes.query : reference.value)
            .fail(R"(without a prefix there is no class token: say by "query" which token looks)");
    } else if (wishes.query->is_number()) {
        map.query = position(reference, *wishes.query, *map.axes.queries, "query");
    } else {
        if (!wishes.query->is_array()) wishes.query->fail_type(queries);
        const std::vector<double> point = numbers(*wishes.query, 2, "[x, y]");
        map.query = Point{edge_from_centre(point[0]), edge_from_centre(point[1])};
    }
}

void take_grid(const Reference& reference, const Wishes& wishes, TokenMap& map) {
    const std::size_t tokens = map.axes.tokens;
    if (map.prefix >= tokens) {
        reference.fail_at(wishes.prefix ? *wishes.prefix : reference.value,
                          "a prefix of " + std::to_string(map.prefix) + " leaves none of the " +
                              std::to_string(tokens) + " tokens that the shape " +
                              shape_text(reference.array.shape()) + " has");
    }
    const std::size_t cells = tokens - map.prefix;
    const std::string left = "the shape " + shape_text(reference.array.shape()) + " has " +
                             std::to_string(tokens) + " tokens, and a prefix of " +
                             std::to_string(map.prefix) + " leaves " + std::to_string(cells) + " of them";
    if (!wishes.grid) {
        const auto side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(cells))));
        if (static_cast<std::size_t>(side) * static_cast<std::size_t>(side) != cells) {
            reference.fail(left +
                           ", which make no square: \"grid\" says [rows, columns], \"prefix\" how many "
                           "class and register tokens are before them");
        }
        map.grid = {side, side};
        return;
    }
    const std::vector<int> lengths = integers(*wishes.grid, 2, "[rows, columns]");
    if (lengths[0] < 1 || lengths[1] < 1) wishes.grid->fail("rows and columns are at least 1");
    map.grid = {lengths[1], lengths[0]};
    if (static_cast<std::size_t>(map.grid.area()) == cells) return;
    reference.fail_at(*wishes.grid, left + "; " + std::to_string(lengths[0]) + " rows of " +
                                        std::to_string(lengths[1]) + " columns need " +
                                        std::to_string(map.grid.area()));
}

}  // namespace

Key tokens_key() {
    const std::string integer = R"({"type": "integer"})";
    const std::string words = R"("anyOf": [)" + integer + R"(, {"enum": [)";
    return {
        .name = "tokens",
        .forms = {"tokens"},
        .type = {"{file, array, index, each, layer, head, query, prefix, grid, rollout, discard}",
                 "0 ≤ discard < 1",
                 std::string(R"("type": "object", "required": ["file"], "additionalProperties": false, )") +
                     R"("properties": {)" + std::string(reference_properties) + R"(, "layer": )" + integer +
                     R"(, "head": {)" + words + R"("mean", "max", "min", "each"]}]}, "query": {)" + words +
                     R"("cls"]}, {"type": "array", "minItems": 2, "maxItems": 2, )"
                     R"("items": {"type": "number"}}]}, )"
                     R"("prefix": {"type": "integer", "minimum": 0}, )"
                     R"("grid": {"type": "array", "minItems": 2, "maxItems": 2, )"
                     R"("items": {"type": "integer", "minimum": 1}}, "rollout": {"type": "boolean"}, )"
                     R"("discard": {"type": "number", "minimum": 0, "exclusiveMaximum": 1}}, )"
                     R"("dependentSchemas": {"discard": {"required": ["rollout"], )"
                     R"("properties": {"rollout": {"const": true}}}})"},
        .meaning = "Attention matrices of a transformer, a row of which becomes the map."};
}

Mask::FileForm read_tokens(const Value& value, const ReadingContext& context) {
    if (!value.is_object()) value.fail_type("a reference to attention matrices");
    const Wishes wishes = wishes_of(value);
    Reference reference = looked_up(value, context, token_keys);
    TokenMap map{.axes = axes_of(reference, wishes), .is_rollout = wishes.rollout};
    if (wishes.prefix) {
        const int prefix = integer(*wishes.prefix);
        if (prefix < 0) wishes.prefix->fail("a prefix is ≥ 0, not " + std::to_string(prefix));
        map.prefix = static_cast<std::size_t>(prefix);
    }
    if (wishes.discard) {
        map.discard = number(*wishes.discard);
        if (map.discard < 0 || map.discard >= 1)
            wishes.discard->fail("a share to discard is ≥ 0 and < 1, not " + number_text(map.discard));
    }
    take_layer(reference, wishes, map);
    take_head(reference, wishes, context, map);
    take_grid(reference, wishes, map);
    take_query(reference, wishes, map);
    return {.path = reference.place.path,
            .values = {},
            .array = std::make_shared<const TokenSource>(std::move(reference.place), map)};
}

}  // namespace glimpse::parameters
