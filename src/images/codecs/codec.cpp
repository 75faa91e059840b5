#include "images/codecs/codec.hpp"

#include <string>

#include "glimpse/error.hpp"
#include "glimpse/words.hpp"

namespace glimpse {

void require_pixels(Size size, std::int64_t maximum) {
    if (size.width < 1 || size.height < 1) throw Error("the image has no pixels");
    if (size.area() <= maximum) return;
    throw Error("the image has " + to_string(size) + " pixels, more than the " + std::to_string(maximum) +
                " that " + field_name("open.maximum_pixels") + " allows");
}

void require_page(int page, int pages) {
    if (page >= 0 && page < pages) return;
    throw Error("the file has " + std::to_string(pages) + (pages == 1 ? " page" : " pages") +
                ", counted from 0, and no page " + std::to_string(page));
}

}  // namespace glimpse
