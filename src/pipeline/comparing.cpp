#include "glimpse/comparing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <opencv2/core.hpp>
#include <type_traits>

#include "backends/cpu.hpp"
#include "fitting/entry.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/reading.hpp"
#include "glimpse/words.hpp"
#include "inputs/standard_input.hpp"
#include "outputs/input_files.hpp"
#include "outputs/named_outputs.hpp"
#include "pipeline/comparison_figure.hpp"
#include "pipeline/whole_image.hpp"
#include "pixels/block_means.hpp"
#include "system/failure.hpp"
#include "system/interruption.hpp"
#include "system/new_file.hpp"

namespace glimpse {

namespace {

using Section = ComparisonSection;

constexpr std::array<std::string_view, comparison_sections> section_names{
    "glimpses", "maps", "reach", "time", "aliasing", "jacobian", "basin"};

FigureFormat figure_format_of(const std::string& file) {
    const std::string extension = extension_of(file);
    const auto names = figure_format_names();
    if (std::ranges::find(names, extension) == names.end())
        throw InvalidOption("out", "the figure is " + join(names) + ", not '" + file + "'");
    return figure_format_from_name(extension);
}

void validate(const ComparisonOptions& options) {
    validate(options.basin);
    if (std::ranges::count(options.sections, true) == 0)
        throw InvalidOption("sections", "name one: " + join(section_names));
    if (!(std::isfinite(options.seconds) && options.seconds > 0))
        throw InvalidOption("seconds", "a finite number > 0 is needed", number_text(options.seconds));
    static_cast<void>(figure_format_of(options.out));
    const InputOptions& input = options.input;
    if (input.boxes.empty() == !input.parameters) {
        throw InvalidOption("parameters", "say what is compared: " + field_name("boxes") + " with " +
                                              field_name("defaults.size") + ", or " +
                                              field_name("parameters"));
    }
    if (input.boxes.size() > 1)
        throw InvalidOption(
            "boxes", "mechanisms are compared on one box, not on " + std::to_string(input.boxes.size()));
    if (!input.boxes.empty() && !input.defaults.size)
        throw InvalidOption("defaults.size", "is needed: how many pixels the glimpses of the box have");
    StandardInput standard_input;
    if (options.image == standard_stream) standard_input.claim("image");
    if (input.parameters == standard_stream) standard_input.claim("parameters");
}

void require_outputs(const ComparisonOptions& options, const ParameterDocument& document) {
    InputFiles inputs;
    inputs.add_file(options.image);
    inputs.add_file(options.input.parameters.value_or(""));
    inputs.add_attention_files(document);
    NamedOutputs outputs = options.other_outputs;
    outputs.insert(outputs.begin(), {"out", options.out});
    require_outputs(inputs, outputs);
}

MapFacts facts_of(const Lowered& lowered) {
    MapFacts facts{.map = attention_map(lowered)};
    const cv::Mat& map = facts.map.pixels;
    if (map.empty()) return facts;
    facts.sum = cv::sum(map)[0];
    const double squares = map.dot(map);
    facts.effective_pixels = squares > 0 ? facts.sum * facts.sum / squares : 0;
    cv::minMaxLoc(map, nullptr, &facts.greatest);
    return facts;
}

/// The value of a step, or why it has none.
template <typename Step>
auto told(Step&& step) {
    Told<std::invoke_result_t<Step>> told;
    try {
        told.value = step();
    } catch (const WaitEnded&) {
        throw;
    } catch (const Error& error) {
        told.reason = error.what();
    }
    return told;
}

/// The comparison of one run.
class ComparisonRun {
  public:
    ComparisonRun(const ComparisonOptions& options, const ComparisonProgress& progress)
        : options_(options), progress_(progress), open_(options.open), memory_(options.open.memory) {}

    Comparison made() {
        // Nobody else gives back what is waited for.
        open_.memory.cancelled = open_.mask_memory.cancelled = [] { return true; };
        memory_ = StepMemory(open_.memory);
        InputOptions input = options_.input;
        input.open = open_;
        const auto document = shared_parameters(input);
        require_outputs(options_, *document);
        open_.alpha = document->alpha.value_or(open_.alpha);
        read();
        if (options_.input.boxes.empty()) {
            glimpses_ = *document;
        } else {
            take_box(document->front());
        }
        require_comparable();
        memory_.reserve(working_memory(), "to compare the mechanisms");
        begin();
        for (const Glimpse& glimpse : glimpses_) with_place(glimpse, [&] { add(glimpse); });
        require_uninterrupted();
        write();
        return std::move(comparison_);
    }

