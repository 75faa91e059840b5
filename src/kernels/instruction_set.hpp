#pragma once

#include "kernels/kernels.hpp"

// GLIMPSE_INSTRUCTION_SET is the namespace of the set that this translation unit is compiled for.

namespace glimpse::GLIMPSE_INSTRUCTION_SET {

void separable(const SeparableTask& task);
void vertical(const VerticalTask& task);
void round(const float* values, std::size_t count, void* out, Element element);
void sample_bilinear(const SampleRowTask& task);
void sample_bicubic(const SampleRowTask& task);
void filter_row(const FilterRowTask& task);
PointExtent extent(const double* points, std::size_t count);
void scaled_row(const ScaledRowTask& task);
void displaced_row(const DisplacedRowTask& task);
void projective_row(const ProjectiveRowTask& task);
void plate_row(const PlateRowTask& task);
void tile(const TileTask& task);
void tile_row(const TileRowTask& task);
double footprint_row(const FootprintRowTask& task);
void add_run(const RunTask& task);

}  // namespace glimpse::GLIMPSE_INSTRUCTION_SET
