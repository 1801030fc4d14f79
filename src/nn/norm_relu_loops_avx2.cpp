#define STL10_LOOPS avx2
#include "norm_relu_loops.inc"
