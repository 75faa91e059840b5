#include "glimpse/mechanisms/filter.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <opencv2/core/mat.hpp>
#include <utility>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"
#include "parameters/numbers.hpp"
#include "parameters/shared_keys.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

/// The order of an array's axes: k taps, h rows, w columns.
enum class Layout { kk, hwk, khw };
constexpr std::array<std::pair<std::string_view, Layout>, 3> layouts{
    {{"kk", Layout::kk}, {"hwk", Layout::hwk}, {"khw", Layout::khw}}};

constexpr const char* remedy_of_large_weights = "divide the weights, and multiply the glimpse";

constexpr const char* kernel_words = "an array of s rows of s numbers";

/// A row of an array after the other.
class RowsOfArray : public FilterRows {
  public:
    RowsOfArray(Array array, Layout layout, std::string field, std::string path)
        : array_(std::move(array)), layout_(layout), field_(std::move(field)), path_(std::move(path)) {}
    void read(int i, std::span<float> weights) const override;

  private:
    void put_in_order(int i, const std::vector<double>& numbers, std::span<float> weights) const;
    void drop_what_was_read(std::size_t count) const;

    Array array_;  ///< of three axes
    Layout layout_;
    std::string field_;
    std::string path_;
    mutable std::atomic<std::size_t> numbers_in_memory_ = 0;
};

void RowsOfArray::read(int i, std::span<float> weights) const {
    std::vector<double> numbers(weights.size());
    try {
        array_.take(layout_ == Layout::khw ? 1 : 0, static_cast<std::size_t>(i)).read(numbers);
        put_in_order(i, numbers, weights);
    } catch (const Error& error) {
        throw InvalidParameter(field_, path_ + ": " + error.what());
    }
    drop_what_was_read(numbers.size());
}

void RowsOfArray::put_in_order(int i, const std::vector<double>& numbers, std::span<float> weights) const {
    const bool taps_first = layout_ == Layout::khw;
    const std::size_t width = array_.shape()[taps_first ? 2 : 1];
    const std::size_t taps = weights.size() / width;
    constexpr std::size_t tile = 64;  // columns whose numbers stay in the cache
    for (std::size_t first = 0; first < width; first += tile) {
        const std::size_t end = std::min(first + tile, width);
        for (std::size_t tap = 0; tap < taps; ++tap) {
            for (std::size_t j = first; j < end; ++j) {
                const double number = taps_first ? numbers[tap * width + j] : numbers[j * taps + tap];
                weights[tap * width + j] = static_cast<float>(number);
                if (std::abs(number) < beyond_float32) continue;
                throw Error("float32 cannot hold tap " + std::to_string(tap) + " of the pixel at [" +
                            std::to_string(i) + ", " + std::to_string(j) + "], " + number_text(number) +
                            "; " + remedy_of_large_weights);
            }
        }
    }
}

void RowsOfArray::drop_what_was_read(std::size_t count) const {
    constexpr std::size_t most = std::size_t{4} << 20;
    if (numbers_in_memory_.fetch_add(count) + count < most) return;
    numbers_in_memory_ = 0;
    array_.release();
}

/// An array of filters for each pixel: (H, W, s²) or (s², H, W), but for axes of length 1.
class ReferencedFilters : public filter_form::Field {
  public:
    ReferencedFilters(ArrayPlace place, Layout layout, Size size, int side, std::string field)
        : place_(std::move(place)), layout_(layout), size_(size), side_(side), field_(std::move(field)) {}
    [[nodiscard]] std::string field() const override { return field_; }
    [[nodiscard]] Size size() const override { return size_; }
    [[nodiscard]] int side() const override { return side_; }
    [[nodiscard]] std::shared_ptr<const FilterRows> rows() const override;
    void write(WrittenParameters& written) const;

  private:
    ArrayPlace place_;
    Layout layout_;
    Size size_;
    int side_;
    std::string field_;
};

