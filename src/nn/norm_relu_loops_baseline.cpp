#define STL10_LOOPS baseline
#include "norm_relu_loops.inc"
