#include "parameters/warps.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "parameters/conventions.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

constexpr std::array<std::string_view, 2> plate_members{"from", "to"};
constexpr std::array<std::string_view, 2> point_members{"x", "y"};
constexpr std::array<std::string_view, 2> log_polar_members{"centre", "radius"};

/// A table of points has x before y.
void require_point_columns(const Reference& reference, const ReadingContext& context) {
    const Array::Shape& shape = reference.array.shape();
    if (shape.empty() || shape.back() != point_members.size()) return;
    require_columns(reference, point_members, context, "exchange them");
}

Warp read_projective(Entry& entry, const ReadingContext& context) {
    const Value value = *entry.take("projective");
    const std::vector<double> m = matrix(value, 3, 3, "a matrix of 3 rows of 3 numbers", context);
    cv::Matx33d h(m.data());
    if (read_matrix_convention(entry, context) == MatrixConvention::to_glimpse) {
        bool is_regular = false;
        h = h.inv(cv::DECOMP_LU, &is_regular);
        if (!is_regular) value.fail(std::string(rule_of_inverse));
    }
    return ProjectiveWarp{
        {{{h(0, 0), h(0, 1), h(0, 2)}, {h(1, 0), h(1, 1), h(1, 2)}, {h(2, 0), h(2, 1), h(2, 2)}}}};
}

Warp read_quad(Entry& entry, const ReadingContext& context) {
    const Value value = *entry.take("quad");
    if (is_reference(value)) require_point_columns(looked_up(value, context), context);
    const std::vector<double> c = matrix(value, 4, 2, "an array of four corners [x, y]", context);
    return QuadWarp{{{{c[0], c[1]}, {c[2], c[3]}, {c[4], c[5]}, {c[6], c[7]}}}, read_units(entry)};
}

/// Points that an array may hold, N×2.
std::vector<Point> read_points(const Value& value, const ReadingContext& context) {
    std::vector<double> numbers;
    if (is_reference(value)) {
        const Reference reference = looked_up(value, context);
        require_point_columns(reference, context);
        const Array::Shape shape = with_axes(reference.array.shape(), 2);
        if (shape.size() != 2 || shape[1] != 2 || shape[0] > ThinPlateWarp::most_points)
            reference.fail_shape("one of up to " + std::to_string(ThinPlateWarp::most_points) +
                                 " points, (N, 2),");
        numbers = numbers_of(reference);
    } else {
        const std::vector<Value> points = elements(value, "an array of points [x, y]");
        for (const Value& point : points) {
            const std::vector<double> p = json::numbers(point, 2, "[x, y]");
            numbers.insert(numbers.end(), p.begin(), p.end());
        }
    }
    std::vector<Point> points;
    for (std::size_t k = 0; k + 1 < numbers.size(); k += 2) points.push_back({numbers[k], numbers[k + 1]});
    return points;
}

void require_known_members(const Value& object, std::span<const std::string_view> known) {
    for (const std::string& key : object.keys()) {
        if (std::ranges::find(known, key) == known.end())
            fail_unknown_key(object.member(key), key, known, known);
    }
}

Warp read_thin_plate(Entry& entry, const ReadingContext& context) {
    const Value plate = *entry.take("thin_plate");
    if (!plate.is_object()) plate.fail_type("an object with \"from\" and \"to\"");
    require_known_members(plate, plate_members);
    return ThinPlateWarp{read_points(plate.required("from"), context),
                         read_points(plate.required("to"), context), read_units(entry)};
}

Warp read_log_polar(Entry& entry, const ReadingContext& context) {
    static constexpr std::array<std::string_view, 2> radius_members{"from", "to"};
    const Value circles = *entry.take("log_polar");
    if (!circles.is_object()) circles.fail_type("an object with \"centre\" and \"radius\"");
    require_known_members(circles, log_polar_members);
    const auto [x, y] = point(circles.required("centre"), context);
    const std::vector<double> radius =
        numbers(circles.required("radius"), {radius_members}, "[from, to]", context);
    return LogPolarWarp{{x, y}, {radius[0], radius[1]}, read_units(entry)};
}

/// 16 numbers, as of other arrays.
constexpr std::size_t most_written_points = 8;

WrittenParameters::Json written_points(std::span<const Point> points) {
    WrittenParameters::Json json = WrittenParameters::Json::array();
    for (const auto& [x, y] : points) json.push_back({x, y});
    return json;
}

