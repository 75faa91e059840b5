#include "figures/module/shaping.hpp"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "figures/module/functions.hpp"

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

/// How far a line reaches from its baseline, and how wide it is, in pixels.
struct Reach {
    double above;
    double below;
    double width;
};

Reach reach_of(PangoLayout* layout) {
    PangoRectangle ink{};
    PangoRectangle logical{};
    pango_layout_get_extents(layout, &ink, &logical);
    const double baseline = pango_layout_get_baseline(layout);
    return {(baseline - ink.y) / PANGO_SCALE, (ink.y + ink.height - baseline) / PANGO_SCALE,
            double(logical.width) / PANGO_SCALE};
}

/// What a thread shapes texts with.
class Shaper {
  public:
    Shaper() : map_(pango_cairo_font_map_new()), context_(pango_font_map_create_context(map_.get())) {
        set_options(context_.get());
        constexpr double large = 1000;
        const Owned<PangoLayout> capital(layout("H", large));
        em_of_capitals_ = large / std::max(1.0, reach_of(capital.get()).above);
    }

    [[nodiscard]] PangoLayout* layout(std::string_view text, double em) const {
        PangoLayout* const layout = pango_layout_new(context_.get());
        pango_layout_set_single_paragraph_mode(layout, TRUE);
        pango_layout_set_text(layout, text.data(), static_cast<int>(text.size()));
        set_size(layout, em);
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
    return g_unichar_iscntrl(character) != FALSE || character == 0xFFFE || character == 0xFFFF;
}

std::string showable(const std::string& text) {
    const std::unique_ptr<char, decltype(&g_free)> valid(
        g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())), g_free);
    std::string shown;
    for (const char* at = valid.get(); *at != '\0';) {
        const char* const next = g_utf8_next_char(at);
        if (is_unshowable(g_utf8_get_char(at))) {
            shown += replacement;
        } else {
            shown.append(at, next);
        }
        at = next;
    }
    return shown;
}

bool are_there_fonts() {
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

ShapedText::ShapedText(const std::string& text, int letter) : text_(showable(text)) {
    if (text_.empty() || letter <= 0 || !figures::has_fonts()) return;
    em_ = letter * shaper().em_of_capitals();
    layout_.reset(shaper().layout(text_, em_));
    Reach reach = reach_of(layout_.get());
    const double fitting = std::min(1.5 * letter / reach.above, 0.5 * letter / reach.below);
    if (reach.above > 0 && fitting > 0 && fitting < 1) {
        em_ *= fitting;
        set_size(layout_.get(), em_);
        reach = reach_of(layout_.get());
    }
    width_ = reach.width;
}

std::string ShapedText::families() const {
    std::vector<std::string> names;
    const PangoLayoutLine* const line = pango_layout_get_line_readonly(layout_.get(), 0);
    for (const GSList* run = line->runs; run != nullptr; run = run->next) {
        PangoFontDescription* const font =
            pango_font_describe(static_cast<const PangoGlyphItem*>(run->data)->item->analysis.font);
        const std::string name = pango_font_description_get_family(font);
        pango_font_description_free(font);
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return all;
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

bool ShapedText::begins_right() const {
    return layout_ && pango_layout_get_direction(layout_.get(), 0) == PANGO_DIRECTION_RTL;
}

void ShapedText::show(cairo_t* context, cv::Point position, int letter, const cv::Vec3b& colour) const {
    if (!layout_) return;
    set_colour(context, colour);
    cairo_move_to(context, position.x, position.y + letter);
    // As it was laid out, and not for the context's scale: it would have another width there.
    pango_cairo_show_layout_line(context, pango_layout_get_line_readonly(layout_.get(), 0));
}

void set_colour(cairo_t* context, const cv::Vec3b& colour) {
    cairo_set_source_rgb(context, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
}

}  // namespace glimpse
