#include "glimpse/fit_run.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/conversion.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/words.hpp"
#include "inputs/standard_input.hpp"
#include "json/json_text.hpp"
#include "outputs/input_files.hpp"
#include "outputs/named_outputs.hpp"
#include "pipeline/fit_animation.hpp"
#include "pipeline/whole_image.hpp"
#include "system/failure.hpp"
#include "system/interruption.hpp"
#include "system/new_file.hpp"

namespace glimpse {

namespace {

namespace fs = std::filesystem;

void validate(const FitRunOptions& options) {
    validate(options.fit);
    if (options.images.empty()) throw InvalidOption("images", "name an image");
    if (options.images.size() > 1 && !options.along) {
        throw InvalidOption("images", "there are " + std::to_string(options.images.size()) +
                                          ", and a fit is of one; the frames of a track are fitted with " +
                                          field_name("along"));
    }
    if (options.smoothing && !options.along)
        throw InvalidOption("smoothing", "is of a track: give " + field_name("along") + ", too");
    if (options.smoothing && !(std::isfinite(*options.smoothing) && *options.smoothing > 0))
        throw InvalidOption("smoothing", "a finite number of frames > 0 is needed",
                            number_text(*options.smoothing));
    require_file_name("out", options.out);
    for (const std::string& image : options.images) require_file_name("images", image);
    require_file_name("patch", options.patch);
    StandardInput standard_input;
    for (const std::string& image : options.images) {
        if (image == standard_stream) standard_input.claim("images");
    }
    if (options.patch == standard_stream) standard_input.claim("patch");
    if (options.input.parameters == standard_stream) standard_input.claim("parameters");
}

void require_outputs(const FitRunOptions& options, const ParameterDocument& document) {
    InputFiles inputs;
    for (const std::string& image : options.images) inputs.add_file(image);
    inputs.add_file(options.patch);
    inputs.add_file(options.input.parameters.value_or(""));
    inputs.add_attention_files(document);
    NamedOutputs outputs = options.other_outputs;
    outputs.insert(outputs.begin(), {{"out", options.out}, {"animation", options.animation}});
    require_outputs(inputs, outputs);
}

/// The fits of one run.
class FitRun {
  public:
    FitRun(const FitRunOptions& options, const FitProgress& progress)
        : options_(options), progress_(progress), memory_(options.open.memory) {}

    std::vector<FittedImage> made() {
        InputOptions input = options_.input;
        input.open = options_.open;
        // Nobody else gives back what is waited for.
        input.open.memory.cancelled = input.open.mask_memory.cancelled = [] { return true; };
        open_ = input.open;
        memory_ = StepMemory(open_.memory);
        target_ = read(options_.patch, "to decode the target");
        input.defaults.size = Size{target_.pixels.cols, target_.pixels.rows};
        const auto document = shared_parameters(input);
        if (!document) {
            throw InvalidOption("parameters", "say where the fit starts: " + field_name("parameters") +
                                                  " or " + field_name("boxes"));
        }
        require_outputs(options_, *document);
        start_ = chosen_glimpse(*document, options_.id);
        open_.alpha = document->alpha.value_or(open_.alpha);
        alpha_ = document->alpha;
        if (!options_.animation.empty()) animation_.emplace(options_.animation);
        of_target_ = memory_.kept();
        for (const std::string& image : options_.images) fit_one(image);
        smooth();
        write();
        return std::move(done_);
    }

  private:
    Image read(const std::string& name, const std::string& use) {
        return read_named(name, {open_, memory_, use, options_.input.warn});
    }

    void fit_one(const std::string& name) {
        FittedImage& done = done_.emplace_back(FittedImage{.image = name});
        try {
            done.fit = fitted(name);
            start_.mechanism = parse_parameters(done.fit->entry, "the fit", {}, {}).front().mechanism;
        } catch (const WaitEnded&) {
            throw;
        } catch (const UsageError&) {
            throw;
        } catch (const ReaderGone&) {
            throw;
        } catch (...) {
            done.error = current_message();
        }
    }