/// A field with what stands for it in a document.
class WrittenField : public PointField {
  public:
    [[nodiscard]] virtual WrittenParameters::Json written(const WrittenParameters& parameters) const = 0;
};

/// Of numbers that a document lists.
class ListedField : public WrittenField {
  public:
    ListedField(std::vector<Point> points, Size size) : points_(std::move(points)), size_(size) {}
    [[nodiscard]] Size size() const override { return size_; }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override {
        const auto width = static_cast<std::size_t>(size_.width);
        for (std::size_t k = 0; k < points_.size(); k += width) visit(std::span(points_).subspan(k, width));
    }
    [[nodiscard]] WrittenParameters::Json written(const WrittenParameters& parameters) const override;

  private:
    std::vector<Point> points_;
    Size size_;
};

WrittenParameters::Json written_rows(std::span<const Point> points, Size size) {
    const auto width = static_cast<std::size_t>(size.width);
    WrittenParameters::Json rows = WrittenParameters::Json::array();
    for (std::size_t first = 0; first < points.size(); first += width) {
        rows.push_back(written_points(points.subspan(first, width)));
    }
    return rows;
}

WrittenParameters::Json ListedField::written(const WrittenParameters& parameters) const {
    if (parameters.holds(points_.size(), most_written_points)) return written_rows(points_, size_);
    return WrittenParameters::shape(
        {static_cast<std::size_t>(size_.height), static_cast<std::size_t>(size_.width), 2});
}

/// Of an array in a file, h×w×2, or, as networks return flow, 2×h×w.
class ReferencedField : public WrittenField {
  public:
    ReferencedField(std::string_view key, ArrayPlace place, Size size, bool channels_first)
        : key_(key), place_(std::move(place)), size_(size), channels_first_(channels_first) {}
    [[nodiscard]] Size size() const override { return size_; }
    [[nodiscard]] WrittenParameters::Json written(const WrittenParameters& parameters) const override {
        return parameters.is_in_full() ? written_rows(points(), size_) : place_.written();
    }
    void for_each_row(const std::function<void(std::span<const Point>)>& visit) const override;

  private:
    template <typename Step>
    void named(Step&& step) const;

    std::string_view key_;
    ArrayPlace place_;
    Size size_;
    bool channels_first_;
};

/// Reads, and says of a failure whose numbers these are.
template <typename Step>
void ReferencedField::named(Step&& step) const {
    try {
        step();
    } catch (const Error& error) {
        throw InvalidParameter("/" + std::string(key_), place_.path.string() + ": " + error.what());
    }
}

void ReferencedField::for_each_row(const std::function<void(std::span<const Point>)>& visit) const {
    static_assert(sizeof(Point) == 2 * sizeof(double), "a list of points is one of x and y");
    const auto width = static_cast<std::size_t>(size_.width);
    std::vector<Point> row(width);
    std::vector<double> coordinates(width);
    std::optional<Array> array;
    named([&] {
        array = place_.array();
        for (const std::size_t axis : spare_axes(array->shape(), 3)) array = array->take(axis, 0);
    });
    const auto read_coordinates = [&](std::size_t which, std::size_t i) {
        array->take(0, which).take(0, i).read(coordinates);
    };
    for (std::size_t i = 0; i < static_cast<std::size_t>(size_.height); ++i) {
        named([&] {
            if (!channels_first_) return array->take(0, i).read({&row.front().x, 2 * width});
            read_coordinates(0, i);
            for (std::size_t j = 0; j < width; ++j) row[j].x = coordinates[j];
            read_coordinates(1, i);
            for (std::size_t j = 0; j < width; ++j) row[j].y = coordinates[j];
        });
        visit(row);
    }
}

