#include "glimpse/annotations.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include "annotations/categories.hpp"
#include "annotations/content.hpp"
#include "annotations/formats.hpp"
#include "annotations/label_files.hpp"
#include "annotations/voc.hpp"
#include "annotations/warnings.hpp"
#include "annotations/yolo_data_set.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/words.hpp"
#include "system/module.hpp"

namespace glimpse {

namespace fs = std::filesystem;

namespace annotations {

LabelFile read_voc(const fs::path& file, bool zero_based) {
    static const auto& reader = opened_module<VocReader>("voc");
    return reader.read(file, zero_based);
}

}  // namespace annotations

namespace {

using namespace annotations;

/// Reads files that belong to one image each.
struct LabelReader {
    std::function<LabelFile(const fs::path&)> read{};
    std::map<std::string, std::string>
        names{};                   ///< of classes by their numbers, where files have numbers only
    std::string place_of_names{};  ///< as of `DataSet`
};

struct Format {
    std::string_view name;
    /// Whether a file is of this format, and not of one before it in the table; null where nothing tells.
    bool (*recognises)(const Content&);
    /// Reads one file that annotates all images; null where each image has a file of its own.
    DataSet (*read_all)(const fs::path&, const ImageFiles&) = nullptr;
    /// Reads files of single images, of which those that belong to inputs are given.
    LabelReader (*read_each)(const AnnotationOptions&, const std::vector<fs::path>&) = nullptr;
    std::string_view extension{};  ///< of these
    bool has_rows = false;         ///< that begin with a class's number
    bool counts_from_one = false;  ///< its pixels, unless `zero_based`
};

LabelReader yolo_reader(const AnnotationOptions& options, const std::vector<fs::path>& files) {
    const auto set = std::make_shared<YoloDataSet>(options.file, files, options.warn);
    return {.read = [set](const fs::path& file) { return read_yolo(file, *set); },
            .names = set->names(),
            .place_of_names = set->names().empty() ? places_of_class_names : ""};
}

LabelReader voc_reader(const AnnotationOptions& options, const std::vector<fs::path>& /*files*/) {
    return {.read = [zero_based = options.zero_based](const fs::path& file) {
        return annotations::read_voc(file, zero_based);
    }};
}

LabelReader labelme_reader(const AnnotationOptions& /*options*/, const std::vector<fs::path>& /*files*/) {
    return {.read = read_labelme};
}

constexpr std::array<Format, 7> formats{{
    {.name = "coco",
     .recognises =
         [](const Content& content) {
             return content.is_object_with("annotations") && content.is_object_with("images");
         },
     .read_all = read_coco},
    {.name = "yolo",
     .recognises = [](const Content& content) { return content.has_rows() && is_yolo(content.text()); },
     .read_each = yolo_reader,
     .extension = ".txt",
     .has_rows = true},
    {.name = "voc",
     .recognises = [](const Content& content) { return content.is_xml_with_root("annotation"); },
     .read_each = voc_reader,
     .extension = ".xml",
     .counts_from_one = true},
    {.name = "mot",
     .recognises =
         [](const Content& content) {
             return content.has_rows() && is_mot(content.text()) && !is_visdrone_sequence(content);
         },
     .read_all = read_mot},
    {.name = "got10k",
     .recognises =
         [](const Content& content) { return content.has_rows_of(4) && content.has_number_above_1(); },
     .read_all = read_target},
    {.name = "otb", .recognises = nullptr, .read_all = read_target},  // the same lines as GOT-10k's
    {.name = "labelme",
     .recognises = [](const Content& content) { return content.is_object_with("shapes"); },
     .read_each = labelme_reader,
     .extension = ".json"},
}};

const Format& format_named(std::string_view name) {
    const auto format = std::ranges::find(formats, name, &Format::name);
    if (format == formats.end()) {
        throw InvalidOption("annotations.format",
                            "'" + std::string(name) + "' is none of " + join(annotation_formats()));
    }
    return *format;
}

[[noreturn]] void fail_unclear(const fs::path& file) {
    throw UsageError(file.string(), "its format is not clear; name it with " +
                                        field_name("annotations.format") + " " +
                                        join(annotation_formats(), "|"));
}

/// Whether a row has a box in fractions behind its class, whatever follows.
bool has_box_in_fractions(const Row& row) {
    constexpr std::size_t fields = 5;
    if (row.fields.size() < fields) return false;
    return std::all_of(row.fields.begin() + 1, row.fields.begin() + fields, [](std::string_view field) {
        const double number = number_in(field).value_or(-1);
        return number >= 0 && number <= 1;
    });
}

/// What is known of a file that is of another format than `expected`, or than any that is read, with a
/// remedy; empty where nothing is.
std::string known_otherwise(const fs::path& file, const Format* expected) {
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return {};  // a pipe can be read only once
    try {
        const std::string text = read_annotation_text(file);
        const Content content(text);
        const auto is_of = [&](const Format& format) {
            return format.recognises && format.recognises(content);
        };
        if (expected && is_of(*expected)) return {};
        if (expected && expected->has_rows && content.has_rows_that(has_box_in_fractions)) return {};
        const auto whole = std::ranges::find_if(formats, [&](const Format& format) {
            return format.read_all && !content.has_rows() && is_of(format);
        });
        if (whole != formats.end())
            return std::string(whole->name) + ", one file of all images; give the file itself, as that";
        return std::string(unread_format(content));
    } catch (const UsageError&) {
        return {};
    }
}

/// Throws `UsageError` where a file is known to be of another format.
void require_not_otherwise(const fs::path& file, const Format* expected) {
    const std::string known = known_otherwise(file, expected);
    if (!known.empty()) throw UsageError(file.string(), "is " + known);
}

/// The only format with files of an extension found below the directory. Throws `UsageError` where none or
/// several are.
const Format& format_of_directory(const fs::path& directory) {
    std::set<std::string> extensions;
    const std::vector<fs::path> files = files_below(directory);
    for (const fs::path& file : files) extensions.insert("." + extension_of(file));
    std::vector<const Format*> found;
    for (const Format& format : formats) {
        if (!format.read_all && extensions.contains(std::string(format.extension))) found.push_back(&format);
    }
    if (found.size() == 1) return *found.front();
    if (!files.empty()) require_not_otherwise(files.front(), nullptr);
    fail_unclear(directory);
}

/// The format that the content tells. Throws `UsageError` where it tells none, or one that is not read.
const Format& format_of_file(const fs::path& file) {
    const std::string text = read_annotation_text(file);
    const Content content(text);
    if (!content.has_header()) {  // below a header the rows look like those of a format
        const auto is_of = [&](const Format& format) {
            return format.recognises && format.recognises(content);
        };
        const auto format = std::ranges::find_if(formats, is_of);
        if (format != formats.end()) return *format;
    }
    if (const std::string_view unread = unread_format(content); !unread.empty()) {
        throw UsageError(file.string(), "is " + std::string(unread));
    }
    fail_unclear(file);
}

const Format& format_of(const AnnotationOptions& options) {
    if (!options.format.empty()) return format_named(options.format);
    std::error_code ignored;
    if (fs::is_fifo(options.file, ignored)) {
        throw UsageError(options.file.string(), "can be read only once: name its format with " +
                                                    field_name("annotations.format") + " " +
                                                    join(annotation_formats(), "|"));
    }
    return fs::is_directory(options.file, ignored) ? format_of_directory(options.file)
                                                   : format_of_file(options.file);
}

/// The format's reader, whose files share what they have in common, and take no more memory than they need. A
/// file that it reads nothing of is told for what it is.
LabelReader reader_of(const Format& format, const AnnotationOptions& options,
                      const std::vector<fs::path>& files) {
    LabelReader reader = format.read_each(options, files);
    const auto categories = std::make_shared<CategoryTable>();
    reader.read = [categories, format = &format, read = std::move(reader.read)](const fs::path& file) {
        LabelFile labels;
        try {
            labels = read(file);
        } catch (const UsageError&) {
            require_not_otherwise(file, format);
            throw;
        }
        const bool is_read = labels.boxes.empty() || std::ranges::any_of(labels.boxes, [](const auto& box) {
                                 return box.problem == nullptr;
                             });
        if (!is_read) require_not_otherwise(file, format);
        categories->share(labels.boxes);
        labels.boxes.shrink_to_fit();
        return labels;
    };
    return reader;
}

/// The image with the boxes of its annotation file, or with that file's error as its `problem`.
AnnotatedImage annotated(const LabelledImage& joined, const LabelReader& reader) {
    const ImageFile& image = *joined.image;
    if (!joined.problem.empty()) {
        return {.path = image.path, .name = image.name, .problem = joined.problem};
    }
    try {
        LabelFile labels = reader.read(joined.labels);
        return {.path = image.path,
                .name = image.name,
                .file = joined.labels,
                .size = labels.image,
                .boxes = std::move(labels.boxes)};
    } catch (const UsageError& error) {
        return {.path = image.path, .name = image.name, .problem = error.what()};
    }
}

/// Whether a file can be read and has boxes. Lists of names and notes have rows, too, but none with a class.
bool holds_records(const fs::path& file, const Format& format, const LabelReader& reader,
                   std::vector<AnnotatedBox>& boxes) {
    try {
        boxes = reader.read(file).boxes;
    } catch (const UsageError&) {
        return false;
    }
    return std::ranges::any_of(
        boxes, [&](const AnnotatedBox& box) { return !format.has_rows || !box.category->number.empty(); });
}

/// The files of the format below the directory that belong to no input.
std::vector<fs::path> other_labels(const Format& format, const AnnotationOptions& options,
                                   const std::set<fs::path>& used) {
    std::vector<fs::path> files = files_below(options.file);
    std::erase_if(files, [&](const fs::path& file) {
        return "." + extension_of(file) != format.extension || used.contains(file.lexically_normal());
    });
    return files;
}

/// Annotation files without an image become images with a problem: their boxes would be lost in silence.
void add_orphans(const Format& format, const LabelReader& reader, const std::vector<fs::path>& files,
                 DataSet& set) {
    for (const fs::path& file : files) {
        AnnotatedImage orphan{.path = file,
                              .name = file.stem().string(),
                              .file = file,
                              .problem = "no image of that name is there",
                              .missing = true};
        if (!holds_records(file, format, reader, orphan.boxes)) continue;
        set.images.push_back(std::move(orphan));
    }
}

/// Of a choice of images, most files may be of others, and are not read.
void warn_of_other_labels(std::vector<fs::path> files, const AnnotationOptions& options) {
    const std::vector<fs::path> of_names = annotation_files(options.file);
    std::erase_if(files,
                  [&](const fs::path& file) { return std::ranges::find(of_names, file) != of_names.end(); });
    if (files.empty()) return;
    options.warn(options.file.string() + ": the inputs lack the images of " + std::to_string(files.size()) +
                 " of its files, such as " + files.front().string() + "; " +
                 field_name("annotations.strict") + " makes those with boxes failures");
}

/// Throws `UsageError`: no file has the name of an image. It may have it in a directory below.
[[noreturn]] void fail_without_labels(const Format& format, const fs::path& directory,
                                      const ImageFiles& images) {
    std::set<std::string> names;
    for (const ImageFile& image : images.files) names.insert(image.path.stem().string());
    const std::string rule = "holds no " + std::string(format.extension) + " file of the name of an image";
    std::vector<fs::path> files = files_below(directory);
    std::erase_if(files, [&](const fs::path& file) { return "." + extension_of(file) != format.extension; });
    for (const fs::path& file : files) {
        if (!names.contains(file.stem().string())) continue;
        std::error_code ignored;
        if (fs::equivalent(file.parent_path(), directory, ignored)) {
            throw UsageError(directory.string(),
                             rule + " in the directories that the image lies in; " +
                                 file.filename().string() +
                                 " lies in it alone: give the directory of its image as the input");
        }
        throw UsageError(directory.string(),
                         rule + "; a directory below does: " + file.parent_path().string());
    }
    if (!files.empty()) require_not_otherwise(files.front(), &format);
    throw UsageError(directory.string(), rule);
}

/// A directory with one annotation file per image.
DataSet read_directory(const Format& format, const AnnotationOptions& options, const ImageFiles& images) {
    const auto joined = join_label_files(options.file, format.extension, images.files);
    std::set<fs::path> used;
    for (const LabelledImage& one : joined) used.insert(one.labels.lexically_normal());
    const LabelReader reader = reader_of(format, options, {used.begin(), used.end()});
    DataSet set{.names = reader.names, .place_of_names = reader.place_of_names};
    for (const LabelledImage& one : joined) set.images.push_back(annotated(one, reader));
    if (set.images.empty()) fail_without_labels(format, options.file, images);
    const std::vector<fs::path> others = other_labels(format, options, used);
    if (images.directories.empty() && !options.strict) {
        warn_of_other_labels(others, options);
    } else {
        add_orphans(format, reader, others, set);
    }
    return set;
}

/// A single annotation file, which needs a single image.
DataSet read_single_file(const Format& format, const AnnotationOptions& options, const ImageFiles& images) {
    std::error_code ignored;
    if (!fs::exists(options.file, ignored)) {
        throw UsageError(options.file.string(), std::strerror(ENOENT));
    }
    if (images.files.size() != 1) {
        require_not_otherwise(options.file, &format);
        throw UsageError(options.file.string(), "belongs to one image, and there are " +
                                                    std::to_string(images.files.size()) +
                                                    "; give the directory of all such files");
    }
    const LabelReader reader = reader_of(format, options, {options.file});
    return {.images = {annotated({&images.files.front(), options.file}, reader)},
            .names = reader.names,
            .place_of_names = reader.place_of_names};
}

/// One file that annotates all images. Where it was named as of another format than it has, that is told.
DataSet read_data_set(const Format& format, const fs::path& file, const ImageFiles& images) {
    try {
        return format.read_all(file, images);
    } catch (const UsageError&) {
        std::error_code ignored;
        if (!fs::is_regular_file(file, ignored)) throw;
        const std::string text = read_annotation_text(file);
        const Content content(text);
        const std::string_view unread = unread_format(content);
        if (content.has_rows() || unread.empty()) throw;
        throw UsageError(file.string(), "is " + std::string(unread));
    }
}

DataSet read_all(const Format& format, const AnnotationOptions& options, const ImageFiles& images) {
    std::error_code ignored;
    if (format.read_all) return read_data_set(format, options.file, images);
    if (fs::is_directory(options.file, ignored)) return read_directory(format, options, images);
    return read_single_file(format, options, images);
}

/// Before boxes are filtered by category, so that a position names the same box whatever is asked for.
void assign_ids(std::vector<AnnotatedBox>& boxes) {
    for (std::size_t k = 0; k < boxes.size(); ++k) {
        if (boxes[k].id.empty()) boxes[k].id = position_id(k);
    }
}

}  // namespace

std::string_view BoxPlace::before() const {
    if (kind == Kind::line) return ":";
    return kind == Kind::shape ? ": /shapes/" : ": /annotations/";
}

std::string_view BoxPlace::behind() const {
    if (kind == Kind::annotation_image) return "/image_id";
    if (kind == Kind::annotation_bbox) return "/bbox";
    if (kind == Kind::annotation_id) return "/id";
    if (kind == Kind::annotation_category) return "/category_id";
    return kind == Kind::annotation_score ? "/score" : "";
}

std::vector<std::string_view> annotation_formats() {
    std::vector<std::string_view> names;
    names.reserve(formats.size());
    for (const Format& format : formats) names.push_back(format.name);
    return names;
}

std::vector<AnnotatedImage> read_annotations(const AnnotationOptions& options, const ImageFiles& images) {
    const Format& format = format_of(options);
    if (options.zero_based && !format.counts_from_one) {
        throw InvalidOption("annotations.zero_based",
                            "is about VOC, and these are " + std::string(format.name));
    }
    DataSet set = read_all(format, options, images);
    for (AnnotatedImage& image : set.images) {
        assign_ids(image.boxes);
        if (image.file.empty()) image.file = options.file;
    }
    const bool any_is_there = std::ranges::any_of(set.images, std::not_fn(&AnnotatedImage::missing));
    if (format.counts_from_one && !options.zero_based) warn_of_zeros(set.images, options);
    if (any_is_there) warn_of_unnamed(set, images, options);
    resolve_categories(set);
    warn_of_unknown_categories(set, options);
    warn_of_fractions(set.images, options);
    keep_categories(set, options.categories);
    // An image without wanted boxes is dropped; one whose file cannot be read stays, since it may have some.
    std::erase_if(set.images, [&](const AnnotatedImage& image) {
        return image.boxes.empty() && (format.read_all || image.missing || image.problem.empty());
    });
    if (any_is_there && !options.strict) leave_out_missing(set.images, options);
    if (set.images.empty() && set.lost.empty()) {
        options.warn(options.file.string() + ": has no boxes for the inputs" +
                     (options.categories.empty() ? "" : ", of the wanted categories"));
    }
    std::ranges::move(set.lost, std::back_inserter(set.images));
    return std::move(set.images);
}

}  // namespace glimpse