std::shared_ptr<const FilterRows> ReferencedFilters::rows() const {
    const std::string path = place_.path.string();
    try {
        Array array = place_.array();
        for (const std::size_t axis : spare_axes(array.shape(), 3)) array = array.take(axis, 0);
        return std::make_shared<const RowsOfArray>(std::move(array), layout_, field_, path);
    } catch (const Error& error) {
        throw InvalidParameter(field_, path + ": " + error.what());
    }
}

void ReferencedFilters::write(WrittenParameters& written) const {
    written.add("kernel", place_.written());
    write_word(written, "layout", layouts, layout_, Layout::kk);
}

/// s, of s² taps; 0 of any other number, and of as many as no memory has.
int side_of_taps(std::size_t taps) {
    constexpr double most = 1 << 15;
    const double side = std::round(std::sqrt(static_cast<double>(taps)));
    return side <= most && side * side == static_cast<double>(taps) ? static_cast<int>(side) : 0;
}

Filter::LocalForm local_filters(Reference reference, Layout layout, const std::string& field) {
    constexpr std::size_t longest = std::numeric_limits<int>::max();
    const Array::Shape shape = with_axes(reference.array.shape(), 3);
    const bool taps_first = layout == Layout::khw;
    const bool is_field = shape.size() == 3 && std::ranges::all_of(shape, [](std::size_t length) {
                              return length > 0 && length <= longest;
                          });
    const int side = is_field ? side_of_taps(shape[taps_first ? 0 : 2]) : 0;
    if (side == 0) {
        reference.fail_shape(taps_first ? "(s·s, height, width), for the layout \"khw\","
                                        : "(height, width, s·s), for the layout \"hwk\",");
    }
    const std::size_t rows = taps_first ? 1 : 0;
    const Size size{static_cast<int>(shape[rows + 1]), static_cast<int>(shape[rows])};
    return {std::make_shared<const ReferencedFilters>(std::move(reference.place), layout, size, side, field)};
}

Filter::KernelForm referenced_kernel(const Reference& reference) {
    const Array::Shape shape = with_axes(reference.array.shape(), 2);
    if (shape.size() != 2 || shape[0] != shape[1] || shape[0] == 0) {
        reference.fail_shape("(s, s), or for filters of each pixel a \"layout\" of \"hwk\" or \"khw\",");
    }
    std::vector<double> weights = numbers_of(reference);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        if (std::abs(weights[k]) < beyond_float32) continue;
        reference.fail("float32 cannot hold the weight at [" + std::to_string(k / shape[0]) + ", " +
                       std::to_string(k % shape[0]) + "], " + number_text(weights[k]) + "; " +
                       remedy_of_large_weights);
    }
    return {std::move(weights)};
}

Filter::KernelForm listed_kernel(const Value& value) {
    const std::vector<Value> rows = elements(value, kernel_words);
    std::vector<double> weights;
    for (const Value& row : rows) {
        const std::vector<double> numbers = json::numbers(row);
        if (numbers.size() != rows.size()) {
            row.fail("a kernel has as many weights in each row as it has rows, " +
                     std::to_string(rows.size()) + ", not " + std::to_string(numbers.size()));
        }
        for (std::size_t k = 0; k < numbers.size(); ++k) {
            if (std::abs(numbers[k]) < beyond_float32) continue;
            row.element(k).fail("float32 cannot hold the weight " + number_text(numbers[k]) + "; " +
                                remedy_of_large_weights);
        }
        weights.insert(weights.end(), numbers.begin(), numbers.end());
    }
    return {std::move(weights)};
}

/// The reference that a path alone is, at the place of that.
Value reference_to(const Value& path, nlohmann::json& reference) {
    reference = {{"file", text(path)}};
    Value value = path;
    value.json = &reference;
    value.pointer.erase(value.pointer.rfind('/'));
    return value;
}

