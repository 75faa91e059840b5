#include "glimpse/writing.hpp"

#include <algorithm>
#include <memory>
#include <opencv2/core.hpp>
#include <utility>

#include "glimpse/canvas.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/words.hpp"
#include "images/output_format.hpp"
#include "inputs/standard_input.hpp"
#include "outputs/input_files.hpp"
#include "pipeline/lowering.hpp"
#include "system/failure.hpp"
#include "system/new_file.hpp"
#include "system/resolved_path.hpp"

namespace glimpse {

namespace {

const Glimpse& chosen(const ParameterDocument& document, const std::string& id) {
    if (id.empty()) {
        if (document.size() == 1) return document.front();
        throw InvalidOption("id",
                            "the document has " + std::to_string(document.size()) + " entries: say which");
    }
    const auto entry = std::ranges::find(document, id, &Glimpse::id);
    if (entry != document.end()) return *entry;
    std::vector<std::string_view> ids;
    for (const Glimpse& glimpse : document) ids.push_back(glimpse.id);
    throw InvalidOption("id", "the document has no entry '" + id + "', only " + join(ids));
}

/// An image, and what is reserved for its pixels.
struct HeldPixels {
    Image image;
    MemoryBudget::Reservation reserved;
};

/// The image of a file that has one.
HeldPixels read_only_page(std::unique_ptr<ImageReader> opened, const OpenOptions& options) {
    ImageReader& reader = *opened;
    if (const int pages = reader.info().pages; pages > 1) {
        throw Error("the file has " + std::to_string(pages) +
                    " pages, and one image is needed; cut one out with extract and its choice of a page");
    }
    const Rectangle all = whole(reader.info().size);
    const std::int64_t kept = pixel_bytes(reader.info(), all);
    HeldPixels held;
    held.reserved = reserve_for(reader, reader.decoding_memory(all, 1), options.memory);
    held.image = read_image(reader);
    // What was held for decoding is left, and so much of it is held on.
    opened.reset();
    held.reserved.reset();
    held.reserved = options.memory.reserve(kept);
    return held;
}

[[noreturn]] void fail_beside_glimpse(const std::string& place) {
    throw Error(place, "what it takes beside the glimpse is more memory than " + field_name("open.memory") +
                           " allows");
}

/// The only image on standard input.
HeldPixels read_alone(std::span<const std::uint8_t> bytes, const OpenOptions& options) {
    const auto images = images_in(bytes);
    if (images.size() > 1 || (images.size() == 1 && images.front().unread > 0))
        throw Error("there is more than one image, and one is needed");
    return read_only_page(open_image(bytes, options), options);
}

HeldPixels read_named(const std::string& path, const OpenOptions& options) try {
    return with_context(path, [&] {
        if (path != standard_stream)
            return read_only_page(open_image(std::filesystem::path(path), options), options);
        const std::vector<std::uint8_t> bytes = read_standard_input();
        return read_alone(bytes, options);
    });
} catch (const WaitEnded&) {
    fail_beside_glimpse(path);
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

Image black_canvas(Size size, const Image& glimpse) {
    const cv::Mat black = cv::Mat::zeros(size.height, size.width, glimpse.pixels.type());
    return {.pixels = black, .alpha = glimpse.alpha, .icc_profile = glimpse.icc_profile};
}

/// Of a mask that has been read.
MemoryBudget::Reservation reserve_weights(const Mechanism& mechanism, Size canvas, const Place& place,
                                          const MemoryAllowance& memory) try {
    const LoweringMemory weights = lowering_memory(mechanism, canvas, 0);
    return with_place(place, [&] { return memory.reserve(weights.kept + weights.working); });
} catch (const WaitEnded&) {
    fail_beside_glimpse(place.of({}));
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
    if (const std::string obstacle = options.out == standard_stream ? "" : obstacle_to_output(options.out);
        !obstacle.empty()) {
        throw UsageError(options.out, obstacle);
    }
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
        inputs.add(input);
    }
    inputs.add_attention_files(document);
    inputs.require_not_input(options.out, resolved_path(options.out));
}

}  // namespace

void write_glimpse(const WriteOptions& options, const Backend& backend) {
    validate(options);
    const std::string format =
        output_format(options.out == standard_stream ? "" : options.out, options.format);
    InputOptions input = options.input;
    input.open = options.open;
    // Nobody else gives back what is waited for.
    input.open.memory.in_vain = input.open.mask_memory.in_vain = [] { return true; };
    HeldPixels held = read_named(options.glimpse, input.open);
    Image& glimpse = held.image;
    if (!input.defaults.size) input.defaults.size = Size{glimpse.pixels.cols, glimpse.pixels.rows};
    const auto document = shared_parameters(input);
    if (!document)
        throw InvalidOption("parameters", "say where the glimpse came from: " + field_name("parameters") +
                                              " or " + field_name("boxes"));
    const Glimpse& origin = chosen(*document, options.id);
    require_no_input(options, *document);
    OpenOptions open = input.open;
    say_alpha(*document, open, glimpse);
    if (is_list(origin.mechanism)) glimpse = as_column(std::move(glimpse), open.alpha);

    const HeldPixels held_canvas = options.canvas_size
                                       ? HeldPixels{black_canvas(*options.canvas_size, glimpse), nullptr}
                                       : read_named(options.canvas, open);
    const Image& canvas = held_canvas.image;
    const Size size{canvas.pixels.cols, canvas.pixels.rows};
    const Mechanism mechanism = options.paste ? origin.mechanism : for_writing(origin.mechanism);
    const auto of_weights = reserve_weights(mechanism, size, origin.place, input.open.memory);
    const Lowered lowered = with_place(origin.place, [&] { return lower(mechanism, size); });
    const auto depth = format == "npy" ? std::optional<int>(CV_32F) : std::nullopt;  // never rounded
    const Image written = with_context(options.glimpse, [&] {
        return options.paste ? paste(backend, lowered, glimpse, canvas, depth)
                             : add_adjoint(backend, lowered.map, glimpse, canvas, depth);
    });
    const auto bytes = with_context(options.out, [&] { return encode_image(written, format); });
    options.out == standard_stream ? write_standard_output(bytes)
                                   : write_file(options.out, bytes, true, options.sync);
}

}  // namespace glimpse
