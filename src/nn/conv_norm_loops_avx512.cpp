#define STL10_LOOPS avx512
#include "conv_norm_loops.inc"
