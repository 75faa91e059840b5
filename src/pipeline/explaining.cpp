#include "glimpse/explaining.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/outputs.hpp"
#include "glimpse/reading.hpp"
#include "glimpse/report.hpp"
#include "glimpse/words.hpp"
#include "glimpses/transition_reading.hpp"
#include "images/doubts.hpp"
#include "inputs/option_use.hpp"
#include "inputs/standard_input.hpp"
#include "mechanisms/gaussian_axes.hpp"
#include "outputs/explanation.hpp"
#include "outputs/input_files.hpp"
#include "parameters/document.hpp"
#include "parameters/readings.hpp"
#include "parameters/written.hpp"
#include "pipeline/decoding.hpp"
#include "pipeline/explained_panel.hpp"
#include "pipeline/explained_values.hpp"
#include "pipeline/linearised.hpp"
#include "pipeline/lowering.hpp"
#include "pipeline/other_readings.hpp"
#include "system/failure.hpp"
#include "system/numbers.hpp"
#include "system/relative_name.hpp"
#include "system/resolved_path.hpp"
#include "system/text_file.hpp"

namespace glimpse {

namespace {

/// A document with its text, of which its entries are read anew.
struct SourceDocument {
    std::string text{};
    std::string file{};
    std::filesystem::path directory{};
    ParameterDocument glimpses{};
};

/// Boxes as an entry's text; they were checked before.
std::string text_of_boxes(const std::vector<std::string>& boxes) {
    std::vector<std::string> entries;
    for (const std::string& box : boxes) {
        std::vector<std::string> numbers;
        std::string_view left = box;
        while (!left.empty()) {
            const std::size_t begin = left.find_first_not_of(" ,");
            if (begin == std::string_view::npos) break;
            left.remove_prefix(begin);
            const std::optional<double> number = take_number(left);
            if (!number) break;
            numbers.push_back(number_text(*number));
        }
        entries.push_back(R"({"box": [)" + join(numbers) + "]}");
    }
    return "[" + join(entries) + "]";
}

SourceDocument read_source(const InputOptions& input, StandardInput& standard_input) {
    SourceDocument source;
    if (!input.boxes.empty()) {
        if (input.parameters) throw InvalidOption::beside("parameters", "boxes");
        static_cast<void>(shared_parameters(input));  // throws what is wrong with them, by their option
        source.file = field_name("boxes");
        source.text = text_of_boxes(input.boxes);
    } else if (!input.parameters) {
        throw InvalidOption("parameters", "say what is to be explained: " + field_name("parameters") +
                                              " or " + field_name("boxes"));
    } else if (*input.parameters == standard_stream) {
        source.file = place_of_standard_input;
        source.text = standard_input.take_text("parameters");
    } else {
        source.file = *input.parameters;
        source.text = read_text_file(source.file, document_limit);
        source.directory = directory_of(source.file);
    }
    source.glimpses = parse_parameters(source.text, source.file, source.directory, input.defaults);
    require_entries(source.glimpses, source.file);
    if (source.glimpses.of_images) {
        parameters::require_elements(source.glimpses, 1);
        source.glimpses = source.glimpses.of_images->document(0);
    }
    const BoxAdjustment none;
    OptionUse use(input.defaults, none);
    use.record(source.glimpses);
    use.require_all_used();
    return source;
}

ImageSource image_of(const ExplainOptions& options, const ParameterDocument& document,
                     StandardInput& standard_input) {
    ImageSource image(options.image);
    if (options.image == standard_stream) {
        std::vector<std::uint8_t> bytes = standard_input.take("image");
        const auto images = images_in(bytes, options.input.open);
        if (images.size() > 1 || (images.size() == 1 && images.front().unread > 0))
            throw Error("standard input", "there is more than one image, and one is needed");
        image =
            ImageSource(standard_stream, std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes)));
    }
    if (options.input.page) image = image.at_page(*options.input.page);
    if (document.alpha) image = image.with_alpha(*document.alpha);
    return image;
}

