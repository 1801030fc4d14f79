#define STL10_LOOPS avx512
#include "norm_relu_loops.inc"