  private:
    void read() {
        image_ = read_named(options_.image, {open_, memory_, "to decode the image", options_.input.warn});
        image_.alpha = image_.alpha || unsaid_alpha(open_.alpha, image_.pixels.channels());
        if (image_.alpha) {
            throw Error(
                options_.image,
                "the gradients of colours that are weighed by alpha are not computed; drop that channel");
        }
        size_ = {image_.pixels.cols, image_.pixels.rows};
        region_ = {whole(size_), image_.pixels};
        comparison_ = {.image = options_.image,
                       .image_size = size_,
                       .channels = image_.pixels.channels(),
                       .sections = options_.sections,
                       .basin = options_.basin};
    }

    /// `shared` is what the box was read as: a crop.
    void take_box(const Glimpse& shared) {
        const Box box = std::get<Crop::BoxForm>(std::get<Crop>(shared.mechanism).form).box;
        const Size size = *options_.input.defaults.size;
        const auto mechanisms = [&](const Box& own, Size image) {
            return with_context(field_name("boxes"), [&] { return common_mechanisms(own, size, image); });
        };
        const std::vector<Glimpse> all = mechanisms(box, size_);
        glimpses_.assign(all.begin(), all.end());
        if (!wants(Section::basin)) return;
        // Fits of hundreds of starts read a wide kernel's pixels some thousand times each.
        constexpr double least_stride = 4;
        const double stride = std::min(box.width / size.width, box.height / size.height);
        const int n = std::max(1, static_cast<int>(std::min(stride, double(size_.width)) / least_stride));
        comparison_.basin_shrink = n;
        if (n == 1) return;
        const cv::Mat smaller = block_means(image_.pixels, n, false);
        shrunk_region_ = {{0, 0, smaller.cols, smaller.rows}, smaller};
        shrunk_ =
            mechanisms({box.x / n, box.y / n, box.width / n, box.height / n}, {smaller.cols, smaller.rows});
    }

    void require_comparable() const {
        if (glimpses_.size() > most_compared) {
            throw InvalidOption("parameters", "the document makes " + std::to_string(glimpses_.size()) +
                                                  " glimpses, and at most " + std::to_string(most_compared) +
                                                  " are compared: give fewer entries");
        }
        for (const Glimpse& glimpse : glimpses_) {
            if (glimpse.transition) {
                throw Error(glimpse.place.of("/transition"),
                            "with a transition the glimpse is no linear function of the image, and is not "
                            "compared; leave it out");
            }
        }
    }

    /// Of planes of the image in float32, and of the derivatives of a glimpse.
    [[nodiscard]] std::int64_t working_memory() const {
        std::int64_t most = 0;
        for (const Glimpse& glimpse : glimpses_)
            most = std::max(most, gradient_memory(glimpse.mechanism, size_, image_.pixels.channels()));
        constexpr std::int64_t planes = 4;  // of the mean of the channels, as it is transformed
        return bounded_product(size_.area(),
                               (image_.pixels.channels() + planes) * std::int64_t{sizeof(float)}) +
               2 * most;
    }

    [[nodiscard]] bool wants(Section section) const {
        return options_.sections.at(static_cast<std::size_t>(section));
    }

    void begin() {
        const auto sections = static_cast<std::size_t>(std::ranges::count(options_.sections, true));
        const auto starts =
            static_cast<std::size_t>(options_.basin.grid) * static_cast<std::size_t>(options_.basin.grid);
        steps_of_basin_ = wants(Section::basin) ? starts : 0;
        const std::size_t others = sections - (wants(Section::basin) ? 1 : 0);
        progress_.begin(glimpses_.size() * (others + steps_of_basin_));
    }

    /// Errors of an entry get its place.
    template <typename Step>
    void with_place(const Glimpse& glimpse, Step&& step) const {
        try {
            step();
        } catch (const InvalidParameter& error) {
            throw Error(glimpse.place.of(error.field()), error.what());
        }
    }

    template <typename Step>
    void take(Section section, Step&& step) {
        if (!wants(section)) return;
        require_uninterrupted();
        step();
        progress_.advance();
    }

