#include "parameters/attention_file.hpp"

#include <algorithm>
#include <memory>
#include <opencv2/core.hpp>

#include "glimpse/array.hpp"
#include "glimpse/error.hpp"
#include "glimpse/image_file.hpp"
#include "images/codecs/codec.hpp"
#include "images/doubts.hpp"
#include "mechanisms/tokens.hpp"
#include "parameters/array_reference.hpp"
#include "pixels/alpha.hpp"
#include "system/failure.hpp"

namespace glimpse {

namespace {

/// A mask's file that is open.
struct OpenedMap {
    std::unique_ptr<ImageReader> reader;
    bool has_channels_first = false;  ///< of an array
};

/// Of an array that is not a picture of one channel.
[[noreturn]] void fail_map_shape(const OpenedMap& map) {
    const ImageInfo& info = map.reader->info();
    const auto length = [](int value) { return static_cast<std::size_t>(value); };
    Array::Shape shape{length(info.size.height), length(info.size.width)};
    shape.insert(map.has_channels_first ? shape.begin() : shape.end(), length(info.channels));
    if (info.pages > 1) shape.insert(shape.begin(), length(info.pages));
    throw Error("it has the shape " + shape_text(shape) +
                "; H×W or 1×H×W is needed here: of several maps, \"grid\": {\"file\": …, \"index\": [0]} "
                "takes one, and \"each\": 0 in place of \"index\" all");
}

cv::Mat attention_values(const OpenedMap& map, const MemoryAllowance& memory) {
    ImageReader& reader = *map.reader;
    const ImageInfo& info = reader.info();
    // An array 1×h×w is one map h×w, as models return it, since a mask has one channel.
    const bool has_leading_axis = info.array && info.size.height == 1 && !map.has_channels_first;
    if (info.array && (info.pages > 1 || (info.channels != 1 && !has_leading_axis))) fail_map_shape(map);
    if (info.pages > 1) {
        throw Error("a mask is a file of one picture, not of " + std::to_string(info.pages) + " pages");
    }
    if (info.channels != 1 && !has_leading_axis) {
        throw Error("a mask is a grey picture of one channel, not of " + std::to_string(info.channels));
    }
    const auto reserved = reserve_for(reader, reader.decoding_memory(whole(info.size), 1), memory);
    cv::Mat values;
    reader.decode(whole(info.size)).convertTo(values, CV_64F);
    if (const std::string doubts = words(reader.doubts()); !doubts.empty())
        throw Error(doubts + "; save the mask again");
    if (info.channels != 1) values = values.reshape(1, info.size.width);
    if (info.array) {
        require_map(values, "file");
    } else {
        values /= full_scale(info.depth);
    }
    return values;
}

/// How many numbers are held while a map is read.
std::int64_t values_of(const mask_form::ArraySource& source) {
    return std::min(source.size().area() + source.working(), most_bytes);
}

/// The numbers of a map in an array, as they are.
cv::Mat array_values(const mask_form::ArraySource& source, const OpenOptions& open, const Box* region) {
    require_pixels(source.size(), open.maximum_pixels);
    const auto reserved = open.mask_memory.reserve(bounded_product(values_of(source), sizeof(double)));
    return source.values(region);
}

/// The key whose value names the mechanism's attention file.
std::string key_of_file(const Mechanism& mechanism) {
    const auto array = attention_array(mechanism);
    return std::string(array ? array->field() : "/file");
}

OpenOptions limits_of(const OpenOptions& open) {
    return {.maximum_pixels = open.maximum_pixels,
            .maximum_seconds = open.maximum_seconds,
            .formats = open.formats,
            .memory = open.mask_memory};
}

/// `File` is a path, or a file's bytes. An array whose last axis is too long for channels is read with its
/// first as these: of 1×h×w it is a map's width.
template <typename File>
OpenedMap open_map(const File& file, const OpenOptions& open) {
    OpenOptions options = limits_of(open);
    try {
        return {open_image(file, options)};
    } catch (const TimeLimitReached&) {
        throw;
    } catch (const Error&) {
        options.layout = ArrayLayout::channels_first;
        OpenedMap map{nullptr, true};
        try {
            map.reader = open_image(file, options);
        } catch (const Error&) {  // the first says why
        }
        if (map.reader && map.reader->info().array) return map;
        throw;
    }
}

/// " (element 3)": of the map that it is of those of its entry; empty where it is the only one.
std::string element_of(const Glimpse& glimpse) {
    const auto array = attention_array(glimpse.mechanism);
    const auto* const map = dynamic_cast<const parameters::ReferencedMap*>(array.get());
    const auto element = map ? map->element() : std::nullopt;
    return element ? " (element " + std::to_string(*element) + ")" : "";
}

/// The same error with the glimpse's place and its file.
Error at_file(const Glimpse& glimpse, const Error& error) {
    return {glimpse.place.of(key_of_file(glimpse.mechanism)),
            attention_file(glimpse.mechanism)->string() + ": " + error.what() + element_of(glimpse)};
}

/// The same error with the place of its field and, where that is the file, with its path.
Error at_field(const Glimpse& glimpse, const InvalidParameter& error) {
    if (error.field() == key_of_file(glimpse.mechanism)) return at_file(glimpse, error);
    return {glimpse.place.of(error.field()), error.what()};
}

template <typename File>
void supply_from(const File& file, Glimpse& glimpse, const OpenOptions& open, std::optional<Size> image) {
    if (!lacks_values(glimpse.mechanism)) return;
    const auto array = attention_array(glimpse.mechanism);
    const bool needs_region = array && array->needs_region();
    if (needs_region && !image) return;
    try {
        const auto region = needs_region ? map_region(glimpse.mechanism, *image) : std::optional<Box>();
        if (array) {
            supply(glimpse.mechanism, array_values(*array, open, region ? &*region : nullptr),
                   {.coarse_step = array->coarse_step()});
        } else {
            const OpenedMap map = open_map(file, open);
            const ImageInfo& info = map.reader->info();
            supply(glimpse.mechanism, attention_values(map, open.mask_memory),
                   {.is_picture = !info.array, .coarse_step = info.coarse_step});
        }
        validate(glimpse.mechanism);
    } catch (const InvalidParameter& error) {
        throw at_field(glimpse, error);
    } catch (const Error& error) {
        throw at_file(glimpse, error);
    }
}

}  // namespace

void supply_attention_file(Glimpse& glimpse, const OpenOptions& open, std::optional<Size> image) {
    if (const auto path = attention_file(glimpse.mechanism)) supply_from(*path, glimpse, open, image);
}

void supply_attention_file(Glimpse& glimpse, std::span<const std::uint8_t> bytes, const OpenOptions& open) {
    supply_from(bytes, glimpse, open, std::nullopt);
}

void supply_attention_files(ParameterDocument& document, const OpenOptions& open) {
    MemoryAllowance memory = open.mask_memory;
    memory.remedy = "split the document, whose masks are held together";
    constexpr std::int64_t value_bytes = sizeof(double);
    std::int64_t held = 0;
    for (Glimpse& glimpse : document) {
        const std::int64_t values = values_to_read(glimpse, open);
        supply_attention_file(glimpse, open);
        if (values == 0 || lacks_values(glimpse.mechanism)) continue;
        const auto array = attention_array(glimpse.mechanism);
        const std::int64_t kept = array ? array->size().area() : values;
        held = std::min(held + bounded_product(kept, value_bytes), most_bytes);
        with_context(glimpse.place.of(key_of_file(glimpse.mechanism)), [&] {
            // Given back at once: who waits for a mask would wait for the end of the run.
            static_cast<void>(memory.reserve(held));
        });
    }
    release_arrays(document);
}

void release_arrays(const ParameterDocument& document) {
    for (const Glimpse& glimpse : document) {
        const auto array = attention_array(glimpse.mechanism);
        if (array) return array->close();  // one for all of a document
    }
}

std::int64_t values_to_read(const Glimpse& glimpse, const OpenOptions& open) {
    if (!lacks_values(glimpse.mechanism)) return 0;
    if (const auto array = attention_array(glimpse.mechanism)) return values_of(*array);
    try {
        const ImageInfo info = open_map(*attention_file(glimpse.mechanism), open).reader->info();
        return bounded_product(info.size.area(), info.channels);
    } catch (const TimeLimitReached& error) {
        throw at_file(glimpse, error);
    } catch (const Error&) {
        return 0;  // whoever reads it says why
    }
}

}  // namespace glimpse