std::variant<Filter::KernelForm, Filter::LocalForm> read_weights(Entry& entry, const Form& form,
                                                                 const ReadingContext& context) {
    const std::string_view key = form.is("file") ? "file" : "kernel";
    const Value value = *entry.take(key);
    const std::optional<Value> word_of_layout = entry.take("layout");
    const Layout layout = word_of_layout ? word<Layout>(*word_of_layout, layouts) : Layout::kk;
    if (key == "kernel" && !is_reference(value)) {
        if (layout != Layout::kk) {
            entry.refuse_own("layout", R"(a kernel that is listed is for all pixels: its layout is "kk")");
        }
        return listed_kernel(value);
    }
    nlohmann::json of_file;
    Reference reference = looked_up(key == "file" ? reference_to(value, of_file) : value, context);
    reference.value.pointer = value.pointer;
    if (layout == Layout::kk) return referenced_kernel(reference);
    return local_filters(std::move(reference), layout, "/" + std::string(key));
}

SharedNumbers read_bias(Entry& entry, const ReadingContext& context) {
    const std::optional<Value> bias = entry.take("bias");
    if (!bias) return {};
    if (auto given = one_or_more(*bias, context)) return *std::move(given);
    bias->fail_type("a number, a number for each channel, or a reference");
}

Mechanism read_filter(Entry& entry, const Form& form, const ReadingContext& context) {
    Filter filter;
    filter.form = read_weights(entry, form, context);
    if (form.is("file")) entry.stand_for("file", {"kernel"});
    filter.bias = read_bias(entry, context);
    const PaddingAndFill padding = read_padding(entry, context);
    filter.padding = padding.padding;
    filter.fill = padding.fill;
    return filter;
}

void write_weights(const Filter::KernelForm& form, WrittenParameters& written) {
    const std::vector<double>& weights = form.weights.get();
    const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(weights.size()))));
    written.add_rows("kernel", cv::Mat(side, side, CV_64F, const_cast<double*>(weights.data())));
}

void write_weights(const Filter::LocalForm& form, WrittenParameters& written) {
    dynamic_cast<const ReferencedFilters&>(*form.field).write(written);
}

void write_filter(const Mechanism& mechanism, WrittenParameters& written) {
    const Filter& filter = std::get<Filter>(mechanism);
    std::visit([&](const auto& form) { write_weights(form, written); }, filter.form);
    const std::vector<double>& bias = filter.bias.get();
    if (!bias.empty()) written.add_one_or_more("bias", bias);
    write_padding(filter.padding, filter.fill, written);
}

Key bias_key() {
    return {.name = "bias",
            .type = {"a number, a number for each channel, or a reference", "of float32",
                     R"("anyOf": [)" + one_or_more_schemas() + "]"},
            .unit = "the image's values",
            .meaning = "Added to what the filters give, but not to alpha."};
}

constexpr const char* layout_rule =
    R"({"if": {"required": ["kernel"], "properties": {"kernel": {"type": "array"}}}, )"
    R"("then": {"properties": {"layout": {"const": "kk"}}}})";

}  // namespace

Description filter_description() {
    return {
        .word = Filter::name,
        .meaning = "Dynamic filters: weights that a network computed are applied to the image.",
        .forms = {{{"kernel"}}, {{"file"}}},
        .keys = {{.name = "kernel",
                  .forms = {"kernel"},
                  .type = or_reference({kernel_words, "",
                                        R"("type": "array", "minItems": 1, "items": {"type": "array", )"
                                        R"("minItems": 1, "items": {"type": "number"}})"}),
                  .meaning = "The weights that the pixels around one are multiplied by, and added up; an "
                             "array may have some for each pixel."},
                 {.name = "file",
                  .forms = {"file"},
                  .type = {"a path", "", R"("type": "string", "minLength": 1)"},
                  .meaning = "A file whose only array is the kernel; relative to the document."},
                 enum_key("layout", {}, layouts, Layout::kk,
                          "The axes of an array. kk: (s, s), for all pixels; hwk: (height, width, s·s), khw: "
                          "(s·s, height, width), for each; tap u·s + v is of row u and column v."),
                 bias_key(),
                 padding_key({})},
        .rules = {layout_rule},
        .read = read_filter,
        .write = write_filter};
}

}  // namespace glimpse::parameters
