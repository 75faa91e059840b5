#include "parameters/array_reference.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "json/value.hpp"
#include "mechanisms/tokens.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr std::array<std::string_view, 4> reference_keys{"file", "array", "index", "each"};
constexpr std::array<std::string_view, 1> order_key{"order"};

/// Most elements that an entry takes one after another.
constexpr std::size_t most_elements = std::size_t{1} << 20;

/// Most numbers of all lists of a document: as many as fill the memory that its text may.
constexpr std::size_t most_listed = document_limit.bytes / sizeof(double);

void require_reference_keys(const Value& value, std::span<const std::string_view> more) {
    std::vector<std::string_view> keys(reference_keys.begin(), reference_keys.end());
    keys.insert(keys.end(), more.begin(), more.end());
    for (const std::string& key : value.keys()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
            fail_unknown_key(value.member(key), key, keys, keys);
        }
    }
}

/// What "each" is of the run's images, rather than an axis.
constexpr std::string_view of_images = "image";

/// The axis that "each" names, of this shape.
std::size_t axis_of(const Value& each, const Array::Shape& shape) {
    if (!each.is_number()) each.fail_type("the number of an axis, or \"image\",");
    const int given = integer(each);
    if (const auto axis = position_of(given, shape.size())) return *axis;
    each.fail("there is no axis " + std::to_string(given) + " in the shape " + shape_text(shape));
}

}  // namespace

void Reference::fail_at(const Value& key, const std::string& rule) const {
    key.fail(place.path.string() + (place.name.empty() ? "" : " " + in_quotes(place.name)) + ": " + rule);
}

void Reference::fail_shape(const std::string& wanted, const std::string& remedy) const {
    std::vector<std::string> numbers;
    for (const auto& number : place.part.index) numbers.push_back(number ? std::to_string(*number) : "null");
    fail((numbers.empty() ? "" : "at [" + join(numbers) + "] ") +
         (place.part.element ? "each element has" : "it has") + (" the shape " + shape_text(array.shape())) +
         "; " + wanted + " is needed here" + (remedy.empty() ? "" : "; " + remedy));
}

void count_elements(const Reference& reference, std::size_t axis, ReferencedElements& elements) {
    const std::size_t length = reference.array.shape()[axis];
    const std::string here = "it has " + std::to_string(length) + " elements along axis " +
                             std::to_string(axis) + " of the shape " + shape_text(reference.array.shape());
    if (length == 0) reference.fail(here + ", and at least one is needed");
    if (length > most_elements)
        reference.fail(here + ", and at most " + power_of_two(most_elements) + " make glimpses");
    if (elements.count.value_or(length) != length) {
        reference.fail(here + ", and that of " + elements.place + " has " + std::to_string(*elements.count));
    }
    elements.count = length;
    elements.place = reference.value.pointer;
    ++elements.references;
}

namespace {

/// Takes the element of the array whose turn it is.
void take_element(Reference& reference, std::size_t axis, ReferencedElements& elements) {
    count_elements(reference, axis, elements);
    reference.place.part.element = {axis, elements.position};
    reference.array = reference.array.take(axis, elements.position);
}

Array::Index index_of(const Value& value) {
    Array::Index index;
    for (const Value& one : elements(value, "an array of at least one integer")) {
        index.push_back(one.is_null() ? std::nullopt : std::optional(integer(one)));
    }
    return index;
}

/// The reference without its "each".
Reference all_of(const Value& value, const ReadingContext& context) {
    const std::filesystem::path path = named_file(value.required("file"), context);
    const std::string name = value.contains("array") ? text(value.member("array")) : "";
    const ArrayPart part{.index = value.contains("index") ? index_of(value.member("index")) : Array::Index()};
    const auto tried = [&](const std::string& array, const auto& action) {
        try {
            return action();
        } catch (const Error& error) {
            value.fail(path.string() + array + ": " + error.what());
        }
    };
    const Array whole = tried("", [&] { return context.arrays->files->select(path, name, {}); });
    // Before the aggregate, of which GCC frees parts twice when it throws.
    Array selected =
        tried(name.empty() ? "" : " " + in_quotes(name), [&] { return whole.select(part.index); });
    return {value, {context.arrays->files, path, name, part, {}}, std::move(selected)};
}

void take_each(Reference& reference, const ReadingContext& context) {
    const Value each = reference.value.member("each");
    if (each.is_string() && text(each) == of_images) {
        if (reference.array.shape().empty()) reference.fail_shape("a first axis, of images,");
        take_element(reference, 0, context.arrays->of_run);
    } else {
        take_element(reference, axis_of(each, reference.array.shape()), context.arrays->of_entry);
    }
}

}  // namespace

