#define STL10_LOOPS avx2
#include "conv_norm_loops.inc"
