#include "glimpse/writing.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/canvas.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "glimpses/transition_reading.hpp"
#include "images/output_format.hpp"
#include "inputs/standard_input.hpp"
#include "outputs/input_files.hpp"
#include "parameters/attention_file.hpp"
#include "pipeline/lowering.hpp"
#include "pipeline/whole_image.hpp"
#include "pixels/alpha.hpp"
#include "system/failure.hpp"
#include "system/interruption.hpp"
#include "system/new_file.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace {

/// Whether the glimpse's pixels are taken from points of the image, or near them.
bool is_warp(const Lowered& lowered) {
    return has_border(lowered) && (lowered.matrix || lowered.homography || lowered.inverse);
}

bool is_pasted(const WriteOptions& options) {
    return options.mode != WriteMode::adjoint;
}

/// What the document says of alpha is said of the glimpse, and of the canvas, too.
void say_alpha(const ParameterDocument& document, OpenOptions& open, Image& glimpse) {
    open.alpha = document.alpha.value_or(open.alpha);
    glimpse.alpha = glimpse.alpha || unsaid_alpha(open.alpha, glimpse.pixels.channels());
}

/// A list of N pixels, which an array holds as N×C, as N rows of one column; pictures as they are.
Image as_column(Image list, AlphaChannel alpha) {
    if (!list.array || list.pixels.channels() > 1 || list.pixels.cols > CV_CN_MAX) return list;
    list.alpha = unsaid_alpha(alpha, list.pixels.cols);
    list.pixels = list.pixels.clone().reshape(list.pixels.cols);
    return list;
}

std::int64_t bytes_of(const Image& image) {
    return static_cast<std::int64_t>(image.pixels.total() * image.pixels.elemSize());
}

Image black_canvas(Size size, const Image& glimpse) {
    const cv::Mat black = cv::Mat::zeros(size.height, size.width, glimpse.pixels.type());
    return {.pixels = black, .alpha = glimpse.alpha, .icc_profile = glimpse.icc_profile};
}

/// The canvas, and what messages call it.
struct Canvas {
    Image image;
    std::string place;
};

constexpr const char* smaller_canvas = "a smaller canvas needs less";

/// For an allocation that has failed, of pictures of the canvas's size.
[[noreturn]] void fail_allocation(const std::string& place, Size size, std::int64_t bytes) {
    throw Error(place, "there is not enough memory for a canvas of " + to_string(size) +
                           " pixels and the glimpse on it, which take up to " + bytes_text(bytes) + "; " +
                           smaller_canvas);
}

Canvas make_canvas(const WriteOptions& options, const OpenOptions& open, const Image& glimpse,
                   StepMemory& memory) {
    if (!options.canvas_size) {
        return {
            read_named(options.canvas, {open, memory, "to decode it beside the glimpse", options.input.warn}),
            options.canvas};
    }
    const Size size = *options.canvas_size;
    const auto bytes = bounded_product(size.area(), static_cast<std::int64_t>(glimpse.pixels.elemSize()));
    const std::string place = field_name("canvas_size") + " " + to_string(size);
    with_context(place,
                 [&] { memory.reserve(bytes, "a canvas of that size beside the glimpse", smaller_canvas); });
    memory.keep(bytes);
    try {
        return {black_canvas(size, glimpse), place};
    } catch (...) {
        if (!is_out_of_memory()) throw;
        fail_allocation(place, size, memory.kept());
    }
}

/// The mechanism lowered for a canvas of that size; its masks have been read.
Lowered lowered_for(const Mechanism& mechanism, Size canvas, const Place& place, StepMemory& memory) {
    const LoweringMemory weights = lowering_memory(mechanism, canvas, 0);
    return with_place(place, [&] {
        memory.reserve(weights.kept + weights.working, "to weigh the canvas", smaller_canvas);
        memory.keep(weights.kept);
        return lower(mechanism, canvas);
    });
}

/// `white` is the greatest number of the canvas.
void tell_clipped(const WriteOptions& options, std::int64_t clipped, double white) {
    if (clipped == 0) return;
    options.input.warn(options.out + ": " + std::to_string(clipped) +
                       (clipped == 1 ? " value is clipped" : " values are clipped") + " to 0 or " +
                       number_text(white) +
                       ", or NaN and now 0, since the canvas has no others; an .npy keeps them");
}

/// The glimpse on the canvas.
Image written(const WriteOptions& options, const Backend& backend, const Lowered& lowered,
              const Image& glimpse, const Canvas& canvas, std::optional<int> depth, StepMemory& memory) {
    const std::int64_t bytes = is_pasted(options) ? paste_memory(lowered, glimpse, canvas.image, depth)
                                                  : adjoint_memory(lowered.map, glimpse, canvas.image, depth);
    with_context(canvas.place, [&] { memory.reserve(bytes, "to put the glimpse on it", smaller_canvas); });
    try {
        std::int64_t clipped = 0;
        Image result = is_pasted(options)
                           ? paste(backend, lowered, glimpse, canvas.image, depth, &clipped)
                           : add_adjoint(backend, lowered.map, glimpse, canvas.image, depth, &clipped);
        tell_clipped(options, clipped, full_scale(result.pixels.depth()));
        return result;
    } catch (const WaitEnded&) {
        throw;
    } catch (...) {
        if (is_out_of_memory()) fail_allocation(canvas.place, lowered.map.image, memory.kept() + bytes);
        throw Error(options.glimpse, current_message());
    }
}

