#pragma once

#include <locale.h>

namespace glimpse {

/// Names are UTF-8 while this lives: libarchive takes them to be in the thread's locale.
class Utf8Names {
  public:
    Utf8Names() : previous_(uselocale(utf8())) {}
    ~Utf8Names() { uselocale(previous_); }
    Utf8Names(const Utf8Names&) = delete;
    Utf8Names& operator=(const Utf8Names&) = delete;

  private:
    /// The thread's own where the system has no such locale.
    static locale_t utf8() {
        static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
        return locale;
    }
    locale_t previous_;
};

}  // namespace glimpse
