#include "parameters/mechanisms.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse::parameters {

using namespace json;

namespace {

/// A form that a mechanism's parameters come in. Each of its keys alone tells it from the other forms.
struct Form {
    std::vector<std::string_view> keys;

    [[nodiscard]] bool is(std::string_view key) const { return keys.front() == key; }

    [[nodiscard]] std::string in_words() const {
        return keys.size() == 1 ? in_quotes(keys[0]) : in_quotes(keys[0]) + " and " + in_quotes(keys[1]);
    }
};

/// How entries of one mechanism are read.
struct Reader {
    std::string_view word;
    std::vector<Form> forms;
    std::vector<std::string_view> keys;  ///< all that some form takes
    Mechanism (*read)(Entry&, const Form&, const Surroundings&);
};

Box read_box(Entry& entry) {
    const std::vector<double> box = numbers(*entry.take("box"), 4, "[x, y, width, height]");
    return {box[0], box[1], box[2], box[3]};
}

Units read_units(Entry& entry) {
    const std::optional<Value> units = entry.take("units");
    return units ? word<Units>(*units, {{"pixels", Units::pixels}, {"fraction", Units::fraction}})
                 : Units::pixels;
}

std::optional<Size> read_size(Entry& entry, const Surroundings& surroundings) {
    const std::optional<Value> size = entry.take("size");
    if (!size) return surroundings.defaults.size;
    if (!size->json->is_array() || size->json->size() != 2) {
        size->fail("an array of 2 integers [width, height] is needed");
    }
    return Size{integer(size->element(0)), integer(size->element(1))};
}

/// `padding`: a word, or what stands in for the zeros.
template <typename PaddedMechanism>
void read_padding(Entry& entry, PaddedMechanism& mechanism) {
    const std::optional<Value> padding = entry.take("padding");
    if (!padding) return;
    if (padding->json->is_number()) {
        mechanism.fill = Constant{{number(*padding)}};
    } else if (padding->json->is_array()) {
        mechanism.fill = Constant{numbers(*padding)};
    } else if (padding->json->is_string()) {
        enum class Word { zeros, border, reflection, mean };
        const Word chosen = word<Word>(*padding, {{"zeros", Word::zeros},
                                                  {"border", Word::border},
                                                  {"reflection", Word::reflection},
                                                  {"mean", Word::mean}});
        if (chosen == Word::border) mechanism.padding = Padding::border;
        if (chosen == Word::reflection) mechanism.padding = Padding::reflection;
        if (chosen == Word::mean) mechanism.fill = MeanOfImage{};
    } else {
        padding->fail(
            R"("zeros", "border", "reflection", "mean", a number or an array of numbers is needed)");
    }
}

Mechanism read_crop(Entry& entry, const Form& form, const Surroundings& surroundings) {
    Crop crop;
    if (form.is("rows")) {
        const std::string because = "crop takes \"rows\" and \"columns\" together";
        crop.form =
            Crop::IndexForm{integers(entry.need("rows", because)), integers(entry.need("columns", because))};
        return crop;
    }
    crop.form = Crop::BoxForm{read_box(entry), read_units(entry)};
    crop.size = read_size(entry, surroundings);
    read_padding(entry, crop);
    if (!crop.size) {
        entry.refuse_own("interpolation", "\"interpolation\" is not used without a \"size\"");
    } else if (const std::optional<Value> interpolation = entry.take("interpolation")) {
        crop.interpolation = word<Interpolation>(
            *interpolation, {{"nearest", Interpolation::nearest}, {"bilinear", Interpolation::bilinear}});
    }
    return crop;
}

Gaussian::Axis read_gaussian_axis(Entry& entry, std::string_view key) {
    constexpr std::array<std::string_view, 3> keys{"u", "s", "d"};
    const std::vector<double> axis =
        members(entry.need(key, "gaussian takes \"x\" and \"y\" together"), keys);
    return {axis[0], axis[1], axis[2]};
}

Gaussian::DrawForm read_draw(Entry& entry) {
    constexpr std::array<std::string_view, 5> keys{"gx", "gy", "log_sigma2", "log_delta", "log_gamma"};
    const std::vector<double> draw = members(*entry.take("draw"), keys);
    return {draw[0], draw[1], draw[2], draw[3], draw[4]};
}

Gaussian::BoxForm read_gaussian_box(Entry& entry) {
    Gaussian::BoxForm form{read_box(entry), read_units(entry)};
    if (const std::optional<Value> sigma = entry.take("sigma")) form.sigma = number(*sigma);
    return form;
}

Mechanism read_gaussian(Entry& entry, const Form& form, const Surroundings& surroundings) {
    Gaussian gaussian;
    if (form.is("x")) {
        const Gaussian::Axis x = read_gaussian_axis(entry, "x");
        gaussian.form = Gaussian::AxesForm{x, read_gaussian_axis(entry, "y")};
    } else if (form.is("draw")) {
        gaussian.form = read_draw(entry);
    } else {
        gaussian.form = read_gaussian_box(entry);
    }
    gaussian.size = read_size(entry, surroundings);
    if (const std::optional<Value> normalise = entry.take("normalise")) {
        using Normalise = Gaussian::Normalise;
        gaussian.normalise =
            word<Normalise>(*normalise, {{"eps", Normalise::eps}, {"safe", Normalise::safe}});
    }
    return gaussian;
}

std::array<double, 2> read_pair(Entry& entry, std::string_view key, std::array<double, 2> otherwise) {
    const std::optional<Value> pair = entry.take(key);
    if (!pair) return otherwise;
    const std::vector<double> read = numbers(*pair, 2, "[x, y]");
    return {read[0], read[1]};
}

SpatialTransformer::BoxForm read_turned_box(Entry& entry) {
    SpatialTransformer::BoxForm form{read_box(entry), read_units(entry)};
    if (const std::optional<Value> angle = entry.take("angle")) form.angle = number(*angle);
    return form;
}

Mechanism read_spatial_transformer(Entry& entry, const Form& form, const Surroundings& surroundings) {
    SpatialTransformer transformer;
    if (form.is("theta")) {
        transformer.form = SpatialTransformer::ThetaForm{matrix_2x3(*entry.take("theta"))};
    } else if (form.is("scale")) {
        const std::array<double, 2> scale = read_pair(entry, "scale", {1, 1});
        transformer.form = SpatialTransformer::ScaleShiftForm{scale, read_pair(entry, "shift", {0, 0})};
    } else if (form.is("matrix")) {
        transformer.form = SpatialTransformer::MatrixForm{Affine{matrix_2x3(*entry.take("matrix"))}};
    } else {
        transformer.form = read_turned_box(entry);
    }
    transformer.size = read_size(entry, surroundings);
    read_padding(entry, transformer);
    if (const std::optional<Value> align = entry.take("align_corners"))
        transformer.align_corners = boolean(*align);
    if (const std::optional<Value> interpolation = entry.take("interpolation")) {
        transformer.interpolation =
            word<Interpolation>(*interpolation, {{"nearest", Interpolation::nearest},
                                                 {"bilinear", Interpolation::bilinear},
                                                 {"bicubic", Interpolation::bicubic}});
    }
    return transformer;
}

Mask::FileForm read_mask_file(const Value& value, const Surroundings& surroundings) {
    const std::string name = text(value);
    const std::filesystem::path path = surroundings.directory / name;
    if (name.empty() || name.find('\0') != std::string::npos || !surroundings.is_file(path)) {
        value.fail("no such file: " + path.string());
    }
    return {path, {}};
}

Mask::GridForm read_mask_grid(const Value& value) {
    const std::vector<Value> rows = elements(value, "an array of rows of numbers");
    const std::size_t columns = numbers(rows.front()).size();
    cv::Mat grid(static_cast<int>(rows.size()), static_cast<int>(columns), CV_64F);
    for (std::size_t y = 0; y < rows.size(); ++y) {
        const std::vector<double> row = numbers(rows[y]);
        if (row.size() != columns) {
            rows[y].fail("a grid's rows are equally long: " + std::to_string(columns) +
                         " numbers as in the first, not " + std::to_string(row.size()));
        }
        std::copy(row.begin(), row.end(), grid.ptr<double>(static_cast<int>(y)));
    }
    return {grid};
}

Mask::GaussianForm::Axis mask_axis(const Value& value) {
    constexpr std::array<std::string_view, 2> keys{"u", "s"};
    const std::vector<double> axis = members(value, keys);
    return {axis[0], axis[1]};
}

/// `x` and `y`: both the vectors themselves, or both the Gaussians that make them.
void read_mask_vectors(Entry& entry, Mask& mask) {
    const std::string because = "mask takes \"x\" and \"y\" together";
    const Value x = entry.need("x", because);
    const Value y = entry.need("y", because);
    for (const Value& axis : {x, y}) {
        if (!axis.json->is_array() && !axis.json->is_object()) {
            axis.fail("an array of numbers, or an object with \"u\" and \"s\", is needed");
        }
    }
    if (x.json->is_array() != y.json->is_array()) {
        y.fail("\"x\" and \"y\" are both arrays of numbers, or both objects with \"u\" and \"s\"");
    }
    if (x.json->is_array()) {
        entry.refuse_own("normalise", "\"normalise\" is not used where \"x\" and \"y\" are arrays");
        mask.form = Mask::VectorForm{numbers(x), numbers(y)};
        return;
    }
    Mask::GaussianForm form{mask_axis(x), mask_axis(y)};
    if (const std::optional<Value> normalise = entry.take("normalise")) {
        using Normalise = Mask::GaussianForm::Normalise;
        form.normalise = word<Normalise>(*normalise, {{"peak", Normalise::peak}, {"sum", Normalise::sum}});
    }
    mask.form = form;
}

/// What happens to values that were given, rather than made from a formula.
void read_mask_treatment(Entry& entry, Mask& mask) {
    if (const std::optional<Value> upsample = entry.take("upsample")) {
        mask.upsample = word<Mask::Upsample>(*upsample, {{"nearest", Mask::Upsample::nearest},
                                                         {"bilinear", Mask::Upsample::bilinear},
                                                         {"bicubic", Mask::Upsample::bicubic}});
    }
    if (const std::optional<Value> activation = entry.take("activation")) {
        mask.activation = word<Mask::Activation>(*activation, {{"none", Mask::Activation::none},
                                                               {"sigmoid", Mask::Activation::sigmoid},
                                                               {"softmax", Mask::Activation::softmax}});
    }
}

void read_mask_kind(Entry& entry, Mask& mask) {
    if (const std::optional<Value> kind = entry.take("kind")) {
        mask.kind = word<Mask::Kind>(
            *kind, {{"soft", Mask::Kind::soft}, {"hard", Mask::Kind::hard}, {"free", Mask::Kind::free}});
    }
    const bool hard = mask.kind == Mask::Kind::hard;
    // A default is for the entries that can use it; an entry's own key goes to `validate`, which refuses it.
    if (hard || entry.has_own("threshold")) {
        if (const std::optional<Value> threshold = entry.take("threshold"))
            mask.threshold = number(*threshold);
    }
    if (hard || entry.has_own("select")) {
        if (const std::optional<Value> select = entry.take("select")) {
            mask.select = word<Mask::Select>(
                *select,
                {{"none", Mask::Select::none}, {"pixels", Mask::Select::pixels}, {"box", Mask::Select::box}});
        }
    }
}

Mechanism read_mask(Entry& entry, const Form& form, const Surroundings& surroundings) {
    Mask mask;
    if (form.is("file")) {
        mask.form = read_mask_file(*entry.take("file"), surroundings);
    } else if (form.is("grid")) {
        mask.form = read_mask_grid(*entry.take("grid"));
    } else if (form.is("x")) {
        read_mask_vectors(entry, mask);
    } else {
        mask.form = Mask::BoxForm{read_box(entry), read_units(entry)};
    }
    if (form.is("file") || form.is("grid")) read_mask_treatment(entry, mask);
    read_mask_kind(entry, mask);
    return mask;
}

/// The mechanisms: the word, the forms, the keys, and what reads them.
const std::vector<Reader>& readers() {
    static const std::vector<Reader> table{
        {"crop",
         {{{"box"}}, {{"rows", "columns"}}},
         {"id", "mechanism", "box", "units", "size", "rows", "columns", "padding", "interpolation"},
         read_crop},
        {"mask",
         {{{"file"}}, {{"grid"}}, {{"x", "y"}}, {{"box"}}},
         {"id", "mechanism", "box", "units", "file", "grid", "x", "y", "upsample", "activation", "kind",
          "threshold", "select", "normalise"},
         read_mask},
        {"gaussian",
         {{{"x", "y"}}, {{"draw"}}, {{"box"}}},
         {"id", "mechanism", "box", "units", "size", "x", "y", "draw", "sigma", "normalise"},
         read_gaussian},
        {"stn",
         {{{"theta"}}, {{"scale", "shift"}}, {{"matrix"}}, {{"box"}}},
         {"id", "mechanism", "box", "units", "size", "theta", "scale", "shift", "matrix", "angle",
          "align_corners", "padding", "interpolation"},
         read_spatial_transformer},
    };
    return table;
}

const Reader* find_reader(std::string_view word) {
    const auto found = std::find_if(readers().begin(), readers().end(),
                                    [&](const Reader& reader) { return reader.word == word; });
    return found == readers().end() ? nullptr : &*found;
}

void require_known_keys(const Entry& entry, const Surroundings& surroundings) {
    std::vector<std::string_view> suggested = entry_keys();
    suggested.insert(suggested.end(), surroundings.beside_keys.begin(), surroundings.beside_keys.end());
    const std::optional<Value> mechanism = entry.peek("mechanism");
    const Reader* reader = mechanism && mechanism->json->is_string()
                               ? find_reader(mechanism->json->get_ref<const std::string&>())
                               : nullptr;
    for (const std::string& key : entry.own_keys()) {
        if (std::find(entry_keys().begin(), entry_keys().end(), key) != entry_keys().end()) continue;
        fail_unknown_key(*entry.peek(key), key, suggested, reader ? reader->keys : entry_keys());
    }
}

const Reader& reader_of(Entry& entry, const Surroundings& surroundings) {
    std::vector<std::string_view> words;
    for (const Reader& reader : readers()) words.push_back(reader.word);
    if (const std::optional<Value> mechanism = entry.take("mechanism")) {
        return readers()[word_index(*mechanism, words)];
    }
    if (!entry.peek("box")) entry.fail("an entry without a box needs a mechanism: " + join(words));
    const Reader* reader = find_reader(surroundings.defaults.mechanism);
    if (!reader) entry.fail("unknown mechanism " + in_quotes(surroundings.defaults.mechanism));
    return *reader;
}

/// The form whose key the entry, or the defaults, hold; null where there is none.
const Form* find_form(const Entry& entry, const Reader& reader, bool own) {
    const Form* found = nullptr;
    std::string_view found_key;
    for (const Form& form : reader.forms) {
        const auto key = std::find_if(form.keys.begin(), form.keys.end(), [&](std::string_view candidate) {
            return own ? entry.has_own(candidate) : entry.has_default(candidate);
        });
        if (key == form.keys.end()) continue;
        if (found) {
            entry.peek(*key)->fail(in_quotes(found_key) + " and " + in_quotes(*key) +
                                   " are two forms of the same parameters; only one can hold");
        }
        found = &form;
        found_key = *key;
    }
    return found;
}

const Form& form_of(const Entry& entry, const Reader& reader) {
    if (const Form* form = find_form(entry, reader, true)) return *form;
    if (const Form* form = find_form(entry, reader, false)) return *form;
    std::vector<std::string> forms;
    for (const Form& form : reader.forms) forms.push_back(form.in_words());
    entry.fail("mechanism " + in_quotes(reader.word) + " needs " + join(forms, ", or "));
}

}  // namespace

const std::vector<std::string_view>& entry_keys() {
    static const std::vector<std::string_view> all = [] {
        std::vector<std::string_view> keys;
        for (const Reader& reader : readers()) {
            for (const std::string_view key : reader.keys) {
                if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
            }
        }
        return keys;
    }();
    return all;
}

void fail_unknown_key(const Value& value, std::string_view key, std::span<const std::string_view> suggested,
                      std::span<const std::string_view> keys) {
    const std::string hint = suggestion(key, suggested);
    value.fail("unknown key " + in_quotes(key) + (hint.empty() ? "; the keys are " + listed(keys) : hint));
}

Mechanism read_mechanism(Entry& entry, const Surroundings& surroundings) {
    require_known_keys(entry, surroundings);
    const Reader& reader = reader_of(entry, surroundings);
    const Form& form = form_of(entry, reader);
    Mechanism mechanism = reader.read(entry, form, surroundings);
    entry.require_all_read(reader.word, reader.keys, form.in_words());
    try {
        validate(mechanism);
    } catch (const InvalidParameter& error) {
        entry.fail_field(error.field(), error.what());
    }
    return mechanism;
}

}  // namespace glimpse::parameters
