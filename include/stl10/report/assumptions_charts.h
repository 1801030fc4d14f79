#pragma once

#include <vector>

#include "stl10/evaluate/assumptions.h"
#include "stl10/report/curves.h"

namespace stl10 {

/// Agreement by rank and distance, the gap statistic, accuracies as labels get fewer and uneven,
/// pseudo-labels, and how near images are to the classes: for draw_svg.
std::vector<Chart> charts_of(const Assumptions& found);

}  // namespace stl10