/// Where panels go.
class PanelPaths {
  public:
    /// Throws `UsageError` for a place that does not fit the number of glimpses, or is an input.
    PanelPaths(const ExplainOptions& options, const ParameterDocument& document) {
        if (options.out.empty()) {
            if (options.figure_format)
                throw InvalidOption("figure_format", "is of panels: give " + field_name("out"));
            return;
        }
        const std::string extension = extension_of(options.out);
        const auto names = figure_format_names();
        if (std::ranges::find(names, extension) != names.end()) {
            format_ = figure_format_from_name(extension);
            take_file(options, document);
        } else {
            if (holds_one_glimpse(options.out))
                throw InvalidOption("out", "a panel is " + join(names) + ", not '" + options.out + "'");
            format_ = options.figure_format.value_or(FigureFormat::png);
            take_directory(options, document);
        }
        require_no_input(options, document);
        require_directory();
    }

    [[nodiscard]] bool are_wanted() const { return !paths_.empty(); }
    [[nodiscard]] const std::string& of(std::size_t glimpse) const { return paths_[glimpse]; }
    [[nodiscard]] FigureFormat format() const { return format_; }

  private:
    void take_file(const ExplainOptions& options, const ParameterDocument& document) {
        if (document.size() != 1) {
            throw InvalidOption(
                "out", "the document has " + std::to_string(document.size()) +
                           " glimpses, each with a panel of its own: give a directory, not '" + options.out +
                           "'");
        }
        if (options.figure_format && *options.figure_format != format_)
            throw InvalidOption("figure_format",
                                "contradicts '" + options.out + "'; leave out one of the two");
        paths_.push_back(options.out);
    }

    void take_directory(const ExplainOptions& options, const ParameterDocument& document) {
        const bool is_stream = options.image == standard_stream;
        const std::string name = is_stream ? "stdin" : std::filesystem::path(options.image).stem().string();
        const std::filesystem::path directory(options.out);
        const std::string extension(figure_format_name(format_));
        for (const Glimpse& glimpse : document)
            paths_.push_back((directory / (name + "." + glimpse.id + ".explain." + extension)).string());
    }

    void require_no_input(const ExplainOptions& options, const ParameterDocument& document) const {
        InputFiles inputs;
        for (const std::string& input : {options.image, options.input.parameters.value_or("")})
            inputs.add_file(input);
        inputs.add_attention_files(document);
        for (const std::string& path : paths_) inputs.require_not_input(path, resolved_path(path));
    }

    /// Panels of one run are in one directory, which may be made first.
    void require_directory() const {
        if (paths_.empty()) return;
        std::error_code ignored;
        for (auto place = resolved_path(paths_.front()).parent_path(); place.has_relative_path();
             place = place.parent_path()) {
            if (std::filesystem::is_directory(place, ignored)) return;
            if (std::filesystem::exists(place, ignored))
                throw InvalidOption("out", "'" + place.string() + "' is a file, and no directory for panels");
        }
    }

    FigureFormat format_ = FigureFormat::png;
    std::vector<std::string> paths_;  ///< of each glimpse; empty: none is wanted
};

/// Whether the points of a larger glimpse are nearer to each other where the given one's are too far apart,
/// as they are if they lie on the same part of the image.
bool are_nearer(const PointFacts& larger, const Explanation& given) {
    const auto is_less = [](const NumberRange& few, const NumberRange& more, int pixels) {
        // Of n pixels one more brings them nearer by a share of 1/(n+1), and the points of warps about so.
        return more.greatest < few.greatest * (1 - 0.5 / (pixels + 1));
    };
    return (given.weights.aliased_x == 0 ||
            is_less(given.points->stride_x, larger.stride_x, given.size.width)) &&
           (given.weights.aliased_y == 0 ||
            is_less(given.points->stride_y, larger.stride_y, given.size.height));
}

/// Explains the glimpses of an opened image, one after another.
class Explainer {
  public:
    Explainer(const ExplainOptions& options, const ImageSource& source, const PanelPaths& panels,
              const ParameterDocument& document, const Backend& backend)
        : options_(options),
          paths_(panels),
          backend_(backend),
          panel_(source, options.input.open, panels.format()) {
        run_.open = options.input.open;
        run_.open.beside = [&](const ImageInfo& image) {
            std::int64_t most = 0;
            for (const Glimpse& glimpse : document) most = std::max(most, maps_memory(glimpse, image.size));
            return most;
        };
        reader_ = with_context(source.name(), [&] { return source.open(run_.open); });
        const int pages = reader_->info().pages;
        if (pages > 1 && !options.input.page) {
            options.input.warn(options.image + ": it has " + std::to_string(pages) +
                               " pages, of which the first was read; " + field_name("page") +
                               " chooses another");
        }
    }