std::shared_ptr<const PointField> referenced_field(std::string_view key, const Value& value,
                                                   const ReadingContext& context,
                                                   bool may_have_channels_first) {
    Reference reference = looked_up(value, context);
    constexpr std::size_t longest = std::numeric_limits<int>::max();
    const Array::Shape shape = with_axes(reference.array.shape(), 3);
    const bool is_field = shape.size() == 3 && std::ranges::all_of(shape, [](std::size_t length) {
                              return length > 0 && length <= longest;
                          });
    const auto size = [&](std::size_t height) {
        return Size{static_cast<int>(shape[height + 1]), static_cast<int>(shape[height])};
    };
    if (is_field && shape[2] == 2)
        return std::make_shared<const ReferencedField>(key, reference.place, size(0), false);
    if (is_field && shape[0] == 2 && may_have_channels_first)
        return std::make_shared<const ReferencedField>(key, reference.place, size(1), true);
    reference.fail_shape(may_have_channels_first ? "(h, w, 2) or (2, h, w)" : "(h, w, 2)",
                         shape.size() > 3 ? R"("index" or "each" takes one of several)" : "");
}

std::shared_ptr<const PointField> read_field(Entry& entry, std::string_view key,
                                             const ReadingContext& context, bool may_have_channels_first) {
    const Value value = *entry.take(key);
    if (is_reference(value)) return referenced_field(key, value, context, may_have_channels_first);
    const std::vector<Value> rows = elements(value, "an array of rows of points [x, y]");
    std::vector<Point> points;
    std::size_t width = 0;
    for (const Value& row : rows) {
        const std::vector<Value> cells = elements(row, "a row of points [x, y]");
        if (width == 0) width = cells.size();
        if (cells.size() != width) {
            row.fail("the rows are equally long: " + std::to_string(width) + " points as in the first, not " +
                     std::to_string(cells.size()));
        }
        for (const Value& cell : cells) {
            const std::vector<double> p = json::numbers(cell, 2, "[x, y]");
            points.push_back({p[0], p[1]});
        }
    }
    return std::make_shared<const ListedField>(std::move(points),
                                               Size{static_cast<int>(width), static_cast<int>(rows.size())});
}

Warp read_grid(Entry& entry, const ReadingContext& context) {
    const auto field = read_field(entry, "grid", context, false);
    const std::optional<Value> units = entry.take("units");
    constexpr std::array words{point_units[0], point_units[2]};
    const bool in_pixels = units && word<PointUnits>(*units, words) == PointUnits::pixels;
    return GridWarp{field, in_pixels};
}

WrittenParameters::Json written_plate_points(const std::vector<Point>& points,
                                             const WrittenParameters& parameters) {
    return parameters.holds(points.size(), most_written_points)
               ? written_points(points)
               : WrittenParameters::shape({points.size(), 2});
}

WrittenParameters::Json written_field(const PointField& field, const WrittenParameters& parameters) {
    return dynamic_cast<const WrittenField&>(field).written(parameters);
}

void write_one(const ProjectiveWarp& projective, WrittenParameters& written) {
    written.add("projective", projective.matrix);
}

void write_one(const QuadWarp& quad, WrittenParameters& written) {
    written.add("quad", written_points(quad.corners));
    write_units(quad.units, written);
}

void write_one(const ThinPlateWarp& plate, WrittenParameters& written) {
    written.add("thin_plate", {{"from", written_plate_points(plate.from, written)},
                               {"to", written_plate_points(plate.to, written)}});
    write_units(plate.units, written);
}

void write_one(const GridWarp& grid, WrittenParameters& written) {
    written.add("grid", written_field(*grid.field, written));
    if (grid.in_pixels) written.add("units", "pixels");
}

void write_one(const LogPolarWarp& circles, WrittenParameters& written) {
    const auto& [x, y] = circles.centre;
    written.add("log_polar", {{"centre", {x, y}}, {"radius", circles.radius}});
    write_units(circles.units, written);
}

void write_one(const FlowWarp& flow, WrittenParameters& written) {
    written.add("flow", written_field(*flow.field, written));
}

Type plate_type() {
    const std::string points = R"({"anyOf": [{"type": "array", "minItems": 3, "maxItems": )" +
                               std::to_string(ThinPlateWarp::most_points) + R"(, "items": {)" +
                               numbers_type("", 2).schema + "}}, {" + std::string(reference_schema) + "}]}";
    return {
        R"({"from": [[x, y], …], "to": [[x, y], …]})", "",
        R"("type": "object", "required": ["from", "to"], "additionalProperties": false, "properties": {"from": )" +
            points + R"(, "to": )" + points + "}"};
}

