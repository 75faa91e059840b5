#pragma once

#include "images/codecs/codec.hpp"

namespace glimpse {

const Codec& jpeg_codec();
const Codec& png_codec();
const Codec& npy_codec();
const Codec& netpbm_codec();
const Codec& bmp_codec();
const Codec& ico_codec();

}  // namespace glimpse
