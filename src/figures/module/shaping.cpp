#include "figures/module/shaping.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <string_view>
#include <vector>

#include "figures/module/colour_letters.hpp"
#include "figures/module/functions.hpp"
#include "figures/module/painting.hpp"
#include "figures/module/text.hpp"
#include "glimpse/error.hpp"
#include "system/isolated.hpp"

namespace glimpse {

namespace {

template <typename Object>
struct ObjectRelease {
    void operator()(Object* object) const { g_object_unref(object); }
};

template <typename Object>
using Owned = std::unique_ptr<Object, ObjectRelease<Object>>;

struct OptionsRelease {
    void operator()(cairo_font_options_t* options) const { cairo_font_options_destroy(options); }
};

/// Letters have the same shapes and widths in every format, size and place, whatever screens are set to.
void set_options(PangoContext* context) {
    const std::unique_ptr<cairo_font_options_t, OptionsRelease> options(cairo_font_options_create());
    cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options.get());
    pango_context_set_round_glyph_positions(context, FALSE);
    // Or else the environment's language would choose among the fonts.
    pango_context_set_language(context, pango_language_from_string("en"));
    pango_context_set_base_dir(context, PANGO_DIRECTION_WEAK_LTR);
}

void set_size(PangoLayout* layout, double em) {
    PangoFontDescription* const font = pango_font_description_new();
    pango_font_description_set_family_static(font, "Sans");
    pango_font_description_set_absolute_size(font, em * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);  // which copies it
    pango_font_description_free(font);
}

struct AttributesRelease {
    void operator()(PangoAttrList* attributes) const { pango_attr_list_unref(attributes); }
};

/// A PDF has a ligature such as "fi" as one character, by which nobody finds "fish". Those that a script
/// needs stay (rlig, calt).
void leave_out_ligatures(PangoLayout* layout) {
    const std::unique_ptr<PangoAttrList, AttributesRelease> attributes(pango_attr_list_new());
    pango_attr_list_insert(attributes.get(), pango_attr_font_features_new("liga=0, clig=0, dlig=0"));
    pango_layout_set_attributes(layout, attributes.get());
}

/// How far a line's ink reaches above and below its baseline, and how wide the line is, in pixels.
struct Reach {
    double above;
    double below;
    double width;
    bool is_inked;
};

Reach reach_of(PangoLayout* layout) {
    PangoRectangle ink{};
    PangoRectangle logical{};
    pango_layout_get_extents(layout, &ink, &logical);
    const double baseline = pango_layout_get_baseline(layout);
    return {(baseline - ink.y) / PANGO_SCALE, (ink.y + ink.height - baseline) / PANGO_SCALE,
            double(logical.width) / PANGO_SCALE, ink.width > 0 && ink.height > 0};
}

/// Fontconfig follows null pointers, and GLib ends the process, where they get no memory or no thread: what
/// they may take for a program's fonts is asked for before they are.
void require_memory_of_fonts() {
    constexpr std::size_t most = 320 << 20;  // two threads' stacks and heaps, and the fonts
    void* const room = mmap(nullptr, most, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (room == MAP_FAILED) {
        throw Error(
            std::string(
                "a figure's letters may take 320 MB of address space, which the process does not get (") +
            std::strerror(errno) + "); raise its limit (ulimit -v)");
    }
    munmap(room, most);
}

/// What a thread shapes texts with.
class Shaper {
  public:
    Shaper() {
        require_memory_of_fonts();
        map_.reset(pango_cairo_font_map_new());
        context_.reset(pango_font_map_create_context(map_.get()));
        set_options(context_.get());
        constexpr double large = 1000;
        const Owned<PangoLayout> capital(layout("H", large));
        em_of_capitals_ = large / std::max(1.0, reach_of(capital.get()).above);
    }

    [[nodiscard]] PangoLayout* layout(std::string_view text, double em) const {
        PangoLayout* const layout = pango_layout_new(context_.get());
        pango_layout_set_single_paragraph_mode(layout, TRUE);
        // One that is put together of several has them from left to right.
        const bool is_one = text.find(isolate_begin) == std::string_view::npos;
        pango_layout_set_auto_dir(layout, is_one ? TRUE : FALSE);
        pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
        set_size(layout, em);
        leave_out_ligatures(layout);
        return layout;
    }

    /// The size of the font whose capitals are 1 pixel high.
    [[nodiscard]] double em_of_capitals() const { return em_of_capitals_; }

  private:
    Owned<PangoFontMap> map_;
    Owned<PangoContext> context_;
    double em_of_capitals_ = 0;
};

const Shaper& shaper() {
    thread_local const Shaper own;
    return own;
}

constexpr std::string_view replacement = "\uFFFD";

/// Whether neither a line of text nor XML can have the character.
bool is_unshowable(gunichar character) {
    constexpr gunichar line_separator = 0x2028;
    constexpr gunichar paragraph_separator = 0x2029;
    return g_unichar_iscntrl(character) != FALSE || character == line_separator ||
           character == paragraph_separator || character == 0xFFFE || character == 0xFFFF;
}

void append_showable(std::string& shown, const char* begin, const char* end) {
    for (const char* at = begin; at != end;) {
        const char* const next = g_utf8_next_char(at);
        if (is_unshowable(g_utf8_get_char(at))) {
            shown += replacement;
        } else {
            shown.append(at, next);
        }
        at = next;
    }
}

/// The text as a line can show it, of at most about `most` characters.
std::string showable(const std::string& text, glong most) {
    const std::unique_ptr<char, decltype(&g_free)> valid(
        g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), g_free);
    const char* const begin = valid.get();
    const glong length = g_utf8_strlen(begin, -1);
    const char* const end = g_utf8_offset_to_pointer(begin, length);
    std::string shown;
    if (length <= most) {
        append_showable(shown, begin, end);
        return shown;
    }
    const char* const end_of_begin = g_utf8_offset_to_pointer(begin, most / 2);
    append_showable(shown, begin, end_of_begin);
    const char* const begin_of_end = g_utf8_offset_to_pointer(begin, length - most / 2);
    shown += left_out({end_of_begin, static_cast<std::size_t>(begin_of_end - end_of_begin)});
    append_showable(shown, begin_of_end, end);
    return shown;
}

/// More characters than any figure has room for, and fewer than Pango's integers: some are ten times as wide
/// as the font's size.
glong most_characters(double em) {
    constexpr double widest = 12;
    constexpr double most = 1000;
    constexpr double least = 16;
    return static_cast<glong>(std::clamp(double(G_MAXINT) / PANGO_SCALE / (widest * em), least, most));
}

std::string family_of(const PangoItem& item) {
    PangoFontDescription* const font = pango_font_describe(item.analysis.font);
    const char* const family = pango_font_description_get_family(font);
    std::string name = family == nullptr ? "" : family;
    pango_font_description_free(font);
    return name;
}

bool are_there_fonts() {
    require_memory_of_fonts();
    FcConfig* const configuration = FcConfigReference(nullptr);  // the current one
    if (configuration == nullptr) return false;
    int fonts = 0;
    for (const FcSetName set : {FcSetSystem, FcSetApplication}) {
        const FcFontSet* const some = FcConfigGetFonts(configuration, set);
        fonts += some == nullptr ? 0 : some->nfont;
    }
    FcConfigDestroy(configuration);
    return fonts > 0;
}

}  // namespace