    /// `element`: which of its entry's glimpses it is.
    [[nodiscard]] Explanation explained(const Glimpse& glimpse, const parameters::EntryReadings& readings,
                                        std::size_t element, std::size_t place) {
        Explanation e;
        e.image = options_.image;
        e.id = glimpse.id;
        e.place = glimpse.place.of({});
        try {
            explain(glimpse, readings, element, place, e);
        } catch (const ReaderGone&) {
            throw;
        } catch (...) {
            e.error = current_message();
        }
        return e;
    }

    /// To be called once, behind the last.
    void tell_doubts() const {
        if (const std::string doubts = words(reader_->doubts()); !doubts.empty())
            options_.input.warn(options_.image + ": " + doubts);
    }

  private:
    void explain(const Glimpse& glimpse, const parameters::EntryReadings& readings, std::size_t element,
                 std::size_t place, Explanation& e) {
        const ImageInfo& info = reader_->info();
        const auto reserved = reserve_for(*reader_, maps_memory(glimpse, info.size), run_.open.memory);
        Lowered map = lowered_for(glimpse);
        e.mechanism = name(glimpse.mechanism);
        e.form = readings.form;
        e.convention = std::string(readings.convention);
        e.units = readings.units;
        e.has_conventions = readings.has_conventions;
        e.parameters = parameters::written_parameters(glimpse).dump();
        describe(map, e);
        e.widening = helping(readings.widening, element, [&](const Lowered& other) {
            const WeightFacts weights = weight_facts(other);
            return weights.aliased_x + weights.aliased_y < e.weights.aliased_x + e.weights.aliased_y;
        });
        e.size_helps = size_helps(readings, element, e);
        e.gaussians = gaussian_axes(glimpse.mechanism, info.size, map.map.glimpse);
        const std::vector<OtherReading> others = likeliest_readings(
            map, readings, element, [&](const Glimpse& other) { return lowered_for(other); });
        for (const OtherReading& other : others) e.readings.push_back(other.told);
        const ValueReader reader(*reader_, run_, backend_);
        e.values = reader.values(map, e);
        if (e.values.darkness != Darkness::none) add_brightening(glimpse, readings, element, reader, e);
        if (paths_.are_wanted()) draw(map, others, paths_.of(place), e);
    }

    /// What is told to help a dark glimpse, by reading it so.
    void add_brightening(const Glimpse& glimpse, const parameters::EntryReadings& readings,
                         std::size_t element, const ValueReader& reader, Explanation& e) const {
        const auto is_visible = [&](const Lowered& other) { return reader.is_visible(other); };
        e.strengthening = helping(readings.strengthening, element, is_visible);
        if (!parameters::written_parameters(glimpse).contains("padding"))
            e.padding = helping(readings.padding, element, is_visible);
        if (const std::optional<Mechanism> stronger = with_full_intensity(glimpse.mechanism)) {
            Glimpse other = glimpse;
            other.mechanism = *stronger;
            e.intensity_helps = is_helped({"", {other}}, 0, is_visible);
        }
    }

    using Test = std::function<bool(const Lowered&)>;

    /// The members with which the entry's glimpse passes a test.
    [[nodiscard]] std::vector<std::string> helping(std::span<const parameters::Remedy> remedies,
                                                   std::size_t element, const Test& test) const {
        std::vector<std::string> members;
        for (const parameters::Remedy& remedy : remedies) {
            if (is_helped(remedy, element, test)) members.push_back(remedy.members);
        }
        return members;
    }

    [[nodiscard]] bool is_helped(const parameters::Remedy& remedy, std::size_t element,
                                 const Test& test) const {
        if (element >= remedy.glimpses.size()) return false;
        try {
            return test(lowered_for(remedy.glimpses[element]));
        } catch (const Error&) {
            return false;  // there is none
        }
    }

    [[nodiscard]] bool size_helps(const parameters::EntryReadings& readings, std::size_t element,
                                  const Explanation& e) const {
        if (!e.points || e.weights.aliased_x + e.weights.aliased_y == 0 ||
            element >= readings.enlarged.size())
            return false;
        try {
            const auto larger = point_facts(lowered_for(readings.enlarged[element]));
            return larger && are_nearer(*larger, e);
        } catch (const Error&) {
            return false;  // there is none
        }
    }