Reference looked_up(const Value& value, const ReadingContext& context,
                    std::span<const std::string_view> more) {
    if (!value.is_object()) value.fail_type(R"(a reference to an array, {"file": …})");
    require_reference_keys(value, more);
    Reference reference = all_of(value, context);
    if (value.contains("each")) take_each(reference, context);
    reference.place.shape = reference.array.shape();
    return reference;
}

Array ArrayPlace::array() const {
    Array array = files->select(path, name, part);
    if (array.shape() == shape) return array;
    throw Error("the array has the shape " + shape_text(array.shape()) + ", and had another before");
}

WrittenParameters::Json ArrayPlace::written() const {
    WrittenParameters::Json reference{{"file", WrittenParameters::path(path)}};
    if (!name.empty()) reference["array"] = name;
    WrittenParameters::Json index;
    for (const std::optional<int>& one : part.all_indices()) {
        index.push_back(one ? WrittenParameters::Json(*one) : WrittenParameters::Json());
    }
    if (!index.empty()) reference["index"] = std::move(index);
    return reference;
}

std::vector<std::size_t> spare_axes(Array::Shape shape, std::size_t axes) {
    std::vector<std::size_t> spare;
    while (shape.size() > axes) {
        const auto one = std::find(shape.begin(), shape.end(), std::size_t{1});
        if (one == shape.end()) break;
        spare.push_back(static_cast<std::size_t>(one - shape.begin()));
        shape.erase(one);
    }
    return spare;
}

Array::Shape with_axes(Array::Shape shape, std::size_t axes) {
    for (const std::size_t axis : spare_axes(shape, axes)) {
        shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis));
    }
    return shape;
}

namespace {

/// The array of a mask's grid, rows×columns but for axes of length 1.
class GridSource : public ReferencedMap {
  public:
    GridSource(ArrayPlace place, Size size) : place_(std::move(place)), size_(size) {}
    [[nodiscard]] std::string_view field() const override { return "/grid"; }
    [[nodiscard]] WrittenParameters::Json written() const override { return place_.written(); }
    [[nodiscard]] std::optional<std::size_t> element() const override { return place_.element(); }
    [[nodiscard]] Size size() const override { return size_; }
    [[nodiscard]] double coarse_step() const override { return place_.array().type().coarse_step(); }
    [[nodiscard]] cv::Mat values(const Box* /*region*/) const override {
        const Array array = place_.array();
        cv::Mat values(size_.height, size_.width, CV_64F);
        array.read({values.ptr<double>(), values.total()});
        require_map(values, "grid");
        return values;
    }
    void close() const override { place_.files->close(); }

  private:
    ArrayPlace place_;
    Size size_;
};

std::vector<double> numbers_of_shape(const Reference& reference, const std::vector<Array::Shape>& shapes,
                                     std::string_view also = {}) {
    std::vector<std::string> words;
    for (const Array::Shape& shape : shapes) {
        if (with_axes(reference.array.shape(), shape.size()) == shape) return numbers_of(reference);
        words.push_back(shape_text(shape));
    }
    reference.fail_shape(join(words, " or ").append(also));
}

/// The order in which an array has the numbers: the position of each in the key's own.
std::vector<std::size_t> positions_in(const Value& order, std::span<const std::string_view> names) {
    std::vector<std::size_t> positions;
    const std::string words = text(order) + ',';
    for (std::string_view rest = words; !rest.empty();) {
        const std::size_t end = rest.find(',');
        const auto found = std::find(names.begin(), names.end(), rest.substr(0, end));
        positions.push_back(static_cast<std::size_t>(found - names.begin()));
        rest.remove_prefix(end + 1);
    }
    for (std::size_t k = 0; k < names.size(); ++k) {
        if (positions.size() == names.size() && std::count(positions.begin(), positions.end(), k) == 1)
            continue;
        order.fail("each of " + join(names, ",") + " is needed once, with commas between them, not " +
                   in_quotes(text(order)));
    }
    return positions;
}

}  // namespace

