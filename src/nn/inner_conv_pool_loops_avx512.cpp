#define STL10_LOOPS avx512
#include "inner_conv_pool_loops.inc"