    /// Of the glimpse's own map and those of its other readings.
    [[nodiscard]] std::int64_t maps_memory(const Glimpse& glimpse, Size image) const {
        return bounded_product(most_maps_of_entry,
                               lowering_memory({&glimpse, 1}, options_.input.open, image));
    }

    [[nodiscard]] Lowered lowered_for(const Glimpse& glimpse) const {
        const ImageInfo& info = reader_->info();
        Lowered map = lowered(glimpse, run_, info.size);
        with_place(glimpse.place, [&] {
            validate_fill(map, info.channels, info.alpha, info.depth);
            validate_channels(map, info.channels, info.alpha);
            validate_transition(map, info.channels, info.alpha);
        });
        return map;
    }

    void describe(const Lowered& map, Explanation& e) const {
        e.is_linear = !map.transition;
        e.image_size = map.map.image;
        e.size = map.map.glimpse;
        e.matrix = map.matrix;
        if (map.homography) e.homography = *map.homography;
        e.support = support(map);
        e.inside = inside(map);
        if (!e.support.empty() || map.matrix) e.outline = outline(map);
        e.has_border = has_border(map);
        e.points = point_facts(map);
        e.weights = weight_facts(map);
        e.full_weight = map.full_weight;
        e.fill = map.fill;
    }

    void draw(Lowered& map, std::span<const OtherReading> others, const std::string& path, Explanation& e) {
        linearise(map, *reader_);
        const std::string given = words_of_reading(e.convention, e.units, e);
        std::vector<ExplainedCell> cells{{given.empty() ? "as it is read" : "as it is read: " + given, &map}};
        for (const OtherReading& other : others) {
            const std::string own = other.told.convention.empty() ? "its own" : other.told.convention;
            cells.push_back({"if it were: " + words_of_reading(own, other.told.units, e), &other.lowered});
        }
        const auto bytes = encode_figure(panel_.figure(cells), paths_.format());
        write_file(path, bytes, true, options_.sync);
        e.panel = path;
    }

    const ExplainOptions& options_;
    const PanelPaths& paths_;
    const Backend& backend_;
    RunOptions run_;
    std::unique_ptr<ImageReader> reader_;
    ExplainedPanel panel_;
};

}  // namespace

bool explain(const ExplainOptions& options, const Backend& backend,
             const std::function<void(const ExplainedGlimpse&)>& take) {
    StandardInput standard_input;
    ExplainOptions own = options;
    // Nobody else gives back what is waited for.
    own.input.open.memory.cancelled = own.input.open.mask_memory.cancelled = [] { return true; };
    const SourceDocument source = read_source(own.input, standard_input);
    const PanelPaths panels(own, source.glimpses);
    const ImageSource image = image_of(own, source.glimpses, standard_input);
    Explainer explainer(own, image, panels, source.glimpses, backend);
    std::size_t next = 0;
    bool is_interrupted = false;
    // Of boxes their option, as elsewhere, and not their text.
    const auto option =
        std::make_shared<const CommonPlace>(CommonPlace{.before = field_name("boxes"), .is_box = true});
    const auto placed = [&](Glimpse glimpse) {
        if (!options.input.boxes.empty()) glimpse.place = {.common = option};
        return glimpse;
    };
    const auto stopped = [&] { return is_interrupted = is_interrupted || options.interrupted(); };
    const auto take_entry = [&](std::size_t number, const parameters::EntryReadings& readings) {
        for (std::size_t element = 0; next < source.glimpses.size(); ++element, ++next) {
            const Glimpse& glimpse = source.glimpses[next];
            if (glimpse.place.number.value_or(0) != number) return;
            if (stopped()) return;
            const Explanation e = explainer.explained(placed(glimpse), readings, element, next);
            take({e.id, options.json ? explanation_line(e) + "\n" : explanation_text(e), e.error});
        }
    };
    parameters::for_each_entry_readings({source.text, source.file, source.directory}, own.input.defaults,
                                        source.glimpses, stopped, take_entry);
    explainer.tell_doubts();
    return !is_interrupted;
}

}  // namespace glimpse