std::filesystem::path named_file(const Value& value, const ReadingContext& context) {
    const std::string name = text(value);
    std::filesystem::path path = context.directory / name;
    const bool may_be_name = !name.empty() && name.find('\0') == std::string::npos;
    if (may_be_name && context.files.is_file(path)) return path;
    std::error_code ignored;
    const bool is_directory = may_be_name && std::filesystem::is_directory(path, ignored);
    value.fail((is_directory ? "it is a directory, and no file: " : "no such file: ") + path.string());
}

bool is_reference(const Value& value) {
    return value.is_object() &&
           (value.contains("file") || value.contains("array") || value.contains("index"));
}

std::vector<std::string> reference_definitions() {
    const auto definition = [](const std::string& name, const std::string& more) {
        return in_quotes(name) +
               R"(: {"description": "An array of a file, or a part of it, which stands for numbers.", )"
               R"("type": "object", "required": ["file"], "additionalProperties": false, "properties": {)" +
               std::string(reference_properties) + more + "}}";
    };
    return {definition("array", ""), definition("ordered_array", R"(, "order": {"type": "string"})")};
}

std::vector<double> numbers_of(const Reference& reference) {
    std::vector<double> numbers(reference.array.count());
    try {
        reference.array.read(numbers);
    } catch (const Error& error) {
        reference.fail(error.what());
    }
    return numbers;
}

namespace {

/// The names of a table's columns, of whose rows the reference has the numbers; none where it has those of a
/// column, or they have no names.
std::vector<std::string> columns_of_rows(const Reference& reference, const ReadingContext& context) {
    const Array::Index index = reference.place.part.all_indices();
    const bool is_column = !reference.place.name.empty() || (index.size() == 2 && !index[0] && index[1]);
    return is_column ? std::vector<std::string>() : context.arrays->files->columns(reference.place.path);
}

/// What the columns of a table with another number of them may be.
std::string remedy_for_columns(const std::vector<std::string>& columns) {
    constexpr std::size_t most_listed_columns = 20;
    if (columns.empty() || columns.size() > most_listed_columns) return {};
    // So does pandas' read_csv call the nameless column of row numbers that its to_csv writes.
    const bool are_numbered = columns.front().starts_with("Unnamed: ");
    return "its columns are named " + join(columns, ",") +
           (are_numbered ? ", the first of which numbers the rows: write the table without it, as pandas' "
                           "to_csv does with index=False"
                         : "");
}

/// Where each of these columns is among the names; none unless they are all of them, in any order.
std::optional<std::vector<std::size_t>> positions_of(const std::vector<std::string>& columns,
                                                     std::span<const std::string_view> names) {
    if (!std::ranges::is_permutation(columns, names)) return std::nullopt;
    std::vector<std::size_t> positions;
    positions.reserve(columns.size());
    for (const std::string& column : columns) {
        positions.push_back(static_cast<std::size_t>(std::ranges::find(names, column) - names.begin()));
    }
    return positions;
}

/// Throws `UsageError` where a column has a name that the order gives to another.
void require_no_contradiction(const Value& order, const Reference& reference,
                              const std::vector<std::string>& columns,
                              const std::vector<std::size_t>& positions,
                              std::span<const std::string_view> names) {
    for (std::size_t k = 0; k < columns.size(); ++k) {
        const bool is_own = std::ranges::find(names, columns[k]) != names.end();
        if (!is_own || columns[k] == names[positions[k]]) continue;
        reference.fail_at(order, "its columns are named " + join(columns, ",") + ", which " +
                                     in_quotes(text(order)) +
                                     " contradicts; leave out \"order\", or name the columns otherwise");
    }
}

}  // namespace

void require_columns(const Reference& reference, std::span<const std::string_view> names,
                     const ReadingContext& context, std::string_view remedy) {
    const std::vector<std::string> columns = columns_of_rows(reference, context);
    if (columns.empty() || std::ranges::equal(columns, names)) return;
    reference.fail("its columns are named " + join(columns, ",") + ", and " + join(names, ",") +
                   " are needed: " + std::string(remedy));
}

