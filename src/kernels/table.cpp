#include "kernels/instruction_set.hpp"

#define GLIMPSE_STRINGIFY(words) #words
#define GLIMPSE_NAME_OF(set) GLIMPSE_STRINGIFY(set)

namespace glimpse::GLIMPSE_INSTRUCTION_SET {

extern const Kernels table;
const Kernels table{GLIMPSE_NAME_OF(GLIMPSE_INSTRUCTION_SET),
                    separable,
                    vertical,
                    sample_bilinear,
                    sample_bicubic,
                    filter_row,
                    extent,
                    scaled_row,
                    displaced_row,
                    projective_row,
                    plate_row,
                    tile,
                    tile_row,
                    footprint_row,
                    add_run,
                    round};

}  // namespace glimpse::GLIMPSE_INSTRUCTION_SET
