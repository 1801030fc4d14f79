#define STL10_LOOPS avx2
#include "inner_conv_pool_loops.inc"