std::vector<double> referenced_members(const Value& value, const NumberNames& numbers,
                                       const ReadingContext& context) {
    const auto& names = numbers.names;
    const Reference reference = looked_up(value, context, order_key);
    const std::vector<std::string> columns = columns_of_rows(reference, context);
    std::optional<std::vector<std::size_t>> positions = positions_of(columns, names);
    if (!numbers.has_order && !positions && !value.contains("order")) {
        value.fail("the key \"order\" is missing, which says how the array has its numbers: each of " +
                   join(names, ",") + " once");
    }
    const Array::Shape wanted{names.size()};
    if (with_axes(reference.array.shape(), 1) != wanted)
        reference.fail_shape(shape_text(wanted), remedy_for_columns(columns));
    std::vector<double> given = numbers_of(reference);
    if (value.contains("order")) {
        positions = positions_in(value.member("order"), names);
        require_no_contradiction(value.member("order"), reference, columns, *positions, names);
    }
    if (!positions) {
        require_columns(reference, names, context);
        return given;
    }
    std::vector<double> ordered(given.size());
    for (std::size_t k = 0; k < given.size(); ++k) ordered[(*positions)[k]] = given[k];
    return ordered;
}

std::vector<double> referenced_numbers(const Value& value, const std::vector<Array::Shape>& shapes,
                                       const ReadingContext& context, std::string_view also) {
    return numbers_of_shape(looked_up(value, context), shapes, also);
}

std::vector<double> referenced_list(const Value& value, const ReadingContext& context) {
    const Reference reference = looked_up(value, context);
    const Array::Shape shape = with_axes(reference.array.shape(), 1);
    if (shape.size() != 1 || shape[0] == 0) reference.fail_shape("one axis, of length > 0,");
    return listed_numbers(reference, context);
}

std::vector<double> referenced_one_or_more(const Value& value, const ReadingContext& context) {
    const Reference reference = looked_up(value, context);
    const Array::Shape shape = with_axes(reference.array.shape(), 1);
    if (shape.size() > 1 || reference.array.count() == 0)
        reference.fail_shape("one number, or one axis of length > 0,");
    return listed_numbers(reference, context);
}

std::vector<double> listed_numbers(const Reference& reference, const ReadingContext& context) {
    count_listed(reference.value, reference.array.count(), context);
    return numbers_of(reference);
}

void count_listed(const Value& value, std::size_t numbers, const ReadingContext& context) {
    std::size_t& listed = context.arrays->listed;
    if (numbers > most_listed - listed) {
        value.fail("the lists of the document have more than " + power_of_two(most_listed) +
                   " numbers, all together: split it");
    }
    listed += numbers;
}

namespace {

/// How what has this shape becomes one map, or several; empty where that is not told.
std::string remedy_for_map(const Value& value, const Array::Shape& shape) {
    if (shape.size() > 2 && value.contains("each")) {
        return value.member("each").is_string()
                   ? R"("each" goes along one axis: in a manifest, "index": [n] and "each": 0 of the n-th record )"
                     "go along two"
                   : R"("each" goes along one axis: an entry for each place on another one takes it by "index")";
    }
    if (shape.size() > 2)
        return R"(of several maps, "index": [0] takes one, and "each": 0 in place of "index" all)";
    constexpr std::size_t fewest_cells = 4;
    if (shape.size() != 1 || shape[0] < fewest_cells) return {};
    return R"(a row of cells becomes a map by "tokens" in place of "grid", with "prefix": 0 and "grid": [rows, )"
           "columns]";
}

}  // namespace

Mask::FileForm referenced_grid(const Value& value, const ReadingContext& context) {
    Reference reference = looked_up(value, context);
    const Array::Shape shape = with_axes(reference.array.shape(), 2);
    constexpr std::size_t longest = std::numeric_limits<int>::max();
    const auto is_length = [](std::size_t length) { return length > 0 && length <= longest; };
    if (shape.size() != 2 || !std::all_of(shape.begin(), shape.end(), is_length)) {
        reference.fail_shape("one of rows and columns", remedy_for_map(value, shape));
    }
    const Size size{static_cast<int>(shape[1]), static_cast<int>(shape[0])};
    return {.path = reference.place.path,
            .values = {},
            .array = std::make_shared<const GridSource>(std::move(reference.place), size)};
}

}  // namespace glimpse::parameters