namespace figures {

bool has_fonts() {
    static const bool known = are_there_fonts();
    return known;
}

}  // namespace figures

void ShapedText::Release::operator()(PangoLayout* layout) const {
    g_object_unref(layout);
}

ShapedText::ShapedText(const std::string& text, int letter) {
    if (text.empty() || letter <= 0 || !figures::has_fonts()) return;
    em_ = letter * shaper().em_of_capitals();
    text_ = showable(text, most_characters(em_));
    layout_.reset(shaper().layout(text_, em_));
    Reach reach = reach_of(layout_.get());
    const double most_above = 1.5 * letter;
    const double most_below = 0.5 * letter;
    const double too_far = std::max(reach.above / most_above, reach.below / most_below);
    if (too_far > 1) {
        em_ /= too_far;
        set_size(layout_.get(), em_);
        reach = reach_of(layout_.get());
    }
    width_ = reach.width;
    is_inked_ = reach.is_inked;
}

std::vector<TextRun> ShapedText::runs() const {
    if (!layout_) return {};
    const PangoLayoutLine* const line = pango_layout_get_line_readonly(layout_.get(), 0);
    std::vector<const PangoItem*> items;
    for (const GSList* run = line->runs; run != nullptr; run = run->next) {
        items.push_back(static_cast<const PangoGlyphItem*>(run->data)->item);
    }
    std::ranges::sort(items, {}, &PangoItem::offset);
    std::vector<TextRun> runs;
    for (const PangoItem* const item : items) {
        const std::string part =
            text_.substr(static_cast<std::size_t>(item->offset), static_cast<std::size_t>(item->length));
        const std::string family = family_of(*item);
        if (!runs.empty() && runs.back().family == family) {
            runs.back().text += part;
        } else {
            runs.push_back({part, family});
        }
    }
    return runs;
}