Type log_polar_type() {
    const std::string pair = R"({"anyOf": [{)" + numbers_type("", 2).schema + "}, {" +
                             std::string(ordered_reference_schema) + "}]}";
    return {
        R"({"centre": [x, y], "radius": [from, to]})", "0 < from < to",
        R"("type": "object", "required": ["centre", "radius"], "additionalProperties": false, "properties": )"
        R"({"centre": )" +
            pair + R"(, "radius": )" + pair + "}"};
}

/// Rows of points, or a reference.
Type field_type(std::string_view words) {
    return or_reference(
        {std::string(words), "",
         R"("type": "array", "minItems": 1, "items": {"type": "array", "minItems": 1, "items": {)" +
             numbers_type("", 2).schema + "}}"});
}

}  // namespace

std::vector<Form> warp_forms() {
    return {{{"projective"}}, {{"quad"}}, {{"thin_plate"}}, {{"grid"}}, {{"flow"}}, {{"log_polar"}}};
}

std::vector<Key> warp_keys() {
    return {
        {.name = "projective",
         .forms = {"projective"},
         .type = or_reference(matrix_type("[[a, b, c], [e, f, g], [p, q, r]]", 3, 3)),
         .unit = "pixels, their centres at whole numbers",
         .meaning =
             "From glimpse pixel to image pixel in homogeneous coordinates: x and y are the first and the "
             "second row's, divided by the third's."},
        {.name = "quad",
         .forms = {"quad"},
         .type = or_reference(matrix_type("[[x, y], [x, y], [x, y], [x, y]]", 4, 2)),
         .unit = "pixels, or fractions of the image's width and height",
         .meaning =
             "Where the glimpse's outer corners lie, from its top left clockwise, measured from the image's "
             "top left edge."},
        {.name = "thin_plate",
         .forms = {"thin_plate"},
         .type = plate_type(),
         .unit = "pixels, or fractions of both sizes",
         .meaning =
             "Points of the glimpse, and where they lie in the image, both from the top left edge; between "
             "them a thin-plate spline."},
        {.name = "grid",
         .forms = {"grid"},
         .type = field_type("h×w points [x, y]"),
         .unit = "normalised, -1 to 1, or pixels, their centres at whole numbers",
         .meaning = "Where each glimpse pixel lies, as grid_sample takes it."},
        {.name = "flow",
         .forms = {"flow"},
         .type = field_type("h×w displacements [x, y]"),
         .unit = "pixels",
         .meaning =
             "How far from its own place in the image each glimpse pixel is looked for; an array may be "
             "2×h×w."},
        {.name = "log_polar",
         .forms = {"log_polar"},
         .type = log_polar_type(),
         .unit = "pixels, or fractions of the image's width and height, and radii of the shorter side",
         .meaning =
             "The ring between two circles: columns are angles, clockwise on the screen from the x axis, and "
             "rows are radii in equal ratios. The centre is measured from the top left edge."}};
}

Key point_units_key() {
    return enum_key(
        "units", {"box", "quad", "thin_plate", "grid", "log_polar"}, point_units, PointUnits::pixels,
        "What the box, or what stands for it, is measured in; a grid is normalised without it, a box may "
        "be, and nothing else ever is.");
}

Key size_of_warps_key() {
    Key key = size_key(
        {"theta", "scale", "matrix", "box", "projective", "quad", "thin_plate", "flow", "log_polar"});
    key.meaning =
        "The glimpse's size. Without it, the caller's default, or else the own one of a box, of a "
        "quadrilateral – its longer sides' –, or of a flow.";
    return key;
}

std::optional<SpatialTransformer::WarpForm> read_warp(Entry& entry, const Form& form,
                                                      const ReadingContext& context) {
    const auto shared = [](Warp warp) {
        return SpatialTransformer::WarpForm{std::make_shared<const Warp>(std::move(warp))};
    };
    if (form.is("projective")) return shared(read_projective(entry, context));
    if (form.is("quad")) return shared(read_quad(entry, context));
    if (form.is("thin_plate")) return shared(read_thin_plate(entry, context));
    if (form.is("grid")) return shared(read_grid(entry, context));
    if (form.is("log_polar")) return shared(read_log_polar(entry, context));
    if (form.is("flow")) return shared(FlowWarp{read_field(entry, "flow", context, true)});
    return std::nullopt;
}

void write_warp(const Warp& warp, WrittenParameters& written) {
    std::visit([&](const auto& one) { write_one(one, written); }, warp);
}

}  // namespace glimpse::parameters
