#pragma once

// The library's core: mechanisms, linear maps, devices, images, and glimpses made of them. What reads
// documents and data sets, and runs over many images, has headers of its own beside this one.

#include "glimpse/backend.hpp"
#include "glimpse/box_adjustment.hpp"
#include "glimpse/canvas.hpp"
#include "glimpse/error.hpp"
#include "glimpse/files.hpp"
#include "glimpse/geometry.hpp"
#include "glimpse/gradients.hpp"
#include "glimpse/image_file.hpp"
#include "glimpse/linear_map.hpp"
#include "glimpse/lowered.hpp"
#include "glimpse/mechanism.hpp"
#include "glimpse/reading.hpp"
#include "glimpse/version.hpp"
