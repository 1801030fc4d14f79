#define STL10_LOOPS baseline
#include "conv_norm_loops.inc"