std::vector<std::size_t> ShapedText::letters() const {
    if (!layout_) return {0};
    int count = 0;
    const PangoLogAttr* const attributes = pango_layout_get_log_attrs_readonly(layout_.get(), &count);
    std::vector<std::size_t> begins;
    const char* at = text_.c_str();
    for (int k = 0; k < count; ++k) {
        if (attributes[k].is_cursor_position != 0) begins.push_back(std::size_t(at - text_.c_str()));
        if (k + 1 < count) at = g_utf8_next_char(at);
    }
    return begins;
}

std::vector<char32_t> ShapedText::without_font() const {
    std::vector<char32_t> characters;
    if (!layout_ || pango_layout_get_unknown_glyphs_count(layout_.get()) == 0) return characters;
    const PangoLayoutLine* const line = pango_layout_get_line_readonly(layout_.get(), 0);
    for (const GSList* one = line->runs; one != nullptr; one = one->next) {
        const PangoGlyphString& glyphs = *static_cast<const PangoGlyphItem*>(one->data)->glyphs;
        for (int k = 0; k < glyphs.num_glyphs; ++k) {
            const PangoGlyph glyph = glyphs.glyphs[k].glyph;
            if ((glyph & PANGO_GLYPH_UNKNOWN_FLAG) != 0)
                characters.push_back(glyph ^ PANGO_GLYPH_UNKNOWN_FLAG);
        }
    }
    return characters;
}

bool ShapedText::begins_right() const {
    return layout_ && pango_layout_get_direction(layout_.get(), 0) == PANGO_DIRECTION_RTL;
}

namespace {

/// From the current point on.
void show_runs(cairo_t* context, const std::string& text, const PangoLayoutLine& line,
               const cv::Vec3b& colour) {
    double x = 0;
    double baseline = 0;
    cairo_get_current_point(context, &x, &baseline);
    for (const GSList* one = line.runs; one != nullptr; one = one->next) {
        auto& run = *static_cast<PangoGlyphItem*>(one->data);
        set_colour(context, colour);
        cairo_move_to(context, x, baseline);
        if (has_own_colours(text.c_str(), run)) {
            paint_finely(context, text.c_str(), run);
        } else {
            pango_cairo_show_glyph_item(context, text.c_str(), &run);
        }
        x += double(pango_glyph_string_get_width(run.glyphs)) / PANGO_SCALE;
    }
}

}  // namespace

void ShapedText::show(cairo_t* context, cv::Point position, int letter, const cv::Vec3b& colour) const {
    if (!layout_) return;
    // As it was laid out, and not for the context's scale: it would have another width there.
    PangoLayoutLine* const line = pango_layout_get_line_readonly(layout_.get(), 0);
    const bool is_pdf = cairo_surface_get_type(cairo_get_target(context)) == CAIRO_SURFACE_TYPE_PDF;
    set_colour(context, colour);
    cairo_move_to(context, position.x, position.y + letter);
    is_pdf ? show_runs(context, text_, *line, colour) : pango_cairo_show_layout_line(context, line);
}

}  // namespace glimpse
