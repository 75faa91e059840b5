#include "annotations/voc.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <pugixml.hpp>

#include "annotations/module/xml_encoding.hpp"
#include "glimpse/error.hpp"
#include "system/module_export.hpp"
#include "system/text_file.hpp"
#include "system/trimmed.hpp"

namespace glimpse::annotations {

namespace {

/// All of an element's text, which comments and CDATA may divide.
std::string text_of(const pugi::xml_node& element) {
    std::string text;
    for (const pugi::xml_node& piece : element.children()) text += piece.value();
    return text;
}

/// An XML file whose errors name the line.
class XmlDocument {
  public:
    explicit XmlDocument(const std::filesystem::path& file)
        : file_(file),
          text_(in_known_encoding(
              std::string(without_byte_order_mark(read_text_file(file, annotation_limit))), file)) {
        const pugi::xml_parse_result result = xml_.load_buffer(
            text_.data(), text_.size(), pugi::parse_default | pugi::parse_declaration | pugi::parse_fragment);
        if (!result) throw UsageError(place_of_line(file_, line_at(result.offset)), result.description());
        require_one_element();
        require_no_entities();
    }

    [[nodiscard]] pugi::xml_node root() const { return xml_.document_element(); }

    [[nodiscard]] std::size_t line(const pugi::xml_node& node) const { return line_at(node.offset_debug()); }

    [[noreturn]] void fail(const pugi::xml_node& node, const std::string& rule) const {
        throw UsageError(place_of_line(file_, line(node)), rule);
    }

    /// The child element of that name, which may be missing. Throws `UsageError` "FILE:LINE: …" for a second
    /// one, as it would be a guess which is meant.
    [[nodiscard]] pugi::xml_node child(const pugi::xml_node& parent, const char* name) const {
        const pugi::xml_node node = parent.child(name);
        if (const pugi::xml_node second = node.next_sibling(name)) {
            fail(second, std::string("<") + name + "> is there twice in <" + parent.name() + ">; remove one");
        }
        return node;
    }

    /// The finite number in a child element. Throws `UsageError` "FILE:LINE: …" where there is not one.
    [[nodiscard]] double number(const pugi::xml_node& parent, const char* name) const {
        const pugi::xml_node node = child(parent, name);
        if (!node) fail(parent, std::string("the element <") + name + "> is missing");
        const std::string text = text_of(node);
        const std::optional<double> value = number_in(text);
        if (!value || !std::isfinite(*value)) {
            fail(node, std::string("<") + name + "> holds a number, not '" + text + "'");
        }
        return *value;
    }

  private:
    /// pugixml passes over what lies beside the first element.
    void require_one_element() const {
        for (const pugi::xml_node& node : xml_.children()) {
            const bool is_content = node.type() == pugi::node_element || node.type() == pugi::node_pcdata ||
                                    node.type() == pugi::node_cdata;
            if (is_content && node != root()) {
                fail(node, "a file holds one element, and nothing beside it; this is more");
            }
        }
    }

    /// pugixml leaves them as they are written, "&d;".
    void require_no_entities() const {
        const std::size_t at = text_.find("<!ENTITY");
        if (at == std::string::npos) return;
        throw UsageError(
            place_of_line(file_, line_at(static_cast<std::ptrdiff_t>(at))),
            "entities that a file defines are not read; write what they stand for in their place");
    }

    /// Objects ask one after another: it counts on from where it was asked last.
    [[nodiscard]] std::size_t line_at(std::ptrdiff_t offset) const {
        const auto end = std::clamp<std::ptrdiff_t>(offset, 0, std::ssize(text_));
        if (end < counted_to_) {
            counted_to_ = 0;
            lines_before_ = 0;
        }
        lines_before_ += std::count(text_.begin() + counted_to_, text_.begin() + end, '\n');
        counted_to_ = end;
        return static_cast<std::size_t>(lines_before_) + 1;
    }

    const std::filesystem::path& file_;
    std::string text_;
    pugi::xml_document xml_;
    mutable std::ptrdiff_t counted_to_ = 0;    ///< an offset
    mutable std::ptrdiff_t lines_before_ = 0;  ///< that end before it
};

AnnotatedBox read_object(const XmlDocument& document, const pugi::xml_node& object, double first) {
    AnnotatedBox empty{.category = new_category(std::string(trimmed(text_of(object.child("name"))))),
                       .place = place_of_box(document.line(object))};
    return read_box(std::move(empty), [&](AnnotatedBox& box) {
        static_cast<void>(document.child(object, "name"));
        const pugi::xml_node bounds = document.child(object, "bndbox");
        if (!bounds) throw Error("an object '" + box.category->name + "' has no <bndbox>");
        const double left = document.number(bounds, "xmin") - first;
        const double top = document.number(bounds, "ymin") - first;
        // xmax and ymax are the last pixel inside.
        box.box.box = {left, top, document.number(bounds, "xmax") - first + 1 - left,
                       document.number(bounds, "ymax") - first + 1 - top};
    });
}

/// The objects in elements within <annotation>, where VOC has none: each fails by itself.
void add_misplaced(const XmlDocument& document, std::vector<AnnotatedBox>& boxes) {
    struct Search final : pugi::xml_tree_walker {
        explicit Search(std::vector<pugi::xml_node>& nodes) : found(nodes) {}
        bool for_each(pugi::xml_node& node) override {
            const bool is_nested = depth() > 0;  // 0 of a child of the root
            if (is_nested && std::string_view(node.name()) == "object") found.push_back(node);
            return true;
        }
        std::vector<pugi::xml_node>& found;
    };
    std::vector<pugi::xml_node> found;
    Search search(found);
    document.root().traverse(search);
    for (const pugi::xml_node& object : found) {
        boxes.push_back(read_box({.place = place_of_box(document.line(object))}, [&](AnnotatedBox& /*box*/) {
            throw Error(std::string("an <object> lies in <") + object.parent().name() +
                        ">; it is a child of <annotation>");
        }));
    }
}

/// What <width> or <height> holds; NaN where that is no number.
double side(const pugi::xml_node& size, const char* name) {
    return number_in(text_of(size.child(name))).value_or(std::nan(""));
}

LabelFile read(const std::filesystem::path& file, bool zero_based) {
    const XmlDocument document(file);
    if (std::string_view(document.root().name()) != "annotation") {
        document.fail(document.root(), "an <annotation> is needed");
    }
    LabelFile labels;
    for (const pugi::xml_node& object : document.root().children("object")) {
        labels.boxes.push_back(read_object(document, object, zero_based ? 0 : 1));
    }
    add_misplaced(document, labels.boxes);
    if (const pugi::xml_node size = document.root().child("size")) {
        try {
            labels.image = declared_size(side(size, "width"), side(size, "height"));
        } catch (const Error& error) {
            document.fail(size, std::string(error.rule()));
        }
    }
    return labels;
}

}  // namespace

}  // namespace glimpse::annotations

GLIMPSE_MODULE(glimpse::annotations::VocReader, glimpse::annotations::read);