    /// Errors of the entry get its place, and others the image's; those of options have their own.
    template <typename Step>
    auto placed(const std::string& image, Step&& step) const {
        try {
            return step();
        } catch (const UsageError&) {
            throw;
        } catch (const InvalidParameter& error) {
            throw Error(start_.place.of(error.field()), error.what());
        } catch (const Error& error) {
            throw Error(image, error.what());
        }
    }

    Fit fitted(const std::string& name) {
        memory_.keep_only(of_target_);
        Image image = read(name, "to decode the image beside the target");
        image.alpha = image.alpha || unsaid_alpha(open_.alpha, image.pixels.channels());
        const Size size{image.pixels.cols, image.pixels.rows};
        const ImageRegion region{whole(size), image.pixels, image.alpha};
        const FitData data{region, target_.pixels};
        memory_.reserve(placed(name, [&] { return fit_memory(start_, data, options_.fit); }),
                        "to fit the glimpse");
        const auto visit = [&](const FitStep& step) {
            progress_.step(name, step);
            if (animation_ && !options_.along) animation_->add({image, name}, step.entry, caption(step));
        };
        Fit found = placed(name, [&] { return fit(start_, data, options_.fit, visit); });
        if (animation_ && options_.along)
            animation_->add({image, name}, found.entry, fs::path(name).filename().string());
        return found;
    }

    static std::string caption(const FitStep& step) {
        return "step " + std::to_string(step.step) +
               (step.blur > 0 ? ", blurred by " + number_text(step.blur) : "");
    }

    void smooth() {
        if (!options_.smoothing) return;
        std::vector<std::optional<Fit>> fits;
        for (FittedImage& done : done_) fits.push_back(std::move(done.fit));
        fits = smoothed(std::move(fits), *options_.smoothing);
        for (std::size_t t = 0; t < fits.size(); ++t) done_[t].fit = std::move(fits[t]);
    }

    void write() {
        require_uninterrupted();
        const auto has_fit = [](const FittedImage& done) { return done.fit.has_value(); };
        if (std::ranges::none_of(done_, has_fit)) return;
        if (animation_) animation_->publish(options_.sync);
        const std::string text = options_.along ? manifest() : document();
        const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
        options_.out == standard_stream ? write_standard_output(bytes)
                                        : write_file(options_.out, bytes, true, options_.sync);
    }

    [[nodiscard]] std::string document() const {
        return converted_document({{done_.front().fit->entry}}, alpha_);
    }

    /// One record a frame, with names as they are found from the manifest's directory.
    [[nodiscard]] std::string manifest() const {
        std::string text;
        for (const FittedImage& done : done_) {
            if (!done.fit) continue;
            text +=
                fitted_record(done.image, done.fit->entry,
                              options_.out == standard_stream ? "" : fs::path(options_.out).parent_path());
        }
        return text;
    }

    static std::string fitted_record(const std::string& image, const std::string& entry,
                                     const fs::path& from) {
        const fs::path file = fs::path(image).is_absolute() || from.empty()
                                  ? fs::path(image)
                                  : fs::proximate(fs::absolute(image), fs::absolute(from));
        return "{\"image\": " + json::literal(file.string()) + ", \"glimpses\": [" + entry + "]}\n";
    }

    const FitRunOptions& options_;
    const FitProgress& progress_;
    OpenOptions open_;
    StepMemory memory_;
    Image target_;
    Glimpse start_;
    std::optional<AlphaChannel> alpha_;
    std::optional<FitAnimation> animation_;
    std::int64_t of_target_ = 0;
    std::vector<FittedImage> done_;
};

}  // namespace

std::vector<FittedImage> fit_images(const FitRunOptions& options, const FitProgress& progress) {
    validate(options);
    const Interruptible interruptible(options.interrupted);
    return FitRun(options, progress).made();
}

}  // namespace glimpse