[[noreturn]] void fail_file_name(const std::string& field, const std::string& given) {
    throw InvalidOption(field, "the name of a file is needed, or -, not '" + given + "'");
}

void validate(const WriteOptions& options) {
    if (options.canvas.empty() != options.canvas_size.has_value()) {
        throw InvalidOption("canvas", "give either a picture (" + field_name("canvas") + ") or a size (" +
                                          field_name("canvas_size") + ")");
    }
    if (options.glimpse.empty()) fail_file_name("glimpse", options.glimpse);
    if (options.out.empty() || options.out.ends_with('/')) fail_file_name("out", options.out);
    if (options.out != standard_stream) require_place_for(options.out, resolved_path(options.out));
    StandardInput standard_input;
    if (options.glimpse == standard_stream) standard_input.claim("glimpse");
    if (options.canvas == standard_stream) standard_input.claim("canvas");
    if (options.input.parameters == standard_stream) standard_input.claim("parameters");
}

void require_no_input(const WriteOptions& options, const ParameterDocument& document) {
    if (options.out == standard_stream) return;
    InputFiles inputs;
    for (const std::string& input :
         {options.glimpse, options.canvas, options.input.parameters.value_or("")}) {
        inputs.add_file(input);
    }
    inputs.add_attention_files(document);
    inputs.require_not_input(options.out, resolved_path(options.out));
}

/// The canvas with the glimpse on it, as `format` is to hold it.
Image put_on_canvas(const WriteOptions& options, const Backend& backend, const Glimpse& origin,
                    const Image& glimpse, const OpenOptions& open, const std::string& format,
                    StepMemory& memory) {
    const Canvas canvas = make_canvas(options, open, glimpse, memory);
    const Size size{canvas.image.pixels.cols, canvas.image.pixels.rows};
    Glimpse there = origin;
    supply_attention_file(there, open, size);
    const Mechanism mechanism = is_pasted(options) ? there.mechanism : for_writing(there.mechanism);
    const Lowered lowered = lowered_for(mechanism, size, origin.place, memory);
    if (effective(origin.transition, lowered.map))
        throw Error(origin.place.of("/transition"),
                    "a glimpse with a transition is no linear function of the image, and has no way back; "
                    "leave it out to write by the map alone");
    // Such as those of one row whose samples have no step down.
    if (is_pasted(options) && lowered.matrix && lowered.matrix->determinant() == 0)
        throw Error(origin.place.of(""),
                    "its pixels lie on one line of the image, where there is no area to be pasted on: choose "
                    "the adjoint, another " +
                        field_name("mode"));
    if (options.mode == WriteMode::inverse && !is_warp(lowered))
        throw Error(origin.place.of(""),
                    "it is no warp of the image, and has no inverse: choose another " + field_name("mode"));
    const auto depth = is_array_format(format) ? std::optional<int>(CV_32F) : std::nullopt;  // never rounded
    return written(options, backend, lowered, glimpse, canvas, depth, memory);
}

}  // namespace

void write_glimpse(const WriteOptions& options, const Backend& backend) {
    validate(options);
    const Interruptible interruptible(options.interrupted);
    const std::string format =
        output_format(options.out == standard_stream ? "" : options.out, options.format);
    InputOptions input = options.input;
    input.open = options.open;
    // Nobody else gives back what is waited for.
    input.open.memory.cancelled = input.open.mask_memory.cancelled = [] { return true; };
    StepMemory memory(input.open.memory);
    Image glimpse =
        read_named(options.glimpse, {input.open, memory, std::string(MemoryBudget::usual_use), input.warn});
    if (!input.defaults.size) input.defaults.size = Size{glimpse.pixels.cols, glimpse.pixels.rows};
    const auto document = shared_parameters(input);
    if (!document)
        throw InvalidOption("parameters", "say where the glimpse came from: " + field_name("parameters") +
                                              " or " + field_name("boxes"));
    const Glimpse& origin = chosen_glimpse(*document, options.id);
    require_no_input(options, *document);
    OpenOptions open = input.open;
    say_alpha(*document, open, glimpse);
    if (is_list(origin.mechanism)) glimpse = as_column(std::move(glimpse), open.alpha);

    const std::int64_t of_glimpse = memory.kept();
    const Image result = put_on_canvas(options, backend, origin, glimpse, open, format, memory);
    const auto bytes = with_context(options.out, [&] {
        // As they are written, and as they are collected.
        memory.keep_only(of_glimpse);
        memory.reserve(3 * bytes_of(result), "to encode the canvas", smaller_canvas);
        return encode_image(result, format);
    });
    require_uninterrupted();
    options.out == standard_stream ? write_standard_output(bytes)
                                   : write_file(options.out, bytes, true, options.sync);
}

}  // namespace glimpse