    void add(const Glimpse& glimpse) {
        const Lowered lowered = lower(glimpse.mechanism, size_);
        validate_fill(lowered, image_.pixels.channels(), false, image_.pixels.depth());
        ComparedMechanism one{.id = glimpse.id,
                              .mechanism = std::string(name(glimpse.mechanism)),
                              .entry = fitting::FittedEntry(glimpse).text(),
                              .size = lowered.map.glimpse};
        if (has_border(lowered)) one.outline = outline(lowered);
        one.glimpse = read_glimpse(CpuBackend(), lowered, region_, image_.pixels.depth());
        take(Section::glimpses, [] {});  // the figure and what is fitted need it in any case
        take(Section::maps, [&] { one.map = facts_of(lowered); });
        take(Section::reach,
             [&] { one.reach = told([&] { return gradient_reaches(glimpse.mechanism, size_); }); });
        take(Section::time, [&] { add_times(glimpse, lowered, one); });
        take(Section::aliasing, [&] {
            one.gain = told([&] { return mean_gain_above(lowered); });
            one.energy = told([&] { return energy_through(lowered, region_); });
        });
        take(Section::jacobian,
             [&] { one.jacobian = told([&] { return jacobian_facts(glimpse, region_); }); });
        if (wants(Section::basin)) add_basin(glimpse, one);
        comparison_.mechanisms.push_back(std::move(one));
    }

    void add_times(const Glimpse& glimpse, const Lowered& lowered, ComparedMechanism& one) {
        one.time = reading_times(glimpse.mechanism, region_, options_.seconds);
        if (!has_dense_product(lowered)) {
            one.dense.reason = "its weights are no product of rows and columns";
            return;
        }
        // It depends on sizes alone, and may take seconds.
        const auto known = std::ranges::find_if(comparison_.mechanisms, [&](const ComparedMechanism& other) {
            return other.dense.value && other.size == one.size;
        });
        one.dense.value = known != comparison_.mechanisms.end()
                              ? *known->dense.value
                              : dense_time(lowered, region_, options_.seconds);
    }

    void add_basin(const Glimpse& glimpse, ComparedMechanism& one) {
        std::size_t done = 0;
        std::mutex mutex;
        const auto advance = [&] {
            const std::scoped_lock lock(mutex);
            ++done;
            progress_.advance();
        };
        require_uninterrupted();
        const auto of_shrunk = std::ranges::find(shrunk_, glimpse.id, &Glimpse::id);
        const bool is_shrunk = of_shrunk != shrunk_.end();
        const Glimpse& fitted = is_shrunk ? *of_shrunk : glimpse;
        const ImageRegion& image = is_shrunk ? shrunk_region_ : region_;
        one.basin = told([&] { return basin(fitted, image, options_.basin, advance, options_.interrupted); });
        for (; done < steps_of_basin_; ++done) progress_.advance();  // there is none
    }

    void write() {
        const auto bytes =
            encode_figure(comparison_figure(comparison_, image_), figure_format_of(options_.out));
        write_file(options_.out, bytes, true, options_.sync);
    }

    const ComparisonOptions& options_;
    const ComparisonProgress& progress_;
    OpenOptions open_;
    StepMemory memory_;
    Image image_;
    Size size_{};
    ImageRegion region_;
    ParameterDocument glimpses_;
    ImageRegion shrunk_region_;      ///< of basins
    std::vector<Glimpse> shrunk_{};  ///< what is fitted there; empty: what is compared
    Comparison comparison_;
    std::size_t steps_of_basin_ = 0;
};

}  // namespace

std::span<const std::string_view> comparison_section_names() {
    return section_names;
}

ComparedSections comparison_sections_in(const std::string& list) {
    ComparedSections sections{};
    for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        const std::string word = list.substr(begin, end - begin);
        const auto* const found = std::ranges::find(section_names, word);
        if (found == section_names.end()) {
            throw InvalidOption(
                "sections",
                "is no section" + did_you_mean(word, section_names) + "; those are " + join(section_names),
                "'" + word + "'");
        }
        sections.at(static_cast<std::size_t>(found - section_names.begin())) = true;
        begin = end + 1;
    }
    return sections;
}

Comparison compare(const ComparisonOptions& options, const ComparisonProgress& progress) {
    validate(options);
    const Interruptible interruptible(options.interrupted);
    return ComparisonRun(options, progress).made();
}

}  // namespace glimpse
